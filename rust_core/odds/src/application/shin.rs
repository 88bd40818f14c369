//! Shin: `y = √(zp+(1−z)p²)`, `π = y·Σy`, attainable while the booksum is below `(Σ√p)²`.

use crate::error::OddsError;
use crate::method::{Method, Solution};
use crate::newton;

pub(super) fn apply(fair: &mut [f64], booksum: f64) -> Result<Solution, OddsError> {
    let method = Method::Shin.name();
    // Without a margin z is 0; the rounding that a solver finds in its place would show in long prices.
    if booksum - fair.iter().sum::<f64>() <= 1e-15 {
        return Ok(Solution::closed(0.0));
    }
    let reach: f64 = fair.iter().map(|p| p.sqrt()).sum();
    if booksum >= reach * reach {
        return Err(OddsError::Unattainable { method, booksum, limit: reach * reach });
    }
    let (z, iterations) =
        newton::insider_share_for(fair, booksum.sqrt()).ok_or(OddsError::NotConverged { method })?;
    let mut sum = 0.0;
    for p in &mut *fair {
        *p = (z * *p + (1.0 - z) * *p * *p).sqrt();
        sum += *p;
    }
    for p in fair {
        *p *= sum;
    }
    Ok(Solution { parameter: Some(z), iterations })
}
