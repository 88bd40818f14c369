//! A pull parser for XML whose data is in attributes: no tree, no copies, no panic on any bytes.
//!
//! Text between elements is passed over. A DOCTYPE is refused: with it goes every entity but the five of XML itself.

mod value;

pub(crate) use value::Value;
use value::end_of_value;

use crate::problem::{Fault, Reason};

/// Deeper than any message of the feed nests; guards the stack.
const MAX_DEPTH: u32 = 32;

type Read<T> = Result<T, Fault>;

/// Reads elements one after the other. Behind an element's name come its attributes, then its children.
#[derive(Debug)]
pub(crate) struct Xml<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: u32,
}

impl<'a> Xml<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Read<Self> {
        let text = std::str::from_utf8(bytes).map_err(|error| Fault {
            at: error.valid_up_to(),
            reason: match error.error_len() {
                None => Reason::Truncated,
                Some(_) => Reason::Expected("text in UTF-8"),
            },
        })?;
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Ok(Self { text, bytes, at, depth: 0 })
    }

    /// The text read since `start`, which must be where an element began.
    pub(crate) fn text_since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Position of the next byte.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    #[inline]
    fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[cold]
    fn syntax<T>(&self, what: &'static str) -> Read<T> {
        self.fault(if self.at >= self.bytes.len() { Reason::Truncated } else { Reason::Syntax(what) })
    }

    #[cold]
    fn fault<T>(&self, reason: Reason) -> Read<T> {
        Err(Fault { at: self.at.min(self.bytes.len()), reason })
    }

    #[inline]
    fn blanks(&mut self) {
        while matches!(self.byte(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    #[inline]
    fn name(&mut self) -> Read<&'a str> {
        let start = self.at;
        while matches!(self.byte(), b'a'..=b'z' | b'_' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b':' | 0x80..)
        {
            self.at += 1;
        }
        if self.at == start { self.syntax("a name") } else { Ok(&self.text[start..self.at]) }
    }

    /// Steps behind the next `end`.
    fn behind(&mut self, end: &str) -> Read<()> {
        match memchr::memmem::find(&self.bytes[self.at..], end.as_bytes()) {
            Some(found) => self.at += found + end.len(),
            None => return self.fault(Reason::Truncated),
        }
        Ok(())
    }

    /// Steps over a comment, an instruction or character data, whose `<` is passed; false if it is something else.
    fn aside(&mut self) -> Read<bool> {
        let rest = &self.bytes[self.at..];
        if rest.first() == Some(&b'?') {
            self.behind("?>")?;
        } else if rest.starts_with(b"!--") {
            self.at += 3;
            self.behind("-->")?;
        } else if rest.starts_with(b"![CDATA[") {
            self.behind("]]>")?;
        } else if rest.first() == Some(&b'!') {
            return self.syntax("no document type: it is refused");
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Name of the root element.
    pub(crate) fn root(&mut self) -> Read<&'a str> {
        loop {
            self.blanks();
            if self.byte() != b'<' {
                return self.syntax("an element");
            }
            self.at += 1;
            if !self.aside()? {
                return self.name();
            }
        }
    }

    /// Calls `attribute` for each; answers whether the element may have children, which must then be read.
    #[inline]
    pub(crate) fn attributes(
        &mut self,
        mut attribute: impl FnMut(&'a str, Value<'a>) -> Read<()>,
    ) -> Read<bool> {
        loop {
            self.blanks();
            match self.byte() {
                b'>' => {
                    self.at += 1;
                    return Ok(true);
                }
                b'/' => {
                    self.at += 1;
                    if self.byte() != b'>' {
                        return self.syntax("`>` after `/`");
                    }
                    self.at += 1;
                    return Ok(false);
                }
                _ => {}
            }
            let name = self.name()?;
            self.blanks();
            if self.byte() != b'=' {
                return self.syntax("`=` after an attribute's name");
            }
            self.at += 1;
            self.blanks();
            let value = self.value()?;
            attribute(name, value)?;
        }
    }

    #[inline]
    fn value(&mut self) -> Read<Value<'a>> {
        let quote = self.byte();
        if !matches!(quote, b'"' | b'\'') {
            return self.syntax("a value in quotes");
        }
        self.at += 1;
        self.value_before(quote)
    }

    /// The value before the quote, and steps over both.
    #[inline]
    fn value_before(&mut self, quote: u8) -> Read<Value<'a>> {
        let start = self.at;
        let length = end_of_value(quote, self.bytes.get(start..).unwrap_or_default());
        let Some(length) = length else {
            self.at = self.bytes.len();
            return self.fault(Reason::Truncated);
        };
        self.at += length;
        let plain = self.byte() == quote;
        if !plain {
            self.rest_of_value(quote)?;
        }
        self.at += 1;
        Ok(Value::new(&self.text[start..self.at - 1], plain, start))
    }

    #[cold]
    fn rest_of_value(&mut self, quote: u8) -> Read<()> {
        loop {
            match self.byte() {
                byte if byte == quote => return Ok(()),
                0 | b'<' => return self.syntax("the end of a value"),
                _ => self.at += 1,
            }
        }
    }

    /// The value of the next attribute if it stands there in its usual form: `start` is a blank, its name, `="`, and
    /// the value is plain. Whatever else stands there is left for [`Self::attributes`] to read.
    #[inline]
    pub(crate) fn usual<const LENGTH: usize>(&mut self, start: &[u8; LENGTH]) -> Option<Value<'a>> {
        let (found, rest) = self.bytes.get(self.at..)?.split_first_chunk()?;
        if found != start {
            return None;
        }
        let length = end_of_value(b'"', rest)?;
        if rest.get(length) != Some(&b'"') {
            return None;
        }
        let at = self.at + LENGTH;
        let raw = self.text.get(at..at + length)?;
        self.at = at + length + 1;
        Some(Value::new(raw, true, at))
    }

    /// Calls `child` behind each child's name, which must read the rest of it, up to the end of the element `name`.
    #[inline]
    pub(crate) fn children(
        &mut self,
        name: &str,
        mut child: impl FnMut(&mut Self, &'a str) -> Read<()>,
    ) -> Read<()> {
        if self.depth == MAX_DEPTH {
            return self.fault(Reason::TooDeep);
        }
        self.depth += 1;
        loop {
            if self.byte() != b'<' {
                match memchr::memchr(b'<', &self.bytes[self.at..]) {
                    Some(found) => self.at += found,
                    None => return self.fault(Reason::Truncated),
                }
            }
            self.at += 1;
            match self.byte() {
                b'/' => break,
                b'!' | b'?' => {
                    self.aside()?;
                }
                _ => {
                    let found = self.name()?;
                    child(self, found)?;
                }
            }
        }
        self.at += 1;
        if self.name()? != name {
            return self.syntax("the end of the element that is open");
        }
        self.blanks();
        if self.byte() != b'>' {
            return self.syntax("`>`");
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    /// Attributes and children of an element, in one.
    #[inline]
    pub(crate) fn element(
        &mut self,
        name: &str,
        attribute: impl FnMut(&'a str, Value<'a>) -> Read<()>,
        child: impl FnMut(&mut Self, &'a str) -> Read<()>,
    ) -> Read<()> {
        if self.attributes(attribute)? { self.children(name, child) } else { Ok(()) }
    }

    /// Steps over the rest of an element.
    pub(crate) fn skip(&mut self, name: &str) -> Read<()> {
        if self.attributes(|_, _| Ok(()))? { self.children(name, Self::skip) } else { Ok(()) }
    }

    /// Behind the root only blanks and comments may stand.
    pub(crate) fn end(&mut self) -> Read<()> {
        loop {
            self.blanks();
            if self.at >= self.bytes.len() {
                return Ok(());
            }
            if self.byte() != b'<' {
                return self.fault(Reason::Stray);
            }
            self.at += 1;
            if !self.aside()? {
                return self.fault(Reason::Stray);
            }
        }
    }
}
