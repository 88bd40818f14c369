//! The distribution of the final score.

use super::count::Count;
use super::error::ModelError;
use super::weibull;

/// Most goals a side a grid holds.
pub(crate) const MAX_SIZE: usize = 256;
/// Fewest: Dixon-Coles moves the scores of up to one goal a side.
const MIN_SIZE: usize = 2;
/// Goals a side of an ordinary grid (0 to 14).
pub(crate) const SIZE: usize = 15;
/// Sizes tried for a Weibull count; its gamma function ends beyond the last.
const WEIBULL_SIZES: [usize; 5] = [15, 20, 27, 36, 48];
/// What a grid may miss.
const MISSING: f64 = 1e-9;
/// Lowest scoring rate, goals a match: below, a goal is a rounding error.
const MIN_RATE: f64 = 1e-6;
/// Highest scoring rate.
pub(crate) const MAX_RATE: f64 = 100.0;

/// How many goals each side scores, rates in goals a match.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GoalModel {
    /// Independent Poisson counts (Maher 1982).
    Poisson {
        /// Rates of home and away.
        rates: [f64; 2],
    },
    /// Poisson with the low scores moved by τ (Dixon & Coles 1997).
    DixonColes {
        /// Rates of home and away.
        rates: [f64; 2],
        /// Dependence of the low scores.
        rho: f64,
    },
    /// Two counts that share a third (Karlis & Ntzoufras 2003); the means are `own + shared`.
    BivariatePoisson {
        /// Rates of home and away without the shared one.
        rates: [f64; 2],
        /// Rate of the goals both sides get.
        shared: f64,
    },
    /// Independent negative binomial counts, variance `λ + λ²/r`.
    NegativeBinomial {
        /// Rates of home and away.
        rates: [f64; 2],
        /// Dispersion `r`; Poisson as it grows.
        dispersion: f64,
    },
    /// Poisson counts with extra probability of no goal (Lambert 1992).
    ZeroInflatedPoisson {
        /// Rates of home and away.
        rates: [f64; 2],
        /// Extra probability of no goal, each side.
        zero_inflation: f64,
    },
    /// Weibull counts joined by Frank's copula (Boshnakov, Kharrat & `McHale` 2017).
    WeibullCopula {
        /// Rates of home and away.
        rates: [f64; 2],
        /// Shape of the time between goals; 1 is Poisson.
        shape: f64,
        /// Dependence; 0 is independence.
        kappa: f64,
    },
}

/// The bounds of ρ within which no score is negative: `[max(−1/λ, −1/μ), min(1, 1/(λμ))]`.
pub fn rho_bounds([home, away]: [f64; 2]) -> (f64, f64) {
    (f64::max(-1.0 / home, -1.0 / away), f64::min(1.0, 1.0 / (home * away)))
}

pub(crate) fn parameter(
    name: &'static str,
    value: f64,
    valid: bool,
    rule: &'static str,
) -> Result<(), ModelError> {
    if value.is_finite() && valid { Ok(()) } else { Err(ModelError::InvalidParameter { name, value, rule }) }
}

pub(crate) fn check_rates(rates: [f64; 2]) -> Result<(), ModelError> {
    for (name, rate) in ["home_rate", "away_rate"].into_iter().zip(rates) {
        parameter(name, rate, (MIN_RATE..=MAX_RATE).contains(&rate), "between 0.000001 and 100 goals")?;
    }
    Ok(())
}

pub(crate) fn check_rho(rates: [f64; 2], rho: f64) -> Result<(), ModelError> {
    let (low, high) = rho_bounds(rates);
    if rho >= low && rho <= high { Ok(()) } else { Err(ModelError::InvalidRho { rho, low, high }) }
}

impl GoalModel {
    fn rates(self) -> [f64; 2] {
        match self {
            Self::Poisson { rates }
            | Self::DixonColes { rates, .. }
            | Self::BivariatePoisson { rates, .. }
            | Self::NegativeBinomial { rates, .. }
            | Self::ZeroInflatedPoisson { rates, .. }
            | Self::WeibullCopula { rates, .. } => rates,
        }
    }

    fn check(self) -> Result<(), ModelError> {
        check_rates(self.rates())?;
        match self {
            Self::Poisson { .. } => Ok(()),
            Self::DixonColes { rates, rho } => check_rho(rates, rho),
            Self::BivariatePoisson { shared, .. } => parameter(
                "shared_rate",
                shared,
                (0.0..=MAX_RATE).contains(&shared),
                "between 0 and 100 goals",
            ),
            Self::NegativeBinomial { dispersion, .. } => parameter(
                "dispersion",
                dispersion,
                dispersion > 0.0 && dispersion <= 1e9,
                "above 0 and at most 1e9",
            ),
            Self::ZeroInflatedPoisson { zero_inflation, .. } => {
                let valid = (0.0..1.0).contains(&zero_inflation);
                parameter("zero_inflation", zero_inflation, valid, "at least 0 and below 1")
            }
            Self::WeibullCopula { shape, kappa, .. } => {
                parameter("shape", shape, (0.2..=3.0).contains(&shape), "between 0.2 and 3")?;
                parameter("kappa", kappa, kappa.abs() <= 100.0, "between -100 and 100")
            }
        }
    }

    /// The counts of both sides, or `None` if the sides are Weibull counts.
    fn counts(self) -> Option<[Count; 2]> {
        match self {
            Self::Poisson { rates } | Self::DixonColes { rates, .. } => Some(rates.map(Count::poisson)),
            Self::BivariatePoisson { rates, shared } => Some(rates.map(|rate| Count::poisson(rate + shared))),
            Self::NegativeBinomial { rates, dispersion } => {
                Some(rates.map(|rate| Count::negative_binomial(rate, dispersion)))
            }
            Self::ZeroInflatedPoisson { rates, zero_inflation } => {
                Some(rates.map(|rate| Count::zero_inflated(rate, zero_inflation)))
            }
            Self::WeibullCopula { .. } => None,
        }
    }

    fn cells(self, counts: [Count; 2], size: usize) -> Vec<f64> {
        if let Self::BivariatePoisson { rates, shared } = self {
            return bivariate(rates, shared, size);
        }
        let [home, away] = counts.map(|count| count.masses(size));
        let mut cells = Vec::with_capacity(size * size);
        for p in home {
            cells.extend(away.iter().map(|q| p * q));
        }
        if let Self::DixonColes { rates: [home, away], rho } = self {
            cells[0] *= (1.0 - home * away * rho).max(0.0);
            cells[1] *= (1.0 + home * rho).max(0.0);
            cells[size] *= (1.0 + away * rho).max(0.0);
            cells[size + 1] *= (1.0 - rho).max(0.0);
        }
        cells
    }
}

/// `Σ_k pois(i−k; λ1)·pois(j−k; λ2)·pois(k; λ3)`.
fn bivariate(rates: [f64; 2], shared: f64, size: usize) -> Vec<f64> {
    let [home, away] = rates.map(|rate| Count::poisson(rate).masses(size));
    let both = Count::poisson(shared).masses(size);
    let mut cells = Vec::with_capacity(size * size);
    for i in 0..size {
        for j in 0..size {
            cells.push((0..=i.min(j)).map(|k| home[i - k] * away[j - k] * both[k]).sum());
        }
    }
    cells
}

/// `P(home i, away j)` for fewer than `size` goals a side, normalised, with the sums every market is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreGrid {
    pub(super) size: usize,
    /// Row `i` has the scores in which home has `i` goals.
    pub(super) cells: Vec<f64>,
    mass: f64,
    clipped: f64,
    /// `P(home − away = d)` at `d + size − 1`.
    pub(super) differences: Vec<f64>,
    /// `P(home + away = t)`.
    pub(super) totals: Vec<f64>,
    /// `P(home = i)`.
    pub(super) home: Vec<f64>,
    /// `P(away = j)`.
    pub(super) away: Vec<f64>,
}

impl ScoreGrid {
    /// The grid of a model: `size` goals a side, or as many (at least 15) as leave less than 1e-9 out.
    ///
    /// # Errors
    /// A parameter out of its range, a size that is too small or too large, a model too wide for any size.
    pub fn new(model: GoalModel, size: Option<usize>) -> Result<Self, ModelError> {
        model.check()?;
        if let Some(size) = size.filter(|size| !(MIN_SIZE..=MAX_SIZE).contains(size)) {
            return Err(ModelError::InvalidSize { size, low: MIN_SIZE, high: MAX_SIZE });
        }
        if let GoalModel::WeibullCopula { rates, shape, kappa } = model {
            return Self::weibull(rates, shape, kappa, size);
        }
        let Some(counts) = model.counts() else { return Err(ModelError::Series) };
        let size = match size {
            Some(size) => size,
            None => match (counts[0].reach(), counts[1].reach()) {
                (Some(home), Some(away)) => home.max(away).max(SIZE),
                _ => return Err(ModelError::TooWide { size: MAX_SIZE }),
            },
        };
        Self::from_cells(model.cells(counts, size), size)
    }

    fn weibull(rates: [f64; 2], shape: f64, kappa: f64, size: Option<usize>) -> Result<Self, ModelError> {
        let largest = WEIBULL_SIZES[WEIBULL_SIZES.len() - 1];
        if let Some(size) = size {
            if size > largest {
                return Err(ModelError::InvalidSize { size, low: MIN_SIZE, high: largest });
            }
            let sides = weibull::sides(rates, shape, size, weibull::CUT)?;
            return Self::joined(&sides, kappa, size);
        }
        for size in WEIBULL_SIZES {
            let Ok(sides) = weibull::sides(rates, shape, size, weibull::CONVERGED) else { continue };
            if sides.iter().all(|side| side.error < MISSING / 2.0) {
                return Self::joined(&sides, kappa, size);
            }
        }
        Err(ModelError::Series)
    }

    fn joined(sides: &[weibull::Side; 2], kappa: f64, size: usize) -> Result<Self, ModelError> {
        let clipped = sides[0].clipped.max(sides[1].clipped);
        Ok(Self { clipped, ..Self::from_cells(weibull::join(sides, kappa), size)? })
    }

    pub(crate) fn from_cells(mut cells: Vec<f64>, size: usize) -> Result<Self, ModelError> {
        let mass = sum(&cells);
        if mass.is_nan() || mass < 0.5 {
            return Err(ModelError::MissingMass { mass, size });
        }
        let (mut differences, mut totals) = (vec![0.0; 2 * size - 1], vec![0.0; 2 * size - 1]);
        let (mut home, mut away) = (vec![0.0; size], vec![0.0; size]);
        let scale = 1.0 / mass;
        for cell in &mut cells {
            *cell *= scale;
        }
        for (i, row) in cells.chunks_exact(size).enumerate() {
            add(&mut totals[i..], row.iter());
            add(&mut differences[i..], row.iter().rev());
            add(&mut away, row.iter());
            home[i] = sum(row);
        }
        Ok(Self { size, cells, mass, clipped: 0.0, differences, totals, home, away })
    }

    /// Goals a side the grid tells apart: 0 to `size − 1`.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The probabilities, row by row of home goals.
    #[must_use]
    pub fn cells(&self) -> &[f64] {
        &self.cells
    }

    /// The sum of the cells before they were normalised.
    #[must_use]
    pub fn mass(&self) -> f64 {
        self.mass
    }

    /// What a cut Weibull series left below 0 and was taken as 0, of the side where it is more; 0 otherwise.
    #[must_use]
    pub fn clipped(&self) -> f64 {
        self.clipped
    }
}

/// The sum of many values, eight running sums side by side: one would wait for itself.
pub(super) fn sum(values: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let blocks = values.chunks_exact(sums.len());
    let rest: f64 = blocks.remainder().iter().sum();
    for block in blocks {
        add(&mut sums, block.iter());
    }
    rest + sums.iter().sum::<f64>()
}

fn add<'a>(to: &mut [f64], values: impl Iterator<Item = &'a f64>) {
    for (to, value) in to.iter_mut().zip(values) {
        *to += value;
    }
}
