//! The rules of recovery of Sportradar's feed, one by one.

#![allow(clippy::cast_possible_wrap)] // times of this age fit both

use feeds::recovery::uof::{Action, Down, Patience, Phase, Recovery, Setting, Up};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const START: u64 = 1_700_000_000_000;
const WINDOW: u64 = 10 * HOUR;
const FIRST_ID: i64 = 1_000;

/// One producer, one session, a clock.
struct One {
    machine: Recovery,
    now: u64,
}

impl One {
    fn new(resume: Option<i64>) -> Self {
        let setting = Setting { product: 1, window: WINDOW, sessions: 1, resume };
        let mut machine = Recovery::new(Patience::default(), &[setting], 1, FIRST_ID);
        machine.connected(START);
        Self { machine, now: START }
    }

    fn alive(&mut self, after: u64, subscribed: bool) -> Vec<Action> {
        self.now += after;
        self.machine.processed(1, 0, self.now as i64, None, self.now);
        self.machine.alive(1, self.now as i64, subscribed, self.now)
    }

    fn complete(&mut self, id: i64) -> Vec<Action> {
        self.machine.snapshot_complete(1, 0, self.now as i64, id, self.now)
    }

    fn tick(&mut self, after: u64) -> Vec<Action> {
        self.now += after;
        self.machine.tick(self.now)
    }

    fn up() -> Self {
        let mut one = Self::new(None);
        one.alive(1_000, false);
        assert_eq!(one.complete(FIRST_ID), [Action::Up { product: 1, reason: Up::FirstRecovery }]);
        one.alive(1_000, true);
        one
    }
}

fn request(request_id: i64, after: Option<u64>, lost: u64) -> Action {
    Action::Request { product: 1, request_id, after: after.map(|after| after as i64), lost }
}

#[test]
fn a_first_recovery_asks_for_everything_and_a_later_one_for_what_was_missed() {
    let mut one = One::new(None);
    assert_eq!(one.alive(1_000, false), [request(FIRST_ID, None, 0)]);
    assert_eq!(one.alive(10_000, false), [], "it runs");
    assert_eq!(one.complete(FIRST_ID - 1), [], "not ours");
    assert_eq!(one.complete(FIRST_ID), [Action::Up { product: 1, reason: Up::FirstRecovery }]);
    assert_eq!(one.complete(FIRST_ID), [], "twice");
    assert_eq!(one.alive(10_000, true), []);
    let last_good = one.now;
    assert_eq!(one.tick(20_000), []);
    assert_eq!(one.tick(1), [Action::Down { product: 1, reason: Down::AliveInterval }]);
    assert_eq!(one.alive(60_000, true), [request(FIRST_ID + 1, Some(last_good), 0)]);
    assert_eq!(one.complete(FIRST_ID + 1), [Action::Up { product: 1, reason: Up::Recovered }]);
}

#[test]
fn a_run_goes_on_where_the_last_one_stopped_but_not_before_the_window() {
    let before = START - 5 * MINUTE;
    assert_eq!(One::new(Some(before as i64)).alive(1, false), [request(FIRST_ID, Some(before), 0)]);
    let mut one = One::new(Some((START - 12 * HOUR) as i64));
    let earliest = START - WINDOW + 10 * MINUTE;
    assert_eq!(one.alive(0, true), [request(FIRST_ID, Some(earliest), 2 * HOUR + 10 * MINUTE)]);
}

#[test]
fn an_interrupted_recovery_that_completes_is_followed_by_one_from_the_last_alive_seen() {
    let mut one = One::new(Some(START as i64 - 1));
    assert_eq!(one.alive(1_000, true).len(), 1);
    one.alive(10_000, true);
    let seen = one.now;
    assert_eq!(one.tick(20_001), [], "it was not up");
    assert_eq!(one.machine.standing(1).expect("watched").phase, Phase::Interrupted);
    assert_eq!(one.complete(FIRST_ID), [request(FIRST_ID + 1, Some(seen), 0)]);
}

#[test]
fn an_interrupted_recovery_begins_anew_with_the_next_alive() {
    let mut one = One::new(Some(START as i64 - 1));
    one.alive(1_000, true);
    one.tick(30_000);
    assert_eq!(
        one.alive(1, true),
        [request(FIRST_ID + 1, Some(START - 1), 0)],
        "from where the old one began"
    );
    assert_eq!(one.complete(FIRST_ID), [], "the old one counts no more");
    assert_eq!(one.complete(FIRST_ID + 1).len(), 1);
}

#[test]
fn late_processing_is_down_without_a_recovery() {
    let mut one = One::up();
    one.now += 10_000;
    one.machine.alive(1, one.now as i64, true, one.now);
    one.now += 10_000;
    let down = Action::Down { product: 1, reason: Down::QueueDelay };
    assert_eq!(one.machine.alive(1, one.now as i64, true, one.now), [down]);
    assert_eq!(one.tick(1_000), []);
    assert_eq!(one.alive(5_000, true), [Action::Up { product: 1, reason: Up::DelayOver }]);
}

#[test]
fn a_recovery_without_messages_fails_and_is_asked_for_again() {
    let mut one = One::new(None);
    one.alive(0, false);
    for _ in 0..30 {
        assert_eq!(one.alive(10_000, false), []);
    }
    assert_eq!(one.alive(10_000, false), [request(FIRST_ID + 1, None, 0)]);
    assert_eq!(one.complete(FIRST_ID), [], "it has failed");
}

#[test]
fn a_recovery_that_takes_too_long_fails_though_messages_come() {
    let mut one = One::new(None);
    one.alive(0, false);
    for _ in 0..120 {
        assert_eq!(one.alive(10_000, false), []);
        one.machine.processed(1, 0, one.now as i64, Some(FIRST_ID), one.now);
    }
    assert_eq!(one.alive(10_000, false), [request(FIRST_ID + 1, None, 0)]);
}

#[test]
fn without_alives_it_is_tried_all_the_same_in_the_end() {
    let mut one = One::new(None);
    assert_eq!(one.tick(59_999), []);
    assert_eq!(one.tick(1), [request(FIRST_ID, None, 0)]);
    assert_eq!(one.complete(FIRST_ID), [], "but it is not up while silent");
    assert_eq!(one.alive(30_000, true), [request(FIRST_ID + 1, None, 0)]);
}

#[test]
fn a_lost_subscription_is_a_loss() {
    let mut one = One::up();
    let last_good = one.now;
    let down = Action::Down { product: 1, reason: Down::Producer };
    assert_eq!(one.alive(10_000, false), [down], "too soon to ask again");
    assert_eq!(one.alive(20_000, false), [request(FIRST_ID + 1, Some(last_good), 0)]);
    assert_eq!(one.alive(10_000, true), []);
    assert_eq!(one.alive(10_000, false), [], "interrupted, too soon to ask again");
    assert_eq!(one.alive(10_000, false), [request(FIRST_ID + 2, Some(last_good), 0)]);
}

#[test]
fn refused_requests_do_not_count_and_others_run_out() {
    let mut one = One::new(None);
    for round in 0..4 {
        assert_eq!(one.alive(30_000, false), [request(FIRST_ID + round, None, 0)]);
        one.machine.request_failed(1, FIRST_ID + round, true, one.now);
    }
    for round in 4..6 {
        assert_eq!(one.alive(30_000, false), [request(FIRST_ID + round, None, 0)]);
        one.machine.request_failed(1, FIRST_ID + round, false, one.now);
    }
    assert_eq!(one.alive(30_000, false), [], "two in half an hour");
    let blocked_until = one.machine.standing(1).expect("watched").blocked_until;
    assert!(blocked_until > one.now && blocked_until <= one.now + 30 * MINUTE);
    assert_eq!(one.alive(blocked_until - one.now, false), [request(FIRST_ID + 6, None, 0)]);
}

#[test]
fn single_events_have_a_limit_of_their_own() {
    let mut one = One::up();
    let first = one.machine.recover_event(1, one.now).expect("allowed");
    assert_eq!(one.complete(first), [Action::EventDone { product: 1, request_id: first }]);
    for _ in 1..100 {
        one.machine.recover_event(1, one.now).expect("allowed");
    }
    let blocked = one.machine.recover_event(1, one.now).expect_err("a hundred in ten minutes");
    assert!(one.machine.recover_event(1, blocked.until).is_ok());
    assert!(one.machine.recover_event(99, one.now).is_err(), "not watched");
}

#[test]
fn producers_that_are_not_watched_change_nothing() {
    let mut one = One::up();
    assert_eq!(one.machine.alive(99, 0, false, one.now), []);
    assert_eq!(one.machine.snapshot_complete(99, 0, 0, FIRST_ID, one.now), []);
    assert_eq!(one.machine.standing(99), None);
}
