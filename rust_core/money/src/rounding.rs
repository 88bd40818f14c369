//! Rounding of rationals, once and in a named mode.

use crate::Amount;

/// What to do with the part that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest; a half goes away from zero.
    HalfUp,
    /// Towards zero.
    Down,
    /// To the nearest; a half goes to the even neighbour.
    HalfEven,
}

/// `numerator / denominator` smallest units, rounded to a whole multiple of `unit`.
///
/// `None` when the denominator or the unit is not positive, or a number leaves the range.
pub fn round_ratio(numerator: i128, denominator: i128, unit: Amount, mode: Rounding) -> Option<Amount> {
    if denominator <= 0 || !unit.is_positive() {
        return None;
    }
    let divisor = denominator.checked_mul(unit.units())?;
    let whole = numerator / divisor;
    let rest = (numerator % divisor).unsigned_abs();
    let opposite = divisor.unsigned_abs() - rest;
    let away = match mode {
        Rounding::Down => false,
        Rounding::HalfUp => rest >= opposite,
        Rounding::HalfEven => rest > opposite || (rest == opposite && whole % 2 != 0),
    };
    let step = if away { numerator.signum() } else { 0 };
    Amount::new((whole + step).checked_mul(unit.units())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round(numerator: i128, denominator: i128, unit: i64, mode: Rounding) -> Option<i128> {
        round_ratio(numerator, denominator, Amount::from_i64(unit), mode).map(Amount::units)
    }

    #[test]
    fn halves_go_where_the_mode_says() {
        for (numerator, up, down, even) in
            [(25, 3, 2, 2), (35, 4, 3, 4), (-25, -3, -2, -2), (-35, -4, -3, -4), (24, 2, 2, 2), (26, 3, 2, 3)]
        {
            assert_eq!(round(numerator, 10, 1, Rounding::HalfUp), Some(up), "{numerator} half up");
            assert_eq!(round(numerator, 10, 1, Rounding::Down), Some(down), "{numerator} down");
            assert_eq!(round(numerator, 10, 1, Rounding::HalfEven), Some(even), "{numerator} half even");
        }
    }

    #[test]
    fn rounds_to_a_cent() {
        assert_eq!(round(10_005_000, 1, 10_000, Rounding::HalfUp), Some(10_010_000));
        assert_eq!(round(10_005_000, 1, 10_000, Rounding::HalfEven), Some(10_000_000));
        assert_eq!(round(10_009_999, 1, 10_000, Rounding::Down), Some(10_000_000));
    }

    #[test]
    fn refuses_nonsense() {
        assert_eq!(round(1, 0, 1, Rounding::Down), None);
        assert_eq!(round(1, -1, 1, Rounding::Down), None);
        assert_eq!(round(1, 1, 0, Rounding::Down), None);
        assert_eq!(round(1, i128::MAX, 2, Rounding::Down), None);
        assert_eq!(round(i128::MAX, 1, 1, Rounding::Down), None);
    }

    proptest! {
        #[test]
        fn the_result_is_a_multiple_nearest_as_promised(
            numerator in -1_000_000_000_i128..1_000_000_000,
            denominator in 1_i128..10_000,
            unit in 1_i64..10_000,
        ) {
            for mode in [Rounding::HalfUp, Rounding::Down, Rounding::HalfEven] {
                let result = round(numerator, denominator, unit, mode).expect("in range");
                prop_assert_eq!(result % i128::from(unit), 0);
                // |numerator/denominator - result|, in units of 1/denominator
                let miss = (numerator - result * denominator).abs();
                let step = i128::from(unit) * denominator;
                if mode == Rounding::Down {
                    prop_assert!(miss < step && (result * denominator).abs() <= numerator.abs());
                } else {
                    prop_assert!(2 * miss <= step);
                }
            }
        }
    }
}
