//! goto-conversion: `p = π − s·(S−T)/Σs` with `s = √(1−π)`, the standard error of `π` relative to `√π`.

use crate::method::Solution;

pub(super) fn remove(book: &mut [f64], booksum: f64, target: f64) -> Solution {
    let total: f64 = book.iter().map(|p| (1.0 - p).sqrt()).sum();
    let step = (booksum - target) / total;
    for p in book {
        *p -= step * (1.0 - *p).sqrt();
    }
    Solution::closed(step)
}
