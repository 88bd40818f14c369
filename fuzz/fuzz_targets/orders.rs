//! Lines of the order stream: no bytes panic, and how they are cut changes nothing.

#![no_main]

use feeds::betfair::{OrderOptions, Orders};
use libfuzzer_sys::fuzz_target;

fn state(pieces: &[&[u8]]) -> String {
    let mut orders = Orders::new(&OrderOptions { max_held: 50, ..OrderOptions::default() });
    let updates: u64 = pieces.iter().map(|piece| orders.apply(piece)).sum();
    orders.finish();
    let markets: Vec<_> = orders.markets().collect();
    format!("{updates} {markets:?} {:?} {}", orders.problems(), orders.session().passed_over())
}

fuzz_target!(|bytes: &[u8]| {
    let half = bytes.len() / 2;
    let whole = state(&[bytes]);
    assert_eq!(whole, state(&[&bytes[..half], &bytes[half..]]));
    let each: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(whole, state(&each));
});
