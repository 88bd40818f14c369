//! Prices as exact fractions.

use crate::error::{BettingError, field};

/// The largest part of a price: a billion times the stake is beyond every offer.
const LARGEST: u64 = 1_000_000_000_000;

/// A decimal price (stake included) as an exact fraction above 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    numerator: u64,
    denominator: u64,
}

impl Price {
    /// The decimal price `numerator / denominator`.
    pub fn new(numerator: u64, denominator: u64) -> Result<Self, BettingError> {
        if denominator == 0 || numerator <= denominator {
            return Err(field("price", "a decimal price is above 1"));
        }
        if numerator > LARGEST {
            return Err(field("price", "has too many digits to be settled exactly"));
        }
        Ok(Self { numerator, denominator })
    }

    /// A price as it is written: decimal `3.50`, fractional `10/11` or `evens`, American `-110` or `+300`.
    pub fn parse(text: &str) -> Result<Self, BettingError> {
        let text = text.trim();
        if let Some((numerator, denominator)) = decimal(text) {
            return Self::new(numerator, denominator);
        }
        if let Some((left, right)) = text.split_once('/') {
            let (winnings, stake) = (digits(left)?, digits(right)?);
            return Self::new(winnings.saturating_add(stake), stake);
        }
        if let Some(won) = text.strip_prefix('+') {
            return Self::american(digits(won)?, false);
        }
        if let Some(staked) = text.strip_prefix('-') {
            return Self::american(digits(staked)?, true);
        }
        let even = ["evens", "evs"].iter().any(|word| text.eq_ignore_ascii_case(word));
        if even { Self::new(2, 1) } else { Err(unreadable()) }
    }

    fn american(size: u64, favourite: bool) -> Result<Self, BettingError> {
        if size < 100 {
            return Err(field("price", "an American price is at most -100 or at least +100"));
        }
        Self::new(size.saturating_add(100), if favourite { size } else { 100 })
    }

    /// The decimal price as (numerator, denominator).
    pub fn parts(self) -> (u64, u64) {
        (self.numerator, self.denominator)
    }
}

fn unreadable() -> BettingError {
    field("price", "is none of decimal 3.50, fractional 5/2 or evens, American +250 or -110")
}

fn digits(text: &str) -> Result<u64, BettingError> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten().ok_or_else(unreadable)
}

/// A plain decimal number without a sign as (numerator, power of ten); `None` if it is none or has too many digits.
pub fn decimal(text: &str) -> Option<(u64, u64)> {
    let bytes = text.as_bytes();
    let point = bytes.iter().position(|byte| *byte == b'.').unwrap_or(bytes.len());
    let (whole, mut fraction) = (&bytes[..point], bytes.get(point + 1..).unwrap_or_default());
    while let [rest @ .., b'0'] = fraction {
        fraction = rest;
    }
    if whole.is_empty() || whole.len() + fraction.len() > 18 {
        return None;
    }
    let mut numerator = 0_u64;
    for byte in whole.iter().chain(fraction) {
        if !byte.is_ascii_digit() {
            return None;
        }
        numerator = numerator * 10 + u64::from(byte - b'0');
    }
    Some((numerator, 10_u64.pow(fraction.len() as u32)))
}
