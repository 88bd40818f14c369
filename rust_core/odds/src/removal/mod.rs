//! Prices → fair probabilities.

mod multiplicative;
mod power;
mod shin;

use crate::error::OddsError;
use crate::method::{Method, OnInvalid, Solution};
use crate::validate;

/// Fair probabilities and how they were found.
#[derive(Debug, Clone, PartialEq)]
pub struct Removal {
    /// Fair probabilities in the order of the prices; they sum to the target.
    pub probabilities: Vec<f64>,
    /// The method that gave them: multiplicative after a fallback.
    pub method: Method,
    /// Exponent `k` of power, insider share `z` of Shin (negative below round); none for multiplicative.
    pub parameter: Option<f64>,
    /// Sum of the inverse prices.
    pub booksum: f64,
    /// Newton steps taken.
    pub iterations: u32,
    /// Every probability lies strictly between 0 and 1.
    pub valid: bool,
    /// The booksum was below the target: there was no margin to remove.
    pub underround: bool,
}

/// Take the margin out of decimal prices.
///
/// # Errors
/// Fewer than two prices, a price that is not a finite number above 1, a target outside (0, n), a target other than
/// 1 for Shin; under [`OnInvalid::Error`] also an underround book and probabilities outside (0, 1).
pub fn remove_margin(
    prices: &[f64],
    method: Method,
    target: f64,
    on_invalid: OnInvalid,
) -> Result<Removal, OddsError> {
    validate::target(prices.len(), target)?;
    method.check_target(target)?;
    let mut book = Vec::with_capacity(prices.len());
    for (index, &price) in prices.iter().enumerate() {
        book.push(validate::book_probability(index, price)?);
    }
    let booksum: f64 = book.iter().sum();
    let underround = booksum < target && !validate::same_sum(booksum, target, book.len());
    let first = match on_invalid {
        OnInvalid::Error if underround => return Err(OddsError::Underround { booksum, target }),
        OnInvalid::Fallback if underround => Method::Multiplicative,
        _ => method,
    };
    match attempt(&book, booksum, first, target, on_invalid == OnInvalid::Allow) {
        Err(_) if on_invalid == OnInvalid::Fallback && first != Method::Multiplicative => {
            attempt(&book, booksum, Method::Multiplicative, target, false)
        }
        other => other,
    }
    .map(|removal| Removal { underround, ..removal })
}

/// One method on a book; probabilities outside (0, 1) are an error unless `allow`.
fn attempt(
    book: &[f64],
    booksum: f64,
    method: Method,
    target: f64,
    allow: bool,
) -> Result<Removal, OddsError> {
    let mut probabilities = book.to_vec();
    let solution = solve(&mut probabilities, booksum, method, target)?;
    let impossible = validate::first_impossible(&probabilities);
    if let Some(index) = impossible.filter(|_| !allow) {
        let value = probabilities[index];
        return Err(OddsError::ImpossibleProbability { method: method.name(), index, value });
    }
    Ok(Removal {
        probabilities,
        method,
        parameter: solution.parameter,
        booksum,
        iterations: solution.iterations,
        valid: impossible.is_none(),
        underround: false,
    })
}

/// Turn book probabilities into fair ones in place.
pub(crate) fn solve(
    book: &mut [f64],
    booksum: f64,
    method: Method,
    target: f64,
) -> Result<Solution, OddsError> {
    let fair = validate::same_sum(booksum, target, book.len());
    match method {
        Method::Multiplicative => Ok(multiplicative::remove(book, booksum, target)),
        Method::Power if fair => Ok(power::FAIR),
        Method::Power => power::remove(book, target),
        Method::Shin if fair => Ok(shin::FAIR),
        Method::Shin => shin::remove(book, booksum),
    }
}
