//! `p = π·T/S`.

use crate::method::Solution;

pub(super) fn remove(book: &mut [f64], booksum: f64, target: f64) -> Solution {
    for p in book {
        *p = *p * target / booksum;
    }
    Solution::CLOSED
}
