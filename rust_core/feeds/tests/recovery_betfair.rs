//! The recovery machine of Betfair's stream: invariants over whatever a connection may do, and the rules by example.

#![allow(clippy::struct_excessive_bools)] // an oracle is as plain as can be

use feeds::recovery::betfair::{Action, Change, Down, Kind, Part, Patience, Recovery, Resume, Up};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Event {
    Connected,
    Greeted,
    Accepted {
        old: bool,
    },
    Rejected(&'static str),
    Change {
        kind: Kind,
        stranger: bool,
        image: bool,
        resumed: bool,
        part: Part,
        clk: Option<u32>,
        late: bool,
    },
    Disconnected {
        jitter: u64,
    },
    Tick,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![3 => Just(Kind::Market), 1 => Just(Kind::Order)]
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![6 => Just(Part::Whole), 1 => Just(Part::Start), 1 => Just(Part::Middle), 1 => Just(Part::End)]
}

fn event() -> impl Strategy<Value = Event> {
    let change = (
        kind(),
        prop::bool::weighted(0.1),
        0..6,
        part(),
        prop::option::of(0_u32..1000),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(kind, stranger, what, part, clk, late)| Event::Change {
            kind,
            stranger,
            image: what == 0,
            resumed: what == 1,
            part,
            clk,
            late,
        });
    let errors = vec![
        "INVALID_SESSION_INFORMATION",
        "INVALID_CLOCK",
        "TIMEOUT",
        "MAX_CONNECTION_LIMIT_EXCEEDED",
        "NO_APP_KEY",
    ];
    prop_oneof![
        6 => Just(Event::Connected),
        6 => Just(Event::Greeted),
        9 => prop::bool::weighted(0.1).prop_map(|old| Event::Accepted { old }),
        1 => prop::sample::select(errors).prop_map(Event::Rejected),
        24 => change,
        1 => (0_u64..=1_000).prop_map(|jitter| Event::Disconnected { jitter }),
        9 => Just(Event::Tick),
    ]
}

/// What a client that keeps the books could say of one subscription.
#[derive(Debug, Clone, Default)]
struct Books {
    id: i64,
    /// Its image is there, and nothing was missed since.
    whole: bool,
    late: bool,
    clocks: (Option<u32>, Option<u32>),
    /// The clocks to go on from: those of the last change that was there in full.
    resume: Option<(u32, u32)>,
}

impl Books {
    fn change(&mut self, image: bool, resumed: bool, part: Part, clk: Option<u32>, late: bool) {
        self.late = late;
        if (image || resumed) && matches!(part, Part::Whole | Part::Start) {
            self.whole = false;
            if image {
                (self.resume, self.clocks) = (None, (None, None));
            }
        }
        self.clocks = (clk.or(self.clocks.0), clk.or(self.clocks.1));
        self.whole |= (image || resumed) && matches!(part, Part::Whole | Part::End);
        if let (true, (Some(initial), Some(clk))) = (self.whole, self.clocks) {
            self.resume = Some((initial, clk));
        }
    }

    fn lost(&mut self) {
        *self = Self { resume: self.resume, clocks: (None, None), ..Self::default() };
    }
}

#[derive(Default)]
struct World {
    now: u64,
    up: bool,
    open: bool,
    greeted: bool,
    authentication: Option<i64>,
    subscribed: bool,
    ids: Vec<i64>,
    books: [Books; 2],
    lost_at: Option<(u64, u64)>,
    refused: bool,
}

impl World {
    fn books(&mut self, kind: Kind) -> &mut Books {
        &mut self.books[usize::from(kind == Kind::Order)]
    }

    fn lose(&mut self) {
        (self.open, self.greeted, self.authentication, self.subscribed) = (false, false, None, false);
        self.books.iter_mut().for_each(Books::lost);
    }

    fn fresh(&mut self, id: i64) {
        assert!(self.ids.iter().all(|known| *known < id), "ids only grow");
        self.ids.push(id);
    }

    fn check(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Connect => {
                    assert!(!self.open && !self.refused);
                    if let Some((at, jitter)) = self.lost_at {
                        assert!(self.now >= at + 250 + 250 * jitter / 1_000, "without waiting");
                    }
                    self.open = true;
                }
                Action::Authenticate { id, .. } => {
                    assert!(self.open && self.greeted && self.authentication.is_none());
                    self.fresh(id);
                    self.authentication = Some(id);
                }
                Action::Subscribe { kind, id, resume } => {
                    assert!(self.open && self.authentication.is_some());
                    self.fresh(id);
                    let books = self.books(kind);
                    let clocks = books.resume.map(|(initial, clk)| Resume {
                        initial_clk: initial.to_string(),
                        clk: clk.to_string(),
                    });
                    assert_eq!(resume, clocks, "exactly where the books are");
                    books.id = id;
                    self.subscribed = true;
                }
                Action::Close => self.lose(),
                Action::Up(_) => {
                    assert!(
                        !self.up
                            && self.books.iter().all(|books| books.id != 0 && books.whole && !books.late)
                    );
                    self.up = true;
                }
                Action::Down(_) => assert!(std::mem::take(&mut self.up), "down once"),
                Action::Refused(_) => self.refused = true,
            }
        }
        let right = self.books.iter().all(|books| books.id != 0 && books.whole && !books.late);
        assert!(!self.up || right, "up with books that are not right");
    }
}

fn happen(machine: &mut Recovery, world: &mut World, event: &Event) -> Vec<Action> {
    let now = world.now;
    match *event {
        Event::Connected => machine.connected(now),
        Event::Greeted => {
            world.greeted |= world.open;
            machine.greeted(now)
        }
        Event::Accepted { old } => {
            let id = world.authentication.unwrap_or(0) - i64::from(old);
            machine.accepted(id, now)
        }
        Event::Rejected(error) => {
            if error == "INVALID_CLOCK" {
                world.books.iter_mut().for_each(|books| books.resume = None);
            }
            machine.rejected(None, error, now)
        }
        Event::Change { kind, stranger, image, resumed, part, clk, late } => {
            let id = if stranger { 1_000_000 } else { world.books(kind).id };
            let clock = clk.map(|clk| clk.to_string());
            let (initial_clk, clk_text) = (clock.as_deref(), clock.as_deref());
            let change = Change {
                id: Some(id),
                image,
                resumed,
                part,
                initial_clk,
                clk: clk_text,
                late,
                heartbeat: Some(5_000),
            };
            let (ours, actions) = machine.change(kind, &change, now);
            let expected = world.subscribed && !stranger && !world.refused;
            assert_eq!(ours, expected);
            if ours {
                world.books(kind).change(image, resumed, part, clk, late);
            }
            actions
        }
        Event::Disconnected { jitter } => {
            world.lose();
            world.lost_at = Some((now, jitter));
            machine.disconnected(jitter, now)
        }
        Event::Tick => machine.tick(now),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn whatever_happens_the_rules_hold(
        events in prop::collection::vec((event(), prop_oneof![20 => 0_u64..1_500, 1 => 0_u64..120_000]), 1..150),
    ) {
        let mut machine = Recovery::new(Patience::default(), &[Kind::Market, Kind::Order]);
        let mut world = World::default();
        for (event, pause) in &events {
            world.now += pause;
            let actions = happen(&mut machine, &mut world, event);
            let closes = actions.contains(&Action::Close);
            world.check(actions);
            prop_assert_eq!(world.up, machine.is_up(), "every change is told");
            if closes {
                let actions = happen(&mut machine, &mut world, &Event::Disconnected { jitter: 0 });
                world.check(actions);
            }
        }
    }

    #[test]
    fn waits_grow_to_half_a_minute_and_are_spread(jitter in 0_u64..=1_000, failures in 1_usize..12) {
        let mut machine = Recovery::new(Patience::default(), &[Kind::Market]);
        let mut now = 0;
        prop_assert_eq!(machine.tick(now), vec![Action::Connect]);
        for failure in 0..failures {
            machine.disconnected(jitter, now);
            let most = (500_u64 << failure).min(30_000);
            let wait = most / 2 + most / 2 * jitter / 1_000;
            prop_assert_eq!(machine.tick(now + wait - 1), vec![]);
            now += wait;
            prop_assert_eq!(machine.tick(now), vec![Action::Connect]);
        }
    }
}

fn change(part: Part, clk: &str) -> Change<'_> {
    let initial_clk = Some("i");
    Change {
        id: None,
        image: true,
        resumed: false,
        part,
        initial_clk,
        clk: Some(clk),
        late: false,
        heartbeat: Some(500),
    }
}

fn subscribed() -> (Recovery, Vec<Action>) {
    let mut machine = Recovery::new(Patience::default(), &[Kind::Market]);
    let actions = connect(&mut machine, 0);
    (machine, actions)
}

fn connect(machine: &mut Recovery, now: u64) -> Vec<Action> {
    assert_eq!(machine.tick(now), [Action::Connect]);
    machine.connected(now);
    let [Action::Authenticate { id, renew: false }] = machine.greeted(now)[..] else {
        panic!("authenticate")
    };
    machine.accepted(id, now)
}

#[test]
fn an_image_in_segments_is_whole_at_its_end_and_resumed_from_there() {
    let (mut machine, actions) = subscribed();
    assert_eq!(actions, [Action::Subscribe { kind: Kind::Market, id: 2, resume: None }]);
    for (part, clk) in [(Part::Start, "a"), (Part::Middle, "b")] {
        assert_eq!(machine.change(Kind::Market, &change(part, clk), 1), (true, vec![]));
        assert_eq!(machine.resume(Kind::Market), None);
    }
    assert_eq!(machine.change(Kind::Market, &change(Part::End, "c"), 1).1, [Action::Up(Up::Image)]);
    assert_eq!(machine.disconnected(0, 2), [Action::Down(Down::Connection)]);
    let resume = Some(Resume { initial_clk: "i".into(), clk: "c".into() });
    assert_eq!(connect(&mut machine, 1_000), [Action::Subscribe { kind: Kind::Market, id: 4, resume }]);
    let delta = Change { image: false, resumed: true, ..change(Part::Whole, "d") };
    assert_eq!(machine.change(Kind::Market, &delta, 1_001).1, [Action::Up(Up::Resumed)]);
}

#[test]
fn an_image_cut_off_is_not_resumed() {
    let (mut machine, _) = subscribed();
    machine.change(Kind::Market, &change(Part::Whole, "a"), 1);
    assert_eq!(machine.change(Kind::Market, &change(Part::Start, "b"), 1).1, [Action::Down(Down::Image)]);
    machine.disconnected(0, 1);
    assert_eq!(connect(&mut machine, 1_000), [Action::Subscribe { kind: Kind::Market, id: 4, resume: None }]);
}

#[test]
fn silence_of_two_heartbeats_closes() {
    let (mut machine, _) = subscribed();
    machine.change(Kind::Market, &change(Part::Whole, "a"), 0);
    assert_eq!(machine.tick(1_000), []);
    assert_eq!(machine.tick(1_001), [Action::Down(Down::Heartbeat), Action::Close]);
    assert_eq!(machine.tick(9_999), [], "it waits to hear that it is closed");
}

#[test]
fn late_data_is_down_without_a_reconnect() {
    let (mut machine, _) = subscribed();
    machine.change(Kind::Market, &change(Part::Whole, "a"), 0);
    let late = Change { image: false, late: true, ..change(Part::Whole, "b") };
    assert_eq!(machine.change(Kind::Market, &late, 1).1, [Action::Down(Down::Late)]);
    assert_eq!(machine.change(Kind::Market, &late, 2).1, []);
    assert_eq!(machine.change(Kind::Market, &Change { late: false, ..late }, 3).1, [Action::Up(Up::InTime)]);
}

#[test]
fn a_refused_session_is_renewed_once_and_a_refused_key_never() {
    let mut machine = Recovery::new(Patience::default(), &[Kind::Market]);
    machine.tick(0);
    machine.connected(0);
    machine.greeted(0);
    assert_eq!(machine.rejected(Some(1), "INVALID_SESSION_INFORMATION", 0), [Action::Close]);
    machine.disconnected(0, 0);
    machine.tick(250);
    machine.connected(250);
    assert_eq!(machine.greeted(250), [Action::Authenticate { id: 2, renew: true }]);
    let refused = [Action::Refused("INVALID_SESSION_INFORMATION".into())];
    assert_eq!(machine.rejected(Some(2), "INVALID_SESSION_INFORMATION", 250), refused);
    assert_eq!(machine.tick(1_000_000), [], "nothing more is tried");
}

#[test]
fn an_invalid_clock_begins_afresh() {
    let (mut machine, _) = subscribed();
    machine.change(Kind::Market, &change(Part::Whole, "a"), 0);
    machine.disconnected(0, 0);
    connect(&mut machine, 250);
    assert_eq!(machine.rejected(Some(4), "INVALID_CLOCK", 250), [Action::Close]);
    machine.disconnected(0, 250);
    assert_eq!(connect(&mut machine, 1_000), [Action::Subscribe { kind: Kind::Market, id: 6, resume: None }]);
}
