//! Three arithmetics for one formula: floats with a proven error, 128-bit integers that notice overflow, big integers.
//!
//! Every quantity of settlement is a sum of products that are never negative, so no arithmetic here has a sign.

use num_bigint::BigUint;

/// What the formulas of settlement need of a number.
pub(crate) trait Number: Clone {
    /// `(gross, base, one)`, three integers over one denominator; the float divides, the others keep them.
    fn split(gross: u128, base: u128, one: u128) -> (Self, Self, Self);
    /// A whole number.
    fn whole(value: u128) -> Self;
    /// Whether it is nothing.
    fn is_zero(&self) -> bool;
    /// Whether it is exactly one.
    fn is_one(&self) -> bool;
    /// The sum.
    fn plus(&self, other: &Self) -> Self;
    /// The product.
    fn times(&self, other: &Self) -> Self;
    /// The difference, at least nothing.
    fn less(&self, other: &Self) -> Self;
    /// The smaller.
    fn least(&self, other: &Self) -> Self;
}

/// A float and a bound on how far it is from the truth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Approx {
    pub(crate) value: f64,
    pub(crate) error: f64,
}

/// Half a unit in the last place of 1: the relative error of one rounded operation.
const ROUNDING: f64 = f64::EPSILON / 2.0;

impl Approx {
    fn rounded(value: f64, carried: f64) -> Self {
        Self { value, error: carried + value * ROUNDING + f64::MIN_POSITIVE }
    }

    fn exact(value: f64) -> Self {
        Self { value, error: 0.0 }
    }

    /// The quotient; a divisor that may be nothing makes the error infinite.
    pub(crate) fn over(&self, divisor: &Self) -> Self {
        let value = self.value / divisor.value;
        let least = divisor.value - divisor.error;
        let carried = if least > 0.0 { (self.error + value * divisor.error) / least } else { f64::INFINITY };
        Self::rounded(value, carried)
    }

    fn ratio(numerator: u128, denominator: u128) -> Self {
        if numerator == denominator {
            return Self::exact(1.0);
        }
        if numerator == 0 {
            return Self::exact(0.0);
        }
        let value = numerator as f64 / denominator as f64;
        // Two conversions and a division, each within one rounding.
        Self { value, error: value * 4.0 * ROUNDING }
    }
}

impl Number for Approx {
    fn split(gross: u128, base: u128, one: u128) -> (Self, Self, Self) {
        (Self::ratio(gross, one), Self::ratio(base, one), Self::exact(1.0))
    }

    fn whole(value: u128) -> Self {
        let float = value as f64;
        if value < 1 << 53 { Self::exact(float) } else { Self::rounded(float, 0.0) }
    }

    fn is_zero(&self) -> bool {
        self.value == 0.0 && self.error == 0.0
    }

    fn is_one(&self) -> bool {
        self.value.to_bits() == 1.0_f64.to_bits() && self.error == 0.0
    }

    fn plus(&self, other: &Self) -> Self {
        if self.is_zero() {
            return *other;
        }
        if other.is_zero() {
            return *self;
        }
        Self::rounded(self.value + other.value, self.error + other.error)
    }

    fn times(&self, other: &Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::exact(0.0);
        }
        let carried = self.value * other.error + other.value * self.error + self.error * other.error;
        Self::rounded(self.value * other.value, carried)
    }

    fn less(&self, other: &Self) -> Self {
        Self::rounded((self.value - other.value).max(0.0), self.error + other.error)
    }

    fn least(&self, other: &Self) -> Self {
        Self { value: self.value.min(other.value), error: self.error.max(other.error) }
    }
}

/// A 128-bit integer, or nothing once it has overflowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checked(pub(crate) Option<u128>);

impl Checked {
    fn both(self, other: Self, with: impl FnOnce(u128, u128) -> Option<u128>) -> Self {
        Self(self.0.zip(other.0).and_then(|(a, b)| with(a, b)))
    }
}

impl Number for Checked {
    fn split(gross: u128, base: u128, one: u128) -> (Self, Self, Self) {
        let (gross, base, one) = reduced(gross, base, one);
        (Self(Some(gross)), Self(Some(base)), Self(Some(one)))
    }

    fn whole(value: u128) -> Self {
        Self(Some(value))
    }

    fn is_zero(&self) -> bool {
        self.0 == Some(0)
    }

    fn is_one(&self) -> bool {
        self.0 == Some(1)
    }

    fn plus(&self, other: &Self) -> Self {
        self.both(*other, u128::checked_add)
    }

    fn times(&self, other: &Self) -> Self {
        self.both(*other, u128::checked_mul)
    }

    fn less(&self, other: &Self) -> Self {
        self.both(*other, |a, b| Some(a.saturating_sub(b)))
    }

    fn least(&self, other: &Self) -> Self {
        self.both(*other, |a, b| Some(a.min(b)))
    }
}

impl Number for BigUint {
    fn split(gross: u128, base: u128, one: u128) -> (Self, Self, Self) {
        let (gross, base, one) = reduced(gross, base, one);
        (gross.into(), base.into(), one.into())
    }

    fn whole(value: u128) -> Self {
        value.into()
    }

    fn is_zero(&self) -> bool {
        self.bits() == 0
    }

    fn is_one(&self) -> bool {
        self.bits() == 1
    }

    fn plus(&self, other: &Self) -> Self {
        self + other
    }

    fn times(&self, other: &Self) -> Self {
        self * other
    }

    fn less(&self, other: &Self) -> Self {
        if self > other { self - other } else { Self::ZERO }
    }

    fn least(&self, other: &Self) -> Self {
        self.min(other).clone()
    }
}

fn reduced(gross: u128, base: u128, one: u128) -> (u128, u128, u128) {
    let common = gcd(gcd(one, gross), base);
    (gross / common, base / common, one / common)
}

/// Greatest common divisor, the first positive.
pub(crate) fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Greatest common divisor of big integers, the first positive.
pub(crate) fn gcd_big(mut a: BigUint, mut b: BigUint) -> BigUint {
    while b.bits() != 0 {
        (a, b) = (b.clone(), a % b);
    }
    a
}
