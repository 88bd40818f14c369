//! Fair probabilities → prices that carry a margin.

mod additive;
mod balanced_book;
mod multiplicative;
mod odds_ratio;
mod power;
mod shin;

use crate::error::OddsError;
use crate::method::{Found, Method, OnInvalid, Solution};
use crate::validate;

/// Prices with a margin and how they were found.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// Decimal prices in the order of the probabilities, not yet on a ladder.
    pub prices: Vec<f64>,
    /// The method that gave them: multiplicative after a fallback.
    pub method: Method,
    /// Exponent `k` of power, ratio `c` of odds ratio, share `z` of Shin and balanced book; none for the others.
    pub parameter: Option<f64>,
    /// Sum of the inverse prices: the target times `1 + margin`.
    pub booksum: f64,
    /// Newton steps taken.
    pub iterations: u32,
    /// Every price is above 1.
    pub valid: bool,
}

/// Put a margin on fair probabilities: the prices' booksum becomes `target·(1 + margin)`.
///
/// # Errors
/// A method that only removes, fewer than two probabilities, one outside (0, 1), a sum other than the target, a negative margin, a margin out of
/// the method's reach; unless [`OnInvalid::Allow`], also a price that is not above 1.
pub fn apply_margin(
    probabilities: &[f64],
    margin: f64,
    method: Method,
    target: f64,
    on_invalid: OnInvalid,
) -> Result<Application, OddsError> {
    let mut prices = vec![0.0; probabilities.len()];
    let found = apply_into(probabilities, &mut prices, margin, method, target, on_invalid)?;
    Ok(Application {
        prices,
        method: found.method,
        parameter: found.parameter,
        booksum: found.booksum,
        iterations: found.iterations,
        valid: found.valid,
    })
}

/// [`apply_margin`] into a slice of the same length.
pub(crate) fn apply_into(
    probabilities: &[f64],
    out: &mut [f64],
    margin: f64,
    method: Method,
    target: f64,
    on_invalid: OnInvalid,
) -> Result<Found, OddsError> {
    method.check_application()?;
    validate::target(probabilities.len(), target)?;
    method.check_target(target)?;
    validate::margin(margin)?;
    validate::probabilities(probabilities, target)?;
    let booksum = target * (1.0 + margin);
    out.copy_from_slice(probabilities);
    match attempt(out, booksum, method, target, on_invalid == OnInvalid::Allow) {
        Err(_) if on_invalid == OnInvalid::Fallback && method != Method::Multiplicative => {
            out.copy_from_slice(probabilities);
            attempt(out, booksum, Method::Multiplicative, target, false)
        }
        other => other,
    }
}

/// One method on probabilities in place; prices of 1 or less are an error unless `allow`.
fn attempt(
    book: &mut [f64],
    booksum: f64,
    method: Method,
    target: f64,
    allow: bool,
) -> Result<Found, OddsError> {
    let solution = solve(book, booksum, method, target)?;
    let certain = validate::first_certain(book);
    if let Some(index) = certain.filter(|_| !allow) {
        return Err(OddsError::ImpossiblePrice { method: method.name(), index, price: 1.0 / book[index] });
    }
    let booksum = book.iter().sum();
    for value in book {
        *value = 1.0 / *value;
    }
    Ok(Found {
        method,
        parameter: solution.parameter,
        booksum,
        iterations: solution.iterations,
        valid: certain.is_none(),
        underround: false,
    })
}

/// Turn fair probabilities into book probabilities that sum to `booksum`, in place.
pub(crate) fn solve(
    fair: &mut [f64],
    booksum: f64,
    method: Method,
    target: f64,
) -> Result<Solution, OddsError> {
    match method {
        Method::Multiplicative => Ok(multiplicative::apply(fair, booksum / target)),
        Method::Power => power::apply(fair, booksum),
        Method::Shin => shin::apply(fair, booksum),
        Method::OddsRatio => odds_ratio::apply(fair, booksum),
        Method::Additive => Ok(additive::apply(fair, booksum, target)),
        Method::BalancedBook => balanced_book::apply(fair, booksum),
        Method::Goto | Method::EfficientShin | Method::Jsd => {
            method.check_application().map(|()| Solution::CLOSED)
        }
    }
}
