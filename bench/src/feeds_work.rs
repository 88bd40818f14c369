//! Frames and messages of feeds into state, one by one: each is made from its number, the same every time.

use feeds::{kalshi, polymarket, uof};

use crate::work::Work;

const LINES: u64 = 9;

/// Set up for `capacity` operations in all.
pub(crate) fn make(name: &str, capacity: u64) -> Option<Box<dyn Work>> {
    Some(match name {
        "kalshi_frame" => Box::new(Feed {
            state: kalshi::Books::default(),
            apply: |books: &mut kalshi::Books, frame: &[u8]| books.apply(frame),
            messages: messages(capacity, kalshi_frame),
        }),
        "polymarket_frame" => Box::new(Feed {
            state: polymarket::Books::default(),
            apply: |books: &mut polymarket::Books, frame: &[u8]| books.apply(frame),
            messages: messages(capacity, polymarket_frame),
        }),
        "uof_message" => Box::new(Feed {
            state: uof::State::new(uof::Descriptions::default(), &uof::Options::default()),
            apply: |state: &mut uof::State, xml: &[u8]| u64::from(state.apply("", xml)),
            messages: messages(capacity, uof_message),
        }),
        _ => return None,
    })
}

struct Feed<S> {
    state: S,
    apply: fn(&mut S, &[u8]) -> u64,
    messages: std::vec::IntoIter<String>,
}

impl<S> Work for Feed<S> {
    fn run(&mut self, count: u64) -> u64 {
        let Self { state, apply, messages } = self;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        messages.by_ref().take(count).map(|message| apply(state, message.as_bytes())).sum()
    }
}

fn messages(capacity: u64, message: fn(u64) -> String) -> std::vec::IntoIter<String> {
    (0..capacity).map(message).collect::<Vec<_>>().into_iter()
}

/// Spreads numbers so that prices and sizes look like prices and sizes.
fn spread(number: u64, below: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23) % below
}

/// A snapshot, then changes.
fn kalshi_frame(number: u64) -> String {
    let seq = number + 1;
    if number == 0 {
        let levels: Vec<String> =
            (1..50).map(|cents| format!(r#"["0.{cents:02}00","{cents}00.50"]"#)).collect();
        let levels = levels.join(",");
        return format!(
            r#"{{"type":"orderbook_snapshot","sid":1,"seq":{seq},"msg":{{"market_ticker":"KXNBA-26NOV20-T0","market_id":"0000040f-0000","yes_dollars_fp":[{levels}],"no_dollars_fp":[{levels}]}}}}"#
        );
    }
    let (cents, size) = (1 + spread(number, 49), spread(number, 200_000));
    let outcome = ["yes", "no"][(number % 2) as usize];
    let sign = ["", "-"][usize::from(number.is_multiple_of(3))];
    format!(
        r#"{{"type":"orderbook_delta","sid":1,"seq":{seq},"msg":{{"market_ticker":"KXNBA-26NOV20-T0","price_dollars":"0.{cents:02}00","delta_fp":"{sign}{}.{:02}","side":"{outcome}","ts_ms":{}}}}}"#,
        size / 100,
        size % 100,
        1_790_000_000_000 + number
    )
}

/// The books of two assets, then changes of three prices.
fn polymarket_frame(number: u64) -> String {
    let asset = |at: u64| {
        format!("{}1321045679252212594626385532706912750332728571942532289631379312455583992563", at % 2 + 6)
    };
    let market = "0xdd22472e552920b8438158ea7238bfadfa4f736aa4cee91a6b86c39ead110917";
    if number < 2 {
        let levels = |from: u64| {
            (0..45)
                .map(|step| format!(r#"{{"price":"0.{}","size":"10"}}"#, from + 4 * step))
                .collect::<Vec<_>>()
        };
        return format!(
            r#"{{"event_type":"book","market":"{market}","asset_id":"{}","bids":[{}],"asks":[{}],"timestamp":"1790000000000","hash":"x"}}"#,
            asset(number),
            levels(300).join(","),
            levels(520).join(",")
        );
    }
    let change = |at: u64| {
        let at = 3 * number + at;
        let (from, side) = [(300, "BUY"), (524, "SELL")][(at % 2) as usize];
        let left = if spread(at, 3) == 0 { 0 } else { spread(at, 90_000) };
        // The best prices stay, so that what is named is the book's.
        let price = from + 4 * spread(at, 44);
        format!(
            r#"{{"asset_id":"{}","price":"0.{price}","side":"{side}","size":"{left}.5","hash":"22b838f19d4f7707326d0594a70c37f9bd83ba61","best_bid":"0.476","best_ask":"0.52"}}"#,
            asset(spread(at, 2))
        )
    };
    format!(
        r#"{{"event_type":"price_change","market":"{market}","price_changes":[{},{},{}],"timestamp":"{}"}}"#,
        change(0),
        change(1),
        change(2),
        1_790_000_000_000 + number
    )
}

/// An odds change of nine lines of five outcomes each, of one of eight events.
fn uof_message(number: u64) -> String {
    let outcome = |line: u64, at: u64| {
        let odds = 105 + spread(number + line, 900) + at;
        let chance = spread(number * LINES + line + at, 1_000_000);
        format!(
            r#"<outcome id="{}" odds="{}.{:02}" probabilities="0.{chance:06}" active="1"/>"#,
            12 + at,
            odds / 100,
            odds % 100
        )
    };
    let line = |line: u64| {
        let outcomes: String = (0..5).map(|at| outcome(line, at)).collect();
        format!(
            r#"<market id="{}" specifiers="total={line}.5" status="1">{outcomes}</market>"#,
            18 + line % 4
        )
    };
    let lines: String = (0..LINES).map(line).collect();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><odds_change product="1" event_id="sr:match:{}" timestamp="{}"><sport_event_status status="1" match_status="6" home_score="1" away_score="0"><clock match_time="71:00"/></sport_event_status><odds>{lines}</odds></odds_change>"#,
        4_000_000 + number % 8,
        1_790_000_000_000 + number
    )
}
