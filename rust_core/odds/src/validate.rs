//! Guards shared by removal, application and pricing.

use crate::error::OddsError;

/// How far given probabilities may be from their target sum.
const SUM_TOLERANCE: f64 = 1e-9;
/// A book probability this close to 1 is a price of 1: floats cannot tell them apart.
const CERTAIN: f64 = 1.0 - 1e-12;

/// `1/o` of a decimal price, or an error that names its position.
pub(crate) fn book_probability(index: usize, price: f64) -> Result<f64, OddsError> {
    if price.is_finite() && price > 1.0 {
        Ok(1.0 / price)
    } else {
        Err(OddsError::InvalidPrice { index, price })
    }
}

/// The target must leave room for every outcome to be uncertain.
pub(crate) fn target(outcomes: usize, target: f64) -> Result<(), OddsError> {
    if outcomes < 2 {
        return Err(OddsError::TooFewOutcomes { found: outcomes });
    }
    if target.is_finite() && target > 0.0 && target < outcomes as f64 {
        Ok(())
    } else {
        Err(OddsError::InvalidTarget { target, outcomes })
    }
}

/// A margin is at least nothing.
pub(crate) fn margin(margin: f64) -> Result<(), OddsError> {
    if margin.is_finite() && margin >= 0.0 { Ok(()) } else { Err(OddsError::InvalidMargin { margin }) }
}

/// Probabilities strictly between 0 and 1 that sum to the target.
pub(crate) fn probabilities(values: &[f64], target: f64) -> Result<(), OddsError> {
    for (index, &value) in values.iter().enumerate() {
        if !(value > 0.0 && value < 1.0) {
            return Err(OddsError::InvalidProbability { index, value });
        }
    }
    let sum: f64 = values.iter().sum();
    if (sum - target).abs() <= SUM_TOLERANCE {
        Ok(())
    } else {
        Err(OddsError::ProbabilitySum { sum, target })
    }
}

/// Booksum and target that differ by no more than the rounding of the sum itself.
pub(crate) fn same_sum(booksum: f64, target: f64, outcomes: usize) -> bool {
    let rounding = 0.25 * f64::EPSILON * outcomes as f64 * target.max(1.0);
    (booksum - target).abs() <= rounding.max(1e-15)
}

/// The first outcome whose probability is not strictly between 0 and 1.
pub(crate) fn first_impossible(probabilities: &[f64]) -> Option<usize> {
    probabilities.iter().position(|&p| !(p > 0.0 && p < 1.0))
}

/// The first outcome whose price `1/π` is not above 1.
pub(crate) fn first_certain(book: &[f64]) -> Option<usize> {
    book.iter().position(|&p| !(p > 0.0 && p < CERTAIN))
}
