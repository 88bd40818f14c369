//! Models of matches under way: football, tennis, and games of many points.

mod birth;
mod error;
mod football;
mod remaining;
mod stern;
pub mod tennis;

pub use crate::models::skellam;
pub use birth::LeadEffects;
pub use error::InplayError;
pub use football::{Football, FootballState};
pub use remaining::Remaining;
pub use stern::{Stern, SternState};
