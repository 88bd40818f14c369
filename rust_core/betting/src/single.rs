//! A bet of one leg.

use money::{Amount, Rounding, round_ratio};

use crate::error::BettingError;
use crate::leg::LegResult;

/// What a bet returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// Gross return, stake included, rounded once to the unit.
    pub returns: i128,
    numerator: i128,
    denominator: i128,
}

impl Settlement {
    /// The exact return before rounding as a fraction in lowest terms.
    pub fn exact(&self) -> (i128, i128) {
        let common = gcd(self.numerator, self.denominator);
        (self.numerator / common, self.denominator / common)
    }
}

/// Settle a single: `stake·m`, rounded once to a whole multiple of `unit`.
///
/// Stake, unit and returns share one scale: `unit` is 1 when they are minor units, the amount of one minor unit
/// when they are finer.
///
/// # Errors
/// A stake that is not positive and a whole multiple of the unit, a price of 1 or less, numbers too large.
pub fn settle_single(
    stake: i128,
    price_e4: u32,
    result: LegResult,
    rounding: Rounding,
    unit: i128,
) -> Result<Settlement, BettingError> {
    if unit <= 0 {
        return Err(BettingError::Unit { unit });
    }
    if stake <= 0 || stake % unit != 0 {
        return Err(BettingError::Stake { stake, unit });
    }
    let multiplier = result.multiplier(price_e4)?;
    let numerator = stake.checked_mul(multiplier.numerator).ok_or(BettingError::Overflow)?;
    let denominator = multiplier.denominator;
    let unit = Amount::new(unit).ok_or(BettingError::Overflow)?;
    let returns = round_ratio(numerator, denominator, unit, rounding).ok_or(BettingError::Overflow)?;
    Ok(Settlement { returns: returns.units(), numerator, denominator })
}

/// Greatest common divisor; `b` is positive.
fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
