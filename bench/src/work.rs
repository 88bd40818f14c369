//! The operations, by name.

use std::hint::black_box;

use betting::{LegResult, Rounding};
use feeds::betfair::Books;
use odds::{Method, OnInvalid, OutcomeTerms, PricingRule};

use crate::pairs::Pairs;
use crate::stream;

/// Something that can be done many times.
pub(crate) trait Work {
    /// Do it `count` times and answer a number that depends on the results.
    fn run(&mut self, count: u64) -> u64;
}

/// Every name [`make`] knows.
pub(crate) const NAMES: [&str; 7] =
    ["core_pairs", "feed_line", "price_book", "power_3", "shin_3", "settle_single", "ladder_floor"];

/// Set up for `capacity` operations in all.
pub(crate) fn make(name: &str, capacity: u64) -> Option<Box<dyn Work>> {
    Some(match name {
        "core_pairs" => Box::new(Pairs::new(capacity)),
        "feed_line" => Box::new(FeedLine::new(capacity)),
        "price_book" => Box::new(PriceBook::new()),
        "power_3" => Box::new(Remove(Method::Power)),
        "shin_3" => Box::new(Remove(Method::Shin)),
        "settle_single" => Box::new(Settle),
        "ladder_floor" => Box::new(LadderFloor),
        _ => return None,
    })
}

/// Parse one line of a stream into the books.
struct FeedLine {
    books: Books,
    lines: std::vec::IntoIter<Vec<u8>>,
}

impl FeedLine {
    fn new(capacity: u64) -> Self {
        let mut lines = stream::lines(capacity + 1).into_iter();
        let mut books = Books::default();
        books.apply(&lines.next().unwrap_or_default());
        Self { books, lines }
    }
}

impl Work for FeedLine {
    fn run(&mut self, count: u64) -> u64 {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.lines.by_ref().take(count).map(|line| self.books.apply(&line)).sum()
    }
}

/// Twelve reference prices → offered prices.
struct PriceBook {
    rule: PricingRule,
    reference: Vec<Option<f64>>,
}

impl PriceBook {
    fn new() -> Self {
        let rule = PricingRule::new(Method::Power, 1.0, 0.05, 10_100, 10_000_000);
        let prices = [4.9, 5.5, 5.9, 7.8, 9.6, 11.0, 13.5, 19.0, 24.0, 34.0, 60.0, 110.0];
        Self { rule: rule.expect("a sound rule"), reference: prices.map(Some).to_vec() }
    }
}

impl Work for PriceBook {
    fn run(&mut self, count: u64) -> u64 {
        let price = |_| odds::price_book(black_box(&self.reference), &self.rule, OutcomeTerms::default()).expect("a sound book");
        (0..count).map(price).map(|book| u64::from(book.prices_e4[0])).sum()
    }
}

/// Margin out of a three-way book.
struct Remove(Method);

impl Work for Remove {
    fn run(&mut self, count: u64) -> u64 {
        let prices = [2.6, 2.4, 4.3];
        (0..count)
            .map(|_| {
                odds::remove_margin(black_box(&prices), self.0, 1.0, OnInvalid::Error).expect("a sound book")
            })
            .map(|removal| u64::from(removal.iterations))
            .sum()
    }
}

/// One single, exact.
struct Settle;

impl Work for Settle {
    fn run(&mut self, count: u64) -> u64 {
        let settle = |stake: u64| {
            let stake = i128::from(black_box(stake) + 1);
            let (price, result) = black_box((35_500, LegResult::WON));
            betting::settle_single(stake, price, result, Rounding::HalfUp, 1).expect("a sound bet")
        };
        (0..count).map(settle).fold(0, |sum, settled| sum ^ settled.returns.unsigned_abs() as u64)
    }
}

/// One price cut to the ladder.
struct LadderFloor;

impl Work for LadderFloor {
    fn run(&mut self, count: u64) -> u64 {
        (0..count)
            .map(|i| u64::from(odds::BETFAIR.floor(black_box((i * 7919 % 9_990_000) as u32 + 10_100))))
            .sum()
    }
}
