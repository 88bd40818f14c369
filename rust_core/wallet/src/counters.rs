//! What a player paid in, staked and got back, by the minute: what limits over rolling windows are held against.
//!
//! A minute counts as a whole until the end of it has left a window, so a limit may bind up to a minute longer than
//! it must and never shorter. Nothing older than the longest window is kept: at most 43,200 minutes.

mod saved;

use ledger::{StateHash, TermBuilder};
use money::Amount;
use std::collections::VecDeque;

/// Nanoseconds.
const MINUTE: u64 = 60_000_000_000;

/// A day, a week and a month of thirty days, in minutes.
pub(crate) const WINDOWS: [u32; 3] = [24 * 60, 7 * 24 * 60, 30 * 24 * 60];

/// The minute that a time is in, counted from 1.
pub(crate) fn minute_of(at: u64) -> u32 {
    (at / MINUTE) as u32 + 1
}

/// What is counted, and what of earlier counts is undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Paid in, or started to pay in.
    pub deposit: Amount,
    /// Real money staked.
    pub wager: Amount,
    /// Real money won; negative when a win is corrected.
    pub returns: Amount,
    /// Stakes of the minute below that do not count after all; negative when they count again.
    pub unstaked: Amount,
    /// Deposits of the minute below that came to nothing.
    pub failed: Amount,
    /// The minute that `unstaked` and `failed` were counted in.
    pub minute: u32,
}

impl Counts {
    /// Whether there is nothing to count.
    pub const fn is_empty(&self) -> bool {
        self.deposit.is_zero() && self.wager.is_zero() && self.returns.is_zero() && !self.undoes()
    }

    /// Whether an earlier minute changes.
    pub const fn undoes(&self) -> bool {
        !self.unstaked.is_zero() || !self.failed.is_zero()
    }
}

/// Sums of what is counted. They wrap: the range of more than a hundred amounts of the largest size is far above
/// any that a window could see, and so adding and taking away stay exact opposites.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) deposit: i128,
    pub(crate) wager: i128,
    pub(crate) returns: i128,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.deposit = self.deposit.wrapping_add(other.deposit);
        self.wager = self.wager.wrapping_add(other.wager);
        self.returns = self.returns.wrapping_add(other.returns);
    }

    fn less(mut self, other: &Self) -> Self {
        self.take(other);
        self
    }

    fn take(&mut self, other: &Self) {
        self.deposit = self.deposit.wrapping_sub(other.deposit);
        self.wager = self.wager.wrapping_sub(other.wager);
        self.returns = self.returns.wrapping_sub(other.returns);
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    minute: u32,
    sums: Sums,
}

/// Which of the buckets are in a window, and what they sum up to.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    first: usize,
    sums: Sums,
}

/// What one player has had in and out in one currency.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters {
    /// The last minute in which something happened, beside the rest of the purse that changes with it.
    current: Bucket,
    #[expect(clippy::box_collection, reason = "most purses have none, and every purse has room for it")]
    older: Option<Box<VecDeque<Bucket>>>,
    /// Kept from the first time that somebody asks, which is when the player has limits.
    windows: Option<Box<[Window; 3]>>,
}

impl Counters {
    /// Count in the minute of an entry, and undo in an earlier one.
    #[inline]
    pub(crate) fn count(&mut self, now: u32, counts: &Counts, name: TermBuilder, hash: &mut StateHash) {
        let Counts { deposit, wager, returns, unstaked, failed, minute } = *counts;
        let change = Sums { deposit: deposit.units(), wager: wager.units(), returns: returns.units() };
        if change != Sums::default() {
            self.add(now, now, &change, name, hash);
        }
        if counts.undoes() {
            let undone = Sums { deposit: -failed.units(), wager: -unstaked.units(), returns: 0 };
            self.add(now, minute, &undone, name, hash);
        }
    }

    #[inline]
    fn add(&mut self, now: u32, minute: u32, change: &Sums, name: TermBuilder, hash: &mut StateHash) {
        if minute > self.current.minute {
            self.begin(minute, now, name, hash);
        }
        let older = self.older.as_ref().map_or(0, |older| older.len());
        let at = if minute == self.current.minute {
            self.current.sums.add(change);
            older
        } else {
            let Some(older) = &mut self.older else { return };
            // What was counted in a minute that is out of every window need not be counted back.
            let Ok(at) = older.binary_search_by_key(&minute, |bucket| bucket.minute) else { return };
            older[at].sums.add(change);
            at
        };
        weigh(change, minute, name, hash);
        if let Some(windows) = &mut self.windows {
            for window in windows.iter_mut().filter(|window| window.first <= at) {
                window.sums.add(change);
            }
        }
    }

    /// Begin a minute, and drop what has left the longest window.
    fn begin(&mut self, minute: u32, now: u32, name: TermBuilder, hash: &mut StateHash) {
        let last = std::mem::replace(&mut self.current, Bucket { minute, sums: Sums::default() });
        if last.minute == 0 {
            return; // nothing has happened yet
        }
        let older = self.older.get_or_insert_default();
        older.push_back(last);
        let mut gone = 0;
        while let Some(bucket) =
            older.front().filter(|bucket| has_left(bucket.minute, WINDOWS[2], now)).copied()
        {
            let opposite = Sums::default().less(&bucket.sums);
            weigh(&opposite, bucket.minute, name, hash);
            older.pop_front();
            gone += 1;
            for window in self.windows.iter_mut().flat_map(|windows| windows.iter_mut()) {
                if window.first == 0 {
                    window.sums.take(&bucket.sums);
                } else {
                    window.first -= 1;
                }
            }
        }
        debug_assert!(gone <= WINDOWS[2], "a minute is kept once");
    }

    /// The sums of the windows that end now, a day, a week and a month long.
    pub(crate) fn sums(&mut self, now: u32) -> [Sums; 3] {
        let Self { current, older, windows } = self;
        let buckets = |at: usize| match older.as_ref().and_then(|older| older.get(at)) {
            Some(bucket) => Some(*bucket),
            None if at == older.as_ref().map_or(0, |older| older.len()) => Some(*current),
            None => None,
        };
        let windows = windows.get_or_insert_with(|| {
            let mut all = Window::default();
            (0..).map_while(buckets).for_each(|bucket| all.sums.add(&bucket.sums));
            Box::new([all; 3])
        });
        for (window, length) in windows.iter_mut().zip(WINDOWS) {
            // Before anything has happened, the current minute is none: it will become the first.
            let gone = |bucket: &Bucket| bucket.minute > 0 && has_left(bucket.minute, length, now);
            while let Some(bucket) = buckets(window.first).filter(gone) {
                window.sums.take(&bucket.sums);
                window.first += 1;
            }
        }
        windows.map(|window| window.sums)
    }

    /// The hash of all that is counted.
    pub(crate) fn hash(&self, name: TermBuilder) -> StateHash {
        let mut hash = StateHash::default();
        let older = self.older.iter().flat_map(|older| older.iter());
        for bucket in older.chain([&self.current]) {
            weigh(&bucket.sums, bucket.minute, name, &mut hash);
        }
        hash
    }
}

/// Whether all of a minute is out of the window of `length` minutes that ends somewhere in the minute `now`.
fn has_left(minute: u32, length: u32, now: u32) -> bool {
    // The window begins in the minute `now - length`, so that minute is partly in it.
    u64::from(minute) + u64::from(length) < u64::from(now)
}

/// Add a change to the hash: each sum stands in it times a term of its own, so that changes add up.
fn weigh(change: &Sums, minute: u32, name: TermBuilder, hash: &mut StateHash) {
    let Sums { deposit, wager, returns } = *change;
    for (kind, units) in [deposit, wager, returns].into_iter().enumerate() {
        if units != 0 {
            let term = name.pair(u64::from(minute), kind as u64).finish();
            hash.add_times(&term, units.cast_unsigned() as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name() -> TermBuilder {
        TermBuilder::new(7)
    }

    fn wager(units: i64, back: Option<u32>) -> Counts {
        let amount = Amount::from_i64(units);
        match back {
            Some(minute) => Counts { unstaked: amount.negated(), minute, ..Counts::default() },
            None => Counts { wager: amount, ..Counts::default() },
        }
    }

    proptest! {
        #[test]
        fn windows_sum_what_is_in_them(events in prop::collection::vec((0..30_000_u32, 1..50_i64, any::<bool>()), 1..60)) {
            let (mut counters, mut hash, mut now) = (Counters::default(), StateHash::default(), 1);
            let mut by_hand: Vec<(u32, i64)> = Vec::new();
            for (pause, units, back) in events {
                now += pause;
                let back = if back { by_hand.first().map(|event| event.0) } else { None };
                // Windows are kept from the first question on, so some histories are asked about late.
                let asked = units % 3 == 0;
                counters.count(now, &wager(units, back), name(), &mut hash);
                by_hand.push((back.unwrap_or(now), units));
                let oldest = |length: u32| now.saturating_sub(length);
                let sums = if asked { Some(counters.sums(now)) } else { None };
                for (sums, length) in sums.iter().flatten().zip(WINDOWS) {
                    let inside = by_hand.iter().filter(|event| event.0 >= oldest(length));
                    prop_assert_eq!(sums.wager, inside.map(|event| i128::from(event.1)).sum::<i128>());
                }
                prop_assert_eq!(counters.hash(name()), hash);
            }
        }
    }

    #[test]
    fn a_minute_counts_until_all_of_it_has_left() {
        let (mut counters, mut hash) = (Counters::default(), StateHash::default());
        counters.count(100, &wager(5, None), name(), &mut hash);
        assert_eq!(counters.sums(100 + WINDOWS[0])[0].wager, 5);
        assert_eq!(counters.sums(101 + WINDOWS[0]).map(|sums| sums.wager), [0, 5, 5]);
    }

    #[test]
    fn windows_asked_about_before_anything_was_counted_count_it() {
        let (mut counters, mut hash) = (Counters::default(), StateHash::default());
        assert_eq!(counters.sums(1_000_000).map(|sums| sums.wager), [0; 3]);
        counters.count(1_000_000, &wager(5, None), name(), &mut hash);
        assert_eq!(counters.sums(1_000_000).map(|sums| sums.wager), [5; 3]);
    }

    #[test]
    fn what_is_older_than_every_window_is_forgotten() {
        let (mut counters, mut hash) = (Counters::default(), StateHash::default());
        counters.count(1, &wager(5, None), name(), &mut hash);
        counters.count(2 + WINDOWS[2], &wager(7, None), name(), &mut hash);
        assert_eq!(counters.older.as_ref().map(|older| older.len()), Some(0));
        counters.count(2 + WINDOWS[2], &wager(-5, Some(1)), name(), &mut hash);
        assert_eq!(counters.sums(2 + WINDOWS[2]).map(|sums| sums.wager), [7; 3]);
    }
}
