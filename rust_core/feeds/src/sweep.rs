//! A reader of JSON as feeds write it: no blanks, no escapes, plain ASCII, numbers of few digits.
//!
//! It judges nothing. What it was not made for is `None`, and then the reader of the whole format decides, so that
//! being quick never changes what a frame means.

/// A 1 in every byte.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;
const WIDTH: usize = 8;
/// Bytes judged at once.
const BLOCK: usize = 16;
const POWERS: [i64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
/// So many digits fit an i64 whatever they are, with the zeros that scaling adds.
const MAX_LENGTH: usize = 12;

/// The bytes not read yet.
pub(crate) struct Sweep<'a> {
    rest: &'a [u8],
}

impl<'a> Sweep<'a> {
    #[inline]
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
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

    /// Steps over `text` and the quote behind it if they are next.
    #[inline]
    pub(crate) fn is_text(&mut self, text: &[u8]) -> bool {
        let after = self.rest.strip_prefix(text).and_then(|after| after.strip_prefix(b"\""));
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// The text before the next quote, and steps over both.
    #[inline]
    pub(crate) fn text(&mut self) -> Option<&'a [u8]> {
        let (blocks, _) = self.rest.as_chunks::<BLOCK>();
        let plain = BLOCK * blocks.iter().take_while(|block| is_plain::<BLOCK>(block)).count();
        let length = plain + end_of_text(self.rest.get(plain..)?)?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    /// Steps over a text and its quote, quickest if it is of this length.
    #[inline]
    pub(crate) fn text_of<const LENGTH: usize>(&mut self) -> Option<()> {
        match self.rest.split_first_chunk::<LENGTH>() {
            Some((text, [b'"', rest @ ..])) if is_plain(text) => self.rest = rest,
            _ => return self.text().map(|_| ()),
        }
        Some(())
    }

    /// The next bytes.
    #[inline]
    pub(crate) fn next<const COUNT: usize>(&self) -> Option<&'a [u8; COUNT]> {
        self.rest.first_chunk()
    }

    /// A whole number of 0 or more, of up to 18 digits.
    #[inline]
    pub(crate) fn whole(&mut self) -> Option<i64> {
        let (mut value, mut length) = (0i64, 0usize);
        for byte in self.rest {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
            length = length.wrapping_add(1);
        }
        self.rest = self.rest.get(length..)?;
        (1..=18).contains(&length).then_some(value)
    }

    /// Steps over a whole number, quickest if it has this many digits.
    #[inline]
    pub(crate) fn whole_of<const LENGTH: usize>(&mut self) -> Option<()> {
        match self.rest.split_first_chunk::<LENGTH>() {
            Some((digits, rest @ [b',' | b'}', ..]))
                if digits.iter().fold(0, |most: u8, byte| most.max(byte.wrapping_sub(b'0'))) <= 9 =>
            {
                self.rest = rest;
                Some(())
            }
            _ => self.whole().map(|_| ()),
        }
    }

    /// As [`Self::decimal`], quickest if it is below 1.
    #[inline]
    pub(crate) fn price<const PLACES: usize>(&mut self) -> Option<i64> {
        if let Some(([b'0', b'.'], rest)) = self.rest.split_first_chunk()
            && let Some(word) = rest.first_chunk()
            && let Some((value, length)) = fraction::<PLACES>(u64::from_le_bytes(*word))
        {
            self.rest = &rest[length + 1..];
            return Some(value);
        }
        self.odd_price::<PLACES>()
    }

    #[cold]
    fn odd_price<const PLACES: usize>(&mut self) -> Option<i64> {
        self.decimal::<PLACES>()
    }

    /// As [`Self::decimal`] of two places, quickest if both are there.
    #[inline]
    pub(crate) fn hundredths(&mut self) -> Option<i64> {
        let negative = self.rest.first() == Some(&b'-');
        if let Some(rest) = self.rest.get(usize::from(negative)..)
            && let Some(word) = rest.first_chunk()
            && let Some((value, length)) = two_places(u64::from_le_bytes(*word))
        {
            self.rest = &rest[length + 1..];
            return Some(if negative { -value } else { value });
        }
        self.decimal::<2>()
    }

    /// A decimal before the next quote, in units of its `PLACES`-th decimal, and steps over both.
    #[inline]
    pub(crate) fn decimal<const PLACES: usize>(&mut self) -> Option<i64> {
        let negative = self.rest.first() == Some(&b'-');
        let digits = self.rest.get(usize::from(negative)..)?;
        let (value, length) = plain_decimal::<PLACES>(digits)?;
        self.rest = &digits[length + 1..];
        Some(if negative { -value } else { value })
    }
}

/// Where the first byte is that plain text has not.
#[inline]
fn end_of_text(mut rest: &[u8]) -> Option<usize> {
    let mut before = 0;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return Some(before + found.trailing_zeros() as usize / 8);
        }
        (before, rest) = (before + WIDTH, behind);
    }
    let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20 | 0x80..))?;
    Some(before + end)
}

/// Plain text without a quote; written so that it becomes a few vector instructions.
#[inline]
fn is_plain<const LENGTH: usize>(bytes: &[u8; LENGTH]) -> bool {
    let ends =
        |byte: u8| u8::from(byte.cast_signed() < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\');
    bytes.iter().fold(0, |found, &byte| found | ends(byte)) == 0
}

/// Marks the first byte that is a quote, a backslash, a control character, or not ASCII.
#[inline]
fn special(word: u64) -> u64 {
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (first(word, b'"') | first(word, b'\\') | control | word) & HIGH
}

/// The one to `PLACES` digits before the first quote, of a decimal below 1, and their count.
#[inline]
fn fraction<const PLACES: usize>(word: u64) -> Option<(i64, usize)> {
    let quote = first(word, b'"');
    let length = quote.trailing_zeros() as usize / 8;
    let before = (quote ^ quote.wrapping_sub(1)) >> 8;
    let values = (word ^ (ONES * u64::from(b'0'))) & before;
    let sound = length.wrapping_sub(1) < PLACES && are_digits(values);
    sound.then(|| (eight_digits(values << const { 8 * (WIDTH - PLACES) }), length))
}

/// The digits before the first quote, of which two stand behind a point, and their length with the point.
#[inline]
fn two_places(word: u64) -> Option<(i64, usize)> {
    const BEHIND: u64 = 0xFFFF << 48;
    const POINT: u64 = 0xFF << 40;
    let length = first(word, b'"').trailing_zeros() as usize / 8;
    // Moved so that the last digit is the last byte.
    let values = (word ^ (ONES * u64::from(b'0'))).checked_shl(64 - 8 * length as u32)?;
    let joined = ((values & !BEHIND & !POINT) << 8) | (values & BEHIND);
    let sound =
        (4..WIDTH).contains(&length) && values & POINT == u64::from(b'.' ^ b'0') << 40 && are_digits(joined);
    sound.then(|| (eight_digits(joined), length))
}

/// Marks the first byte that is this one, in its highest bit; marks behind it mean nothing.
#[inline]
pub(crate) fn first(word: u64, byte: u8) -> u64 {
    let word = word ^ (ONES * u64::from(byte));
    word.wrapping_sub(ONES) & !word & HIGH
}

#[inline]
fn are_digits(values: u64) -> bool {
    (values.wrapping_add(ONES * (0x7F - 9)) | values) & HIGH == 0
}

/// The decimal before the first quote, and its length.
#[inline]
fn plain_decimal<const PLACES: usize>(text: &[u8]) -> Option<(i64, usize)> {
    // What cannot overflow is told so: every digit counts here.
    let (mut value, mut point, mut length) = (0i64, MAX_LENGTH, 0);
    for &byte in text.iter().take(MAX_LENGTH) {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        } else if byte == b'.' && point == MAX_LENGTH {
            point = length;
        } else {
            break;
        }
        length = length.wrapping_add(1);
    }
    if text.get(length) != Some(&b'"') {
        return None;
    }
    let places = if point < length { length - point - 1 } else { 0 };
    let has_digits = length > usize::from(point < length);
    let scale = *POWERS.get(PLACES.checked_sub(places)?)?;
    has_digits.then_some((value.wrapping_mul(scale), length))
}

/// The number whose digits are the bytes, the first one first.
#[inline]
pub(crate) fn eight_digits(digits: u64) -> i64 {
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
            assert_eq!(Sweep::new(text.as_bytes()).decimal::<6>(), None, "{text}");
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
            prop_assert_eq!(Sweep::new(given.as_bytes()).price::<6>(), Sweep::new(given.as_bytes()).decimal::<6>());
            if let Some(value) = sweep.decimal::<6>() {
                prop_assert_eq!(Some(value), fixed(text.as_bytes(), 6));
                prop_assert_eq!(sweep.rest(), after.as_bytes());
            } else {
                prop_assert!(text.len() > 11 || fixed(text.as_bytes(), 6).is_none());
            }
        }

        #[test]
        fn hundredths_are_what_a_decimal_says(text in "-?[0-9.]{0,9}(\\.[0-9]{2})?", after in "[\",0-9.]{0,20}") {
            let given = format!("{text}\"{after}");
            let (mut quick, mut sweep) = (Sweep::new(given.as_bytes()), Sweep::new(given.as_bytes()));
            prop_assert_eq!(quick.hundredths(), sweep.decimal::<2>());
            prop_assert_eq!(quick.rest(), sweep.rest());
        }

        #[test]
        fn hundredths_of_any_bytes_are_what_a_decimal_says(bytes in prop::collection::vec(prop_oneof![Just(b'"'), Just(b'.'), b'0'..=b'9', any::<u8>()], 0..12)) {
            prop_assert_eq!(Sweep::new(&bytes).hundredths(), Sweep::new(&bytes).decimal::<2>());
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
