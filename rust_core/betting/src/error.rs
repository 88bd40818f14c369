//! Why a bet cannot be settled, in plain words.

use std::fmt;

/// What is wrong with the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BettingError {
    /// A stake is above nothing and a whole multiple of the rounding unit.
    Stake {
        /// The stake given.
        stake: i128,
        /// The rounding unit.
        unit: i128,
    },
    /// The rounding unit is above nothing.
    Unit {
        /// The unit given.
        unit: i128,
    },
    /// A decimal price is above 1.
    Price {
        /// The price given, ten-thousandths.
        price_e4: u32,
    },
    /// The void share comes in halves: 0, 1 or 2.
    VoidHalves {
        /// Halves given.
        halves: u8,
    },
    /// A dead heat divides at least one place among at least one runner.
    DeadHeat {
        /// Places left to divide.
        places: u16,
        /// Runners that share them.
        tied: u16,
    },
    /// The numbers are too large to be multiplied exactly.
    Overflow,
}

impl fmt::Display for BettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stake { stake, unit } => {
                write!(f, "stake {stake} must be above 0 and a whole multiple of the unit {unit}")
            }
            Self::Unit { unit } => write!(f, "unit {unit} must be above 0"),
            Self::Price { price_e4 } => {
                write!(f, "price_e4 {price_e4} must be above 10000: a decimal price is above 1")
            }
            Self::VoidHalves { halves } => {
                write!(f, "void_halves {halves} must be 0 (nothing void), 1 (half) or 2 (all)")
            }
            Self::DeadHeat { places, tied } => {
                write!(
                    f,
                    "a dead heat needs at least 1 place and 1 runner, got {places} places for {tied} tied"
                )
            }
            Self::Overflow => f.write_str("the stake is too large to be settled exactly"),
        }
    }
}

impl std::error::Error for BettingError {}
