//! A price as it was taken, exactly: a rational, read from and shown in the six formats of the trade.

use crate::error::OddsError;
use std::cmp::Ordering;

/// Most digits of a number in a price.
const DIGITS: usize = 18;
/// Most decimals a price is shown with.
const PLACES: u32 = 9;

/// How a price is written; `x = o − 1` is the profit of a winning stake of 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `o`, above 1.
    Decimal,
    /// `x` as `n/d`, "evens" and "evs" for 1/1.
    Fractional,
    /// `+100x` from evens up, else `−100/x`: at least 100 or at most −100, and −100 = +100.
    American,
    /// `x`.
    HongKong,
    /// American divided by 100.
    Indonesian,
    /// `x` up to evens, else `−1/x`: within (0, 1] or [−1, 0).
    Malay,
}

impl Format {
    /// Every format, in the order they are listed to users.
    pub const ALL: [Self; 6] =
        [Self::Decimal, Self::Fractional, Self::American, Self::HongKong, Self::Indonesian, Self::Malay];

    /// The format's public name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decimal => "decimal",
            Self::Fractional => "fractional",
            Self::American => "american",
            Self::HongKong => "hongkong",
            Self::Indonesian => "indonesian",
            Self::Malay => "malay",
        }
    }

    /// Find a format by its public name.
    pub fn from_name(name: &str) -> Result<Self, OddsError> {
        Self::ALL.into_iter().find(|f| f.name() == name).ok_or_else(|| OddsError::UnknownFormat {
            name: name.to_owned(),
            known: Self::ALL.map(Self::name).join(", "),
        })
    }

    /// What a number in this format must be.
    const fn rule(self) -> &'static str {
        match self {
            Self::Decimal => "must be a decimal number above 1, such as 2.50",
            Self::Fractional => "must be a fraction above 0, such as 5/2, or \"evens\"",
            Self::American => "must be a number of at least 100 or at most -100",
            Self::HongKong => "must be a number above 0",
            Self::Indonesian => "must be a number of at least 1 or at most -1",
            Self::Malay => "must be a number above 0 and at most 1, or at least -1 and below 0",
        }
    }
}

/// A rational number with its sign apart, reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// Below 0.
    pub negative: bool,
    /// Numerator of the size.
    pub numerator: u128,
    /// Denominator of the size.
    pub denominator: u128,
}

/// An exact price: `o = 1 + numerator/denominator`, reduced, above 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Price {
    numerator: u64,
    denominator: u64,
}

impl Price {
    /// A price from `x = o − 1 = numerator/denominator`, if it is above 0 and its reduced parts fit 64 bits.
    pub fn from_profit(numerator: u128, denominator: u128) -> Option<Self> {
        if numerator == 0 || denominator == 0 {
            return None;
        }
        let common = gcd(numerator, denominator);
        let numerator = u64::try_from(numerator / common).ok()?;
        let denominator = u64::try_from(denominator / common).ok()?;
        Some(Self { numerator, denominator })
    }

    /// Read a price: a decimal number or a fraction `n/d`, with a sign where the format has one.
    ///
    /// # Errors
    /// [`OddsError::InvalidQuote`] with the format's rule.
    pub fn parse(text: &str, format: Format) -> Result<Self, OddsError> {
        read(text.trim(), format).ok_or_else(|| OddsError::InvalidQuote {
            format: format.name(),
            text: text.to_owned(),
            rule: format.rule(),
        })
    }

    /// The exact number this price is in a format.
    pub fn value(self, format: Format) -> Signed {
        let (n, d) = (u128::from(self.numerator), u128::from(self.denominator));
        let long = n >= d;
        match format {
            Format::Decimal => signed(false, n + d, d),
            Format::Fractional | Format::HongKong => signed(false, n, d),
            Format::American if long => signed(false, 100 * n, d),
            Format::American => signed(true, 100 * d, n),
            Format::Indonesian if long => signed(false, n, d),
            Format::Malay if n <= d => signed(false, n, d),
            Format::Indonesian | Format::Malay => signed(true, d, n),
        }
    }

    /// The price as customers see it: American to an integer, fractions exact, the others to `places` decimals (9 at
    /// most), halves up in size. What is shown is never what is settled.
    pub fn display(self, format: Format, places: u32) -> String {
        let value = self.value(format);
        match format {
            Format::Fractional => format!("{}/{}", self.numerator, self.denominator),
            Format::American => {
                let sign = if value.negative { '-' } else { '+' };
                format!("{sign}{}", half_up(value, 1))
            }
            _ => {
                let (places, sign) = (places.min(PLACES), if value.negative { "-" } else { "" });
                let scale = 10_u128.pow(places);
                let scaled = half_up(value, scale);
                if places == 0 {
                    return format!("{sign}{scaled}");
                }
                let width = places as usize;
                format!("{sign}{}.{:0width$}", scaled / scale, scaled % scale)
            }
        }
    }

    /// Numerator and denominator of `x = o − 1`, reduced.
    pub const fn profit(self) -> (u64, u64) {
        (self.numerator, self.denominator)
    }

    /// The decimal price as a float.
    pub fn to_f64(self) -> f64 {
        (u128::from(self.numerator) + u128::from(self.denominator)) as f64 / self.denominator as f64
    }

    /// `1/o` as a float.
    pub fn probability(self) -> f64 {
        self.denominator as f64 / (u128::from(self.numerator) + u128::from(self.denominator)) as f64
    }
}

impl PartialOrd for Price {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Price {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = u128::from(self.numerator) * u128::from(other.denominator);
        left.cmp(&(u128::from(other.numerator) * u128::from(self.denominator)))
    }
}

/// A price in its format, none if the format has no such number.
fn read(text: &str, format: Format) -> Option<Price> {
    if format == Format::Fractional && matches!(text.to_ascii_lowercase().as_str(), "evens" | "evs") {
        return Price::from_profit(1, 1);
    }
    if format == Format::Fractional && !text.contains('/') {
        return None;
    }
    let Signed { negative, numerator: n, denominator: d } = number(text)?;
    let allowed_sign = matches!(format, Format::American | Format::Indonesian | Format::Malay);
    if negative && !allowed_sign {
        return None;
    }
    match format {
        Format::Decimal => Price::from_profit(n.checked_sub(d)?, d),
        Format::American if n < 100 * d => None,
        Format::American if negative => Price::from_profit(100 * d, n),
        Format::American => Price::from_profit(n, 100 * d),
        Format::Indonesian if n < d => None,
        Format::Malay if n > d || n == 0 => None,
        Format::Indonesian | Format::Malay if negative => Price::from_profit(d, n),
        _ => Price::from_profit(n, d),
    }
}

/// `[+-]digits[.digits]` or `[+-]digits/digits`, exactly.
fn number(text: &str) -> Option<Signed> {
    let negative = text.starts_with('-');
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (numerator, denominator) = if let Some((n, d)) = text.split_once('/') {
        (digits(n)?, digits(d)?)
    } else {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        if whole.len() + decimals.len() > DIGITS {
            return None;
        }
        let scale = 10_u128.pow(decimals.len() as u32);
        (digits(whole)? * scale + digits(decimals)?, scale)
    };
    (denominator > 0).then(|| signed(negative, numerator, denominator))
}

/// A number of at least one and at most [`DIGITS`] digits and nothing else.
fn digits(text: &str) -> Option<u128> {
    let plain = (1..=DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn signed(negative: bool, numerator: u128, denominator: u128) -> Signed {
    let common = gcd(numerator, denominator);
    Signed { negative, numerator: numerator / common, denominator: denominator / common }
}

/// The size times `scale`, halves up.
fn half_up(value: Signed, scale: u128) -> u128 {
    (2 * scale * value.numerator + value.denominator) / (2 * value.denominator)
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}
