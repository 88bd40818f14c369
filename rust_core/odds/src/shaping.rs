//! From exact book probabilities to prices that may be shown: limits, ladder, least margin, manual prices.

use crate::error::OddsError;
use crate::newton;
use crate::pricing::PricingRule;

/// Room for the rounding of floats when a price is cut to an integer.
const ROUNDING: f64 = 1e-12;

/// What is said of single outcomes; an empty slice says nothing, otherwise there is an entry for each outcome.
#[derive(Debug, Clone, Copy, Default)]
pub struct OutcomeTerms<'a> {
    /// A price that is never passed, ten-thousandths: the one at which a customer could sell on what we sold.
    pub ceilings_e4: &'a [Option<u32>],
    /// Prices that a trader has set, ten-thousandths.
    pub manual_e4: &'a [Option<u32>],
}

impl OutcomeTerms<'_> {
    /// That there is an entry for each outcome, where there is any.
    pub(crate) fn check(&self, outcomes: usize) -> Result<(), OddsError> {
        for given in [self.ceilings_e4.len(), self.manual_e4.len()] {
            if given != 0 && given != outcomes {
                return Err(OddsError::TermsCount { given, outcomes });
            }
        }
        Ok(())
    }
}

/// Ladder prices of a book whose probabilities should sum to `wanted`, and their booksum, at least `least`.
///
/// Whatever is priced above its highest price is cut down to it, which only adds to the margin. Whatever falls below
/// the lowest price is held there, and the others, by power, take up what that gave away.
pub(crate) fn shape(
    book: &mut [f64],
    (wanted, least): (f64, f64),
    rule: &PricingRule,
    highest_e4: impl Fn(usize) -> f64,
) -> Result<(Vec<u32>, f64), OddsError> {
    let lowest = rule.ladder.exact(rule.min_e4);
    for (index, p) in book.iter_mut().enumerate() {
        let highest = highest_e4(index);
        if highest < lowest {
            // Below a price in ten-thousandths, so the cast cannot lose a sign or wrap.
            #[allow(clippy::cast_sign_loss)]
            let ceiling_e4 = highest as u32;
            return Err(OddsError::Ceiling { index, ceiling_e4, min_e4: rule.min_e4 });
        }
        *p = p.max(1e4 / highest);
    }
    hold_lowest(book, wanted, rule)?;
    let mut booksum = 0.0;
    let prices = book.iter().enumerate().map(|(index, &p)| {
        let exact = (1e4 / p * (1.0 + ROUNDING)).min(highest_e4(index));
        let price = rule.ladder.floor(exact).max(rule.min_e4);
        booksum += 1e4 / rule.ladder.exact(price);
        price
    });
    let prices = prices.collect();
    if booksum < least * (1.0 - 10.0 * ROUNDING) {
        return Err(OddsError::Unattainable { method: rule.method.name(), booksum: least, limit: booksum });
    }
    Ok((prices, booksum))
}

/// Hold at the lowest price what would fall below it and let the others take up what that gave away; where even the
/// lowest price on every outcome does not carry it, that is what is left.
fn hold_lowest(book: &mut [f64], wanted: f64, rule: &PricingRule) -> Result<(), OddsError> {
    let cap = 1e4 / rule.ladder.exact(rule.min_e4);
    while book.iter().any(|&p| p > cap * (1.0 + ROUNDING)) {
        let mut free = Vec::with_capacity(book.len());
        for p in &mut *book {
            *p = p.min(cap);
            if *p < cap {
                free.push(*p);
            }
        }
        let rest = wanted - cap * (book.len() - free.len()) as f64;
        if rest <= free.iter().sum() {
            return Ok(());
        }
        if rest >= cap * free.len() as f64 {
            book.fill(cap);
            return Ok(());
        }
        newton::raise(&mut free, rest).ok_or(OddsError::NotConverged { method: rule.method.name() })?;
        for (p, raised) in book.iter_mut().filter(|p| **p < cap).zip(free) {
            *p = raised;
        }
    }
    Ok(())
}

/// Put a trader's prices in place of the calculated ones; returns the booksum of what is offered now.
///
/// They may break the limits and the least margin, which is why they come last, but not give a sure profit away.
pub(crate) fn set_manual(
    prices_e4: &mut [u32],
    manual_e4: &[Option<u32>],
    rule: &PricingRule,
) -> Result<f64, OddsError> {
    for (index, (price, manual)) in prices_e4.iter_mut().zip(manual_e4).enumerate() {
        let Some(manual) = *manual else { continue };
        if *price == 0 || !rule.ladder.is_valid(manual) {
            return Err(OddsError::ManualPrice { index, price_e4: manual });
        }
        *price = manual;
    }
    let offered = prices_e4.iter().filter(|price| **price > 0);
    let booksum = offered.map(|price| 1e4 / rule.ladder.exact(*price)).sum();
    if booksum < rule.target * (1.0 - 10.0 * ROUNDING) {
        return Err(OddsError::SureLoss { booksum, target: rule.target });
    }
    Ok(booksum)
}
