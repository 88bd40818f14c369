//! Whatever frames are lost, a book is either whole or said to be stale, and is asked for until it is whole again.

use std::collections::{BTreeMap, BTreeSet};

use feeds::recovery::{kalshi, polymarket};
use proptest::prelude::*;

const KEYS: [&str; 3] = ["A", "B", "C"];

fn key() -> impl Strategy<Value = &'static str> {
    prop::sample::select(KEYS.to_vec())
}

fn pause() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 0_u64..500, 3 => 500_u64..5_000, 1 => 5_000_u64..200_000]
}

/// What was said of each book; `true` is whole.
#[derive(Default)]
struct Said(BTreeMap<String, bool>);

impl Said {
    fn hear(&mut self, key: &str, whole: bool) {
        assert_ne!(self.0.insert(key.into(), whole), Some(whole), "{key} said twice");
    }

    fn whole(&self, key: &str) -> bool {
        self.0.get(key).copied().unwrap_or(false)
    }
}

#[derive(Debug, Clone)]
enum KalshiEvent {
    Frame { sid: i64, skipped: i64, snapshot: bool, ticker: &'static str },
    Disconnected,
    Tick,
}

fn kalshi_event() -> impl Strategy<Value = KalshiEvent> {
    let skipped = prop_oneof![12 => Just(0_i64), 1 => 1_i64..3, 1 => -3_i64..0];
    let frame = (0_i64..2, skipped, prop::bool::weighted(0.3), key())
        .prop_map(|(sid, skipped, snapshot, ticker)| KalshiEvent::Frame { sid, skipped, snapshot, ticker });
    prop_oneof![12 => frame, 1 => Just(KalshiEvent::Disconnected), 3 => Just(KalshiEvent::Tick)]
}

/// Which books are right, from the numbers of all frames.
#[derive(Default)]
struct KalshiOracle {
    next: BTreeMap<i64, i64>,
    right: BTreeMap<&'static str, i64>,
}

impl KalshiOracle {
    fn frame(&mut self, sid: i64, seq: i64, snapshot: bool, ticker: &'static str) {
        let expected = self.next.get(&sid).copied().unwrap_or(seq);
        if seq < expected && !snapshot {
            return;
        }
        if seq != expected {
            self.right.retain(|_, of| *of != sid);
        }
        self.next.insert(sid, seq + 1);
        if snapshot {
            self.right.insert(ticker, sid);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn kalshi_books_are_whole_or_stale(events in prop::collection::vec((kalshi_event(), pause()), 1..150)) {
        let (mut machine, mut oracle, mut said) = (kalshi::Recovery::default(), KalshiOracle::default(), Said::default());
        let (mut now, mut asked) = (0, BTreeMap::<i64, u64>::new());
        for (event, pause) in events {
            now += pause;
            let actions = match event {
                KalshiEvent::Frame { sid, skipped, snapshot, ticker } => {
                    let seq = oracle.next.get(&sid).copied().unwrap_or(1) + skipped;
                    oracle.frame(sid, seq, snapshot, ticker);
                    let frame = if snapshot { kalshi::Frame::Snapshot(ticker) } else { kalshi::Frame::Delta(ticker) };
                    machine.frame(sid, seq, frame, now)
                }
                KalshiEvent::Disconnected => {
                    oracle = KalshiOracle::default();
                    asked.clear();
                    machine.disconnected(now)
                }
                KalshiEvent::Tick => machine.tick(now),
            };
            for action in actions {
                match action {
                    kalshi::Action::Stale(ticker) => said.hear(&ticker, false),
                    kalshi::Action::Whole(ticker) => said.hear(&ticker, true),
                    kalshi::Action::Resubscribe(sid) => {
                        prop_assert!(asked.insert(sid, now).is_none_or(|at| now - at >= 1_000), "asked too often");
                        prop_assert!(machine.tickers(sid).any(|ticker| !machine.is_whole(ticker)), "nothing is missing");
                    }
                }
            }
            for ticker in KEYS {
                prop_assert_eq!(said.whole(ticker), oracle.right.contains_key(ticker));
                prop_assert_eq!(said.whole(ticker), machine.is_whole(ticker));
            }
        }
    }

    #[test]
    fn a_gap_is_asked_about_until_every_book_is_whole(silence in 1_usize..40) {
        let mut machine = kalshi::Recovery::default();
        machine.frame(7, 1, kalshi::Frame::Snapshot("A"), 0);
        machine.frame(7, 2, kalshi::Frame::Snapshot("B"), 0);
        let mut asked = usize::from(machine.frame(7, 4, kalshi::Frame::Delta("A"), 0).contains(&kalshi::Action::Resubscribe(7)));
        for second in 1..=silence as u64 * 60 {
            asked += machine.tick(second * 1_000).len();
        }
        // After ten seconds at first, and every minute in the end.
        prop_assert!(asked >= silence && asked <= silence + 6, "{}", asked);
        let later = silence as u64 * 60_000;
        machine.frame(7, 5, kalshi::Frame::Snapshot("A"), later);
        machine.frame(7, 6, kalshi::Frame::Snapshot("B"), later);
        for minute in 1..5 {
            prop_assert_eq!(machine.tick(later + minute * 60_000), vec![]);
        }
    }
}

#[derive(Debug, Clone)]
enum PolymarketEvent {
    Connected,
    Disconnected,
    Mismatch(&'static str),
    Book(&'static str),
    Tick,
}

fn polymarket_event() -> impl Strategy<Value = PolymarketEvent> {
    prop_oneof![
        2 => Just(PolymarketEvent::Connected),
        1 => Just(PolymarketEvent::Disconnected),
        4 => key().prop_map(PolymarketEvent::Mismatch),
        6 => key().prop_map(PolymarketEvent::Book),
        4 => Just(PolymarketEvent::Tick),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn polymarket_books_are_whole_or_fetched(events in prop::collection::vec((polymarket_event(), pause()), 1..150)) {
        let (mut machine, mut said, mut now) = (polymarket::Recovery::default(), Said::default(), 0);
        let (mut connected, mut right) = (false, BTreeSet::new());
        let (mut known, mut asked) = (BTreeMap::new(), BTreeMap::<String, u64>::new());
        for (event, pause) in events {
            now += pause;
            let actions = match event {
                PolymarketEvent::Connected => {
                    connected = true;
                    machine.connected(now)
                }
                PolymarketEvent::Disconnected => {
                    connected = false;
                    right.clear();
                    asked.clear();
                    machine.disconnected(now)
                }
                PolymarketEvent::Mismatch(asset) => {
                    right.remove(asset);
                    known.insert(asset, now);
                    machine.mismatch(asset, now)
                }
                PolymarketEvent::Book(asset) => {
                    if connected {
                        right.insert(asset);
                    }
                    machine.book(asset, now)
                }
                PolymarketEvent::Tick => machine.tick(now),
            };
            for action in actions {
                match action {
                    polymarket::Action::Stale(asset) => said.hear(&asset, false),
                    polymarket::Action::Whole(asset) => said.hear(&asset, true),
                    polymarket::Action::Refetch(asset) => {
                        prop_assert!(connected && !machine.is_whole(&asset));
                        prop_assert!(asked.insert(asset.to_string(), now).is_none_or(|at| now - at >= 1_000));
                    }
                }
            }
            for asset in KEYS {
                prop_assert_eq!(said.whole(asset), right.contains(asset));
                prop_assert_eq!(said.whole(asset), machine.is_whole(asset));
            }
        }
        // Every book that is not whole is asked for in the end.
        if connected {
            now += 200_000;
            let due: Vec<_> = machine.tick(now).into_iter().map(|action| format!("{action:?}")).collect();
            for asset in known.keys().filter(|asset| !right.contains(*asset)) {
                prop_assert!(due.contains(&format!("Refetch({asset:?})")), "{asset}");
            }
        }
    }
}
