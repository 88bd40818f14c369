//! Tennis: points won independently, with one probability for each server (Newton & Keller 2005).

mod games;
mod matches;
mod points;
mod sets;

pub use matches::{Tennis, TennisState};
pub use points::{game, tiebreak};
pub use sets::{SetRules, SetState, set};

use super::error::InplayError;
use crate::models::parameter;

/// How near to 0 and 1 a probability of a point may come.
const MARGIN: f64 = 1e-9;

/// One of the two players.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Player {
    /// The player the probabilities speak of.
    A,
    /// The opponent.
    B,
}

impl Player {
    /// The opponent.
    #[must_use]
    pub fn other(self) -> Self {
        if self == Self::A { Self::B } else { Self::A }
    }

    fn index(self) -> usize {
        usize::from(self == Self::B)
    }

    /// Who serves after `games` more games.
    fn after(self, games: u32) -> Self {
        if games.is_multiple_of(2) { self } else { self.other() }
    }
}

fn check_serve(name: &'static str, p: f64) -> Result<(), InplayError> {
    let rule = "strictly between 0 and 1, at least 1e-9 from both";
    Ok(parameter(name, p, (MARGIN..=1.0 - MARGIN).contains(&p), rule)?)
}

fn impossible<T>(what: &'static str, score: [u32; 2], rule: &'static str) -> Result<T, InplayError> {
    Err(InplayError::ImpossibleScore { what, score, rule })
}

/// A win of two in a row, or start again: `x/(x + y)` with the probabilities of winning and losing both.
fn pairs(won: f64, lost: f64) -> f64 {
    won / (won + lost)
}
