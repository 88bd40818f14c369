//! House tables as data: rule 4 deductions and each-way terms.

use crate::error::{BettingError, field};
use crate::price::Price;

/// A band of a rule 4 table: withdrawn prices up to `winnings / stake` (inclusive) cost `pence` a pound of winnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// Above the line of the fractional price.
    pub winnings: u64,
    /// Below the line.
    pub stake: u64,
    /// Pence a pound of winnings.
    pub pence: u8,
}

const fn band(winnings: u64, stake: u64, pence: u8) -> Band {
    Band { winnings, stake, pence }
}

/// Tattersalls rule 4(c).
pub const TATTERSALLS: [Band; 18] = [
    band(1, 9, 90),
    band(2, 11, 85),
    band(1, 4, 80),
    band(3, 10, 75),
    band(2, 5, 70),
    band(8, 15, 65),
    band(8, 13, 60),
    band(4, 5, 55),
    band(20, 21, 50),
    band(6, 5, 45),
    band(6, 4, 40),
    band(7, 4, 35),
    band(9, 4, 30),
    band(3, 1, 25),
    band(4, 1, 20),
    band(11, 2, 15),
    band(9, 1, 10),
    band(14, 1, 5),
];

/// The most that several withdrawals together cost, pence a pound.
pub const MOST_PENCE: u8 = 90;

/// Pence a pound of winnings for a withdrawal at `price`; the bands go from short to long, beyond the last costs 0.
pub fn rule4_pence(price: Price, bands: &[Band]) -> u8 {
    let (numerator, denominator) = price.parts();
    let (winnings, stake) = (u128::from(numerator - denominator), u128::from(denominator));
    let within = |band: &&Band| winnings * u128::from(band.stake) <= u128::from(band.winnings) * stake;
    bands.iter().find(within).map_or(0, |band| band.pence)
}

/// Each-way terms: the place part pays `numerator / denominator` of the winnings for the first `places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EachWayTerms {
    numerator: u32,
    denominator: u32,
    places: u32,
}

impl EachWayTerms {
    /// Terms as they were offered.
    pub fn new(numerator: u32, denominator: u32, places: u32) -> Result<Self, BettingError> {
        if numerator == 0 || numerator > denominator || denominator > 10_000 {
            return Err(field("ew.fraction", "must be above 0 and at most 1"));
        }
        if places == 0 {
            return Err(field("ew.places", "must be at least 1"));
        }
        Ok(Self { numerator, denominator, places })
    }

    /// The UK standard by actual runners.
    pub fn uk(runners: u32, handicap: bool) -> Result<Self, BettingError> {
        match (runners, handicap) {
            (0 | 1, _) => Err(field("runners", "a race has at least 2")),
            (2..=4, _) => Self::new(1, 1, 1),
            (5..=7, _) => Self::new(1, 4, 2),
            (12..=15, true) => Self::new(1, 4, 3),
            (16.., true) => Self::new(1, 4, 4),
            _ => Self::new(1, 5, 3),
        }
    }

    /// Whether only the winner is paid, at the full odds.
    pub fn is_win_only(self) -> bool {
        self.places == 1 && self.numerator == self.denominator
    }

    /// Places that are paid.
    pub fn places(self) -> u32 {
        self.places
    }

    /// The fraction of the winnings.
    pub fn fraction(self) -> (u32, u32) {
        (self.numerator, self.denominator)
    }
}
