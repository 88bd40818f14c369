//! Minimising a smooth function of many variables (Liu & Nocedal 1989, memory 8).

/// Pairs of steps and gradient changes kept.
const MEMORY: usize = 8;
/// Evaluations after which a function is given up.
const MAX_EVALUATIONS: u32 = 1_000;
/// Share of the decrease a straight line promises that a step must bring.
const SUFFICIENT: f64 = 1e-4;
/// Rounding of the function, relative to its value.
const NOISE: f64 = 1e-14;

/// A step, the change of the gradient along it, and the inverse of their product.
type Pair = (Vec<f64>, Vec<f64>, f64);

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `a + scale·b`, in place.
fn add_scaled(a: &mut [f64], scale: f64, b: &[f64]) {
    for (a, b) in a.iter_mut().zip(b) {
        *a += scale * b;
    }
}

/// The direction that the pairs make of a gradient.
fn direction(gradient: &[f64], pairs: &[Pair]) -> Vec<f64> {
    let mut found: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut weights = Vec::with_capacity(pairs.len());
    for (step, change, inverse) in pairs.iter().rev() {
        let weight = inverse * dot(step, &found);
        add_scaled(&mut found, -weight, change);
        weights.push(weight);
    }
    let curvature = pairs.last().map(|(_, change, inverse)| 1.0 / (inverse * dot(change, change)));
    let scale = curvature.unwrap_or_else(|| 1.0 / dot(gradient, gradient).sqrt().max(1.0));
    for value in &mut found {
        *value *= scale;
    }
    for ((step, change, inverse), weight) in pairs.iter().zip(weights.iter().rev()) {
        let correction = weight - inverse * dot(change, &found);
        add_scaled(&mut found, correction, step);
    }
    found
}

/// Move `at` to a minimum of `function`, which fills in its gradient and says infinity where it is not defined.
///
/// Returns the value there and the evaluations, or the evaluations if no component of the gradient falls below
/// `settled` in time.
pub(super) fn minimise(
    at: &mut Vec<f64>,
    settled: f64,
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Result<(f64, u32), u32> {
    let mut gradient = vec![0.0; at.len()];
    let mut value = function(at, &mut gradient);
    let mut evaluations = 1;
    let mut pairs: Vec<Pair> = Vec::with_capacity(MEMORY + 1);
    while value.is_finite() && evaluations < MAX_EVALUATIONS {
        if gradient.iter().all(|g| g.abs() <= settled) {
            return Ok((value, evaluations));
        }
        let towards = direction(&gradient, &pairs);
        let slope = dot(&towards, &gradient);
        let (mut scale, mut next_gradient) = (1.0, vec![0.0; at.len()]);
        let (next, next_value) = loop {
            let mut next = at.clone();
            add_scaled(&mut next, scale, &towards);
            let found = function(&next, &mut next_gradient);
            evaluations += 1;
            if found <= value + SUFFICIENT * scale * slope + NOISE * value.abs() {
                break (next, found);
            }
            if evaluations >= MAX_EVALUATIONS {
                return Err(evaluations);
            }
            scale /= 2.0;
        };
        let step: Vec<f64> = next.iter().zip(at.iter()).map(|(next, at)| next - at).collect();
        let change: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(next, g)| next - g).collect();
        let product = dot(&step, &change);
        if product > 0.0 {
            pairs.push((step, change, 1.0 / product));
            if pairs.len() > MEMORY {
                pairs.remove(0);
            }
        }
        (*at, value, gradient) = (next, next_value, next_gradient);
    }
    Err(evaluations)
}
