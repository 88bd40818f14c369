//! How much of a match's scoring is still to come.

use super::error::InplayError;
use crate::models::parameter;

/// Longest match, minutes, that is believed.
const MAX_LENGTH: f64 = 300.0;

/// The share of the goals still to come at a share `x` of the match's time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Remaining {
    /// `1 − ((1−k)x + kx²)`: scoring speeds up for k > 0; 0.2 has 45 % of the goals before half-time.
    Quadratic {
        /// Between −1 and 1; 0 is an even rate.
        k: f64,
    },
    /// `(1 − x)^exponent`.
    Power {
        /// Above 0; 1 is an even rate, below it scoring speeds up.
        exponent: f64,
    },
}

impl Remaining {
    /// The share still to come after `minute` of `length` minutes: 1 at the start, 0 at the end.
    ///
    /// # Errors
    /// A minute before the start or after the end, a length that is not between 1 and 300, a parameter out of its
    /// range.
    pub fn share(self, minute: f64, length: f64) -> Result<f64, InplayError> {
        parameter("length", length, (1.0..=MAX_LENGTH).contains(&length), "between 1 and 300 minutes")?;
        let rule = "at least 0 and at most the length of the match: raise length for stoppage time";
        parameter("minute", minute, (0.0..=length).contains(&minute), rule)?;
        let x = minute / length;
        match self {
            Self::Quadratic { k } => {
                parameter("k", k, k.abs() <= 1.0, "between -1 and 1, or the share would rise")?;
                // 1 − ((1−k)x + kx²), in factors so that nothing is left at the end.
                Ok((1.0 - x) * (1.0 + k * x))
            }
            Self::Power { exponent } => {
                parameter(
                    "exponent",
                    exponent,
                    exponent > 0.0 && exponent <= 10.0,
                    "above 0 and at most 10",
                )?;
                Ok((1.0 - x).powf(exponent))
            }
        }
    }
}
