//! The rules of the stream, one by one.

use feeds::Reason;
use feeds::betfair::{Books, Level, Options, Runner, publish_time};

const ID: &str = "1.1";

fn books(lines: &[&str]) -> Books {
    let mut books = Books::default();
    for line in lines {
        books.apply(line.as_bytes());
        books.apply(b"\r\n");
    }
    books
}

fn mcm(market: &str) -> String {
    format!(r#"{{"op":"mcm","pt":7,"clk":"AB","mc":[{{"id":"1.1",{market}}}]}}"#)
}

fn runner(books: &Books, id: i64) -> &Runner {
    books.market(ID).expect("market").runners().find(|runner| runner.id() == id).expect("runner")
}

fn prices(levels: &[Level]) -> Vec<(f64, f64)> {
    levels.iter().map(|level| (level.price, level.size)).collect()
}

fn reasons(books: &Books) -> Vec<&Reason> {
    books.problems().kept().iter().map(|problem| &problem.reason).collect()
}

#[test]
fn the_best_prices_stand_last_and_size_0_removes() {
    let books = books(&[
        &mcm(r#""rc":[{"atb":[[1.01,2],[1.03,4],[1.02,3]],"atl":[[9,1],[8.6,2]],"id":5}]"#),
        &mcm(r#""rc":[{"atb":[[1.03,0],[7,0]],"id":5},{"id":5,"atl":[[8.8,1.5]]}]"#),
    ]);
    assert_eq!(prices(runner(&books, 5).available_to_back()), [(1.01, 2.0), (1.02, 3.0)]);
    assert_eq!(prices(runner(&books, 5).available_to_lay()), [(9.0, 1.0), (8.8, 1.5), (8.6, 2.0)]);
    assert_eq!(runner(&books, 5).best_back().map(|level| level.price), Some(1.02));
    assert_eq!(books.problems().total(), 0);
}

#[test]
fn an_image_flag_behind_the_runners_still_replaces_them_first() {
    let books = books(&[
        &mcm(r#""rc":[{"id":5,"atb":[[2,1]],"ltp":2},{"id":6,"atb":[[3,1]]}],"tv":9.5"#),
        &mcm(r#""rc":[{"id":5,"atb":[[2.5,1]]}],"con":true,"img":true"#),
    ]);
    let market = books.market(ID).expect("market");
    assert_eq!(market.runners().map(Runner::id).collect::<Vec<_>>(), [5]);
    assert_eq!(prices(runner(&books, 5).available_to_back()), [(2.5, 1.0)]);
    assert_eq!((runner(&books, 5).ltp(), market.tv()), (None, Some(0.0)));
}

#[test]
fn an_image_without_a_definition_has_its_own_runners_and_the_market_stays_what_it_is() {
    let books = books(&[
        &mcm(
            r#""marketDefinition":{"status":"OPEN","version":3,"runners":[{"id":5,"status":"ACTIVE"},{"id":6,"status":"REMOVED","bsp":2.5},{"id":7,"status":"HIDDEN"}]},"rc":[{"id":6,"ltp":2}]"#,
        ),
        &mcm(r#""img":true,"rc":[{"id":6},{"id":8,"ltp":3}]"#),
        &mcm(r#""rc":[{"id":5,"ltp":4}]"#),
    ]);
    assert_eq!(books.market(ID).and_then(|market| market.definition()).expect("definition").version, Some(3));
    let runners = books.market(ID).expect("market").runners();
    assert_eq!(
        runners.map(|runner| (runner.id(), runner.status(), runner.ltp(), runner.bsp())).collect::<Vec<_>>(),
        [
            (5, Some("ACTIVE"), Some(4.0), None),
            (6, Some("REMOVED"), None, Some(2.5)),
            (8, None, Some(3.0), None)
        ]
    );
}

#[test]
fn the_same_market_twice_in_a_message_is_two_updates_in_order() {
    let mut books = Books::default();
    let line = br#"{"op":"mcm","pt":1,"mc":[{"id":"1.1","rc":[{"id":5,"ltp":2}]},{"id":"1.1","rc":[{"id":5,"ltp":3}]}]}"#;
    assert_eq!(books.apply(line), 2);
    assert_eq!(runner(&books, 5).ltp(), Some(3.0));
    assert_eq!(books.take_touched().len(), 1);
    assert!(books.take_touched().is_empty());
}

#[test]
fn handicaps_are_different_runners() {
    let books = books(&[&mcm(
        r#""rc":[{"id":5,"hc":-0.5,"ltp":2},{"id":5,"hc":0,"ltp":3},{"id":5,"ltp":4},{"id":5,"hc":-0.0,"tv":1}]"#,
    )]);
    let runners: Vec<_> =
        books.market(ID).expect("market").runners().map(|runner| (runner.hc(), runner.ltp())).collect();
    assert_eq!(runners, [(-0.5, Some(2.0)), (0.0, Some(4.0))]);
}

#[test]
fn quantities_may_be_text_and_no_number_at_all() {
    let books = books(&[&mcm(
        r#""rc":[{"id":"5","spn":"NaN","spf":"Infinity","ltp":"2.5","tv":1e3,"spb":[[14.371720378142786,1]]}]"#,
    )]);
    let runner = runner(&books, 5);
    assert!(runner.spn().is_some_and(f64::is_nan));
    assert_eq!((runner.spf(), runner.ltp(), runner.tv()), (Some(f64::INFINITY), Some(2.5), Some(1000.0)));
    assert_eq!(prices(runner.starting_price_back()), [(14.371_720_378_142_786, 1.0)]);
}

#[test]
fn an_empty_list_clears_only_what_was_traded() {
    let books = books(&[
        &mcm(r#""rc":[{"id":5,"trd":[[2,1]],"atb":[[2,1]],"bdatb":[[0,2,1]]}]"#),
        &mcm(r#""rc":[{"id":5,"trd":null,"atb":[],"bdatb":[]}]"#),
    ]);
    let runner = runner(&books, 5);
    assert!(runner.traded().is_empty());
    assert_eq!((runner.available_to_back().len(), runner.offers()[2].offers().len()), (1, 1));
}

#[test]
fn offers_by_position_do_not_shift() {
    let books = books(&[
        &mcm(r#""rc":[{"id":5,"batb":[[1,1.9,5],[0,2,4]],"bdatl":[[0,2.1,3]]}]"#),
        &mcm(r#""rc":[{"id":5,"batb":[[0,0,0]]}]"#),
    ]);
    let [back, _, _, display] = runner(&books, 5).offers();
    assert_eq!(back.offers().iter().map(|offer| offer.position).collect::<Vec<_>>(), [1]);
    assert_eq!((back.best(), display.best().map(|level| level.price)), (None, Some(2.1)));
}

#[test]
fn an_image_in_segments_clears_once_and_is_complete_at_its_end() {
    let segment = |kind: &str, id: &str| {
        format!(
            r#"{{"op":"mcm","pt":1,"ct":"SUB_IMAGE","segmentType":"{kind}","mc":[{{"id":"{id}","img":true}}]}}"#
        )
    };
    let mut books = books(&[&mcm(r#""tv":1"#), &segment("SEG_START", "1.2")]);
    assert!(books.market(ID).is_none() && !books.session().image_complete());
    books.apply(segment("SEG", "1.3").as_bytes());
    books.apply(segment("SEG_END", "1.4").as_bytes());
    assert!(books.session().image_complete());
    assert_eq!(
        books.markets().iter().map(|market| &**market.id()).collect::<Vec<_>>(),
        ["1.2", "1.3", "1.4"]
    );
    assert_eq!(books.take_touched().iter().map(|id| &**id).collect::<Vec<_>>(), [ID, "1.2", "1.3", "1.4"]);
}

#[test]
fn of_a_market_twice_in_an_image_the_higher_version_counts() {
    let line = r#"{"op":"mcm","pt":1,"ct":"SUB_IMAGE","mc":[
        {"id":"1.1","img":true,"marketDefinition":{"version":9,"status":"OPEN"}},
        {"id":"1.1","img":true,"marketDefinition":{"version":8,"status":"CLOSED"}},
        {"id":"1.2","img":true,"marketDefinition":{"version":9,"status":"OPEN"}},
        {"id":"1.2","img":true,"marketDefinition":{"status":"CLOSED"}}]}"#
        .replace('\n', "");
    let books = books(&[&line]);
    let definition =
        |id| books.market(id).and_then(|market| market.definition()).expect("definition").as_ref().clone();
    assert_eq!((&*definition(ID).status, definition(ID).version), ("OPEN", Some(9)));
    // Without a version, nobody knows which is the older.
    assert_eq!((&*definition("1.2").status, definition("1.2").version), ("CLOSED", None));
}

#[test]
fn clocks_late_data_and_other_messages() {
    let mut books = books(&[
        r#"{"op":"connection","connectionId":"1"}"#,
        r#"{"op":"status","statusCode":"SUCCESS","id":1}"#,
        r#"{"op":"mcm","initialClk":"I","clk":"C","pt":1,"ct":"SUB_IMAGE"}"#,
        r#"{"op":"mcm","clk":null,"pt":2,"ct":"HEARTBEAT"}"#,
        r#"{"op":"ocm","clk":"X","pt":2,"oc":[{"id":"1.9"}]}"#,
        r#"{"op":"mcm","id":2,"status":503}"#,
    ]);
    assert_eq!(
        (books.session().clk(), books.session().initial_clk(), books.session().passed_over()),
        (Some("C"), Some("I"), 3)
    );
    assert!(books.session().late());
    books.apply(br#"{"op":"mcm","pt":3,"ct":"RESUB_DELTA","clk":"D","mc":null}"#);
    assert_eq!(
        (books.session().late(), books.session().clk(), books.problems().total()),
        (false, Some("D"), 0)
    );
}

#[test]
fn a_broken_line_changes_nothing_and_the_lines_around_it_count() {
    let good = mcm(r#""rc":[{"id":5,"ltp":2}]"#);
    let also = mcm(r#""rc":[{"id":6,"ltp":3}]"#);
    for (broken, reason) in [
        (mcm(r#""rc":[{"id":5,"ltp":9},{"id":6,"atb":[[1,"x"]]}]"#), "`atb` must be a number"),
        (mcm(r#""rc":[{"id":5,"ltp":9},{"ltp":4}]"#), "`id of a runner` is missing"),
        (mcm(r#""rc":[{"id":5,"ltp":[9]}]"#), "`ltp` must be a number"),
        (
            mcm(r#""rc":[{"id":5,"ltp":9}],"marketDefinition":{"version":"x"}"#),
            "`version` must be a whole number",
        ),
        (mcm(r#""rc":[{"id":5,"ltp":9}],"tv":{}"#), "`tv` must be a number"),
        (mcm(r#""rc":[{"id":5,"ltp":9}"#), "expected `,` or `]`"),
        (
            r#"{"op":"mcm","pt":1,"mc":[{"id":"1.1","rc":[{"id":5,"ltp":9"#.into(),
            "the line ends in the middle of a message",
        ),
        ("[]".into(), "expected an object"),
        (r#"{"op":"zap"}"#.into(), "unknown op `zap`, the message was passed over"),
        (format!("{{\"op\":\"mcm\",\"x\":{}", "[".repeat(60)), "values are nested too deep"),
    ] {
        let books = books(&[&good, &broken, &also]);
        let problems = books.problems().kept();
        assert_eq!(problems.len(), 1, "{broken}");
        assert_eq!(problems[0].reason.to_string(), reason);
        assert_eq!((problems[0].line, problems[0].offset), (2, good.len() as u64 + 2));
        assert_eq!((runner(&books, 5).ltp(), runner(&books, 6).ltp()), (Some(2.0), Some(3.0)), "{broken}");
        assert_eq!((books.lines(), books.updates()), (3, 2));
    }
}

#[test]
fn a_cut_off_last_line_is_reported_and_a_whole_one_needs_no_line_end() {
    let mut books = Books::default();
    assert_eq!(books.apply(mcm(r#""tv":1"#).as_bytes()), 1);
    books.finish();
    assert_eq!(books.problems().total(), 0);
    books.apply(br#"{"op":"mcm","pt":1,"#);
    assert_eq!(books.problems().total(), 0);
    books.finish();
    assert_eq!(reasons(&books), [&Reason::Truncated]);
}

#[test]
fn messages_need_no_line_end_and_text_behind_them_is_reported() {
    let line = mcm(r#""tv":1"#);
    let books = books(&[&format!("{line} {line}{line} x{line}"), &mcm(r#""tv":2"#)]);
    assert_eq!((books.updates(), books.lines(), reasons(&books)), (4, 4, vec![&Reason::Stray]));
}

#[test]
fn a_line_beyond_the_limit_is_refused_without_being_kept() {
    let mut books = Books::new(&Options { max_line: 1000, ..Options::default() });
    let long = mcm(&format!(r#""x":"{}""#, "y".repeat(2000)));
    for piece in long.as_bytes().chunks(300).chain([&b"\n"[..], mcm(r#""tv":2"#).as_bytes()]) {
        books.apply(piece);
    }
    books.apply(format!("\n{long}\n").as_bytes());
    assert_eq!((books.updates(), reasons(&books)), (1, vec![&Reason::TooLong, &Reason::TooLong]));
}

#[test]
fn bounds_on_markets_runners_and_levels_hold() {
    let many =
        |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(",");
    let runners = many(20_000, &|id| format!(r#"{{"id":{},"ltp":2}}"#, (id * 7919) % 20_000 + 1));
    let levels = many(6_000, &|price| format!("[{}.{:02},1]", price / 100 + 1, price % 100));
    let crowded = books(&[
        &mcm(&format!(r#""rc":[{runners}]"#)),
        &mcm(&format!(r#""rc":[{{"id":1,"atb":[{levels}]}}]"#)),
    ]);
    assert_eq!(crowded.market(ID).expect("market").runners().len(), 16_384);
    assert_eq!(runner(&crowded, 1).available_to_back().len(), 4096);
    assert_eq!(reasons(&crowded), vec![&Reason::Limit("runners or price levels"); 2]);

    let mut few = Books::new(&Options { max_markets: 2, ..Options::default() });
    few.apply(br#"{"op":"mcm","pt":1,"mc":[{"id":"1"},{"id":"2"},{"id":"3"},{"id":"1"}]}"#);
    assert_eq!((few.markets().len(), few.updates(), reasons(&few)), (2, 3, vec![&Reason::Limit("markets")]));
}

#[test]
fn strict_mode_names_the_unknown_key() {
    let line = mcm(r#""_stream_id":1,"tv":2"#);
    let mut strict = Books::new(&Options { strict: true, ..Options::default() });
    assert_eq!((strict.apply(line.as_bytes()), books(&[&line]).updates()), (0, 1));
    assert_eq!(reasons(&strict), [&Reason::UnknownKey("_stream_id".into())]);
}

#[test]
fn marks_spaces_and_escapes_are_read_through() {
    let mut books = Books::default();
    books.apply("\u{feff} {\"o\\u0070\" : \"mcm\" , \"pt\" : 1 , \"mc\" : [ { \"id\" : \"1.1\" , \"marketDefinition\" : { \"name\" : \"Caf\\u00e9 \\ud83c\\udfc7 \\\"x\\\"\" } } ] }\n\n".as_bytes());
    assert_eq!(
        &*books.market(ID).and_then(|market| market.definition()).expect("definition").name,
        "Café 🏇 \"x\""
    );
    assert_eq!((books.lines(), books.problems().total()), (1, 0));
}

#[test]
fn the_time_of_a_line_is_read_without_applying_it() {
    assert_eq!(
        publish_time(br#"{"op":"mcm","x":{"pt":9},"pt":1585632777793,"mc":[]}"#),
        Some(1_585_632_777_793)
    );
    assert_eq!(publish_time(br#"{"op":"mcm","pt":"12","#), Some(12));
    for without in [&b"{}"[..], b"", b"nonsense", br#"{"pt":-1}"#, br#"{"pt":null}"#] {
        assert_eq!(publish_time(without), None);
    }
}
