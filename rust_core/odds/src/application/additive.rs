//! `π = p + (S−T)/n`.

use crate::method::Solution;

pub(super) fn apply(fair: &mut [f64], booksum: f64, target: f64) -> Solution {
    let share = (booksum - target) / fair.len() as f64;
    for p in fair {
        *p += share;
    }
    Solution::CLOSED
}
