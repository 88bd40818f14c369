//! An amount of money without its currency.

use std::fmt;

/// A count of a currency's smallest kept unit, positive or negative.
///
/// Sums are checked: the range is ±[`Amount::LIMIT`], far above any real ledger, so that leaving it is an error
/// of the caller and never a wrapped number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i128);

impl Amount {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The largest magnitude an amount may have, 10^36.
    pub const LIMIT: i128 = 10_i128.pow(36);

    /// The amount of `units` smallest units, unless it is out of range.
    pub const fn new(units: i128) -> Option<Self> {
        if units > Self::LIMIT || units < -Self::LIMIT { None } else { Some(Self(units)) }
    }

    /// The same for a machine integer, which is always in range.
    pub const fn from_i64(units: i64) -> Self {
        Self(units as i128)
    }

    /// The count of smallest units.
    pub const fn units(self) -> i128 {
        self.0
    }

    /// The sum, unless it leaves the range.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        Self::new(self.0 + other.0) // two magnitudes of 10^36 are far inside an i128
    }

    /// The difference, unless it leaves the range.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        Self::new(self.0 - other.0)
    }

    /// The opposite amount.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }

    /// More than nothing.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Less than nothing.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether the amount is a whole multiple of `unit`.
    pub const fn is_multiple_of(self, unit: Self) -> bool {
        // A 128-bit remainder is a library call; real stakes fit a machine word.
        let (magnitude, step) = (self.0.unsigned_abs(), unit.0.unsigned_abs());
        if magnitude <= u64::MAX as u128 && step <= u64::MAX as u128 {
            return (magnitude as u64).is_multiple_of(step as u64);
        }
        magnitude.is_multiple_of(step)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
