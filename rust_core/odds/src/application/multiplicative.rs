//! `π = p(1+m)`.

use crate::method::Solution;

pub(super) fn apply(fair: &mut [f64], factor: f64) -> Solution {
    for p in fair {
        *p *= factor;
    }
    Solution::CLOSED
}
