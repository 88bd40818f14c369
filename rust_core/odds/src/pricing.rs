//! From reference prices to the prices a tenant offers, in one step.

use crate::error::OddsError;
use crate::ladder::BETFAIR;
use crate::method::Method;
use crate::{application, newton, removal, validate};

/// Room for the rounding of floats when a price is cut to an integer.
const ROUNDING: f64 = 1e-12;

/// How a tenant prices a market.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PricingRule {
    method: Method,
    target: f64,
    margin: f64,
    min_e4: u32,
    max_e4: u32,
}

/// Offered prices of a market.
#[derive(Debug, Clone, PartialEq)]
pub struct PricedBook {
    /// Ladder prices in ten-thousandths, in the order of the reference; 0 where none was given.
    pub prices_e4: Vec<u32>,
    /// Fair probabilities, in the same order; 0 where no price was given.
    pub probabilities: Vec<f64>,
    /// Sum of the inverse offered prices: at least `target·(1 + margin)`.
    pub booksum: f64,
}

impl PricingRule {
    /// `method` both removes and applies; `target` is the number of winners; `margin` 0.05 is five per cent; the
    /// limits are in ten-thousandths and are narrowed to ladder prices.
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
        method.check_application()?;
        method.check_target(target)?;
        validate::margin(margin)?;
        let (low, high) = (BETFAIR.ceil(min_e4), BETFAIR.floor(max_e4));
        if low > high || low < min_e4 || high > max_e4 {
            return Err(OddsError::PriceLimits { min_e4, max_e4 });
        }
        Ok(Self { method, target, margin, min_e4: low, max_e4: high })
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
/// margin that cannot be reached by the method or within the lowest price.
pub fn price_book(reference: &[Option<f64>], rule: &PricingRule) -> Result<PricedBook, OddsError> {
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
    let probabilities = spread(reference, &book, 0.0);
    let wanted = rule.target * (1.0 + rule.margin);
    application::solve(&mut book, wanted, rule.method, rule.target)?;
    hold_lowest(&mut book, wanted, rule)?;
    let (prices, booksum) = cut(&book, rule);
    if booksum < wanted * (1.0 - 10.0 * ROUNDING) {
        return Err(OddsError::Unattainable { method: rule.method.name(), booksum: wanted, limit: booksum });
    }
    Ok(PricedBook { prices_e4: spread(reference, &prices, 0), probabilities, booksum })
}

/// Hold at the lowest price what would fall below it and let the others, by power, take up what that gave away.
fn hold_lowest(book: &mut [f64], wanted: f64, rule: &PricingRule) -> Result<(), OddsError> {
    let cap = 1e4 / f64::from(rule.min_e4);
    while book.iter().any(|&p| p > cap * (1.0 + ROUNDING)) {
        let mut free = Vec::with_capacity(book.len());
        for p in &mut *book {
            *p = p.min(cap);
            if *p < cap {
                free.push(*p);
            }
        }
        let rest = wanted - cap * (book.len() - free.len()) as f64;
        if rest >= cap * free.len() as f64 {
            let limit = cap * book.len() as f64;
            return Err(OddsError::Unattainable { method: rule.method.name(), booksum: wanted, limit });
        }
        newton::raise(&mut free, rest).ok_or(OddsError::NotConverged { method: rule.method.name() })?;
        for (p, raised) in book.iter_mut().filter(|p| **p < cap).zip(free) {
            *p = raised;
        }
    }
    Ok(())
}

/// Ladder prices at or below the exact ones, and their booksum.
fn cut(book: &[f64], rule: &PricingRule) -> (Vec<u32>, f64) {
    let mut booksum = 0.0;
    let prices = book.iter().map(|&p| {
        let exact = (1e4 / p * (1.0 + ROUNDING)).min(f64::from(rule.max_e4));
        // Between 0 and the highest ladder price, so the cast cannot lose a sign or wrap.
        #[allow(clippy::cast_sign_loss)]
        let price = BETFAIR.floor(exact as u32).max(rule.min_e4);
        booksum += 1e4 / f64::from(price);
        price
    });
    (prices.collect(), booksum)
}

/// Values of the priced outcomes at their places among all outcomes.
fn spread<T: Copy>(reference: &[Option<f64>], values: &[T], absent: T) -> Vec<T> {
    let mut values = values.iter().copied();
    reference.iter().map(|price| price.and_then(|_| values.next()).unwrap_or(absent)).collect()
}
