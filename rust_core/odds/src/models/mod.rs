//! Goal models: from scoring rates to the distribution of the score, its markets, and back.

mod count;
mod error;
mod fit;
mod five_way;
mod grid;
mod inversion;
mod lbfgs;
mod legs;
mod markets;
mod rest;
mod weibull;

pub use error::ModelError;
pub use fit::{Fit, MatchResult, fit_dixon_coles};
pub use five_way::{FiveWay, Line};
pub use grid::{GoalModel, ScoreGrid, rho_bounds};
pub use inversion::{GoalExpectancy, MarketView, goal_expectancy};
pub use legs::Leg;
pub use markets::{CorrectScores, Margins};
pub use rest::skellam;

pub(crate) use grid::{MAX_RATE, MAX_SIZE, SIZE, check_rates, parameter};
pub(crate) use rest::{check_rest, check_score, reach, rest_cells};
