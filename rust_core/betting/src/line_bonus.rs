//! Bonuses of single lines: a percentage that grows with the legs of the line, where every one of them won.

use crate::bet::{BonusOn, Percent};
use crate::error::{BettingError, field};
use crate::structure::MOST_LEGS;

/// A table of percentages by the legs of a line.
///
/// A void or half-won leg withholds the bonus of its lines and of no other. Lines are then settled one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineBonus {
    /// Numerators by the number of legs.
    added: Vec<u128>,
    below: u128,
    on: BonusOn,
}

impl LineBonus {
    /// A line of at least so many legs earns the percentage of the last row that it reaches.
    ///
    /// # Errors
    /// No row, rows that do not rise in legs, more legs than a bet has, a percentage with too many digits.
    pub fn new(rows: &[(usize, Percent)], on: BonusOn) -> Result<Self, BettingError> {
        let rising = rows.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let within = rows.iter().all(|(legs, _)| (1..=MOST_LEGS).contains(legs));
        if rows.is_empty() || !rising || !within {
            return Err(field("bonus.per_line", "has rising numbers of legs between 1 and 64"));
        }
        let longest = rows.iter().map(|(_, (_, scale))| *scale).max().unwrap_or(1);
        if rows.iter().any(|(_, (_, scale))| *scale == 0 || longest % scale != 0 || longest > 1_000_000) {
            return Err(field("bonus.per_line", "has percentages of at most 6 decimals"));
        }
        let share = |(above, scale): Percent| u128::from(above) * u128::from(longest / scale);
        let at = |legs: usize| {
            rows.iter().rev().find(|(from, _)| *from <= legs).map_or(0, |(_, percent)| share(*percent))
        };
        Ok(Self { added: (0..=MOST_LEGS).map(at).collect(), below: u128::from(longest) * 100, on })
    }

    /// The bonus of a line of so many legs, over [`Self::below`].
    pub(crate) fn added(&self, legs: usize) -> u128 {
        self.added[legs]
    }

    pub(crate) fn below(&self) -> u128 {
        self.below
    }

    pub(crate) fn on(&self) -> BonusOn {
        self.on
    }
}
