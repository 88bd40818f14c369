//! Jensen-Shannon distance (Long): every outcome keeps the same distance between its book and its fair probability.
//!
//! With `m = (π+p)/2` and `h = (π−p)/2` the divergence (nats) of the two binomials is
//! `J = ½·m·G(h/m) + ½·(1−m)·G(h/(1−m))`, `G(t) = (1+t)ln(1+t) + (1−t)ln(1−t)`; the distance is `d = √J`.

use crate::error::OddsError;
use crate::method::{Method, Solution};

/// A book without margin has no distance.
pub(super) const FAIR: Solution = Solution::closed(0.0);
/// Steps after which a root that did not settle is given up; bisection alone needs 60.
const MAX_STEPS: u32 = 200;

pub(super) fn remove(book: &mut [f64], booksum: f64, target: f64) -> Result<Solution, OddsError> {
    let method = Method::Jsd.name();
    if booksum < target {
        return Err(OddsError::Underround { booksum, target });
    }
    // The distance at which the first outcome has nothing left is the largest that all can keep.
    let widest = book.iter().map(|&pi| divergence(pi, 0.0).sqrt()).fold(f64::INFINITY, f64::min);
    let (mut low, mut high) = (0.0, widest);
    let spread: f64 = book.iter().map(|pi| (8.0 * pi * (1.0 - pi)).sqrt()).sum();
    let mut d = ((booksum - target) / spread).min(0.5 * widest);
    let mut fair = vec![0.0; book.len()];
    for step in 1..=MAX_STEPS {
        let (mut excess, mut slope) = (-target, 0.0);
        for (p, &pi) in fair.iter_mut().zip(&*book) {
            *p = at_distance(pi, d).ok_or(OddsError::NotConverged { method })?;
            excess += *p;
            slope += 2.0 * d / divergence_slope(pi, *p);
        }
        if excess > 0.0 {
            low = d;
        } else {
            high = d;
        }
        let newton = d - excess / slope;
        let settled =
            excess.abs() <= 4.0 * f64::EPSILON * target.max(1.0) || (newton - d).abs() <= f64::EPSILON * d;
        if settled || high - low <= f64::EPSILON * high {
            if !settled && excess.abs() > 1e-13 * target.max(1.0) {
                return Err(OddsError::Unattainable { method, booksum, limit: booksum - excess });
            }
            book.copy_from_slice(&fair);
            return Ok(Solution { parameter: Some(d), iterations: step });
        }
        d = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
    }
    Err(OddsError::NotConverged { method })
}

/// The `p < π` at distance `d`: Newton on the distance, which is nearly straight in `p`, kept in its bracket.
fn at_distance(pi: f64, d: f64) -> Option<f64> {
    let (mut low, mut high) = (0.0, pi);
    let guess = pi - d * (8.0 * pi * (1.0 - pi)).sqrt();
    let mut p = if guess > 0.0 { guess } else { 0.5 * pi };
    for _ in 0..MAX_STEPS {
        let distance = divergence(pi, p).sqrt();
        if distance > d {
            low = p;
        } else {
            high = p;
        }
        let next = p - (distance - d) * 2.0 * distance / divergence_slope(pi, p);
        if (next - p).abs() <= f64::EPSILON * pi || high - low <= f64::EPSILON * pi {
            return Some(p);
        }
        p = if next > low && next < high { next } else { f64::midpoint(low, high) };
    }
    None
}

/// `J(π, p)`.
fn divergence(pi: f64, p: f64) -> f64 {
    let (m, h) = (f64::midpoint(pi, p), 0.5 * (pi - p));
    0.5 * (m * symmetric(h / m) + (1.0 - m) * symmetric(h / (1.0 - m)))
}

/// `∂J/∂p = ½·ln(p(1−m) / (m(1−p)))`, written so that nothing cancels near `p = π`.
fn divergence_slope(pi: f64, p: f64) -> f64 {
    let (m, h) = (f64::midpoint(pi, p), 0.5 * (pi - p));
    0.5 * ((-h / m).ln_1p() - (h / (1.0 - m)).ln_1p())
}

/// `G(t)` for `0 ≤ t ≤ 1`; its linear terms cancel, so small `t` take the series `Σ t²ᵏ/(k(2k−1))`.
fn symmetric(t: f64) -> f64 {
    if t >= 1.0 {
        return 2.0 * std::f64::consts::LN_2;
    }
    if t > 0.2 {
        return (1.0 + t) * t.ln_1p() + (1.0 - t) * (-t).ln_1p();
    }
    let square = t * t;
    let terms = [1.0, 6.0, 15.0, 28.0, 45.0, 66.0, 91.0, 120.0, 153.0, 190.0, 231.0];
    terms.iter().rev().fold(0.0, |sum, divisor| (sum + 1.0 / divisor) * square)
}
