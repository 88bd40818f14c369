//! The final score of a match that is under way: the goals still to come on top of the score.

use super::count::Count;
use super::error::ModelError;
use super::grid::{MAX_RATE, MAX_SIZE, SIZE, ScoreGrid, check_rho, parameter};

/// Most goals of a side when the model begins; more is a typing error.
const MAX_GOALS: u32 = 99;

/// Beyond this many goals a Poisson count has less probability than the last bit of its sums.
pub(crate) fn reach(rate: f64) -> usize {
    let wanted = rate + 11.0 * rate.sqrt() + 12.0;
    (1..MAX_SIZE).find(|&size| size as f64 >= wanted).unwrap_or(MAX_SIZE)
}

/// Rates of the goals still to come: none is possible, when the match is over.
pub(crate) fn check_rest(rates: [f64; 2]) -> Result<(), ModelError> {
    for (name, rate) in ["home_rate", "away_rate"].into_iter().zip(rates) {
        parameter(name, rate, (0.0..=MAX_RATE).contains(&rate), "between 0 and 100 goals still to come")?;
    }
    Ok(())
}

/// A score from which a match can go on.
pub(crate) fn check_score(score: [u32; 2]) -> Result<(), ModelError> {
    for (name, goals) in ["home_goals", "away_goals"].into_iter().zip(score) {
        parameter(name, f64::from(goals), goals <= MAX_GOALS, "between 0 and 99 goals")?;
    }
    Ok(())
}

/// `P(X > Y)`, `P(X = Y)`, `P(X < Y)` of Poisson counts when X starts `lead` ahead: tails of Skellam's distribution.
///
/// # Errors
/// Rates that are not between 0 and 100, a lead beyond 99.
pub fn skellam(rates: [f64; 2], lead: i32) -> Result<[f64; 3], ModelError> {
    check_rest(rates)?;
    parameter("lead", f64::from(lead), lead.unsigned_abs() <= MAX_GOALS, "between -99 and 99")?;
    let [first, second] = rates.map(|rate| Count::poisson(rate).masses(reach(rate)));
    let mut result = [0.0; 3];
    for (mine, p) in (lead..).zip(&first) {
        for (theirs, q) in (0..).zip(&second) {
            let at = match mine.cmp(&theirs) {
                std::cmp::Ordering::Greater => 0,
                std::cmp::Ordering::Equal => 1,
                std::cmp::Ordering::Less => 2,
            };
            result[at] += p * q;
        }
    }
    Ok(result)
}

/// The goals still to come: Poisson with the low numbers moved by τ at `rho`.
pub(crate) fn rest_cells(rates: [f64; 2], rho: f64) -> Result<(Vec<f64>, usize), ModelError> {
    check_rest(rates)?;
    if rho != 0.0 {
        check_rho(rates, rho)?;
    }
    let size = reach(rates[0].max(rates[1]));
    let [home, away] = rates.map(|rate| Count::poisson(rate).masses(size));
    let mut cells: Vec<f64> = home.iter().flat_map(|p| away.iter().map(move |q| p * q)).collect();
    cells[0] *= (1.0 - rates[0] * rates[1] * rho).max(0.0);
    cells[1] *= (1.0 + rates[0] * rho).max(0.0);
    cells[size] *= (1.0 + rates[1] * rho).max(0.0);
    cells[size + 1] *= (1.0 - rho).max(0.0);
    Ok((cells, size))
}

impl ScoreGrid {
    /// The final score of a match that stands at `score`, `rates` being those of the goals still to come and `rho`
    /// their dependence (Dixon & Coles' τ on the goals to come).
    ///
    /// # Errors
    /// Rates that are not between 0 and 100, more than 99 goals of a side, a ρ out of its bounds at these rates.
    pub fn from_score(rates: [f64; 2], rho: f64, score: [u32; 2]) -> Result<Self, ModelError> {
        let (cells, size) = rest_cells(rates, rho)?;
        Self::on_top(&cells, size, score)
    }

    /// The final score from the goals still to come, `size` of them a side.
    pub(crate) fn on_top(rest: &[f64], size: usize, score: [u32; 2]) -> Result<Self, ModelError> {
        check_score(score)?;
        let [home, away] = score.map(|goals| goals as usize);
        // A corner beyond the largest grid has no probability that shows.
        let whole = (home.max(away) + size).clamp(SIZE, MAX_SIZE);
        let mut cells = vec![0.0; whole * whole];
        for (row, goals) in rest.chunks_exact(size).zip(cells.chunks_exact_mut(whole).skip(home)) {
            goals[away..].iter_mut().zip(row).for_each(|(cell, p)| *cell = *p);
        }
        Self::from_cells(cells, whole)
    }
}
