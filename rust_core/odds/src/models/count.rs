//! Goals of one side: the counts whose terms follow from the one before, `p_{k+1} = p_k·(a + b/(k+1))`.

use super::grid::MAX_SIZE;

/// What each side may leave outside the grid: both together stay below 1e-9.
const MISSING: f64 = 4.9e-10;

/// A count of goals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    first: f64,
    a: f64,
    b: f64,
    zero_inflation: f64,
}

impl Count {
    /// `e^{−λ}λ^k/k!`.
    pub(super) fn poisson(rate: f64) -> Self {
        Self { first: (-rate).exp(), a: 0.0, b: rate, zero_inflation: 0.0 }
    }

    /// `Γ(k+r)/(k!Γ(r))·(r/(r+λ))^r·(λ/(r+λ))^k`.
    pub(super) fn negative_binomial(rate: f64, dispersion: f64) -> Self {
        let share = rate / (dispersion + rate);
        let first = (-dispersion * (rate / dispersion).ln_1p()).exp();
        Self { first, a: share, b: (dispersion - 1.0) * share, zero_inflation: 0.0 }
    }

    /// `z·[k=0] + (1−z)·Poisson`.
    pub(super) fn zero_inflated(rate: f64, zero_inflation: f64) -> Self {
        Self { zero_inflation, ..Self::poisson(rate) }
    }

    fn ratio(&self, goals: usize) -> f64 {
        self.a + self.b / (goals + 1) as f64
    }

    /// The probabilities of 0 to `size − 1` goals.
    pub(super) fn masses(&self, size: usize) -> Vec<f64> {
        let mut masses = Vec::with_capacity(size);
        let mut mass = self.first * (1.0 - self.zero_inflation);
        for goals in 0..size {
            masses.push(mass);
            mass *= self.ratio(goals);
        }
        masses[0] += self.zero_inflation;
        masses
    }

    /// The smallest size that holds all but [`MISSING`].
    pub(super) fn reach(&self) -> Option<usize> {
        let (mut mass, mut sum) = (self.first, 0.0);
        for goals in 0..MAX_SIZE {
            sum += mass;
            if (1.0 - sum) * (1.0 - self.zero_inflation) < MISSING {
                return Some(goals + 1);
            }
            mass *= self.ratio(goals);
        }
        None
    }
}
