//! A pull parser over the bytes of one JSON text: no tree, no copies, no panic on any bytes.
//!
//! Numbers come as the nearest f64. A decimal of up to 15 digits is one exact division, so a price read here
//! equals the same decimal read anywhere else, and equal prices are equal floats.

mod text;

pub(crate) use text::Text;

use crate::number::short;
use crate::problem::{Fault, Reason};

/// Deeper than any message of the feed nests; guards the stack.
const MAX_DEPTH: u32 = 48;
/// A mantissa of this many digits is exact in an f64.
const EXACT_DIGITS: usize = 15;
const POWERS: [f64; EXACT_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

type Read<T> = Result<T, Fault>;

/// Reads values one after the other.
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Position of the next byte.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// How many bytes are not read yet.
    pub(crate) fn remaining(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// The bytes not read yet.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Steps over bytes that were read elsewhere.
    #[inline]
    pub(crate) fn step(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The bytes read since `start`.
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        &self.bytes[start..self.at]
    }

    /// The next byte, 0 at the end.
    #[inline]
    fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// The first byte of the next value, 0 at the end.
    #[inline]
    pub(crate) fn peek(&mut self) -> u8 {
        loop {
            let byte = self.byte();
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return byte;
            }
            self.at += 1;
        }
    }

    #[cold]
    pub(crate) fn expected<T>(&self, what: &'static str) -> Read<T> {
        self.fault(if self.at >= self.bytes.len() { Reason::Truncated } else { Reason::Expected(what) })
    }

    #[cold]
    fn syntax<T>(&self, what: &'static str) -> Read<T> {
        self.fault(if self.at >= self.bytes.len() { Reason::Truncated } else { Reason::Syntax(what) })
    }

    #[cold]
    pub(crate) fn fault<T>(&self, reason: Reason) -> Read<T> {
        Err(Fault { at: self.at.min(self.bytes.len()), reason })
    }

    #[inline]
    pub(crate) fn expect(&mut self, byte: u8, what: &'static str) -> Read<()> {
        if self.peek() == byte {
            self.at += 1;
            return Ok(());
        }
        self.expected(what)
    }

    /// Steps over `null` if it is next.
    #[inline]
    pub(crate) fn null(&mut self) -> Read<bool> {
        if self.peek() != b'n' {
            return Ok(false);
        }
        self.word(b"null", "null").map(|()| true)
    }

    fn word(&mut self, word: &'static [u8], what: &'static str) -> Read<()> {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        if word.starts_with(rest) {
            self.at = self.bytes.len();
        }
        self.expected(what)
    }

    pub(crate) fn boolean(&mut self) -> Read<bool> {
        match self.peek() {
            b't' => self.word(b"true", "true or false").map(|()| true),
            b'f' => self.word(b"false", "true or false").map(|()| false),
            _ => self.expected("true or false"),
        }
    }

    /// Calls `field` for every key, standing before its value, which `field` must read.
    #[inline]
    pub(crate) fn object(&mut self, mut field: impl FnMut(&mut Self, Text<'a>) -> Read<()>) -> Read<()> {
        self.expect(b'{', "an object")?;
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            let key = self.text()?;
            if self.peek() != b':' {
                return self.syntax("`:` after a key");
            }
            self.at += 1;
            field(self, key)?;
            match self.peek() {
                b',' => self.at += 1,
                b'}' => break,
                _ => return self.syntax("`,` or `}`"),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Calls `item` before every element, which `item` must read.
    #[inline]
    pub(crate) fn array(&mut self, mut item: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.expect(b'[', "a list")?;
        if self.peek() == b']' {
            self.at += 1;
            return Ok(());
        }
        loop {
            item(self)?;
            match self.peek() {
                b',' => self.at += 1,
                b']' => break,
                _ => return self.syntax("`,` or `]`"),
            }
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    pub(crate) fn text(&mut self) -> Read<Text<'a>> {
        self.expect(b'"', "text")?;
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.byte() {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += 2;
                }
                0..0x20 => return self.syntax("text without control characters"),
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Ok(Text { raw: &self.bytes[start..self.at - 1], escaped, at: start })
    }

    /// A finite number.
    #[inline]
    pub(crate) fn number(&mut self) -> Read<f64> {
        self.peek();
        if let Some(word) = self.rest().first_chunk()
            && let Some((value, length)) = short(*word)
        {
            self.at += length;
            return Ok(value);
        }
        self.any_number()
    }

    fn any_number(&mut self) -> Read<f64> {
        let start = self.at;
        let negative = self.byte() == b'-';
        self.at += usize::from(negative);
        let mut mantissa = 0;
        let whole = self.digits(&mut mantissa);
        if whole == 0 {
            self.at = start;
            return self.expected("a number");
        }
        let mut fraction = 0;
        if self.byte() == b'.' {
            self.at += 1;
            fraction = self.digits(&mut mantissa);
            if fraction == 0 {
                return self.syntax("digits after the point");
            }
        }
        if whole + fraction > EXACT_DIGITS || matches!(self.byte(), b'e' | b'E') {
            return self.long_number(start);
        }
        let mut value = mantissa.cast_signed() as f64;
        if fraction > 0 {
            value /= POWERS[fraction];
        }
        Ok(if negative { -value } else { value })
    }

    #[inline]
    fn digits(&mut self, value: &mut u64) -> usize {
        let start = self.at;
        loop {
            let digit = self.byte().wrapping_sub(b'0');
            if digit > 9 {
                return self.at - start;
            }
            *value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            self.at += 1;
        }
    }

    #[cold]
    fn long_number(&mut self, start: usize) -> Read<f64> {
        while matches!(self.byte(), b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E') {
            self.at += 1;
        }
        let text = std::str::from_utf8(self.since(start)).ok();
        match text.and_then(|text| text.parse::<f64>().ok()) {
            Some(value) if value.is_finite() => Ok(value),
            _ => self.expected("a finite number"),
        }
    }

    /// A number as the feed writes quantities: also in quotes, also `NaN` and `Infinity`.
    #[inline]
    pub(crate) fn quantity(&mut self) -> Read<f64> {
        match self.peek() {
            b'0'..=b'9' => self.number(),
            _ => self.odd_quantity(),
        }
    }

    #[cold]
    fn odd_quantity(&mut self) -> Read<f64> {
        match self.peek() {
            b'N' => self.word(b"NaN", "a number").map(|()| f64::NAN),
            b'I' => self.word(b"Infinity", "a number").map(|()| f64::INFINITY),
            b'-' if self.bytes[self.at..].starts_with(b"-I") => {
                self.word(b"-Infinity", "a number").map(|()| f64::NEG_INFINITY)
            }
            b'"' => {
                let text = self.text()?;
                match text.raw {
                    b"NaN" => Ok(f64::NAN),
                    b"Infinity" => Ok(f64::INFINITY),
                    b"-Infinity" => Ok(f64::NEG_INFINITY),
                    _ => quoted(text, "a number", Cursor::number),
                }
            }
            _ => self.number(),
        }
    }

    /// A whole number, also in quotes.
    #[inline]
    pub(crate) fn integer(&mut self) -> Read<i64> {
        if self.peek() == b'"' {
            let text = self.text()?;
            return quoted(text, "a whole number", Cursor::integer);
        }
        let start = self.at;
        let mut value = 0;
        let digits = self.digits(&mut value);
        if (1..=18).contains(&digits) && !matches!(self.byte(), b'.' | b'e' | b'E') {
            return Ok(value.cast_signed());
        }
        self.at = start;
        let value = self.number()?;
        if value.fract() == 0.0 && value.abs() < 9e15 {
            return Ok(value as i64);
        }
        self.at = start;
        self.expected("a whole number")
    }

    /// Steps over one value of any kind.
    pub(crate) fn skip(&mut self) -> Read<()> {
        self.skip_nested(0)
    }

    fn skip_nested(&mut self, depth: u32) -> Read<()> {
        if depth > MAX_DEPTH {
            return self.fault(Reason::TooDeep);
        }
        match self.peek() {
            b'{' => self.object(|cursor, _| cursor.skip_nested(depth + 1)),
            b'[' => self.array(|cursor| cursor.skip_nested(depth + 1)),
            b'"' => self.text().map(|_| ()),
            b't' | b'f' => self.boolean().map(|_| ()),
            b'n' => self.null().map(|_| ()),
            b'-' | b'0'..=b'9' | b'N' | b'I' => self.quantity().map(|_| ()),
            _ => self.syntax("a value"),
        }
    }
}

/// A number in quotes.
fn quoted<'a, T>(
    text: Text<'a>,
    what: &'static str,
    read: impl FnOnce(&mut Cursor<'a>) -> Read<T>,
) -> Read<T> {
    let mut inner = Cursor::new(text.raw);
    match read(&mut inner) {
        Ok(value) if inner.at == text.raw.len() => Ok(value),
        _ => Err(Fault { at: text.at, reason: Reason::Expected(what) }),
    }
}
