//! Days that must end well: the first hundred seeds, and every seed that once found something.

use simulation::{End, Faults, live};

const ACTS: u64 = 300;
/// Seeds that found something once, in the machine or in what is claimed of it.
const KEPT: [u64; 3] = [342, 502, 4395];

#[test]
fn every_day_ends_well_whatever_breaks() {
    let (mut entries, mut epochs, mut recalled) = (0, 0, 0);
    for seed in (1..=100).chain(KEPT) {
        match live(seed, ACTS, Faults { fail_over: seed % 2 == 0, ..Faults::default() }) {
            Ok(End::Well(counts)) => {
                (entries, epochs) = (entries + counts.entries, epochs + counts.epoch);
                recalled += counts.recalled;
            }
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    assert!(entries > 100 * ACTS / 2, "the days are too quiet to prove anything: {entries} entries");
    assert!(recalled > 100 * 5, "old keys come again too seldom: {recalled} times");
    assert!(epochs > 100 * 5, "the writers change too seldom: {epochs} epochs");
}

#[test]
fn keys_leave_memory_and_are_forgotten_and_no_day_ends_otherwise() {
    let (mut looked, mut too_old, mut evicted, mut entries) = (0, 0, 0, 0);
    for seed in 1..=60 {
        let (fail_over, hot_standby, snapshots) = (seed % 2 == 0, seed % 3 == 0, seed % 4 < 2);
        let faults = Faults { fail_over, hot_standby, snapshots, old_keys: true, ..Faults::default() };
        match live(seed, ACTS, faults) {
            Ok(End::Well(counts)) => {
                (looked, too_old) = (looked + counts.looked, too_old + counts.too_old);
                (evicted, entries) = (evicted + counts.evicted, entries + counts.entries);
            }
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    assert!(looked > 60 * 5, "the table of old keys is looked into too seldom: {looked} times");
    assert!(evicted > 60 * 20, "too few keys leave memory: {evicted} of {entries} entries");
    assert!(too_old > 60, "too few keys come back too old: {too_old}");
    let faults = Faults { fail_over: true, lose_tail: true, old_keys: true, ..Faults::default() };
    let stopped = (1..=60).filter(|seed| matches!(live(*seed, ACTS, faults), Ok(End::Stopped(_)))).count();
    assert!(stopped > 5, "{stopped} of 60 days");
}

#[test]
fn the_same_seed_is_the_same_day() {
    assert_eq!(live(7, ACTS, Faults::default()), live(7, ACTS, Faults::default()));
    assert_ne!(live(7, ACTS, Faults::default()), live(8, ACTS, Faults::default()));
}

#[test]
fn a_record_that_loses_acknowledged_rows_stops_the_writer_that_promised_them() {
    let faults = Faults { fail_over: true, lose_tail: true, ..Faults::default() };
    let stopped = (1..=60).filter(|seed| matches!(live(*seed, ACTS, faults), Ok(End::Stopped(_)))).count();
    assert!(stopped > 10, "{stopped} of 60 days");
}

#[test]
fn writers_that_follow_hot_end_their_days_as_well() {
    for seed in 1..=100 {
        let faults = Faults { fail_over: seed % 2 == 0, hot_standby: true, ..Faults::default() };
        match live(seed, ACTS, faults) {
            Ok(End::Well(counts)) => assert!(counts.entries > 0),
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    let faults = Faults { fail_over: true, lose_tail: true, hot_standby: true, ..Faults::default() };
    let stopped = (1..=60).filter(|seed| matches!(live(*seed, ACTS, faults), Ok(End::Stopped(_)))).count();
    assert!(stopped > 10, "{stopped} of 60 days");
}

#[test]
fn writers_that_begin_from_snapshots_end_their_days_as_well() {
    for seed in 1..=100 {
        let (fail_over, hot_standby) = (seed % 2 == 0, seed % 4 < 2);
        match live(seed, ACTS, Faults { fail_over, hot_standby, snapshots: true, ..Faults::default() }) {
            Ok(End::Well(counts)) => assert!(counts.entries > 0),
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    let faults = Faults { fail_over: true, lose_tail: true, snapshots: true, ..Faults::default() };
    let stopped = (1..=60).filter(|seed| matches!(live(*seed, ACTS, faults), Ok(End::Stopped(_)))).count();
    assert!(stopped > 10, "{stopped} of 60 days");
}
