//! One leg: its result as an exact multiplier of the stake.

use crate::error::BettingError;

/// A decimal price of 1 in ten-thousandths.
pub const PRICE_ONE: u32 = 10_000;

/// Runners that tie for the last places share them: `min(1, places/tied)` of the stake wins at the full price.
///
/// `places` are those left from the tied position on: a market that pays K places and a tie for position q leaves
/// `K − q + 1`; a winner market leaves 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadHeat {
    places: u32,
    tied: u32,
}

impl DeadHeat {
    /// Nobody tied.
    pub const NONE: Self = Self { places: 1, tied: 1 };

    /// `places` shared by `tied` runners.
    pub fn new(places: u32, tied: u32) -> Result<Self, BettingError> {
        if places == 0 || tied == 0 {
            return Err(BettingError::DeadHeat { places, tied });
        }
        // More places than runners: everybody is placed and nothing is shared.
        Ok(Self { places: places.min(tied), tied })
    }
}

/// What became of a leg, in the words of the result feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegResult {
    won: bool,
    void_halves: u8,
    dead_heat: DeadHeat,
}

impl LegResult {
    /// Won in full.
    pub const WON: Self = Self { won: true, void_halves: 0, dead_heat: DeadHeat::NONE };
    /// Lost in full.
    pub const LOST: Self = Self { won: false, void_halves: 0, dead_heat: DeadHeat::NONE };
    /// Void, push, non-runner, abandoned: the stake comes back.
    pub const VOID: Self = Self { won: false, void_halves: 2, dead_heat: DeadHeat::NONE };

    /// A result with a void share (in halves) and a dead heat.
    ///
    /// Won with one half void is half-won, lost with one half void is half-lost.
    pub fn new(won: bool, void_halves: u8, dead_heat: DeadHeat) -> Result<Self, BettingError> {
        if void_halves > 2 {
            return Err(BettingError::VoidHalves { halves: void_halves });
        }
        Ok(Self { won, void_halves, dead_heat })
    }

    /// Whether some of the stake wins, so that a price is needed.
    pub(crate) fn wins(self) -> bool {
        self.won && self.void_halves < 2
    }

    /// Whether anything of the stake comes back.
    pub(crate) fn is_alive(self) -> bool {
        self.won || self.void_halves > 0
    }

    /// `m = (1−v)·result·d·P + v` at a price in ten-thousandths.
    pub fn multiplier(self, price_e4: u32) -> Result<Multiplier, BettingError> {
        if price_e4 <= PRICE_ONE {
            return Err(BettingError::Price { price_e4 });
        }
        Ok(self.at(i128::from(price_e4), i128::from(PRICE_ONE)))
    }

    /// `m` at the price `numerator / denominator`, both below 2^92.
    #[inline]
    pub(crate) fn at(self, numerator: i128, denominator: i128) -> Multiplier {
        let (places, tied) = (i128::from(self.dead_heat.places), i128::from(self.dead_heat.tied));
        let void = i128::from(self.void_halves);
        let won = if self.won { (2 - void) * places * numerator } else { 0 };
        let one = 2 * tied * denominator;
        Multiplier { numerator: won + void * one / 2, denominator: one }
    }
}

/// An exact, non-negative share of the stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Multiplier {
    /// Above the line.
    pub numerator: i128,
    /// Below the line, positive.
    pub denominator: i128,
}
