//! Lines of the exchange stream: no bytes panic, and how they are cut changes nothing.

#![no_main]

use feeds::betfair::Books;
use libfuzzer_sys::fuzz_target;

fn state(pieces: &[&[u8]]) -> String {
    let mut books = Books::default();
    let updates: u64 = pieces.iter().map(|piece| books.apply(piece)).sum();
    books.finish();
    format!("{updates} {:?} {:?} {}", books.markets(), books.problems(), books.session().passed_over())
}

fuzz_target!(|bytes: &[u8]| {
    let half = bytes.len() / 2;
    let whole = state(&[bytes]);
    assert_eq!(whole, state(&[&bytes[..half], &bytes[half..]]));
    let each: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(whole, state(&each));
});
