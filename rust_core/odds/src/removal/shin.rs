//! Shin: `p = (√(z²+4(1−z)π²/S) − z) / (2(1−z))`.

use crate::error::OddsError;
use crate::method::{Method, Solution};
use crate::newton;

/// A book without margin has no insiders.
pub(super) const FAIR: Solution = Solution { parameter: Some(0.0), iterations: 0 };

pub(super) fn remove(book: &mut [f64], booksum: f64) -> Result<Solution, OddsError> {
    if let [first, second] = book {
        return Ok(two_outcomes(first, second, booksum));
    }
    for p in &mut *book {
        *p = *p * *p / booksum;
    }
    let (z, iterations) = newton::insider_share(book, booksum)
        .ok_or(OddsError::NotConverged { method: Method::Shin.name() })?;
    let mut sum = 0.0;
    for p in &mut *book {
        let a = *p;
        let root = (z * z + 4.0 * (1.0 - z) * a).sqrt();
        // Both are the same number; each is free of cancellation on its side of round.
        *p = if z < 0.0 { (root - z) / (2.0 * (1.0 - z)) } else { 2.0 * a / (root + z) };
        sum += *p;
    }
    // The last bits of z, magnified by 1/(1−z) on books of extreme margin.
    for p in book {
        *p /= sum;
    }
    Ok(Solution { parameter: Some(z), iterations })
}

/// With two outcomes both give up the same amount and z has a closed form.
fn two_outcomes(first: &mut f64, second: &mut f64, booksum: f64) -> Solution {
    let difference = *first - *second;
    let square = difference * difference;
    let z = (booksum - 1.0) * (square - booksum) / (booksum * (square - 1.0));
    *first = f64::midpoint(1.0, difference);
    *second = f64::midpoint(1.0, -difference);
    Solution { parameter: Some(z), iterations: 0 }
}
