//! The operations, by name.

use std::hint::black_box;

use feeds::betfair::Books;
use odds::{Method, OutcomeTerms, PricingRule};

use crate::pairs::Pairs;
use crate::stream;
use crate::{betting_work, feeds_work, odds_work};

/// Something that can be done many times.
pub(crate) trait Work {
    /// Do it `count` times and answer a number that depends on the results.
    fn run(&mut self, count: u64) -> u64;
}

/// Every name [`make`] knows.
pub(crate) const NAMES: [&str; 21] = [
    "core_pairs",
    "core_pairs_old_keys",
    "feed_line",
    "uof_message",
    "kalshi_frame",
    "polymarket_frame",
    "price_book",
    "multiplicative_3",
    "odds_ratio_3",
    "power_3",
    "shin_3",
    "shin_20",
    "shin_batch",
    "score_grid",
    "match_book",
    "goal_rates",
    "ladder_floor",
    "settle_single",
    "settle_goliath",
    "settle_10_of_20",
    "settle_mixed",
];

/// Set up for `capacity` operations in all.
pub(crate) fn make(name: &str, capacity: u64) -> Option<Box<dyn Work>> {
    Some(match name {
        "core_pairs" => Box::new(Pairs::new(capacity)),
        "core_pairs_old_keys" => Box::new(Pairs::among_old_keys(capacity)),
        "feed_line" => Box::new(FeedLine::new(capacity)),
        "price_book" => Box::new(PriceBook::new()),
        _ => {
            let feed = feeds_work::make(name, capacity);
            return feed.or_else(|| odds_work::make(name)).or_else(|| betting_work::make(name));
        }
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
        let price = |_| {
            odds::price_book(black_box(&self.reference), &self.rule, OutcomeTerms::default())
                .expect("a sound book")
        };
        (0..count).map(price).map(|book| u64::from(book.prices_e4[0])).sum()
    }
}
