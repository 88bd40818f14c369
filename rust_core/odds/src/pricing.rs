//! From reference prices or probabilities to the prices a tenant offers, in one step.

use crate::error::OddsError;
use crate::fractional::Rung;
use crate::ladder::BETFAIR;
use crate::method::Method;
use crate::rungs::{Rungs, fraction_at};
use crate::shaping::{OutcomeTerms, set_manual, shape};
use crate::{application, removal, validate};

/// How a tenant prices a market.
#[derive(Debug, Clone)]
pub struct PricingRule {
    pub(crate) method: Method,
    pub(crate) target: f64,
    margin: f64,
    min_margin: f64,
    pub(crate) min_e4: u32,
    pub(crate) max_e4: u32,
    pub(crate) ladder: Rungs,
}

/// Offered prices of a market.
#[derive(Debug, Clone, PartialEq)]
pub struct PricedBook {
    /// Ladder prices in ten-thousandths, in the order of the reference, fractions cut down; 0 where none was given.
    pub prices_e4: Vec<u32>,
    /// Fair probabilities, in the same order; 0 where no price was given.
    pub probabilities: Vec<f64>,
    /// Sum of the inverse offered prices: at least `target·(1 + least margin)` unless a trader set prices.
    pub booksum: f64,
    /// The prices are fractions.
    pub fractional: bool,
}

impl PricedBook {
    /// The fraction an outcome is offered at; `None` on a decimal ladder and where there is no price.
    pub fn fraction(&self, outcome: usize) -> Option<Rung> {
        let price = self.prices_e4.get(outcome).filter(|_| self.fractional);
        price.and_then(|price| fraction_at(*price))
    }
}

impl PricingRule {
    /// `method` both removes and applies; `target` is the number of winners; `margin` 0.05 is five per cent; the
    /// limits are in ten-thousandths and are narrowed to ladder prices.
    ///
    /// The ladder is Betfair's.
    ///
    /// # Errors
    /// A method that only removes, a margin or target that is no number in range, limits without a ladder price between them.
    pub fn new(
        method: Method,
        target: f64,
        margin: f64,
        min_e4: u32,
        max_e4: u32,
    ) -> Result<Self, OddsError> {
        Self::on(Rungs::Decimal(BETFAIR.clone()), method, target, margin, min_e4, max_e4)
    }

    /// [`PricingRule::new`] on any ladder.
    pub fn on(
        ladder: Rungs,
        method: Method,
        target: f64,
        margin: f64,
        min_e4: u32,
        max_e4: u32,
    ) -> Result<Self, OddsError> {
        method.check_application()?;
        method.check_target(target)?;
        validate::margin(margin)?;
        let (low, high) = (ladder.ceil(min_e4), ladder.floor(max_e4.into()));
        if low > high || ladder.exact(low) < min_e4.into() || ladder.exact(high) > max_e4.into() {
            return Err(OddsError::PriceLimits { min_e4, max_e4 });
        }
        Ok(Self { method, target, margin, min_margin: margin, min_e4: low, max_e4: high, ladder })
    }

    /// The same rule with a least margin: where the lowest price keeps a market from carrying the margin, it is
    /// offered as long as it carries this.
    ///
    /// # Errors
    /// A margin that is no number of at least 0, or above the margin itself.
    pub fn with_min_margin(self, min_margin: f64) -> Result<Self, OddsError> {
        validate::margin(min_margin)?;
        if min_margin > self.margin {
            return Err(OddsError::InvalidMargin { margin: min_margin });
        }
        Ok(Self { min_margin, ..self })
    }
}

/// Price a market from reference prices that are fair or nearly so (an exchange's, another book's).
///
/// The reference margin (or underround) is removed, ours applied; what falls below the lowest price allowed is held
/// there and the rest takes up its share; every price is cut *down* to the ladder and to the highest price allowed,
/// so the margin can only grow.
///
/// # Errors
/// Fewer than two prices, a price that is not a finite number above 1, a target out of range for the outcomes, a
/// margin that cannot be reached by the method or within the lowest price; terms that are not one an outcome, a
/// ceiling below the lowest price, a manual price that is not on the ladder or gives a sure profit away.
pub fn price_book(
    reference: &[Option<f64>],
    rule: &PricingRule,
    terms: OutcomeTerms<'_>,
) -> Result<PricedBook, OddsError> {
    let mut book = Vec::with_capacity(reference.len());
    for (index, price) in reference.iter().enumerate() {
        if let Some(price) = *price {
            book.push(validate::book_probability(index, price)?);
        }
    }
    validate::target(book.len(), rule.target)?;
    let reference_sum = book.iter().sum();
    removal::solve(&mut book, reference_sum, rule.method, rule.target)?;
    if let Some(index) = validate::first_impossible(&book) {
        let value = book[index];
        return Err(OddsError::ImpossibleProbability { method: rule.method.name(), index, value });
    }
    offer(book, |index| reference[index].is_some(), reference.len(), rule, terms)
}

/// Price a market from fair probabilities, none for an outcome that is not offered: [`price_book`] without a margin to
/// remove.
///
/// # Errors
/// As for [`price_book`]; a probability not strictly between 0 and 1, probabilities that do not sum to the target.
pub fn price_probabilities(
    probabilities: &[Option<f64>],
    rule: &PricingRule,
    terms: OutcomeTerms<'_>,
) -> Result<PricedBook, OddsError> {
    let book: Vec<f64> = probabilities.iter().flatten().copied().collect();
    validate::target(book.len(), rule.target)?;
    validate::probabilities(&book, rule.target)?;
    offer(book, |index| probabilities[index].is_some(), probabilities.len(), rule, terms)
}

/// Prices of the offered outcomes' fair probabilities, at their places among all outcomes.
fn offer(
    mut book: Vec<f64>,
    offered: impl Fn(usize) -> bool,
    outcomes: usize,
    rule: &PricingRule,
    terms: OutcomeTerms<'_>,
) -> Result<PricedBook, OddsError> {
    terms.check(outcomes)?;
    let probabilities = spread(&book, &offered, outcomes, 0.0);
    let wanted = rule.target * (1.0 + rule.margin);
    let sums = (wanted, rule.target * (1.0 + rule.min_margin));
    application::solve(&mut book, wanted, rule.method, rule.target)?;
    let highest = rule.ladder.exact(rule.max_e4);
    let (prices, booksum) = if terms.ceilings_e4.is_empty() {
        shape(&mut book, sums, rule, |_| highest)?
    } else {
        let ceilings = (0..outcomes).filter(|index| offered(*index)).map(|index| terms.ceilings_e4[index]);
        let highest: Vec<f64> =
            ceilings.map(|ceiling| ceiling.map_or(highest, |ceiling| highest.min(ceiling.into()))).collect();
        shape(&mut book, sums, rule, |index| highest[index])?
    };
    let mut prices_e4 = spread(&prices, &offered, outcomes, 0);
    let booksum =
        if terms.manual_e4.is_empty() { booksum } else { set_manual(&mut prices_e4, terms.manual_e4, rule)? };
    let fractional = matches!(rule.ladder, Rungs::Fractional);
    Ok(PricedBook { prices_e4, probabilities, booksum, fractional })
}

/// Values of the offered outcomes at their places among all outcomes.
fn spread<T: Copy>(values: &[T], offered: &impl Fn(usize) -> bool, outcomes: usize, absent: T) -> Vec<T> {
    let mut values = values.iter().copied();
    (0..outcomes).map(|index| if offered(index) { values.next().unwrap_or(absent) } else { absent }).collect()
}
