//! The UK fractional ladder: the fractions a British bookmaker chalks up, in their customary spelling (4/6, 85/40).

use crate::price::Price;
use std::cmp::Ordering;

/// A price of the ladder in its customary spelling, which need not be reduced.
pub type Rung = (u32, u32);

/// The rungs, shortest price first.
#[rustfmt::skip]
pub const RUNGS: [Rung; 119] = [
    (1, 1000), (1, 500), (1, 250), (1, 200), (1, 150), (1, 100), (1, 80), (1, 66),
    (1, 50), (1, 40), (1, 33), (1, 28), (1, 25), (1, 20), (1, 18), (1, 16),
    (1, 14), (1, 12), (1, 11), (1, 10), (1, 9), (1, 8), (2, 15), (1, 7),
    (2, 13), (1, 6), (2, 11), (1, 5), (2, 9), (1, 4), (2, 7), (3, 10),
    (1, 3), (4, 11), (2, 5), (4, 9), (1, 2), (8, 15), (4, 7), (8, 13),
    (4, 6), (8, 11), (4, 5), (5, 6), (10, 11), (20, 21), (1, 1), (21, 20),
    (11, 10), (23, 20), (6, 5), (5, 4), (13, 10), (11, 8), (7, 5), (6, 4),
    (8, 5), (13, 8), (17, 10), (7, 4), (9, 5), (15, 8), (19, 10), (2, 1),
    (21, 10), (85, 40), (11, 5), (9, 4), (23, 10), (12, 5), (5, 2), (13, 5),
    (11, 4), (14, 5), (3, 1), (16, 5), (100, 30), (17, 5), (7, 2), (18, 5),
    (15, 4), (4, 1), (9, 2), (5, 1), (11, 2), (6, 1), (13, 2), (7, 1),
    (15, 2), (8, 1), (17, 2), (9, 1), (10, 1), (11, 1), (12, 1), (13, 1),
    (14, 1), (15, 1), (16, 1), (18, 1), (20, 1), (22, 1), (25, 1), (28, 1),
    (33, 1), (40, 1), (50, 1), (66, 1), (80, 1), (100, 1), (125, 1), (150, 1),
    (200, 1), (250, 1), (300, 1), (400, 1), (500, 1), (750, 1), (1000, 1),
];

/// The longest rung not above the price, none below the ladder.
pub fn floor(price: Price) -> Option<Rung> {
    Some(RUNGS[above(price).checked_sub(1)?])
}

/// The shortest rung not below the price, none above the ladder.
pub fn ceil(price: Price) -> Option<Rung> {
    RUNGS.get(below(price)).copied()
}

/// The rung nearest in decimal price, the shorter one halfway; the end of the ladder beyond it.
pub fn nearest(price: Price) -> Rung {
    match (floor(price), ceil(price)) {
        (Some(floor), Some(ceil)) => {
            let (n, d) = price.profit();
            let (n, d) = (u128::from(n), u128::from(d));
            let [(fn_, fd), (cn, cd)] = [floor, ceil].map(|(n, d)| (u128::from(n), u128::from(d)));
            // n/d − floor against ceil − n/d, over their common denominator.
            let up = (n * fd - fn_ * d) * cd;
            let down = (cn * d - n * cd) * fd;
            if up <= down { floor } else { ceil }
        }
        (Some(end), None) | (None, Some(end)) => end,
        (None, None) => RUNGS[0],
    }
}

/// Whether the price is on the ladder, however it is spelt.
pub fn is_valid(price: Price) -> bool {
    above(price) > below(price)
}

/// The rung `ticks` above (below, if negative) the floor of the price, kept on the ladder.
pub fn offset(price: Price, ticks: i32) -> Rung {
    let floor = above(price).saturating_sub(1);
    RUNGS[floor.saturating_add_signed(ticks as isize).min(RUNGS.len() - 1)]
}

/// Rungs from the floor of one price up to the floor of another, negative if that is shorter.
pub fn distance(from: Price, to: Price) -> i32 {
    let rung = |price| above(price).saturating_sub(1).cast_signed() as i32;
    rung(to) - rung(from)
}

/// How many rungs are not above the price.
fn above(price: Price) -> usize {
    RUNGS.partition_point(|rung| compare(*rung, price) != Ordering::Greater)
}

/// How many rungs are below the price.
fn below(price: Price) -> usize {
    RUNGS.partition_point(|rung| compare(*rung, price) == Ordering::Less)
}

fn compare((n, d): Rung, price: Price) -> Ordering {
    let (numerator, denominator) = price.profit();
    let left = u128::from(n) * u128::from(denominator);
    left.cmp(&(u128::from(numerator) * u128::from(d)))
}
