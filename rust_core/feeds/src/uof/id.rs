//! Short texts that stand where they are held: millions of them are compared, and seldom read.

use std::fmt;
use std::ops::Deref;

const SHORT: usize = 22;

/// A text, without a place of its own in memory unless it is long.
#[derive(Clone, PartialEq, Eq)]
pub struct Id(Held);

#[derive(Clone, PartialEq, Eq)]
enum Held {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Box<str>),
}

impl Id {
    #[inline]
    fn bytes(&self) -> &[u8] {
        match &self.0 {
            Held::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Held::Long(text) => text.as_bytes(),
        }
    }

    /// It is this text.
    #[inline]
    pub fn is(&self, text: &str) -> bool {
        let (held, text) = (self.bytes(), text.as_bytes());
        // Most are so short that a call to compare them costs more than comparing.
        if text.len() < 8 { held.iter().eq(text) } else { held == text }
    }
}

impl From<&str> for Id {
    #[inline]
    fn from(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                Self(Held::Short { length: text.len() as u8, bytes })
            }
            None => Self(Held::Long(text.into())),
        }
    }
}

impl Default for Id {
    fn default() -> Self {
        Self::from("")
    }
}

impl Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        // The bytes came from a text.
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_any_length_is_itself() {
        for text in
            ["", "12", "sr:player:1234", "exactly-22-bytes-long-", "23-bytes-long-and-a-bit", "é×22 — ü"]
        {
            let id = Id::from(text);
            assert!(*id == *text && id.is(text) && !id.is("other"), "{text}");
        }
    }
}
