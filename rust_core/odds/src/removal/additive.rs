//! `p = π − (S−T)/n`.

use crate::method::Solution;

pub(super) fn remove(book: &mut [f64], booksum: f64, target: f64) -> Solution {
    let share = (booksum - target) / book.len() as f64;
    for p in book {
        *p -= share;
    }
    Solution::CLOSED
}
