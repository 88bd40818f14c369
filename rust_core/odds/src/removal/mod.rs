//! Prices → fair probabilities.

mod additive;
mod balanced_book;
mod efficient_shin;
mod goto;
mod jsd;
mod multiplicative;
mod odds_ratio;
mod power;
mod shin;

use crate::error::OddsError;
use crate::method::{Found, Method, OnInvalid, Solution};
use crate::validate;

/// Fair probabilities and how they were found.
#[derive(Debug, Clone, PartialEq)]
pub struct Removal {
    /// Fair probabilities in the order of the prices; they sum to the target.
    pub probabilities: Vec<f64>,
    /// The method that gave them: multiplicative after a fallback.
    pub method: Method,
    /// Exponent `k` of power, ratio `c` of odds ratio, share `z` of Shin (negative below round) and balanced book,
    /// step of goto, distance `d` of jsd; none for the others.
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
/// 1 for a method with one winner, a book out of the method's reach; under [`OnInvalid::Error`] also an underround
/// book and probabilities outside (0, 1).
pub fn remove_margin(
    prices: &[f64],
    method: Method,
    target: f64,
    on_invalid: OnInvalid,
) -> Result<Removal, OddsError> {
    let mut probabilities = vec![0.0; prices.len()];
    let found = remove_into(prices, &mut probabilities, method, target, on_invalid)?;
    Ok(Removal {
        probabilities,
        method: found.method,
        parameter: found.parameter,
        booksum: found.booksum,
        iterations: found.iterations,
        valid: found.valid,
        underround: found.underround,
    })
}

/// [`remove_margin`] of the outcomes that have a price; one without (suspended) is left out, with probability 0.
///
/// The target stays as given: whether a suspended outcome takes its share of it along is the caller's to say.
///
/// # Errors
/// As for [`remove_margin`], counting only outcomes with a price; positions are those among all outcomes.
pub fn remove_margin_of_offered(
    prices: &[Option<f64>],
    method: Method,
    target: f64,
    on_invalid: OnInvalid,
) -> Result<Removal, OddsError> {
    let offered: Vec<f64> = prices.iter().flatten().copied().collect();
    if offered.len() == prices.len() {
        return remove_margin(&offered, method, target, on_invalid);
    }
    let place = |offered| prices.iter().enumerate().filter(|(_, p)| p.is_some()).nth(offered).map(|(i, _)| i);
    let mut removal = remove_margin(&offered, method, target, on_invalid)
        .map_err(|error| error.moved(|index| place(index).unwrap_or(index)))?;
    let mut found = removal.probabilities.iter().copied();
    let spread = prices.iter().map(|price| price.and_then(|_| found.next()).unwrap_or(0.0)).collect();
    removal.probabilities = spread;
    Ok(removal)
}

/// [`remove_margin`] into a slice of the same length.
pub(crate) fn remove_into(
    prices: &[f64],
    out: &mut [f64],
    method: Method,
    target: f64,
    on_invalid: OnInvalid,
) -> Result<Found, OddsError> {
    validate::target(prices.len(), target)?;
    method.check_target(target)?;
    let booksum = fill(prices, out)?;
    let underround = booksum < target && !validate::same_sum(booksum, target, out.len());
    let first = match on_invalid {
        OnInvalid::Error if underround => return Err(OddsError::Underround { booksum, target }),
        OnInvalid::Fallback if underround => Method::Multiplicative,
        _ => method,
    };
    let found = match attempt(out, booksum, first, target, on_invalid == OnInvalid::Allow) {
        Err(_) if on_invalid == OnInvalid::Fallback && first != Method::Multiplicative => {
            fill(prices, out)?;
            attempt(out, booksum, Method::Multiplicative, target, false)
        }
        other => other,
    }?;
    Ok(Found { underround, ..found })
}

/// The book probabilities of the prices, and their sum.
fn fill(prices: &[f64], book: &mut [f64]) -> Result<f64, OddsError> {
    let mut booksum = 0.0;
    for (index, (p, &price)) in book.iter_mut().zip(prices).enumerate() {
        *p = validate::book_probability(index, price)?;
        booksum += *p;
    }
    Ok(booksum)
}

/// One method on a book in place; probabilities outside (0, 1) are an error unless `allow`.
fn attempt(
    book: &mut [f64],
    booksum: f64,
    method: Method,
    target: f64,
    allow: bool,
) -> Result<Found, OddsError> {
    let solution = solve(book, booksum, method, target)?;
    let impossible = validate::first_impossible(book);
    if let Some(index) = impossible.filter(|_| !allow) {
        return Err(OddsError::ImpossibleProbability { method: method.name(), index, value: book[index] });
    }
    Ok(Found {
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
        Method::OddsRatio if fair => Ok(odds_ratio::FAIR),
        Method::OddsRatio => odds_ratio::remove(book, target),
        Method::Additive => Ok(additive::remove(book, booksum, target)),
        Method::Goto => Ok(goto::remove(book, booksum, target)),
        Method::EfficientShin if fair => Ok(Solution::CLOSED),
        Method::EfficientShin => efficient_shin::remove(book, booksum),
        Method::BalancedBook => balanced_book::remove(book, booksum),
        Method::Jsd if fair => Ok(jsd::FAIR),
        Method::Jsd => jsd::remove(book, booksum, target),
    }
}
