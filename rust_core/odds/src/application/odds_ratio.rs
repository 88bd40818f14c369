//! `π = cp/(1−p+cp)` with `Σπ = T(1+m)`; c ≥ 1, attainable while `T(1+m) < n`.

use crate::error::OddsError;
use crate::method::{Method, Solution};
use crate::newton;

pub(super) fn apply(fair: &mut [f64], booksum: f64) -> Result<Solution, OddsError> {
    let (method, limit) = (Method::OddsRatio.name(), fair.len() as f64);
    if booksum >= limit {
        return Err(OddsError::Unattainable { method, booksum, limit });
    }
    let solution = newton::rescale_odds(fair, booksum).ok_or(OddsError::NotConverged { method })?;
    // The odds against shrink by the same ratio by which the odds on grow.
    Ok(Solution { parameter: solution.parameter.map(f64::recip), ..solution })
}
