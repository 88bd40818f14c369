//! Shin's closed form for two outcomes, each outcome against the rest, then scaled to sum to 1.
//!
//! The form has a pole at `π = (S−1)/2`: in big fields the outcomes around it come out far too likely.
//!
//! `d = 2π−S`, `z = (S−1)(d²−S)/(S(d²−1))`, `p = (√(z²+4(1−z)π²/S) − z) / (2(1−z))`.

use crate::error::OddsError;
use crate::method::{Method, Solution};

pub(super) fn remove(book: &mut [f64], booksum: f64) -> Result<Solution, OddsError> {
    let margin = margin(book);
    let mut sum = 0.0;
    for (index, p) in book.iter_mut().enumerate() {
        let difference = 2.0 * *p - booksum;
        // d² − 1 in factors, for it cancels where π is near half the margin and d near −1.
        let narrow = (difference - 1.0) * (2.0 * *p - margin);
        let z = margin * (difference * difference - booksum) / (booksum * narrow);
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

/// `Σπ − 1` with the rounding of every sum carried along: near the pole of `z` the last bit of the booksum matters.
fn margin(book: &[f64]) -> f64 {
    let (mut sum, mut rounding) = (-1.0_f64, 0.0_f64);
    for &p in book {
        let next = sum + p;
        let (large, small) = if sum.abs() >= p { (sum, p) } else { (p, sum) };
        rounding += (large - next) + small;
        sum = next;
    }
    sum + rounding
}
