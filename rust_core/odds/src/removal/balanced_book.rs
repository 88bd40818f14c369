//! Balanced book (Fingleton & Waldron 1999): `p = (π−z)/(1−z)` with `z = (S−1)/(n−1)`.

use crate::error::OddsError;
use crate::method::{Method, Solution};

pub(super) fn remove(book: &mut [f64], booksum: f64) -> Result<Solution, OddsError> {
    let limit = book.len() as f64;
    // 1 − z is this over n − 1; taken from z it would be nothing but rounding where every price is hardly above 1.
    let against: f64 = book.iter().map(|p| 1.0 - p).sum();
    if against <= 0.0 {
        return Err(OddsError::Unattainable { method: Method::BalancedBook.name(), booksum, limit });
    }
    for p in book {
        *p = 1.0 - (limit - 1.0) * (1.0 - *p) / against;
    }
    Ok(Solution::closed((booksum - 1.0) / (limit - 1.0)))
}
