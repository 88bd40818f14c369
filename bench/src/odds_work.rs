//! Margins, goal models, rates and the ladder.

use std::hint::black_box;

use odds::models::{GoalModel, Line, MarketView, ScoreGrid, goal_expectancy};
use odds::{Markets, Method, OnInvalid};

use crate::work::Work;

const THREE: [f64; 3] = [2.6, 2.4, 4.3];
const TWENTY: [f64; 20] = [
    4.5, 6.0, 7.5, 9.0, 11.0, 13.0, 15.0, 17.0, 21.0, 23.0, 26.0, 29.0, 34.0, 41.0, 51.0, 67.0, 81.0, 101.0,
    126.0, 151.0,
];

/// Set up a loop by its name.
pub(crate) fn make(name: &str) -> Option<Box<dyn Work>> {
    Some(match name {
        "multiplicative_3" => Box::new(Remove(Method::Multiplicative, THREE)),
        "odds_ratio_3" => Box::new(Remove(Method::OddsRatio, THREE)),
        "power_3" => Box::new(Remove(Method::Power, THREE)),
        "shin_3" => Box::new(Remove(Method::Shin, THREE)),
        "shin_20" => Box::new(Remove(Method::Shin, TWENTY)),
        "shin_batch" => Box::new(Batch(books())),
        "score_grid" => Box::new(Grid),
        "match_book" => Box::new(Book),
        "goal_rates" => Box::new(Rates),
        "ladder_floor" => Box::new(LadderFloor),
        _ => return None,
    })
}

/// Margin out of one book.
struct Remove<const N: usize>(Method, [f64; N]);

impl<const N: usize> Work for Remove<N> {
    fn run(&mut self, count: u64) -> u64 {
        let remove = |_| odds::remove_margin(black_box(&self.1), self.0, 1.0, OnInvalid::Error);
        (0..count).map(remove).map(|found| u64::from(found.expect("a sound book").iterations)).sum()
    }
}

const MARKETS: usize = 500;

/// Three-way books with a margin of 5 %, all different.
fn books() -> Vec<f64> {
    let book = |market: usize| {
        let home = 0.15 + 0.6 * (market as f64 * 0.618_034).fract();
        let draw = (0.22 + 0.05 * (market as f64 * 0.414_214).fract()) * (1.0 - home);
        [home, draw, 1.0 - home - draw].map(|p| 1.0 / (1.05 * p))
    };
    (0..MARKETS).flat_map(book).collect()
}

/// Shin on one market of a batch.
struct Batch(Vec<f64>);

impl Work for Batch {
    fn run(&mut self, count: u64) -> u64 {
        let (mut left, mut sum) = (count as usize, 0);
        while left > 0 {
            let markets = left.min(MARKETS);
            let prices = black_box(&self.0[..3 * markets]);
            let batch = odds::remove_margins(prices, Markets::Wide(3), Method::Shin, 1.0, OnInvalid::Error);
            sum += batch.expect("sound books").found.len() as u64;
            left -= markets;
        }
        sum
    }
}

fn grid() -> ScoreGrid {
    let model = GoalModel::DixonColes { rates: black_box([1.45, 1.15]), rho: black_box(-0.08) };
    ScoreGrid::new(model, Some(15)).expect("a sound model")
}

/// A Dixon-Coles grid of 15 goals a side and its 1X2.
struct Grid;

impl Work for Grid {
    fn run(&mut self, count: u64) -> u64 {
        (0..count).map(|_| grid().result(0)[0].to_bits()).fold(0, |sum, bits| sum ^ bits)
    }
}

/// Every market of a match, 25 totals, 29 handicaps and 36 scores, from the rates on.
struct Book;

impl Work for Book {
    fn run(&mut self, count: u64) -> u64 {
        let line = |quarters: i32| Line::new(f64::from(quarters) / 4.0).expect("a line");
        let (totals, handicaps) =
            ((2..27).map(line).collect::<Vec<_>>(), (-14..15).map(line).collect::<Vec<_>>());
        let book = || {
            let grid = grid();
            black_box((
                grid.result(0),
                grid.both_score(),
                grid.odd_even(),
                grid.win_to_nil(),
                grid.clean_sheet(),
            ));
            black_box((grid.winning_margins(), grid.exact_totals(7), grid.correct_scores(5)));
            totals.iter().map(|line| grid.over(*line).win).sum::<f64>()
                + handicaps.iter().map(|line| grid.handicap(*line).win).sum::<f64>()
        };
        (0..count).map(|_| book().to_bits()).fold(0, |sum, bits| sum ^ bits)
    }
}

/// Rates from a 1X2.
struct Rates;

impl Work for Rates {
    fn run(&mut self, count: u64) -> u64 {
        let view = MarketView { result: grid().result(0), over: None, rho: Some(-0.08) };
        let find = |_| goal_expectancy(black_box(&view));
        (0..count).map(find).map(|found| u64::from(found.expect("a sound market").iterations)).sum()
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
