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
        places: u32,
        /// Runners that share them.
        tied: u32,
    },
    /// A field of the bet breaks a rule.
    Field {
        /// The field, as it is written in the bet.
        field: &'static str,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A field of a leg breaks a rule.
    Leg {
        /// The leg, counted from 0.
        leg: usize,
        /// The field, as it is written in the leg.
        field: &'static str,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A field of a leg breaks a rule together with another leg.
    Related {
        /// The leg, counted from 0.
        leg: usize,
        /// The other leg.
        other: usize,
        /// The field, as it is written in the leg.
        field: &'static str,
        /// The rule it breaks, up to the other leg.
        rule: &'static str,
    },
    /// A leg has no result yet and a line depends on it.
    Open {
        /// The leg, counted from 0.
        leg: usize,
    },
    /// A bet of this type has another number of legs.
    Legs {
        /// Legs the type needs beside the bankers.
        needed: usize,
        /// Legs given beside the bankers.
        given: usize,
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
            Self::Field { field, rule } => write!(f, "{field}: {rule}"),
            Self::Leg { leg, field, rule } => write!(f, "leg {leg}: {field}: {rule}"),
            Self::Related { leg, other, field, rule } => write!(f, "leg {leg}: {field}: {rule} leg {other}"),
            Self::Open { leg } => {
                write!(f, "leg {leg}: result: still OPEN, and a line that is not lost depends on it")
            }
            Self::Legs { needed, given } => {
                write!(f, "legs: this type needs {needed} beside the bankers, got {given}")
            }
            Self::Overflow => f.write_str(
                "stake, prices: too large together to be settled exactly; a max_payout_minor bounds the return",
            ),
        }
    }
}

/// A rule of the bet that `field` breaks.
pub(crate) fn field(field: &'static str, rule: &'static str) -> BettingError {
    BettingError::Field { field, rule }
}

impl BettingError {
    /// The same error, said of a leg.
    #[must_use]
    pub fn of_leg(self, leg: usize) -> Self {
        match self {
            Self::Field { field, rule } => Self::Leg { leg, field, rule },
            other => other,
        }
    }
}

impl std::error::Error for BettingError {}
