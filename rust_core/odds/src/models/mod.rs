//! Goal models: from scoring rates to the distribution of the score, its markets, and back.

mod count;
mod error;
mod five_way;
mod grid;
mod inversion;
mod legs;
mod markets;
mod weibull;

pub use error::ModelError;
pub use five_way::{FiveWay, Line};
pub use grid::{GoalModel, ScoreGrid, rho_bounds};
pub use inversion::{GoalExpectancy, MarketView, goal_expectancy};
pub use legs::Leg;
pub use markets::{CorrectScores, Margins};
