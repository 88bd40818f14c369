//! Balanced book: `π = p(1−z) + z` with `z = m/(n−1)`; attainable while `1+m < n`.

use crate::error::OddsError;
use crate::method::{Method, Solution};

pub(super) fn apply(fair: &mut [f64], booksum: f64) -> Result<Solution, OddsError> {
    let limit = fair.len() as f64;
    if booksum >= limit {
        return Err(OddsError::Unattainable { method: Method::BalancedBook.name(), booksum, limit });
    }
    let z = (booksum - 1.0) / (limit - 1.0);
    for p in fair {
        *p = *p * (1.0 - z) + z;
    }
    Ok(Solution::closed(z))
}
