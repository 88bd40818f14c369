//! `π = p^k` with `Σπ = T(1+m)`; 0 < k ≤ 1.

use crate::error::OddsError;
use crate::method::{Method, Solution};
use crate::newton;

pub(super) fn apply(fair: &mut [f64], booksum: f64) -> Result<Solution, OddsError> {
    let limit = fair.len() as f64;
    if booksum >= limit {
        return Err(OddsError::Unattainable { method: Method::Power.name(), booksum, limit });
    }
    newton::raise(fair, booksum).ok_or(OddsError::NotConverged { method: Method::Power.name() })
}
