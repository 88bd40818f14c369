//! The recovery machine of Sportradar's feed against an oracle that keeps the rules its own way.

#![allow(
    clippy::cast_possible_wrap, // times of this age fit both
    clippy::cast_sign_loss,
    clippy::struct_excessive_bools // an oracle is as plain as can be
)]

use feeds::recovery::uof::{Action, Patience, Recovery, Setting};
use proptest::prelude::*;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const START: u64 = 1_700_000_000_000;
const WINDOW: u64 = 10 * HOUR;
const PRODUCTS: [i64; 2] = [1, 3];
const FIRST_ID: i64 = 1_000;

#[derive(Debug, Clone)]
enum Event {
    Connected,
    Disconnected,
    Alive { product: i64, age: u64, subscribed: bool },
    Processed { product: i64, session: usize, age: u64, answers: bool },
    Snapshot { product: i64, session: usize, back: i64 },
    ProductDown { product: i64 },
    RequestFailed { product: i64, refused: bool },
    AskForOne { product: i64 },
    Tick,
}

fn event() -> impl Strategy<Value = Event> {
    let product = || prop::sample::select(PRODUCTS.to_vec());
    let age = || prop_oneof![8 => 0_u64..3_000, 1 => 0_u64..60_000];
    prop_oneof![
        2 => Just(Event::Connected),
        1 => Just(Event::Disconnected),
        12 => (product(), age(), prop::bool::weighted(0.8))
            .prop_map(|(product, age, subscribed)| Event::Alive { product, age, subscribed }),
        12 => (product(), 0..2_usize, age(), any::<bool>())
            .prop_map(|(product, session, age, answers)| Event::Processed { product, session, age, answers }),
        8 => (product(), 0..2_usize, prop_oneof![6 => Just(0_i64), 1 => -1_i64..3])
            .prop_map(|(product, session, back)| Event::Snapshot { product, session, back }),
        1 => product().prop_map(|product| Event::ProductDown { product }),
        1 => (product(), any::<bool>()).prop_map(|(product, refused)| Event::RequestFailed { product, refused }),
        1 => product().prop_map(|product| Event::AskForOne { product }),
        6 => Just(Event::Tick),
    ]
}

fn pause() -> impl Strategy<Value = u64> {
    prop_oneof![12 => 0_u64..4_000, 4 => 4_000_u64..15_000, 2 => 15_000_u64..90_000, 1 => 0_u64..HOUR, 1 => 0_u64..(30 * HOUR)]
}

/// What the rules say of one producer, kept without phases.
#[derive(Debug, Default, Clone)]
struct Oracle {
    up: bool,
    /// Nothing was missed since a complete recovery.
    whole: bool,
    heard: Option<u64>,
    /// The request that runs, when it was made, when something of it came, and which sessions have seen its end.
    running: Option<(i64, u64, u64, [bool; 2])>,
    /// The producer said, during the request that runs, that it sends.
    subscribed: bool,
    /// It was lost while it ran.
    spoilt: bool,
    requests: Vec<(u64, u64)>,
}

impl Oracle {
    fn lose(&mut self) {
        self.whole = false;
        self.spoilt = true;
    }

    /// What passed with time alone, before an event at `now`.
    fn elapse(&mut self, now: u64, connected: Option<u64>) {
        let Some(connected) = connected else { return };
        if now - self.heard.unwrap_or(connected) > 20_000 {
            let heard_since = self.running.is_some_and(|run| self.heard.is_some_and(|heard| heard >= run.1));
            self.whole = false;
            self.spoilt |= heard_since;
        }
        if self.running.is_some_and(|run| now - run.1 > 20 * MINUTE || now - run.2 > 5 * MINUTE) {
            self.running = None;
        }
    }
}

struct World {
    machine: Recovery,
    oracles: [Oracle; 2],
    now: u64,
    connected: Option<u64>,
    last_id: i64,
}

impl World {
    fn new() -> Self {
        let setting =
            |product| Setting { product, window: WINDOW, sessions: 0b11, resume: Some(START as i64 - 5_000) };
        Self {
            machine: Recovery::new(Patience::default(), &PRODUCTS.map(setting), 2, FIRST_ID),
            oracles: [Oracle::default(), Oracle::default()],
            now: START,
            connected: None,
            last_id: FIRST_ID - 1,
        }
    }

    fn oracle(&mut self, product: i64) -> &mut Oracle {
        &mut self.oracles[PRODUCTS.iter().position(|known| *known == product).expect("a product")]
    }

    fn happen(&mut self, event: &Event) -> Vec<Action> {
        let (now, connected) = (self.now, self.connected);
        let product = match *event {
            Event::Alive { product, .. }
            | Event::Processed { product, .. }
            | Event::Snapshot { product, .. }
            | Event::ProductDown { product }
            | Event::RequestFailed { product, .. } => Some(product),
            Event::Tick | Event::Connected | Event::Disconnected | Event::AskForOne { .. } => None,
        };
        for (oracle, known) in self.oracles.iter_mut().zip(PRODUCTS) {
            if product == Some(known) || matches!(event, Event::Tick) {
                oracle.elapse(now, connected);
            }
        }
        match *event {
            Event::Connected => {
                if self.connected.replace(now).is_some() {
                    self.lose_all();
                }
                self.oracles.iter_mut().for_each(|oracle| oracle.heard = None);
                self.machine.connected(now)
            }
            Event::Disconnected => {
                self.connected = None;
                self.lose_all();
                self.machine.disconnected(now)
            }
            Event::Alive { product, age, subscribed } => {
                let oracle = self.oracle(product);
                oracle.heard = Some(now);
                let runs = oracle.running.is_some() && !oracle.spoilt;
                match (subscribed, runs) {
                    (true, true) => oracle.subscribed = true,
                    (false, true) if oracle.subscribed => oracle.lose(),
                    (false, false) => oracle.lose(),
                    _ => {}
                }
                self.machine.alive(product, (now - age) as i64, subscribed, now)
            }
            Event::Processed { product, session, age, answers } => {
                let oracle = self.oracle(product);
                let id = oracle.running.as_mut().filter(|_| answers).map(|run| {
                    run.2 = now;
                    run.0
                });
                self.machine.processed(product, session, (now - age) as i64, id, now)
            }
            Event::Snapshot { product, session, back } => self.snapshot(product, session, back),
            Event::ProductDown { product } => {
                let oracle = self.oracle(product);
                oracle.lose();
                oracle.running = None;
                self.machine.product_down(product, now)
            }
            Event::RequestFailed { product, refused } => self.request_failed(product, refused),
            Event::AskForOne { product } => {
                if let Ok(id) = self.machine.recover_event(product, now) {
                    assert!(id > self.last_id, "request ids only grow");
                    self.last_id = id;
                }
                Vec::new()
            }
            Event::Tick => self.machine.tick(now),
        }
    }

    fn lose_all(&mut self) {
        for oracle in &mut self.oracles {
            oracle.lose();
            oracle.running = None;
        }
    }

    fn snapshot(&mut self, product: i64, session: usize, back: i64) -> Vec<Action> {
        let now = self.now;
        let oracle = self.oracle(product);
        let id = oracle.running.map_or(FIRST_ID, |run| run.0) - back;
        if let Some(run) = oracle.running.as_mut().filter(|run| run.0 == id) {
            (run.2, run.3[session]) = (now, true);
            if run.3 == [true, true] {
                let silent = oracle.heard.is_none_or(|heard| now - heard > 20_000);
                // A recovery asked for without an alive may come to its end soon after the connection was made.
                let fresh = oracle.heard.is_none() && self.connected.is_some_and(|at| now - at <= 20_000);
                let oracle = self.oracle(product);
                oracle.whole = !oracle.spoilt && (!silent || fresh);
                oracle.running = None;
            }
        }
        self.machine.snapshot_complete(product, session, now as i64, id, now)
    }

    fn request_failed(&mut self, product: i64, refused: bool) -> Vec<Action> {
        let now = self.now;
        let oracle = self.oracle(product);
        let id = oracle.running.take().map_or(0, |run| {
            if refused {
                oracle.requests.pop();
            }
            run.0
        });
        self.machine.request_failed(product, id, refused, now)
    }

    fn check(&mut self, actions: &[Action]) {
        let (now, connected, last_id) = (self.now, self.connected, self.last_id);
        for action in actions {
            match *action {
                Action::Up { product, reason } => {
                    let oracle = self.oracle(product);
                    assert!(!oracle.up, "up once");
                    assert!(oracle.whole, "up ({reason:?}) without a complete recovery since the last loss");
                    oracle.up = true;
                }
                Action::Down { product, .. } => {
                    let oracle = self.oracle(product);
                    assert!(oracle.up, "down once");
                    oracle.up = false;
                }
                Action::Request { product, request_id, after, lost } => {
                    assert!(connected.is_some() && request_id > last_id);
                    self.last_id = request_id;
                    let after = after.expect("there was a point to go on from") as u64;
                    assert!(after <= now && now - after <= WINDOW, "inside the window");
                    assert!(lost == 0 || now - after == WINDOW - 10 * MINUTE);
                    let oracle = self.oracle(product);
                    assert!(!oracle.whole, "nothing was missed");
                    assert!(oracle.running.is_none() || oracle.spoilt, "a recovery is already in flight");
                    within_limits(&oracle.requests, now, now - after);
                    oracle.requests.push((now, now - after));
                    (oracle.running, oracle.spoilt, oracle.subscribed) =
                        (Some((request_id, now, now, [false; 2])), false, false);
                }
                Action::EventDone { .. } => {}
            }
        }
        for (product, oracle) in PRODUCTS.iter().zip(&self.oracles) {
            let standing = self.machine.standing(*product).expect("watched");
            assert_eq!(standing.up, oracle.up, "every change is told");
            assert!(!oracle.up || oracle.whole, "up with something missed");
            assert!(standing.recovery_point.is_none_or(|point| point as u64 <= now));
        }
    }
}

fn within_limits(requests: &[(u64, u64)], now: u64, age: u64) {
    let class = |age: u64| u64::from(age >= 30 * MINUTE) + u64::from(age >= 24 * HOUR);
    let count = |within: u64| {
        requests.iter().filter(|(at, of)| class(*of) == class(age) && now - at <= within).count()
    };
    assert!(requests.last().is_none_or(|(at, _)| now - at >= 30_000), "too soon after the last");
    let limits = match class(age) {
        0 => [(20, 10 * MINUTE), (60, HOUR)],
        1 => [(4, 10 * MINUTE), (10, HOUR)],
        _ => [(2, 30 * MINUTE), (4, 2 * HOUR)],
    };
    for (most, within) in limits {
        assert!(count(within) < most, "{most} within {within} ms");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn whatever_happens_the_rules_hold(events in prop::collection::vec((event(), pause()), 1..120)) {
        let mut world = World::new();
        for (event, pause) in &events {
            world.now += pause;
            let actions = world.happen(event);
            world.check(&actions);
        }
    }

    #[test]
    fn the_same_events_have_the_same_outcome(events in prop::collection::vec((event(), pause()), 1..60)) {
        let run = || {
            let mut world = World::new();
            let happen = |(event, pause): &(Event, u64)| {
                world.now += pause;
                let actions = world.happen(event);
                world.check(&actions);
                actions
            };
            events.iter().map(happen).collect::<Vec<_>>()
        };
        prop_assert_eq!(run(), run());
    }
}
