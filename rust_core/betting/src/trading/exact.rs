//! Fractions of any size, for limits that are divided by prices.

use num_bigint::BigUint;

use crate::error::BettingError;
use crate::evaluate::Fraction;
use crate::price::Price;

/// An exact number that is not negative.
pub(crate) type Exact = Fraction<BigUint>;

impl Exact {
    pub(crate) fn of(above: u128, below: u128) -> Self {
        Self { above: above.into(), below: below.into() }
    }

    pub(crate) fn whole(value: u128) -> Self {
        Self::of(value, 1)
    }

    pub(crate) fn price(price: Price) -> Self {
        let (numerator, denominator) = price.parts();
        Self::of(numerator.into(), denominator.into())
    }

    pub(crate) fn by(&self, other: &Self) -> Self {
        Self { above: &self.above * &other.above, below: &self.below * &other.below }
    }

    /// The quotient; the divisor is above 0.
    pub(crate) fn over(&self, other: &Self) -> Self {
        Self { above: &self.above * &other.below, below: &self.below * &other.above }
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.above.bits() == 0
    }

    /// The largest multiple of the step that is not above.
    pub(crate) fn down_to(&self, step: u128) -> Result<u128, BettingError> {
        let steps = u128::try_from(&self.above / (&self.below * step)).map_err(|_| BettingError::Overflow)?;
        steps.checked_mul(step).ok_or(BettingError::Overflow)
    }

    /// The smallest whole number that is not below.
    pub(crate) fn up(&self) -> Result<u128, BettingError> {
        let up = (&self.above + &self.below - 1_u8) / &self.below;
        u128::try_from(up).map_err(|_| BettingError::Overflow)
    }
}
