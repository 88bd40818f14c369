//! A stream as a whole: what is dropped, passed on, left out and recorded, and input at its worst.

use feeds::Reason;
use feeds::betfair::{Books, Options, Runner};

fn line(market: &str, time: u64, change: &str) -> String {
    format!(r#"{{"op":"mcm","id":2,"pt":{time},"mc":[{{"id":"{market}",{change}}}]}}"#)
}

fn closed(market: &str, time: u64) -> String {
    line(market, time, r#""marketDefinition":{"status":"CLOSED","runners":[{"id":5}]}"#)
}

fn held(books: &Books) -> Vec<&str> {
    books.markets().iter().map(|market| &**market.id()).collect()
}

#[test]
fn markets_closed_long_ago_are_dropped_and_said_to_be() {
    let mut books = Books::new(&Options { evict_closed_after: Some(3_600_000), ..Options::default() });
    for text in [closed("1.1", 0), line("1.2", 1_000, r#""tv":1"#), closed("1.3", 60_000)] {
        books.apply(text.as_bytes());
    }
    books.take_touched();
    books.apply(line("1.1", 3_599_000, r#""tv":2"#).as_bytes());
    assert_eq!(held(&books), ["1.1", "1.2", "1.3"]);
    books.apply(line("1.2", 3_659_999, r#""tv":2"#).as_bytes());
    assert_eq!((held(&books), books.evicted()), (vec!["1.2", "1.3"], 1));
    assert_eq!(books.take_touched().iter().map(|id| &**id).collect::<Vec<_>>(), ["1.1", "1.2"]);
    // Open again, so it stays.
    books.apply(line("1.3", 3_660_000, r#""marketDefinition":{"status":"OPEN"}"#).as_bytes());
    books.apply(line("1.2", 99_000_000, r#""tv":3"#).as_bytes());
    assert_eq!(
        (held(&books), books.market("1.3").map(|market| &**market.id())),
        (vec!["1.2", "1.3"], Some("1.3"))
    );
}

#[test]
fn closed_markets_make_room_for_new_ones() {
    let mut books = Books::new(&Options { max_markets: 3, ..Options::default() });
    for text in [closed("1.1", 5), closed("1.2", 3), line("1.3", 6, r#""tv":1"#), line("1.4", 7, r#""tv":1"#)]
    {
        books.apply(text.as_bytes());
    }
    assert_eq!(
        (books.markets().len() <= 3, books.market("1.4").is_some(), books.market("1.3").is_some()),
        (true, true, true)
    );
    assert!(books.market("1.2").is_none() && books.evicted() > 0);
    assert_eq!(books.problems().total(), 0);
}

#[test]
fn messages_are_counted_by_kind_and_races_passed_on_as_they_came() {
    let race = r#"{"op":"rcm","clk":5,"pt":1,"rc":[{"mid":"1.1","id":"28.1"}]}"#;
    let mut books = Books::new(&Options { pass_on: true, ..Options::default() });
    let text = format!(
        "{race}\n{}\n{{\"op\":\"ccm\",\"cc\":[]}} \n{{\"op\":\"ocm\"}}\n",
        line("1.1", 1, r#""tv":1"#)
    );
    for piece in text.as_bytes().chunks(7) {
        books.apply(piece);
    }
    let passed = books.take_passed_on();
    let texts: Vec<_> = passed.iter().map(|m| (m.op, std::str::from_utf8(&m.text).expect("text"))).collect();
    assert_eq!(texts, [("rcm", race), ("ccm", r#"{"op":"ccm","cc":[]}"#)]);
    let counts: Vec<_> = books.session().counts().filter(|(_, count)| *count > 0).collect();
    assert_eq!(
        (counts, books.session().passed_over()),
        (vec![("mcm", 1), ("ocm", 1), ("rcm", 1), ("ccm", 1)], 3)
    );
    let large = format!(r#"{{"op":"rcm","x":"{}"}}"#, "y".repeat(6 << 20));
    for _ in 0..3 {
        books.apply(large.as_bytes());
    }
    assert_eq!((books.take_passed_on().len(), books.problems().total()), (2, 1));
}

#[test]
fn changes_of_another_subscription_are_left_out() {
    let mut books = Books::new(&Options { subscription: Some(3), ..Options::default() });
    assert_eq!(books.apply(line("1.1", 1, r#""tv":1"#).as_bytes()), 0);
    assert_eq!(books.apply(br#"{"op":"mcm","pt":1,"mc":[{"id":"1.1"}]}"#), 1);
    books.session_mut().follow(Some(2));
    assert_eq!(books.apply(line("1.1", 1, r#""tv":1"#).as_bytes()), 1);
    assert_eq!(
        (books.session().other_subscriptions(), books.session().passed_over(), books.session().clk()),
        (1, 0, None)
    );
}

#[test]
fn rows_tell_of_every_runner_or_the_changed_ones() {
    let texts = [
        line("1.1", 1, r#""rc":[{"id":5,"atb":[[2,9]],"ltp":2},{"id":6,"batl":[[0,3,4]]}]"#),
        line("1.1", 2, r#""rc":[{"id":6,"tv":7},{"id":6,"atl":[[2.9,1]]}]"#),
        line("1.2", 3, r#""rc":[{"id":8,"hc":-0.5,"ltp":4}]"#),
    ];
    for (every, runners) in [(true, vec![5, 6, 5, 6, 8]), (false, vec![5, 6, 6, 8])] {
        let mut books = Books::default();
        books.record(100, every, false);
        for text in &texts {
            books.take(text.as_bytes());
        }
        let rows = books.rows().expect("rows");
        assert_eq!(rows.runner, runners);
        assert_eq!(rows.markets.iter().map(|id| &**id).collect::<Vec<_>>(), ["1.1", "1.2"]);
        let last = rows.len() - 1;
        assert_eq!((rows.market[last], rows.handicap[last], rows.publish_time[last]), (1, -0.5, 3_000_000));
        let row = |at: usize| rows.figures.iter().map(|column| column[at]).collect::<Vec<_>>();
        assert!(row(0)[..2] == [2.0, 9.0] && row(0)[2].is_nan() && row(0)[4..] == [2.0, 0.0]);
        assert_eq!(row(last - 1)[2..4], [2.9, 1.0]);
        assert_eq!(row(last - 1)[5..], [7.0]);
    }
}

#[test]
fn volume_can_be_the_sum_of_what_was_traded() {
    let mut books = Books::default();
    books.record(100, true, true);
    books
        .take(line("1.1", 1, r#""rc":[{"id":5,"tv":9,"trd":[[2,1.1],[3,2.2]]},{"id":6,"tv":7}]"#).as_bytes());
    books.take(line("1.1", 2, r#""rc":[{"id":5,"trd":[[2,1.3]]}]"#).as_bytes());
    assert_eq!(books.rows().map(|rows| rows.figures[5].clone()), Some(vec![3.3, 7.0, 3.5, 7.0]));
}

#[test]
fn reading_stops_when_there_are_rows_enough_and_goes_on_where_it_stopped() {
    let text: String = (0..50)
        .map(|time| line("1.1", time, r#""rc":[{"id":5,"ltp":2},{"id":6,"ltp":3}]"#) + "\r\n")
        .collect();
    let mut books = Books::default();
    books.record(10, true, false);
    let (mut at, mut rows) = (0, 0);
    while at < text.len() {
        at += books.take(&text.as_bytes()[at..]);
        rows += books.rows().map_or(0, |rows| {
            assert!(rows.len() <= 10);
            rows.len()
        });
        books.clear_rows();
    }
    assert_eq!((rows, books.updates(), books.problems().total()), (100, 50, 0));
}

#[test]
fn a_view_stays_as_it_was() {
    let mut books = Books::default();
    books.apply(line("1.1", 1, r#""rc":[{"id":5,"atb":[[2,9]]},{"id":6,"ltp":3}]"#).as_bytes());
    let view = books.market("1.1").expect("market").view();
    books.apply(line("1.1", 2, r#""rc":[{"id":5,"atb":[[2,0],[3,1]]}],"img":true"#).as_bytes());
    assert_eq!(view.iter().map(|runner| runner.id()).collect::<Vec<_>>(), [5, 6]);
    let best = |runner: &Runner| runner.best_back().map(|level| level.price);
    assert_eq!(
        (best(&view[0]), books.market("1.1").and_then(|m| m.runners().next().and_then(best))),
        (Some(2.0), Some(3.0))
    );
}

#[test]
fn input_at_its_worst() {
    let runners: Vec<String> = (0..10_000).map(|id| format!(r#"{{"id":{id},"ltp":{}.5}}"#, id + 1)).collect();
    let image = line("1.1", 1, &format!(r#""img":true,"rc":[{}]"#, runners.join(",")));
    let padded = line("1.2", 2, &format!(r#""x":"{}","tv":4"#, "z".repeat(600_000)));
    let text = format!(
        "\u{feff}{padded}\r\n{image}\r\n\r\n{}\r\n",
        line("1.3", 3, r#""tv":"Infinity","rc":[{"id":1,"tv":"NaN","ltp":"-Infinity","spn":NaN}]"#)
    );
    for size in [1, 2, 3, 4_096, text.len()] {
        let mut books = Books::default();
        for piece in text.as_bytes().chunks(size) {
            books.apply(piece);
        }
        assert_eq!((books.updates(), books.lines(), books.problems().total()), (3, 3, 0), "chunks of {size}");
        assert_eq!(books.market("1.1").map(|market| market.runners().len()), Some(10_000));
        assert_eq!(books.market("1.3").and_then(feeds::betfair::Market::tv), Some(f64::INFINITY));
    }
}

#[test]
fn numbers_out_of_range_are_errors_that_name_the_field() {
    for (broken, reason) in [
        (line("1.1", 1, r#""rc":[{"id":99999999999999999999,"ltp":2}]"#), "`id` must be a whole number"),
        (line("1.1", 1, r#""rc":[{"id":5.5}]"#), "`id` must be a whole number"),
        (line("1.1", 1, r#""rc":[{"id":5,"batb":[[256,2,1]]}]"#), "`batb` must be a position from 0 to 255"),
        (line("1.1", 1, r#""rc":[{"id":5,"batb":[[-1,2,1]]}]"#), "`batb` must be a position from 0 to 255"),
        (line("1.1", 1, r#""rc":[{"id":5,"atb":[[1e999,2]]}]"#), "`atb` must be a finite number"),
        (line("1.1", 1, r#""rc":[{"id":5,"atb":[["NaN",2]]}]"#), "`atb` must be a number"),
        (line("1.1", 1, r#""rc":[{"id":5,"hc":"Infinity"}]"#), "`hc` must be a finite number"),
        (r#"{"op":"mcm","pt":-1,"mc":[{"id":"1.1"}]}"#.into(), "`pt` must be a time in milliseconds"),
        (r#"{"op":"mcm","pt":1,"id":1e40,"mc":[{"id":"1.1"}]}"#.into(), "`id` must be a whole number"),
        (r#"{"op":"mcm","pt":1,"status":"x","mc":[]}"#.into(), "`status` must be a whole number"),
    ] {
        let mut books = Books::default();
        books.apply(broken.as_bytes());
        let reasons: Vec<_> =
            books.problems().kept().iter().map(|problem| problem.reason.to_string()).collect();
        assert_eq!((reasons, books.markets().len()), (vec![reason.to_string()], 0), "{broken}");
    }
    let mut books = Books::default();
    books.apply(br#"{"op":"mcm","pt":1,"mc":[{"id":"1.1","rc":[{"id":5,"atb":[[1.5E1,2e-1]]}]}]}{"op":"nothing we know"}"#);
    let runner = books.market("1.1").and_then(|market| market.runners().next()).expect("runner");
    assert_eq!(runner.best_back().map(|level| (level.price, level.size)), Some((15.0, 0.2)));
    assert_eq!(books.problems().kept()[0].reason, Reason::UnknownOp("nothing we know".into()));
}
