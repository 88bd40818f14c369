//! Fair probabilities → prices that carry a margin.

mod multiplicative;
mod power;
mod shin;

use crate::error::OddsError;
use crate::method::{Method, OnInvalid, Solution};
use crate::validate;

/// Prices with a margin and how they were found.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// Decimal prices in the order of the probabilities, not yet on a ladder.
    pub prices: Vec<f64>,
    /// The method that gave them: multiplicative after a fallback.
    pub method: Method,
    /// Exponent `k` of power, insider share `z` of Shin; none for multiplicative.
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
/// Fewer than two probabilities, one outside (0, 1), a sum other than the target, a negative margin, a margin out of
/// the method's reach; unless [`OnInvalid::Allow`], also a price that is not above 1.
pub fn apply_margin(
    probabilities: &[f64],
    margin: f64,
    method: Method,
    target: f64,
    on_invalid: OnInvalid,
) -> Result<Application, OddsError> {
    validate::target(probabilities.len(), target)?;
    method.check_target(target)?;
    validate::margin(margin)?;
    validate::probabilities(probabilities, target)?;
    let booksum = target * (1.0 + margin);
    match attempt(probabilities, booksum, method, target, on_invalid == OnInvalid::Allow) {
        Err(_) if on_invalid == OnInvalid::Fallback && method != Method::Multiplicative => {
            attempt(probabilities, booksum, Method::Multiplicative, target, false)
        }
        other => other,
    }
}

/// One method on probabilities; prices of 1 or less are an error unless `allow`.
fn attempt(
    probabilities: &[f64],
    booksum: f64,
    method: Method,
    target: f64,
    allow: bool,
) -> Result<Application, OddsError> {
    let mut book = probabilities.to_vec();
    let solution = solve(&mut book, booksum, method, target)?;
    let certain = validate::first_certain(&book);
    if let Some(index) = certain.filter(|_| !allow) {
        return Err(OddsError::ImpossiblePrice { method: method.name(), index, price: 1.0 / book[index] });
    }
    let booksum = book.iter().sum();
    for value in &mut book {
        *value = 1.0 / *value;
    }
    Ok(Application {
        prices: book,
        method,
        parameter: solution.parameter,
        booksum,
        iterations: solution.iterations,
        valid: certain.is_none(),
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
    }
}
