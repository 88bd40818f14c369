//! A reader of JSON as feeds write it: no blanks, no escapes, plain ASCII, numbers of few digits.
//!
//! It judges nothing. What it was not made for is `None`, and then the reader of the whole format decides, so that
//! being quick never changes what a frame means.

/// A 1 in every byte.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;
const WIDTH: usize = 8;
const POWERS: [i64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
/// Digits that fit an i64 whatever they are, with the zeros that scaling adds.
const MAX_DIGITS: usize = 11;

/// The bytes not read yet.
pub(crate) struct Sweep<'a> {
    rest: &'a [u8],
}

impl<'a> Sweep<'a> {
    pub(crate) fn new(frame: &'a [u8]) -> Self {
        Self { rest: frame }
    }

    /// Everything was read.
    pub(crate) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// The bytes not read yet.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Steps over `token` if it is next.
    #[inline]
    pub(crate) fn is(&mut self, token: &[u8]) -> bool {
        let after = self.rest.strip_prefix(token);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// The text before the next quote, and steps over both.
    #[inline]
    pub(crate) fn text(&mut self) -> Option<&'a [u8]> {
        let mut at = 0;
        while let Some(word) = self.rest.get(at..).and_then(<[u8]>::first_chunk) {
            let found = special(u64::from_le_bytes(*word));
            if found != 0 {
                return self.until(at + found.trailing_zeros() as usize / 8);
            }
            at += 8;
        }
        let tail = self.rest.get(at..)?;
        let end = tail.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20 | 0x80..))?;
        self.until(at + end)
    }

    /// The text before a quote at `end`.
    #[inline]
    fn until(&mut self, end: usize) -> Option<&'a [u8]> {
        let (text, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    /// A whole number of 0 or more, of up to 18 digits.
    #[inline]
    pub(crate) fn whole(&mut self) -> Option<i64> {
        let mut value = 0i64;
        let mut length = 0;
        while let Some(digit) = self.rest.get(length).map(|byte| byte.wrapping_sub(b'0'))
            && digit <= 9
        {
            if length == 18 {
                return None;
            }
            value = value * 10 + i64::from(digit);
            length += 1;
        }
        self.rest = &self.rest[length..];
        (length > 0).then_some(value)
    }

    /// A decimal before the next quote, in units of its `places`-th decimal, and steps over both.
    #[inline]
    pub(crate) fn decimal(&mut self, places: usize) -> Option<i64> {
        let negative = self.rest.first() == Some(&b'-');
        let digits = self.rest.get(usize::from(negative)..)?;
        let short = digits.first_chunk().and_then(|word| short_decimal(u64::from_le_bytes(*word), places));
        let (value, length) = match short {
            Some(found) if digits.get(found.1) == Some(&b'"') => found,
            _ => long_decimal(digits, places)?,
        };
        self.rest = &digits[length + 1..];
        Some(if negative { -value } else { value })
    }

    /// Steps over a key that nobody asks for and its value, a text or a number.
    #[inline]
    pub(crate) fn other(&mut self) -> Option<()> {
        if !self.is(b"\"") {
            return None;
        }
        self.text()?;
        if self.is(b":\"") {
            return self.text().map(|_| ());
        }
        (self.is(b":") && self.whole().is_some() && matches!(self.rest.first(), Some(b',' | b'}')))
            .then_some(())
    }
}

/// Marks at least the first byte that is a quote, a backslash, a control character, or not ASCII.
#[inline]
fn special(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let quote = zero(word ^ (ONES * 0x22));
    let backslash = zero(word ^ (ONES * 0x5C));
    (quote | backslash | (word.wrapping_sub(ONES * 0x20) & !word) | word) & HIGH
}

/// The decimal that ends before the first quote, or with the word, and its length.
#[inline]
fn short_decimal(word: u64, places: usize) -> Option<(i64, usize)> {
    let first = |word: u64, byte: u8| {
        let word = word ^ (ONES * u64::from(byte));
        ((word.wrapping_sub(ONES) & !word & HIGH).trailing_zeros() / 8) as usize
    };
    let below = |bytes: usize| u64::MAX.checked_shr(64 - 8 * bytes as u32).unwrap_or(0);
    let length = first(word, b'"');
    let point = first(word, b'.').min(length);
    let digits = length - usize::from(point < length);
    if digits == 0 {
        return None;
    }
    let scale = *POWERS.get(places.checked_sub(digits - point)?)?;
    let before = below(point);
    let joined = (word & before) | (word >> 8) & !before;
    let joined = if point < length { joined } else { word };
    // The digits into the last bytes, zeros before them.
    let shift = 8 * (WIDTH - digits);
    let values = (joined << shift) ^ ((ONES * u64::from(b'0')) << shift);
    let above_nine = (values.wrapping_add(ONES * (0x7F - 9)) | values) & HIGH;
    (above_nine == 0).then(|| (eight_digits(values) * scale, length))
}

/// The decimal before the first quote, and its length.
fn long_decimal(text: &[u8], places: usize) -> Option<(i64, usize)> {
    let (mut value, mut digits, mut point) = (0, 0, None);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' if digits < MAX_DIGITS => {
                value = value * 10 + i64::from(byte - b'0');
                digits += 1;
            }
            b'.' if point.is_none() => point = Some(digits),
            b'"' if digits > 0 => {
                let missing = places.checked_sub(digits - point.unwrap_or(digits))?;
                return Some((value * POWERS.get(missing)?, at));
            }
            _ => return None,
        }
    }
    None
}

/// The number whose digits are the bytes, the first one first.
#[inline]
fn eight_digits(digits: u64) -> i64 {
    const EVERY_FOURTH: u64 = 0x0000_00FF_0000_00FF;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & EVERY_FOURTH).wrapping_mul(100 + (1_000_000 << 32));
    let low = ((pairs >> 16) & EVERY_FOURTH).wrapping_mul(1 + (10_000 << 32));
    (high.wrapping_add(low) >> 32).cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixed::fixed;

    #[test]
    fn what_it_was_not_made_for_is_none() {
        for text in
            ["", "\"", ".\"", "-\"", "1.2.3\"", "1e3\"", " 1\"", "1", "0.1234567\"", "1234567890123456\""]
        {
            assert_eq!(Sweep::new(text.as_bytes()).decimal(6), None, "{text}");
        }
        for text in ["", "abc", "a\\\"b\"", "a\nb\"", "long enough for a word, then é\"", "é\""] {
            assert_eq!(Sweep::new(text.as_bytes()).text(), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_decimal_is_what_the_careful_reader_says(text in "-?[0-9]{0,9}(\\.[0-9]{0,6})?", after in "[\",0-9]{0,20}") {
            let given = format!("{text}\"{after}");
            let mut sweep = Sweep::new(given.as_bytes());
            if let Some(value) = sweep.decimal(6) {
                prop_assert_eq!(Some(value), fixed(text.as_bytes(), 6));
                prop_assert_eq!(sweep.rest(), after.as_bytes());
            } else {
                prop_assert!(text.len() > 11 || fixed(text.as_bytes(), 6).is_none());
            }
        }

        #[test]
        fn text_ends_at_the_quote(text in "[ -!#-\\[\\]-~]{0,40}", after in ".{0,20}") {
            let given = format!("{text}\"{after}");
            let mut sweep = Sweep::new(given.as_bytes());
            prop_assert_eq!(sweep.text(), Some(text.as_bytes()));
            prop_assert_eq!(sweep.rest(), after.as_bytes());
        }
    }
}
