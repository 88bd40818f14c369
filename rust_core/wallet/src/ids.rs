//! Names of things: fixed width, checked once where they enter.

use crate::fields::{Part, Shown, Value};
use crate::wire::{Reader, WireError};
use std::fmt;

/// Why a text or some bytes are not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// A slug is 1 to 15 of `a-z 0-9 -` and starts with a letter.
    Slug,
    /// An idempotency key is 1 to 64 visible ASCII characters.
    Key,
    /// A traceparent is `00-<32 hex>-<16 hex>-<2 hex>`.
    Trace,
    /// An id is 16 bytes, not all zero.
    Id,
    /// Words are 1 to 160 bytes without control characters.
    Words,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Slug => "a slug is 1 to 15 characters a-z, 0-9 or -, and starts with a letter",
            Self::Key => "an idempotency key is 1 to 64 visible ASCII characters",
            Self::Trace => "a traceparent is 00-<32 hex>-<16 hex>-<2 hex>, in lower case",
            Self::Id => "an id is 16 bytes, not all zero",
            Self::Words => "words are 1 to 160 bytes of text without control characters",
        })
    }
}

impl std::error::Error for IdError {}

macro_rules! id {
    ($name:ident, $what:literal) => {
        #[doc = $what]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The id of these bytes; all zero names nothing.
            pub const fn new(bytes: [u8; 16]) -> Result<Self, IdError> {
                if u128::from_ne_bytes(bytes) == 0 { Err(IdError::Id) } else { Ok(Self(bytes)) }
            }

            /// The 16 bytes.
            pub const fn bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl Part<'_> for $name {
            const EXPECTED: &'static str = "16 bytes, not all zero";

            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.0);
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
                Self::new(reader.array()?).map_err(|_| WireError::Id)
            }

            fn build(value: Value<'_>) -> Option<Self> {
                if let Value::Bytes(bytes) = value { Self::new(bytes.try_into().ok()?).ok() } else { None }
            }

            fn show(&self) -> Shown {
                Shown::Bytes(self.0.to_vec())
            }
        }
    };
}

macro_rules! objects {
    ($($name:ident),*) => {
        $(
            impl From<$name> for ObjectId {
                fn from(id: $name) -> Self {
                    Self(id.0)
                }
            }
        )*
    };
}

objects!(PlayerId, BetId, PaymentId, WithdrawalId, GrantId, TokenId);

/// The profile of a provider, or the policy of a tenant, is found by its name.
impl From<Slug> for ObjectId {
    fn from(name: Slug) -> Self {
        Self(name.0)
    }
}

id!(PlayerId, "The pseudonymous id of a player.");
id!(BetId, "The id of a bet.");
id!(ObjectId, "The id of whatever a command is about: a bet, a payment, a grant, a round.");
id!(PaymentId, "The id of a deposit, from its initiation on.");
id!(WithdrawalId, "The id of a withdrawal.");
id!(GrantId, "The id of a bonus grant.");
id!(TokenId, "The id of a free bet.");
id!(SessionId, "The id of a player's session.");
id!(StaffId, "The pseudonymous id of a member of staff.");

/// A short name, such as a tenant's or a payment provider's, padded with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug([u8; 16]);

impl Slug {
    /// Check and keep a name.
    pub fn new(text: &str) -> Result<Self, IdError> {
        let mut bytes = [0; 16];
        let room = bytes.get_mut(..text.len()).ok_or(IdError::Slug)?;
        room.copy_from_slice(text.as_bytes());
        Self::from_bytes(bytes)
    }

    /// Check the padded form.
    pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, IdError> {
        let length = bytes.iter().position(|&byte| byte == 0).ok_or(IdError::Slug)?;
        let (name, padding) = bytes.split_at(length);
        let letters = name.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let starts = name.first().is_some_and(u8::is_ascii_lowercase);
        if starts && letters && padding.iter().all(|&byte| byte == 0) {
            Ok(Self(bytes))
        } else {
            Err(IdError::Slug)
        }
    }

    /// The padded form.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|&byte| byte == 0).unwrap_or(0);
        std::str::from_utf8(&self.0[..length]).unwrap_or("")
    }
}

/// The key under which an attempt may be repeated. Keys that are UUIDs take 16 bytes on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// A UUID, which reads as lower-case text.
    Uuid([u8; 16]),
    /// Any other text.
    Text(&'a str),
}

impl<'a> Key<'a> {
    /// Longest key, in bytes.
    pub const MAX: usize = 64;

    /// Check a key.
    pub fn new(text: &'a str) -> Result<Self, IdError> {
        if let Some(uuid) = parse_uuid(text.as_bytes()) {
            return Ok(Self::Uuid(uuid));
        }
        let visible = text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
        if visible && (1..=Self::MAX).contains(&text.len()) {
            Ok(Self::Text(text))
        } else {
            Err(IdError::Key)
        }
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Uuid(uuid) => {
                for (at, byte) in uuid.iter().enumerate() {
                    let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
                    write!(f, "{dash}{byte:02x}")?;
                }
                Ok(())
            }
        }
    }
}

fn parse_uuid(text: &[u8]) -> Option<[u8; 16]> {
    if text.len() != 36 || [8, 13, 18, 23].iter().any(|&at| text[at] != b'-') {
        return None;
    }
    let mut uuid = [0; 16];
    let mut at = 0;
    for byte in &mut uuid {
        at += usize::from(matches!(at, 8 | 13 | 18 | 23));
        *byte = hex_byte(text, at)?;
        at += 2;
    }
    Some(uuid)
}

fn hex_byte(text: &[u8], at: usize) -> Option<u8> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    Some(digit(*text.get(at)?)? << 4 | digit(*text.get(at + 1)?)?)
}

/// A W3C trace context: trace id, span id, flags. All zero means that nobody traces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trace([u8; 25]);

impl Trace {
    /// The trace of these bytes.
    pub const fn new(bytes: [u8; 25]) -> Self {
        Self(bytes)
    }

    /// Read a `traceparent` header; an empty text means that nobody traces.
    pub fn parse(header: &str) -> Result<Self, IdError> {
        if header.is_empty() {
            return Ok(Self::default());
        }
        let text = header.as_bytes();
        let dashes = [2, 35, 52].iter().all(|&at| text.get(at) == Some(&b'-'));
        if text.len() != 55 || !header.starts_with("00") || !dashes {
            return Err(IdError::Trace);
        }
        let mut bytes = [0; 25];
        let starts = (0..16).map(|at| 3 + 2 * at).chain((0..8).map(|at| 36 + 2 * at)).chain([53]);
        for (byte, start) in bytes.iter_mut().zip(starts) {
            *byte = hex_byte(text, start).ok_or(IdError::Trace)?;
        }
        Ok(Self(bytes))
    }

    /// The bytes: 16 trace id, 8 span id, 1 flags.
    pub const fn bytes(&self) -> &[u8; 25] {
        &self.0
    }

    /// Whether nobody traces.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 25]
    }
}

/// The `traceparent` header; an empty text when nobody traces.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return Ok(());
        }
        f.write_str("00-")?;
        for (at, byte) in self.0.iter().enumerate() {
            let dash = if matches!(at, 16 | 24) { "-" } else { "" };
            write!(f, "{dash}{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_short_lower_case_names() {
        assert_eq!(Slug::new("aurora").map(|slug| slug.as_str().to_owned()), Ok("aurora".to_owned()));
        assert!(Slug::new("a-23456789-2345").is_ok());
        for bad in ["", "Aurora", "1st", "-a", "a_b", "a-23456789-23456", "a\0b", "ä"] {
            assert_eq!(Slug::new(bad), Err(IdError::Slug), "{bad:?}");
        }
        let mut dirty = *Slug::new("a").expect("good").bytes();
        dirty[9] = b'x';
        assert_eq!(Slug::from_bytes(dirty), Err(IdError::Slug));
    }

    #[test]
    fn uuid_keys_are_packed_and_read_back() {
        let text = "01890a5d-ac96-774b-bcce-b302099a8057";
        let key = Key::new(text).expect("good");
        assert!(matches!(key, Key::Uuid(_)));
        assert_eq!(key.to_string(), text);
        let upper = text.to_uppercase();
        assert_eq!(Key::new(&upper), Ok(Key::Text(&upper)), "another text, another key");
        for bad in ["", "a b", "é", "a\n", &"x".repeat(65)] {
            assert_eq!(Key::new(bad), Err(IdError::Key), "{bad:?}");
        }
    }

    #[test]
    fn traceparents_round_trip() {
        let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(Trace::parse(header).map(|trace| trace.to_string()), Ok(header.to_owned()));
        assert_eq!(Trace::parse("").map(|trace| trace.to_string()), Ok(String::new()));
        for bad in ["00", &header.to_uppercase(), &header.replace("00-", "01-"), &format!("{header}0")] {
            assert_eq!(Trace::parse(bad), Err(IdError::Trace), "{bad:?}");
        }
    }
}
