//! Shin's closed form for two outcomes, each outcome against the rest, then scaled to sum to 1.
//!
//! `d = 2π−S`, `z = (S−1)(d²−S)/(S(d²−1))`, `p = (√(z²+4(1−z)π²/S) − z) / (2(1−z))`.

use crate::error::OddsError;
use crate::method::{Method, Solution};

pub(super) fn remove(book: &mut [f64], booksum: f64) -> Result<Solution, OddsError> {
    let mut sum = 0.0;
    for (index, p) in book.iter_mut().enumerate() {
        let square = (2.0 * *p - booksum).powi(2);
        let z = (booksum - 1.0) * (square - booksum) / (booksum * (square - 1.0));
        let a = *p * *p / booksum;
        let root = (z * z + 4.0 * (1.0 - z) * a).sqrt();
        // Both are the same number; each is free of cancellation on its side of round.
        *p = if z < 0.0 { (root - z) / (2.0 * (1.0 - z)) } else { 2.0 * a / (root + z) };
        if !p.is_finite() {
            return Err(OddsError::Undefined { method: Method::EfficientShin.name(), index });
        }
        sum += *p;
    }
    for p in book {
        *p /= sum;
    }
    Ok(Solution::CLOSED)
}
