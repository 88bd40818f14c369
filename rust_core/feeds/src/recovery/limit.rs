//! How often something may be asked for.

use std::collections::VecDeque;

/// Our clock and the server's do not tick alike.
const MARGIN: u64 = 1_000;

/// At most so many within so many milliseconds, for every window at once.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    windows: &'static [(usize, u64)],
    taken: VecDeque<u64>,
}

impl Limit {
    pub(super) fn new(windows: &'static [(usize, u64)]) -> Self {
        Self { windows, taken: VecDeque::new() }
    }

    /// The first moment at which one more may be taken; 0 if none was taken that counts.
    pub(super) fn free_at(&self) -> u64 {
        let frees = |&(most, within): &(usize, u64)| {
            // The oldest of those that fill the window must have left it.
            self.taken.len().checked_sub(most).map_or(0, |oldest| self.taken[oldest] + within + MARGIN)
        };
        self.windows.iter().map(frees).max().unwrap_or(0)
    }

    /// Counts one at `now`, which is not before any counted earlier.
    pub(super) fn take(&mut self, now: u64) {
        let longest = self.windows.iter().map(|&(_, within)| within + MARGIN).max().unwrap_or(0);
        while self.taken.front().is_some_and(|&at| at + longest <= now) {
            self.taken.pop_front();
        }
        self.taken.push_back(now);
    }

    /// The one of `at` was refused, and refused ones do not count.
    pub(super) fn give_back(&mut self, at: u64) {
        if let Some(place) = self.taken.iter().rposition(|&taken| taken == at) {
            self.taken.remove(place);
        }
    }
}
