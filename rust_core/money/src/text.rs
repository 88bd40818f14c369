//! Amounts as decimal text, read and written exactly.

use crate::{Amount, Currency};
use std::fmt;

/// How many decimals a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Whole minor units: what people stake and are paid.
    Minor,
    /// Everything the currency is kept in: what a provider may move.
    Scale,
}

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// Nothing, or characters besides digits and one point between digits.
    NotANumber,
    /// A sign where only plain amounts are taken.
    Signed,
    /// More decimals than the currency has (the number allowed).
    TooManyDecimals(u32),
    /// Larger than any amount may be.
    OutOfRange,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber => f.write_str("not a number; write an amount as 10 or 10.50"),
            Self::Signed => f.write_str("a sign is not allowed here; write an amount as 10 or 10.50"),
            Self::TooManyDecimals(0) => f.write_str("too many decimals; this currency has none"),
            Self::TooManyDecimals(most) => write!(f, "too many decimals; this currency has {most}"),
            Self::OutOfRange => f.write_str("the amount is too large"),
        }
    }
}

impl std::error::Error for TextError {}

/// Read an unsigned amount: `10`, `10.5`, `0.000001` with [`Precision::Scale`].
pub fn parse(text: &str, currency: Currency, precision: Precision) -> Result<Amount, TextError> {
    if text.starts_with(['-', '+']) {
        return Err(TextError::Signed);
    }
    magnitude(text, currency, precision)
}

/// Read an amount that may carry a minus.
pub fn parse_signed(text: &str, currency: Currency, precision: Precision) -> Result<Amount, TextError> {
    match text.strip_prefix('-') {
        Some(rest) => magnitude(rest, currency, precision).map(Amount::negated),
        None => parse(text, currency, precision),
    }
}

fn magnitude(text: &str, currency: Currency, precision: Precision) -> Result<Amount, TextError> {
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) if !decimals.is_empty() => (whole, decimals),
        Some(_) => return Err(TextError::NotANumber),
        None => (text, ""),
    };
    if whole.is_empty() || !whole.bytes().chain(decimals.bytes()).all(|byte| byte.is_ascii_digit()) {
        return Err(TextError::NotANumber);
    }
    let most = match precision {
        Precision::Minor => currency.minor_digits(),
        Precision::Scale => currency.scale(),
    };
    if decimals.len() > most as usize {
        return Err(TextError::TooManyDecimals(most));
    }
    let padding = currency.scale() as usize - decimals.len();
    let digits = whole.bytes().chain(decimals.bytes()).chain(std::iter::repeat_n(b'0', padding));
    let mut units = 0_i128;
    for digit in digits {
        units = units
            .checked_mul(10)
            .and_then(|tens| tens.checked_add(i128::from(digit - b'0')))
            .ok_or(TextError::OutOfRange)?;
    }
    Amount::new(units).ok_or(TextError::OutOfRange)
}

/// Write an amount with its minor digits, and with more only where it has them: `10.50`, `0.000001`.
pub fn format(amount: Amount, currency: Currency) -> String {
    let scale = currency.scale() as usize;
    let digits = format!("{:0>width$}", amount.units().unsigned_abs(), width = scale + 1);
    let (whole, decimals) = digits.split_at(digits.len() - scale);
    let significant = decimals.trim_end_matches('0').len();
    let decimals = &decimals[..significant.max(currency.minor_digits() as usize)];
    let sign = if amount.is_negative() { "-" } else { "" };
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{decimals}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        Currency::from_code(code).expect("known")
    }

    fn euros(text: &str) -> Result<i128, TextError> {
        parse(text, currency("EUR"), Precision::Minor).map(Amount::units)
    }

    #[test]
    fn reads_what_people_write() {
        assert_eq!(euros("10"), Ok(10_000_000));
        assert_eq!(euros("10.5"), Ok(10_500_000));
        assert_eq!(euros("0.01"), Ok(10_000));
        assert_eq!(euros("007.00"), Ok(7_000_000));
        assert_eq!(parse("1.234", currency("KWD"), Precision::Minor).map(Amount::units), Ok(1_234_000));
        assert_eq!(parse("0.000001", currency("EUR"), Precision::Scale).map(Amount::units), Ok(1));
        assert_eq!(parse_signed("-3", currency("JPY"), Precision::Minor).map(Amount::units), Ok(-3_000_000));
    }

    #[test]
    fn refuses_everything_else_with_the_reason() {
        for junk in
            ["", ".", "1.", ".5", "1,5", "1e3", " 1", "1 ", "0x1", "1.2.3", "NaN", "١", "1_000", "--1"]
        {
            assert_eq!(
                parse_signed(junk, currency("EUR"), Precision::Minor),
                Err(TextError::NotANumber),
                "{junk:?}"
            );
        }
        assert_eq!(euros("-1"), Err(TextError::Signed));
        assert_eq!(euros("+1"), Err(TextError::Signed));
        assert_eq!(euros("10.005"), Err(TextError::TooManyDecimals(2)));
        assert_eq!(parse("1.0", currency("JPY"), Precision::Minor), Err(TextError::TooManyDecimals(0)));
        assert_eq!(euros(&"9".repeat(31)), Err(TextError::OutOfRange));
        assert_eq!(euros(&"9".repeat(60)), Err(TextError::OutOfRange));
    }

    proptest! {
        #[test]
        fn text_round_trips(units in -Amount::LIMIT..=Amount::LIMIT, index in 0..Currency::COUNT) {
            let currency = Currency::all().nth(index).expect("in the table");
            let amount = Amount::new(units).expect("in range");
            let text = format(amount, currency);
            prop_assert_eq!(parse_signed(&text, currency, Precision::Scale), Ok(amount), "{}", text);
        }

        #[test]
        fn no_text_panics(text in ".{0,50}") {
            let _ = parse_signed(&text, currency("EUR"), Precision::Scale);
        }
    }
}
