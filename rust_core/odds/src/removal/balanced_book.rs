//! Balanced book (Fingleton & Waldron 1999): `p = (π−z)/(1−z)` with `z = (S−1)/(n−1)`.

use crate::error::OddsError;
use crate::method::{Method, Solution};

pub(super) fn remove(book: &mut [f64], booksum: f64) -> Result<Solution, OddsError> {
    let limit = book.len() as f64;
    let z = (booksum - 1.0) / (limit - 1.0);
    if z >= 1.0 {
        return Err(OddsError::Unattainable { method: Method::BalancedBook.name(), booksum, limit });
    }
    for p in book {
        *p = (*p - z) / (1.0 - z);
    }
    Ok(Solution::closed(z))
}
