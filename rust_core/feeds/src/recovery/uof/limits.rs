//! How many recoveries a producer grants: the further back they reach, the fewer.

use crate::recovery::limit::Limit;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How far back a request reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    HalfHour,
    Day,
    Longer,
    Event,
}

impl Reach {
    /// A request for all odds counts as the longest.
    pub(super) fn of(after: Option<i64>, now: u64) -> Self {
        let Some(after) = after.and_then(|after| u64::try_from(after).ok()) else { return Self::Longer };
        match now.saturating_sub(after) {
            age if age < 30 * MINUTE => Self::HalfHour,
            age if age < DAY => Self::Day,
            _ => Self::Longer,
        }
    }
}

/// The requests made of one producer.
#[derive(Debug, Clone)]
pub(super) struct Limits([Limit; 4]);

impl Limits {
    pub(super) fn new() -> Self {
        Self([
            Limit::new(&[(20, 10 * MINUTE), (60, HOUR)]),
            Limit::new(&[(4, 10 * MINUTE), (10, HOUR)]),
            Limit::new(&[(2, 30 * MINUTE), (4, 2 * HOUR)]),
            Limit::new(&[(100, 10 * MINUTE), (300, HOUR)]),
        ])
    }

    pub(super) fn of(&mut self, reach: Reach) -> &mut Limit {
        &mut self.0[reach as usize]
    }

    pub(super) fn free_at(&self, reach: Reach) -> u64 {
        self.0[reach as usize].free_at()
    }
}
