//! Values of attributes: text, and numbers in it.

use std::borrow::Cow;

use crate::problem::{Fault, Reason};
use crate::sweep::first;

/// A mantissa of this many digits is exact in an f64, and so is its power of ten.
const EXACT_DIGITS: usize = 15;

type Read<T> = Result<T, Fault>;

/// An attribute's value as it stands in the text, without its quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'a> {
    raw: &'a str,
    plain: bool,
    at: usize,
}

impl<'a> Value<'a> {
    #[inline]
    pub(super) fn new(raw: &'a str, plain: bool, at: usize) -> Self {
        Self { raw, plain, at }
    }

    fn expected<T>(self, what: &'static str) -> Read<T> {
        Err(Fault { at: self.at, reason: Reason::Expected(what) })
    }

    /// The characters meant.
    #[inline]
    pub(crate) fn text(self) -> Read<Cow<'a, str>> {
        if self.plain {
            return Ok(Cow::Borrowed(self.raw));
        }
        match unescape(self.raw) {
            Some(text) => Ok(Cow::Owned(text)),
            None => self.expected("text with XML's own entities only"),
        }
    }

    /// The characters meant, or as they stand where they mean nothing.
    pub(crate) fn as_told(self) -> Cow<'a, str> {
        self.text().unwrap_or(Cow::Borrowed(self.raw))
    }

    /// A whole number.
    #[inline]
    pub(crate) fn integer(self) -> Read<i64> {
        match self.raw.parse() {
            Ok(value) => Ok(value),
            Err(_) => match self.text()?.trim().parse() {
                Ok(value) => Ok(value),
                Err(_) => self.expected("a whole number"),
            },
        }
    }

    /// The number, if it is written in few digits and a point.
    #[inline]
    pub(crate) fn plain_decimal(self) -> Option<f64> {
        short_decimal(self.raw.as_bytes())
    }

    /// The text as it stands.
    #[inline]
    pub(crate) fn raw(self) -> &'a str {
        self.raw
    }

    /// A number; `None` for one that is not finite.
    #[inline]
    pub(crate) fn decimal(self) -> Read<Option<f64>> {
        if let Some(value) = short_decimal(self.raw.as_bytes()) {
            return Ok(Some(value));
        }
        match self.text()?.trim().parse::<f64>() {
            Ok(value) => Ok(Some(value).filter(|value| value.is_finite())),
            Err(_) => self.expected("a number"),
        }
    }
}

/// Digits with at most one point between them, few enough to be exact.
#[inline]
fn short_decimal(text: &[u8]) -> Option<f64> {
    const POWERS: [f64; 16] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    if text.is_empty() || text.len() > EXACT_DIGITS + 1 {
        return None;
    }
    let (mut mantissa, mut point) = (0u64, None);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() && at > 0 => point = Some(at),
            _ => return None,
        }
    }
    let value = mantissa as f64;
    match point {
        None if text.len() > EXACT_DIGITS => None,
        None => Some(value),
        Some(at) => Some(value / POWERS[text.len() - 1 - at]),
    }
}

fn unescape(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (name, after) = rest[at + 1..].split_once(';')?;
        out.push(match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let digits = name.strip_prefix('#')?;
                let code = match digits.strip_prefix('x') {
                    Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                    None => digits.parse(),
                };
                char::from_u32(code.ok()?)?
            }
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// Where the first quote, `&` or `<` is.
#[inline]
pub(super) fn end_of_value(quote: u8, bytes: &[u8]) -> Option<usize> {
    // Most values are shorter than a word.
    let found = bytes.first_chunk().map_or(0, |word| {
        let word = u64::from_le_bytes(*word);
        first(word, quote) | first(word, b'&') | first(word, b'<')
    });
    match found {
        0 => memchr::memchr3(quote, b'&', b'<', bytes),
        _ => Some(found.trailing_zeros() as usize / 8),
    }
}
