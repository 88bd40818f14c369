//! `p = π^k` with `Σp = T`.

use crate::error::OddsError;
use crate::method::{Method, Solution};
use crate::newton;

/// A book without margin is its own answer.
pub(super) const FAIR: Solution = Solution { parameter: Some(1.0), iterations: 0 };

pub(super) fn remove(book: &mut [f64], target: f64) -> Result<Solution, OddsError> {
    newton::raise(book, target).ok_or(OddsError::NotConverged { method: Method::Power.name() })
}
