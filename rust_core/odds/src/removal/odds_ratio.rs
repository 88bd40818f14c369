//! `p = 1/(1+c(o−1))` with `Σp = T` (Cheung 2015).

use crate::error::OddsError;
use crate::method::{Method, Solution};
use crate::newton;

/// A book without margin is its own answer.
pub(super) const FAIR: Solution = Solution::closed(1.0);

pub(super) fn remove(book: &mut [f64], target: f64) -> Result<Solution, OddsError> {
    newton::rescale_odds(book, target).ok_or(OddsError::NotConverged { method: Method::OddsRatio.name() })
}
