//! The one-dimensional equations behind the methods, each by a Newton iteration that cannot leave its bracket.

use crate::method::Solution;

/// Steps after which an iteration that did not settle is given up; ordinary books take 4 to 9,
/// the worst of a million random ones (Shin on a margin of hundreds of per cent) 74.
const MAX_STEPS: u32 = 100;
/// A step of `z` that is only the rounding of the sums.
const SETTLED: f64 = 2.0 * f64::EPSILON;

/// The exponent `k > 0` with `Σ exp(−k·cost) = total`, and the steps taken.
///
/// Needs `cost > 0` and `0 < total < n`. Solved as `h(k) = ln Σ exp(−k·cost) − ln total`, which is convex and
/// falling: from the left of the root Newton rises to it without passing it, and a first step from the right lands
/// on the left. `h` is nearly straight where the sum itself is not, so books far from the target cost no more steps.
pub(crate) fn exponent(costs: &[f64], total: f64) -> Option<(f64, u32)> {
    let goal = total.ln();
    let steepest = costs.iter().copied().fold(0.0, f64::max);
    let mut k = 1.0_f64;
    for step in 1..=MAX_STEPS {
        let (mut sum, mut slope) = (0.0, 0.0);
        for &cost in costs {
            let term = (-k * cost).exp();
            sum += term;
            slope += term * cost;
        }
        let delta = (sum.ln() - goal) * sum / slope;
        let next = (k + delta).max(0.0);
        // The error after a step of this size is its square, below the last bit of every exp(−k·cost).
        if (next - k).abs() * steepest <= 1e-8 {
            return (next > 0.0).then_some((next, step));
        }
        k = next;
    }
    None
}

/// Raise every value to the power that makes them sum to `total`, in place.
pub(crate) fn raise(values: &mut [f64], total: f64) -> Option<Solution> {
    for value in &mut *values {
        *value = -value.ln();
    }
    let (k, iterations) = exponent(values, total)?;
    for value in values {
        *value = (-k * *value).exp();
    }
    Some(Solution { parameter: Some(k), iterations })
}

/// Shin's `z ≠ 1` with `Σ√(z²+4(1−z)a) = (n−2)z+2` for `a = π²/S`, and the steps taken.
///
/// The left side minus the right is convex with a false root at 1. Above round it is positive at 0 and Newton rises
/// to the wanted root; below round the first step lands left of the negative root and the rest rise to it. The first
/// step, from 0, needs no sums: there every root is `2π/√S`.
pub(crate) fn insider_share(a: &[f64], booksum: f64) -> Option<(f64, u32)> {
    let others = a.len() as f64 - 2.0;
    let mut last = -booksum.sqrt() - others;
    let mut moved = 2.0 * (1.0 - booksum.sqrt()) / last;
    let mut z = moved;
    for step in 2..=MAX_STEPS {
        let at = match a {
            [first, second, third] => InsiderShare::of_three([*first, *second, *third], z),
            _ => InsiderShare::of_many(a, z, others),
        };
        if at.value <= 0.0 || at.slope >= 0.0 {
            return Some((z, step));
        }
        z += at.step;
        // A Newton step of δ is off by δ²/2 times curvature over slope; the curvature is the change of the slope over
        // the step before, and hardly another so near the root. An eighth of the last bit leaves room for that.
        let off = at.step * at.step * (at.slope - last) / moved;
        let settled = off <= 0.25 * f64::EPSILON * -at.slope * z.abs().min(1.0);
        if settled || at.step.abs() <= SETTLED * z.abs().max(1.0) {
            return (z < 1.0).then_some((z, step));
        }
        (last, moved) = (at.slope, at.step);
    }
    None
}

/// Shin's equation at a `z`: left side minus right, derivative, Newton's step.
struct InsiderShare {
    value: f64,
    slope: f64,
    step: f64,
}

impl InsiderShare {
    fn of_many(a: &[f64], z: f64, others: f64) -> Self {
        let (mut value, mut slope) = (-others * z - 2.0, -others);
        for &a in a {
            let root = (z * z + 4.0 * (1.0 - z) * a).sqrt();
            value += root;
            slope += (z - 2.0 * a) / root;
        }
        Self { value, slope, step: -value / slope }
    }

    /// With all quotients over one denominator: a division takes as long as the rest, and the next step waits for one.
    fn of_three(a: [f64; 3], z: f64) -> Self {
        let roots = a.map(|a| (z * z + 4.0 * (1.0 - z) * a).sqrt());
        let [first, second, third] = a.map(|a| z - 2.0 * a);
        let (value, below) = (roots.iter().sum::<f64>() - z - 2.0, roots[0] * roots[1] * roots[2]);
        let above =
            first * roots[1] * roots[2] + second * roots[0] * roots[2] + third * roots[0] * roots[1] - below;
        Self { value, slope: above / below, step: -value * below / above }
    }
}

/// Shin's `z` in [0, 1) with `Σ√(zp+(1−z)p²) = root_booksum`, and the steps taken.
///
/// The sum is concave and rising, so Newton from 0 rises to the root without passing it.
pub(crate) fn insider_share_for(p: &[f64], root_booksum: f64) -> Option<(f64, u32)> {
    let mut z = 0.0_f64;
    for step in 1..=MAX_STEPS {
        let (mut value, mut slope) = (-root_booksum, 0.0);
        for &p in p {
            let y = (z * p + (1.0 - z) * p * p).sqrt();
            value += y;
            slope += (p - p * p) / (2.0 * y);
        }
        if step > 1 && value >= 0.0 {
            return Some((z, step));
        }
        let delta = -value / slope;
        z = (z + delta).min(1.0);
        if delta.abs() <= SETTLED {
            return Some((z, step));
        }
    }
    None
}

/// Scale the odds against every outcome, `(1−p)/p`, by the one ratio `c` that makes the probabilities sum to
/// `total`, in place. Needs `0 < total < n`.
///
/// Solved for `u = ln c`, in which every probability is a logistic curve: the sum falls from n to 0.
pub(crate) fn rescale_odds(values: &mut [f64], total: f64) -> Option<Solution> {
    for p in &mut *values {
        *p = (1.0 - *p) / *p;
    }
    let (mut low, mut high, mut u, mut last) = (-40.0_f64, 40.0_f64, 0.0_f64, f64::INFINITY);
    for step in 1..=MAX_STEPS {
        let c = u.exp();
        let (mut excess, mut slope) = (-total, 0.0);
        for &against in &*values {
            let p = 1.0 / (1.0 + c * against);
            excess += p;
            slope += p * p * c * against;
        }
        if excess > 0.0 {
            low = u;
        } else {
            high = u;
        }
        let next = u + excess / slope;
        // A step that leaves the bracket, or is not much shorter than the last one, bounces: halve instead.
        let inside = (low..=high).contains(&next) && (next - u).abs() <= 0.7 * last;
        let at = if inside { next } else { f64::midpoint(low, high) };
        // The error after a Newton step is at most half its square, below the last bit of every probability.
        if (inside && (next - u).abs() <= 1e-8) || excess == 0.0 || high - low <= SETTLED {
            let c = at.exp();
            for against in values {
                *against = 1.0 / (1.0 + c * *against);
            }
            return Some(Solution { parameter: Some(c), iterations: step });
        }
        last = (at - u).abs();
        u = at;
    }
    None
}
