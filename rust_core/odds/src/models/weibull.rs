//! Weibull counts (`McShane`, Adrian, Bradlow & Fader 2008) joined by Frank's copula (Boshnakov, Kharrat & `McHale` 2017).

use super::error::ModelError;

/// How far from 0 and 1 a series that should have converged may stray before it says nothing.
pub(super) const CONVERGED: f64 = 1e-6;
/// How far it may where the caller chose to cut it: what strays is clipped, as in the published implementations, and
/// told; beyond this it would no longer be a count.
pub(super) const CUT: f64 = 0.05;
/// The sum of a cut series strays further than its terms by about this.
const SPREAD: f64 = 4.0;
/// Dependence below which Frank's copula is independence to the last bit.
const INDEPENDENT: f64 = 1e-9;
/// Dependence above which the copula is computed from its complement.
const STRONG: f64 = 3.0;

/// A Weibull count of 0 to `size` goals, normalised over them.
pub(super) struct Side {
    masses: Vec<f64>,
    /// How far the series summed from 1, and what the last count holds: both vanish once it has converged.
    pub(super) error: f64,
    /// What came out below 0 and was taken as 0, as a share of the rest.
    pub(super) clipped: f64,
}

/// Both sides, the series cut after `j = size`.
///
/// `α_0^j = Γ(cj+1)/j!`, `α_{x+1}^j = Σ_{m=x}^{j−1} α_x^m Γ(c(j−m)+1)/(j−m)!`,
/// `P(x) = Σ_{j≥x} (−1)^{x+j} λ^j α_x^j/Γ(cj+1)`.
pub(super) fn sides(rates: [f64; 2], shape: f64, size: usize, stray: f64) -> Result<[Side; 2], ModelError> {
    let gammas: Vec<f64> = (0..=size).map(|j| gamma(shape * j as f64 + 1.0)).collect();
    let mut factorial = 1.0;
    let weights: Vec<f64> = (0..=size)
        .map(|j| {
            factorial *= (j as f64).max(1.0);
            gammas[j] / factorial
        })
        .collect();
    let mut alpha = weights.clone();
    let mut sides = [Vec::with_capacity(size + 1), Vec::with_capacity(size + 1)];
    for x in 0..=size {
        for (side, rate) in sides.iter_mut().zip(rates) {
            side.push(series(&alpha, &gammas, rate, x, stray)?);
        }
        let next = |j: usize| (x..j).map(|m| alpha[m] * weights[j - m]).sum();
        alpha = (0..=size).map(|j| if j > x { next(j) } else { 0.0 }).collect();
    }
    let [home, away] = sides.map(|side| Side::normalised(side, stray));
    Ok([home?, away?])
}

impl Side {
    fn normalised(mut masses: Vec<f64>, stray: f64) -> Result<Self, ModelError> {
        let mut clipped = 0.0;
        for mass in masses.iter_mut().filter(|mass| **mass < 0.0) {
            clipped -= std::mem::take(mass);
        }
        let sum: f64 = masses.iter().sum();
        let last = masses.last().copied().unwrap_or(0.0);
        if !(0.5..1.0 + SPREAD * stray).contains(&sum) {
            return Err(ModelError::Series);
        }
        for mass in &mut masses {
            *mass /= sum;
        }
        Ok(Self { masses, error: (sum - 1.0).abs().max(last), clipped: clipped / sum })
    }

    /// `P(at most x)` for x below the last count.
    fn cumulative(&self) -> Vec<f64> {
        let add = |sum: &mut f64, mass: &f64| {
            *sum = (*sum + mass).min(1.0);
            Some(*sum)
        };
        self.masses[..self.masses.len() - 1].iter().scan(0.0, add).collect()
    }
}

/// `P(x)`, which a cut series may leave a little below 0.
fn series(alpha: &[f64], gammas: &[f64], rate: f64, x: usize, stray: f64) -> Result<f64, ModelError> {
    let mut power = rate.powi(i32::try_from(x).unwrap_or(i32::MAX));
    let (mut sum, mut sign) = (0.0, 1.0);
    for (a, g) in alpha.iter().zip(gammas).skip(x) {
        sum += sign * power * a / g;
        sign = -sign;
        power *= rate;
    }
    if sum > -stray && sum < 1.0 + stray { Ok(sum) } else { Err(ModelError::Series) }
}

/// The cells of the joint distribution: rectangles of the copula over both cumulative distributions.
pub(super) fn join(sides: &[Side; 2], kappa: f64) -> Vec<f64> {
    let [home, away] = sides.each_ref().map(Side::cumulative);
    let mut cells = Vec::with_capacity(home.len() * away.len());
    let mut below = vec![0.0; away.len()];
    for &u in &home {
        let (mut left, mut left_below) = (0.0, 0.0);
        for (&v, below) in away.iter().zip(&mut below) {
            let here = frank(u, v, kappa);
            cells.push((here - left - *below + left_below).max(0.0));
            left_below = std::mem::replace(below, here);
            left = here;
        }
    }
    cells
}

/// `C(u,v) = −ln(1 + (e^{−κu}−1)(e^{−κv}−1)/(e^{−κ}−1))/κ`.
fn frank(u: f64, v: f64, kappa: f64) -> f64 {
    if kappa.abs() < INDEPENDENT {
        return u * v;
    }
    if kappa < STRONG {
        return -((-kappa * u).exp_m1() * (-kappa * v).exp_m1() / (-kappa).exp_m1()).ln_1p() / kappa;
    }
    // The argument of the logarithm as a sum of positive terms: nothing cancels where both are almost sure.
    let inside =
        (-kappa * u).exp() * -(-kappa * v).exp_m1() + (-kappa * v).exp() * -(-kappa * (1.0 - v)).exp_m1();
    -(inside / -(-kappa).exp_m1()).ln() / kappa
}

/// `Γ(x)` for `1 ≤ x < 171` (Lanczos, g = 7).
fn gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let mut sum = 0.999_999_999_999_809_9;
    for (i, c) in COEFFICIENTS.iter().enumerate() {
        sum += c / (x + i as f64);
    }
    let t = x + 6.5;
    let half = t.powf((x - 0.5) / 2.0);
    std::f64::consts::TAU.sqrt() * half * (-t).exp() * half * sum
}
