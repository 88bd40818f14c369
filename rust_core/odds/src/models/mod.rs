//! Goal models: from scoring rates to the distribution of the score, its markets, and back.

mod count;
mod counted;
mod error;
mod fit;
mod five_way;
mod grid;
mod inversion;
mod lbfgs;
mod legs;
mod many;
mod markets;
mod named;
mod rest;
mod same_game;
mod scorers;
mod weibull;

pub use counted::{CountLeg, CountModel, GoalsOf};
pub use error::ModelError;
pub use fit::{Fit, MatchResult, fit_dixon_coles};
pub use five_way::{FiveWay, Line};
pub use grid::{GoalModel, ScoreGrid, rho_bounds};
pub use inversion::{GoalExpectancy, MarketView, goal_expectancy};
pub use legs::Leg;
pub use many::{Match, goal_expectancies, grid_markets};
pub use markets::{CorrectScores, Margins};
pub use named::Market;
pub use rest::skellam;
pub use same_game::{GameLeg, PricedLeg, SameGame};
pub use scorers::Scorer;

pub(crate) use grid::{MAX_RATE, MAX_SIZE, SIZE, check_rates, check_rho, parameter};
pub(crate) use rest::{check_rest, check_score, reach, rest_cells};
