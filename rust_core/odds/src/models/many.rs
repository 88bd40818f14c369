//! Many matches in one call: rates → markets, and prices → rates.

use super::error::ModelError;
use super::grid::{GoalModel, ScoreGrid};
use super::inversion::{GoalExpectancy, MarketView, goal_expectancy};
use super::named::Market;

/// One match of many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Rates of home and away: of the whole match, or of the goals still to come.
    pub rates: [f64; 2],
    /// Dependence of the low scores.
    pub rho: f64,
    /// The score it stands at, if it is under way.
    pub score: Option<[u32; 2]>,
}

impl Match {
    fn grid(&self) -> Result<ScoreGrid, ModelError> {
        match self.score {
            Some(score) => ScoreGrid::from_score(self.rates, self.rho, score),
            None => ScoreGrid::new(GoalModel::DixonColes { rates: self.rates, rho: self.rho }, None),
        }
    }
}

/// The markets of many matches: one column a market, in which the outcomes of a match lie side by side.
///
/// # Errors
/// The first match without a grid, as [`ModelError::Row`].
pub fn grid_markets(matches: &[Match], markets: &[Market]) -> Result<Vec<Vec<f64>>, ModelError> {
    let mut columns: Vec<Vec<f64>> =
        markets.iter().map(|market| Vec::with_capacity(matches.len() * market.outcomes().len())).collect();
    for (row, one) in matches.iter().enumerate() {
        let grid = one.grid().map_err(|error| at(row, error))?;
        for (market, column) in markets.iter().zip(&mut columns) {
            market.write(&grid, column);
        }
    }
    Ok(columns)
}

/// The rates behind many markets; a market without any is `None` if `allow`.
///
/// # Errors
/// Unless `allow`, the first market without rates, as [`ModelError::Row`].
pub fn goal_expectancies(
    views: &[MarketView],
    allow: bool,
) -> Result<Vec<Option<GoalExpectancy>>, ModelError> {
    let solve = |(row, view)| match goal_expectancy(view) {
        Ok(found) => Ok(Some(found)),
        Err(_) if allow => Ok(None),
        Err(error) => Err(at(row, error)),
    };
    views.iter().enumerate().map(solve).collect()
}

fn at(row: usize, error: ModelError) -> ModelError {
    ModelError::Row { row, error: Box::new(error) }
}
