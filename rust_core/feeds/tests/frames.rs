//! Frames and messages that are cut off, mangled or random: no panic, and an error of that message alone.

use feeds::{FrameOptions, kalshi, polymarket, uof};
use proptest::collection::vec;
use proptest::prelude::*;

const KALSHI: &[&str] = &[
    r#"{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A","yes_dollars_fp":[["0.08","3.50"]]}}"#,
    r#"{"msg":{"market_ticker":"A","price_dollars":"0.08","delta_fp":"-1","side":"yes"},"seq":2,"sid":1,"type":"orderbook_delta"}"#,
    r#"{"type":"orderbook_snapshot","sid":1,"seq":3,"msg":{"market_ticker":"B","yes":[[8,3]],"no":null}}"#,
];
const POLYMARKET: &[&str] = &[
    r#"[{"event_type":"book","asset_id":"7","bids":[{"price":"0.5","size":"2"}],"asks":[]}]"#,
    r#"{"event_type":"price_change","price_changes":[{"asset_id":"7","price":"0.4","side":"BUY","size":"1","best_bid":"0.5"}]}"#,
    r#"{"event_type":"tick_size_change","asset_id":"8","new_tick_size":"0.001"}"#,
];
const UOF: &[&str] = &[
    "<odds_change product='1' event_id='sr:match:1' timestamp='1'><odds><market id='1' specifiers='b=1|a=&lt;'><outcome id='1' odds='2.5'/></market></odds></odds_change>",
    "<?xml version='1.0'?><bet_stop groups='all' product='1' event_id='sr:match:1' timestamp='2'/>",
    "<bet_settlement product='1' event_id='sr:match:1' timestamp='3'><outcomes><market id='1' specifiers='a=&lt;|b=1'><outcome id='1' result='1'/></market></outcomes></bet_settlement>",
    "<bet_cancel product='1' event_id='sr:match:2' timestamp='4' end_time='3'><market id='1'><!-- x --></market></bet_cancel>",
];

/// What a feed's state does with messages, and what it then is.
trait Feed: Default {
    const MESSAGES: &'static [&'static str];
    fn give(&mut self, message: &[u8]);
    fn errors(&self) -> u64;
    fn shown(&self) -> String;
}

impl Feed for kalshi::Books {
    const MESSAGES: &'static [&'static str] = KALSHI;
    fn give(&mut self, message: &[u8]) {
        self.apply(message);
    }
    fn errors(&self) -> u64 {
        self.problems().total()
    }
    fn shown(&self) -> String {
        format!("{:?} {:?}", self.books(), self.gaps())
    }
}

impl Feed for polymarket::Books {
    const MESSAGES: &'static [&'static str] = POLYMARKET;
    fn give(&mut self, message: &[u8]) {
        self.apply(message);
    }
    fn errors(&self) -> u64 {
        self.problems().total()
    }
    fn shown(&self) -> String {
        format!("{:?}", self.books())
    }
}

struct Uof(uof::State);

impl Default for Uof {
    fn default() -> Self {
        Self(uof::State::new(uof::Descriptions::default(), &uof::Options::default()))
    }
}

impl Feed for Uof {
    const MESSAGES: &'static [&'static str] = UOF;
    fn give(&mut self, message: &[u8]) {
        self.0.apply("", message);
    }
    fn errors(&self) -> u64 {
        self.0.problems().total()
    }
    fn shown(&self) -> String {
        let mut events: Vec<_> = self.0.events().collect();
        events.sort_by_key(|event| event.0);
        let lines =
            events.iter().map(|(urn, event)| format!("{urn} {:?} {:?}", event.timestamp(), event.lines()));
        let shown = lines.collect::<Vec<_>>().join("\n");
        // Which message told a line last counts the broken ones too.
        shown.split("touched: ").map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit())).collect()
    }
}

/// Every message cut at every byte, each between whole ones.
fn cuts_are_errors_alone<F: Feed>() {
    let mut whole = F::default();
    for message in F::MESSAGES {
        whole.give(message.as_bytes());
    }
    assert_eq!(whole.errors(), 0);
    let mut cut = F::default();
    let mut count = 0;
    for message in F::MESSAGES.iter().map(|message| message.as_bytes()) {
        for end in 0..message.len() {
            cut.give(&message[..end]);
            count += 1;
            assert_eq!(cut.errors(), count, "{}", String::from_utf8_lossy(&message[..end]));
        }
        cut.give(message);
    }
    assert_eq!(cut.shown(), whole.shown());
}

/// Pieces of messages and noise, one message.
fn mangled(messages: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = (prop::sample::select(messages), any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let piece = piece.prop_map(|(message, from, to)| {
        let (from, to) = (from.index(message.len()), to.index(message.len()));
        message.as_bytes()[from.min(to)..from.max(to)].to_vec()
    });
    vec(prop_oneof![3 => piece, 1 => vec(any::<u8>(), 0..8)], 0..6).prop_map(|pieces| pieces.concat())
}

fn one_error_at_most<F: Feed>(message: &[u8]) {
    let mut feed = F::default();
    for known in F::MESSAGES {
        feed.give(known.as_bytes());
    }
    feed.give(message);
    assert!(feed.errors() <= 1);
}

#[test]
fn a_message_cut_off_is_an_error_of_it_alone() {
    cuts_are_errors_alone::<kalshi::Books>();
    cuts_are_errors_alone::<polymarket::Books>();
    cuts_are_errors_alone::<Uof>();
}

#[test]
fn deep_nesting_and_long_messages_are_refused() {
    let mut uof = Uof::default();
    uof.give("<a>".repeat(100_000).as_bytes());
    let mut books = kalshi::Books::new(&FrameOptions { max_frame: 10, ..FrameOptions::default() });
    books.apply(KALSHI[0].as_bytes());
    let mut deep = polymarket::Books::default();
    deep.apply("[".repeat(100_000).as_bytes());
    deep.apply(format!("{{\"x\":{}", "[".repeat(100_000)).as_bytes());
    assert_eq!((uof.errors(), books.problems().total(), deep.problems().total()), (1, 1, 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_bytes_panic(kalshi in mangled(KALSHI), polymarket in mangled(POLYMARKET), uof in mangled(UOF)) {
        one_error_at_most::<kalshi::Books>(&kalshi);
        one_error_at_most::<polymarket::Books>(&polymarket);
        one_error_at_most::<Uof>(&uof);
        let _ = uof::Descriptions::read(&uof);
        let _ = uof::RoutingKey::parse(&String::from_utf8_lossy(&uof));
    }
}

#[test]
fn a_broken_entity_in_a_status_costs_its_attribute_alone() {
    let mut uof = Uof::default();
    uof.give(b"<odds_change product='1' event_id='sr:match:1' timestamp='1'><sport_event_status status='1'><clock match_time='7&' remaining_time='3'/></sport_event_status></odds_change>");
    let event = uof.0.event("sr:match:1").expect("the event is known");
    let details = event.status_details().expect("a status was told");
    let told = |text: &'static str| uof::Attribute::Text(text.into());
    let clock = vec![("match_time", told("7&")), ("remaining_time", told("3"))];
    assert_eq!(details.parts, [("clock", clock)]);
}
