//! Decimals as whole numbers of their last place: exact, comparable, and without drift when they are summed.

use std::fmt;

use crate::json::Cursor;
use crate::problem::{Fault, Reason};
use crate::sweep::Sweep;

/// `text` in units of its `places`-th decimal; `None` if it is no decimal, has more places, or is too large.
pub(crate) fn fixed(text: &[u8], places: usize) -> Option<i64> {
    let Some(at) = text.iter().position(|byte| byte.eq_ignore_ascii_case(&b'e')) else {
        return plain(text, places);
    };
    let (mantissa, exponent) = (&text[..at], &text[at + 1..]);
    let (down, size) = match exponent {
        [b'-', size @ ..] => (true, size),
        [b'+', size @ ..] | size => (false, size),
    };
    let size = size.first()?.is_ascii_digit().then(|| std::str::from_utf8(size).ok()?.parse::<u8>().ok())?;
    let size = usize::from(size?);
    match (down, places.checked_sub(size)) {
        (false, _) => plain(mantissa, places + size),
        (true, Some(places)) => plain(mantissa, places),
        (true, None) => {
            let divisor = 10i64.checked_pow(u32::try_from(size - places).ok()?)?;
            plain(mantissa, 0).filter(|whole| whole % divisor == 0).map(|whole| whole / divisor)
        }
    }
}

/// The same without an exponent.
fn plain(text: &[u8], places: usize) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let point = digits.iter().position(|&byte| byte == b'.').unwrap_or(digits.len());
    let (whole, fraction) = (&digits[..point], digits.get(point + 1..).unwrap_or_default());
    if whole.len() + fraction.len() == 0 {
        return None;
    }
    let kept = fraction.len().min(places);
    if fraction[kept..].iter().any(|&byte| byte != b'0') {
        return None;
    }
    let mut value = 0i64;
    for &byte in whole.iter().chain(&fraction[..kept]) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
    }
    for _ in kept..places {
        value = value.checked_mul(10)?;
    }
    Some(if negative { -value } else { value })
}

/// Reads a decimal with or without quotes.
#[inline]
pub(crate) fn decimal<const PLACES: usize>(cursor: &mut Cursor<'_>) -> Result<i64, Fault> {
    if cursor.peek() == b'"' {
        let rest = cursor.rest();
        let mut sweep = Sweep::new(&rest[1..]);
        if let Some(value) = sweep.decimal::<PLACES>() {
            cursor.step(rest.len() - sweep.rest().len());
            return Ok(value);
        }
    }
    any_decimal(cursor, PLACES)
}

fn any_decimal(cursor: &mut Cursor<'_>, places: usize) -> Result<i64, Fault> {
    let at = cursor.at();
    let text = if cursor.peek() == b'"' {
        cursor.text()?.raw
    } else {
        cursor.number()?;
        cursor.since(at)
    };
    fixed(text, places)
        .ok_or(Fault { at, reason: Reason::Expected("a decimal of the places this field has") })
}

/// Shows a number of `places` decimals without trailing zeros.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    /// In units of the last place.
    pub value: i64,
    /// Decimals.
    pub places: usize,
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10u64.pow(self.places as u32);
        let size = self.value.unsigned_abs();
        let sign = if self.value < 0 { "-" } else { "" };
        let (whole, fraction) = (size / unit, size % unit);
        if fraction == 0 {
            return write!(out, "{sign}{whole}");
        }
        let digits = format!("{fraction:0width$}", width = self.places);
        write!(out, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        for (text, value) in [
            ("0.0800", 800),
            ("-3", -30_000),
            (".5", 5_000),
            ("1.", 10_000),
            ("0.12340000", 1_234),
            ("8E-2", 800),
            ("1.25e+3", 12_500_000),
            ("-30e-1", -30_000),
            ("1000000e-10", 1),
            ("0e0", 0),
        ] {
            assert_eq!(fixed(text.as_bytes(), 4), Some(value), "{text}");
        }
        for text in [
            "",
            "-",
            ".",
            "0.00001",
            "1e-5",
            "1e",
            "e1",
            "1e1.5",
            "1e+-1",
            "1e++1",
            "1e1 ",
            "1e99",
            "1e400000000000000000000",
            "1.2.3",
            "NaN",
            "99999999999999999999",
            "+1",
            " 1",
        ] {
            assert_eq!(fixed(text.as_bytes(), 4), None, "{text}");
        }
    }

    #[test]
    fn a_decimal_is_shown_without_trailing_zeros() {
        for (value, text) in [(500_000, "0.5"), (-1_500_000, "-1.5"), (20_000_000, "20"), (1, "0.000001")] {
            assert_eq!(Decimal { value, places: 6 }.to_string(), text);
        }
    }
}
