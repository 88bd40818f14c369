//! What an exchange does to prices when a runner is withdrawn.

use crate::error::{BettingError, field};
use crate::price::Price;

/// Win markets leave reduction factors below 2.5 % alone.
const LEAST_IN_WIN_MARKETS: (u128, u128) = (5, 2);
/// No price falls below 1.01.
const LOWEST_CENTS: u128 = 101;

/// A matched price after a withdrawal: `price·(1 − RF)` to two decimals, halves up, at least 1.01.
///
/// Unlike rule 4 it reduces the price itself, stake included. `factor` is in per cent.
///
/// # Errors
/// A factor above 100 or with too many digits.
pub fn reduce_exchange_price(
    price: Price,
    factor: (u64, u64),
    win_market: bool,
) -> Result<Price, BettingError> {
    let (percent, scale) = (u128::from(factor.0), u128::from(factor.1));
    if scale == 0 || percent > 100 * scale || scale > 1_000_000_000 {
        return Err(field("reduction_factor", "must be between 0 and 100 per cent, with at most 9 decimals"));
    }
    let (least, of) = LEAST_IN_WIN_MARKETS;
    if percent == 0 || win_market && percent * of < least * scale {
        return Ok(price);
    }
    let (numerator, denominator) = price.parts();
    let above = u128::from(numerator) * (100 * scale - percent);
    let below = u128::from(denominator) * scale;
    let cents = ((2 * above + below) / (2 * below)).max(LOWEST_CENTS);
    Price::new(u64::try_from(cents).map_err(|_| BettingError::Overflow)?, 100)
}
