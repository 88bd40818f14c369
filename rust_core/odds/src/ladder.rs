//! Decimal price ladders: the prices a market may show, in ten-thousandths (2.50 is 25 000) so that no float decides a tick.

use crate::error::OddsError;
use std::borrow::Cow;

/// The longest ladder a house may build; the finest real one has 99 900 prices.
const LONGEST: u32 = 10_000_000;

/// A stretch of a ladder with one step.
#[derive(Debug, Clone, Copy)]
struct Band {
    start: u32,
    step: u32,
    /// Ticks below `start`.
    first: u32,
}

/// A price ladder: bands of equal steps from the lowest price to the highest.
///
/// Prices below the lowest or above the highest snap to the end they passed.
#[derive(Debug, Clone)]
pub struct Ladder {
    bands: Cow<'static, [Band]>,
    last: Band,
}

/// Betfair's classic ladder: 350 prices from 1.01 to 1000.
pub static BETFAIR: Ladder = Ladder {
    bands: Cow::Borrowed(&[
        Band { start: 10_100, step: 100, first: 0 },
        Band { start: 20_000, step: 200, first: 99 },
        Band { start: 30_000, step: 500, first: 149 },
        Band { start: 40_000, step: 1_000, first: 169 },
        Band { start: 60_000, step: 2_000, first: 189 },
        Band { start: 100_000, step: 5_000, first: 209 },
        Band { start: 200_000, step: 10_000, first: 229 },
        Band { start: 300_000, step: 20_000, first: 239 },
        Band { start: 500_000, step: 50_000, first: 249 },
        Band { start: 1_000_000, step: 100_000, first: 259 },
    ]),
    last: Band { start: 10_000_000, step: 100_000, first: 349 },
};

/// Betfair's finest ladder: every hundredth from 1.01 to 1000.
pub static BETFAIR_FINEST: Ladder = Ladder {
    bands: Cow::Borrowed(&[Band { start: 10_100, step: 100, first: 0 }]),
    last: Band { start: 10_000_000, step: 100, first: 99_899 },
};

/// Betdaq's ladder: 565 prices from 1.01 to 1000.
pub static BETDAQ: Ladder = Ladder {
    bands: Cow::Borrowed(&[
        Band { start: 10_100, step: 100, first: 0 },
        Band { start: 30_000, step: 500, first: 199 },
        Band { start: 40_000, step: 1_000, first: 219 },
        Band { start: 100_000, step: 5_000, first: 279 },
        Band { start: 200_000, step: 10_000, first: 299 },
        Band { start: 500_000, step: 20_000, first: 329 },
        Band { start: 2_000_000, step: 50_000, first: 404 },
    ]),
    last: Band { start: 10_000_000, step: 50_000, first: 564 },
};

/// Which side of a market an order takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Betting on: any price at or above the limit will do.
    Back,
    /// Betting against: any price at or below the limit will do.
    Lay,
}

impl Ladder {
    /// A house ladder of tiers `(start, stop, step)` in ten-thousandths, each from where the last one stopped.
    ///
    /// # Errors
    /// No tier, a start not above 1, a step of 0, a stop that is not whole steps above its start, a gap or overlap.
    pub fn from_tiers(tiers: &[(u32, u32, u32)]) -> Result<Self, OddsError> {
        let mut bands: Vec<Band> = Vec::with_capacity(tiers.len());
        let mut last: Option<Band> = None;
        for (index, &(start, stop, step)) in tiers.iter().enumerate() {
            let joined = last.is_none_or(|last| last.start == start);
            let steps = stop.checked_sub(start).filter(|width| step > 0 && width.is_multiple_of(step));
            let steps = steps.map(|width| width / step).filter(|steps| (1..LONGEST).contains(steps));
            let first = last.map_or(0, |last| last.first);
            match steps {
                Some(steps) if joined && start > 10_000 && first + steps < LONGEST => {
                    bands.push(Band { start, step, first });
                    last = Some(Band { start: stop, step, first: first + steps });
                }
                _ => return Err(OddsError::InvalidTier { index }),
            }
        }
        let last = last.ok_or(OddsError::InvalidTier { index: 0 })?;
        Ok(Self { bands: Cow::Owned(bands), last })
    }

    /// The lowest price.
    pub fn lowest(&self) -> u32 {
        self.bands[0].start
    }

    /// The highest price.
    pub fn highest(&self) -> u32 {
        self.last.start
    }

    /// Number of prices.
    pub fn len(&self) -> u32 {
        self.last.first + 1
    }

    /// A ladder has at least its two ends.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Every price, lowest first.
    pub fn prices(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).map(|tick| self.price(tick))
    }

    /// Whether `price_e4` is on the ladder.
    pub fn is_valid(&self, price_e4: u32) -> bool {
        self.floor(price_e4) == price_e4
    }

    /// The highest ladder price not above `price_e4`.
    pub fn floor(&self, price_e4: u32) -> u32 {
        self.price(self.tick(price_e4))
    }

    /// The lowest ladder price not below `price_e4`.
    pub fn ceil(&self, price_e4: u32) -> u32 {
        let tick = self.tick(price_e4);
        let floor = self.price(tick);
        if floor >= price_e4 { floor } else { self.price(tick + 1) }
    }

    /// The ladder price nearest to `price_e4`, the higher one halfway.
    pub fn nearest(&self, price_e4: u32) -> u32 {
        let (floor, ceil) = (self.floor(price_e4), self.ceil(price_e4));
        let near_floor = price_e4.abs_diff(floor) < price_e4.abs_diff(ceil);
        if near_floor { floor } else { ceil }
    }

    /// The ladder price `ticks` steps above (below, if negative) the floor of `price_e4`, kept on the ladder.
    pub fn offset(&self, price_e4: u32, ticks: i32) -> u32 {
        self.price(self.tick(price_e4).saturating_add_signed(ticks))
    }

    /// Ticks from the floor of one price up to the floor of another, negative if that is lower.
    pub fn distance(&self, from_e4: u32, to_e4: u32) -> i32 {
        self.tick(to_e4).cast_signed() - self.tick(from_e4).cast_signed()
    }

    /// The customer's limit on the ladder, never tighter than asked: down to back, up to lay.
    pub fn limit(&self, price_e4: u32, side: Side) -> u32 {
        match side {
            Side::Back => self.floor(price_e4),
            Side::Lay => self.ceil(price_e4),
        }
    }

    /// Ticks below the floor of a price.
    fn tick(&self, price_e4: u32) -> u32 {
        if price_e4 >= self.last.start {
            return self.last.first;
        }
        let band = self.bands.iter().rev().find(|band| band.start <= price_e4);
        band.map_or(0, |band| band.first + (price_e4 - band.start) / band.step)
    }

    /// The price after so many ticks, the highest at most.
    fn price(&self, tick: u32) -> u32 {
        if tick >= self.last.first {
            return self.last.start;
        }
        let band = self.bands.iter().rev().find(|band| band.first <= tick);
        band.map_or(self.lowest(), |band| band.start + (tick - band.first) * band.step)
    }
}
