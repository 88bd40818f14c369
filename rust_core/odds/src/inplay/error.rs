//! Why an in-play model has no answer.

use crate::models::ModelError;
use std::fmt;

/// Why a match under way has no probabilities.
#[derive(Debug, Clone, PartialEq)]
pub enum InplayError {
    /// A parameter, a rate or a grid breaks the rule of its model.
    Model(ModelError),
    /// A score nobody can stand at.
    ImpossibleScore {
        /// What was counted: points, games, sets.
        what: &'static str,
        /// The score given.
        score: [u32; 2],
        /// Why it is none.
        rule: &'static str,
    },
    /// How the score changes the rates is not said for every lead.
    LeadEffects {
        /// What is wrong and what to do.
        rule: &'static str,
    },
    /// An advantage set whose games cannot be listed.
    EndlessSet,
    /// Totals were asked for of a game whose points are not known.
    NoTotal,
}

impl fmt::Display for InplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model(error) => error.fmt(f),
            Self::ImpossibleScore { what, score: [first, second], rule } => {
                write!(f, "{what} {first}-{second}: {rule}")
            }
            Self::EndlessSet => write!(
                f,
                "an advantage set of servers so strong may pass 200 games a player: its games cannot be listed"
            ),
            Self::NoTotal => write!(f, "totals need total_mu and total_sigma"),
            Self::LeadEffects { rule } => write!(f, "lead_effects: {rule}"),
        }
    }
}

impl std::error::Error for InplayError {}

impl From<ModelError> for InplayError {
    fn from(error: ModelError) -> Self {
        Self::Model(error)
    }
}
