//! Things to be asked for again: each at a decent interval, and not too many at a time.

use std::collections::BTreeMap;

use super::backoff::Backoff;

/// An answer that has not come by then will not come.
const PATIENCE: u64 = 10_000;
const FIRST_WAIT: u64 = 1_000;
const LONGEST_WAIT: u64 = 60_000;
/// What has been sound for so long begins anew.
const FORGOTTEN: u64 = 120_000;

#[derive(Debug)]
struct Repair {
    /// It is broken and not yet sound again.
    wanted: bool,
    asked: Option<u64>,
    /// Not to be asked for before.
    not_before: u64,
    backoff: Backoff,
}

#[derive(Debug)]
pub(super) struct Repairs<K> {
    all: BTreeMap<K, Repair>,
    in_flight: usize,
    most_in_flight: usize,
}

impl<K: Ord + Clone> Repairs<K> {
    pub(super) fn new(most_in_flight: usize) -> Self {
        Self { all: BTreeMap::new(), in_flight: 0, most_in_flight }
    }

    /// It is broken.
    pub(super) fn want(&mut self, key: &K) {
        let fresh = || Repair {
            wanted: true,
            asked: None,
            not_before: 0,
            backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT),
        };
        self.all.entry(key.clone()).or_insert_with(fresh).wanted = true;
    }

    /// It is sound again.
    pub(super) fn done(&mut self, key: &K) {
        if let Some(repair) = self.all.get_mut(key) {
            repair.wanted = false;
            self.in_flight -= usize::from(repair.asked.take().is_some());
        }
    }

    /// Nothing asked for will be answered.
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.in_flight = 0;
    }

    /// What is to be asked for now; it counts as asked.
    pub(super) fn due(&mut self, now: u64) -> Vec<K> {
        let Self { all, in_flight, most_in_flight } = self;
        all.retain(|_, repair| {
            if repair.asked.is_some_and(|at| at.saturating_add(PATIENCE) <= now) {
                repair.asked = None;
                *in_flight -= 1;
            }
            repair.wanted || repair.not_before.saturating_add(FORGOTTEN) > now
        });
        let mut due = Vec::new();
        for (key, repair) in all.iter_mut() {
            if *in_flight >= *most_in_flight {
                break;
            }
            if repair.wanted && repair.asked.is_none() && repair.not_before <= now {
                repair.asked = Some(now);
                repair.not_before = now.saturating_add(repair.backoff.fail());
                *in_flight += 1;
                due.push(key.clone());
            }
        }
        due
    }
}
