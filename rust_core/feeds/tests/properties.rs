//! Whatever the bytes and however they are cut: no panic, and the same books and problems.

use feeds::betfair::{Books, Options};
use proptest::collection::vec;
use proptest::prelude::*;

/// Pieces of the format and of noise, so that random lines are often nearly right.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        8 => prop::sample::select(vec![
            r#"{"op":"mcm","pt":1,"mc":[{"id":"1.1","rc":[{"id":5,"atb":[[2,1.5],[3,0]]}]}]}"#,
            r#"{"op":"mcm","pt":2,"mc":[{"id":"1.1","rc":[{"id":6,"ltp":"NaN"}],"img":true,"tv":3}]} "#,
            r#"{"op":"mcm","pt":3,"mc":[{"id":"1.2","marketDefinition":{"runners":[{"id":5,"hc":-1}]}}]}"#,
            r#"{"op":"mcm","pt":4,"ct":"SUB_IMAGE","segmentType":"SEG_START","mc":[]}"#,
            "\n", "\r\n", "\n", "\n\n", "\u{feff}",
        ]),
        3 => prop::sample::select(vec![
            r#"{"op":"mcm","pt":"#, r#","mc":[{"id":"#, r#""rc":[{"#, "]}]}", "}", "[[", "1e5", "-", "\"", "\\\"", "null",
            "nul", "true", "\"atb\":", ":", ",", "{", "[", " ", "9999999999999999999999", "\\u12", "\0",
        ]),
    ];
    let text = token.prop_map(|token| token.as_bytes().to_vec());
    vec(prop_oneof![10 => text, 1 => vec(any::<u8>(), 0..6)], 0..40).prop_map(|tokens| tokens.concat())
}

fn outcome(options: &Options, pieces: &[&[u8]]) -> (String, Vec<String>, u64) {
    let mut books = Books::new(options);
    let updates = pieces.iter().map(|piece| books.apply(piece)).sum();
    books.finish();
    let problems = books.problems().kept().iter().map(ToString::to_string).collect();
    let markets = format!("{:?} {} {}", books.markets(), books.lines(), books.session().passed_over());
    (markets, problems, updates)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn chunking_changes_nothing(stream in stream(), size in 1_usize..40, max_line in prop_oneof![Just(60_usize), Just(90), Just(1 << 20)]) {
        let options = Options { max_line, ..Options::default() };
        let whole = outcome(&options, &[&stream]);
        let pieces: Vec<_> = stream.chunks(size).collect();
        prop_assert_eq!(&whole, &outcome(&options, &pieces));
        let lines: Vec<_> = stream.split_inclusive(|byte| *byte == b'\n').collect();
        prop_assert_eq!(&whole, &outcome(&options, &lines));
    }

    #[test]
    fn no_bytes_panic(stream in vec(any::<u8>(), 0..300), strict in any::<bool>()) {
        let mut books = Books::new(&Options { strict, ..Options::default() });
        books.apply(&stream);
        books.finish();
        let mut in_place = br#"{"op":"mcm","pt":1,"mc":[{"id":"1","rc":[{"id":1,"atb":"#.to_vec();
        in_place.extend_from_slice(&stream);
        books.apply(&in_place);
        books.finish();
    }

    #[test]
    fn decimals_are_read_as_the_nearest_float(whole in 0_u64..2_000_000, hundredths in 0_u32..100) {
        let text = format!("{whole}.{hundredths:02}");
        let mut books = Books::default();
        books.apply(format!(r#"{{"op":"mcm","pt":1,"mc":[{{"id":"1","tv":{text}}}]}}"#).as_bytes());
        let read = books.markets()[0].tv().expect("volume");
        prop_assert_eq!(read.to_bits(), text.parse::<f64>().expect("a decimal").to_bits());
    }
}
