//! Strings as they stand in JSON, and the characters they mean.

use std::borrow::Cow;

use crate::problem::{Fault, Reason};

type Read<T> = Result<T, Fault>;

/// A string as it stands in the text, without its quotes.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) raw: &'a [u8],
    pub(super) escaped: bool,
    pub(super) at: usize,
}

impl<'a> Text<'a> {
    /// The characters meant.
    pub(crate) fn decode(self) -> Read<Cow<'a, str>> {
        let fault = || Fault { at: self.at, reason: Reason::Expected("text in UTF-8 with valid escapes") };
        let raw = std::str::from_utf8(self.raw).map_err(|_| fault())?;
        if !self.escaped {
            return Ok(Cow::Borrowed(raw));
        }
        unescape(raw).map(Cow::Owned).ok_or_else(fault)
    }

    /// The key as bytes to match on.
    #[inline]
    pub(crate) fn key(self) -> Cow<'a, [u8]> {
        if self.escaped
            && let Ok(text) = self.decode()
        {
            return Cow::Owned(text.into_owned().into_bytes());
        }
        Cow::Borrowed(self.raw)
    }
}

fn unescape(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let mut chars = rest[at + 1..].chars();
        match chars.next()? {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            same @ ('"' | '\\' | '/') => out.push(same),
            'u' => {
                let (character, after) = unicode(chars.as_str())?;
                out.push(character);
                chars = after.chars();
            }
            _ => return None,
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    Some(out)
}

/// `XXXX`, or the two halves of a pair; a lone half becomes the replacement character.
fn unicode(text: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u32::from_str_radix(text.get(..4)?, 16).ok();
    let high = unit(text)?;
    let rest = &text[4..];
    if (0xD800..0xDC00).contains(&high)
        && let Some(low) = rest.strip_prefix("\\u").and_then(unit)
        && (0xDC00..0xE000).contains(&low)
    {
        let character = char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?;
        return Some((character, &rest[6..]));
    }
    Some((char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), rest))
}
