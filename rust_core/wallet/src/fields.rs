//! Single fields of commands and objects: how each is written, read, built from plain values and shown again.

use crate::ids::{IdError, Slug};
use crate::wire::{Reader, WireError, put_amount, put_currency, put_varint};
use money::{Amount, Currency};
use std::fmt;

/// A plain value that a field is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Left out: for fields that may be.
    Nothing,
    /// A number, an amount or a truth (0 or 1).
    Number(i128),
    /// A name, a currency or a choice.
    Text(&'a str),
    /// An id.
    Bytes(&'a [u8]),
    /// A part of a whole: numerator and denominator.
    Ratio(u32, u32),
}

/// The same when it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the `Value` of that name")]
pub enum Shown {
    Nothing,
    Number(i128),
    Text(String),
    Bytes(Vec<u8>),
    Ratio(u32, u32),
}

/// A field cannot be made of the value given for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field.
    pub field: &'static str,
    /// What it must be.
    pub expected: &'static str,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.field, self.expected)
    }
}

impl std::error::Error for FieldError {}

/// A type that fields have.
pub(crate) trait Part<'a>: Sized {
    /// What a value must be to make one.
    const EXPECTED: &'static str;

    fn put(&self, out: &mut Vec<u8>);
    fn read(reader: &mut Reader<'a>) -> Result<Self, WireError>;
    fn build(value: Value<'a>) -> Option<Self>;
    fn show(&self) -> Shown;
}

impl Part<'_> for Amount {
    const EXPECTED: &'static str = "an integer at the currency's scale, up to 10^36";

    fn put(&self, out: &mut Vec<u8>) {
        put_amount(out, *self);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        reader.amount()
    }

    fn build(value: Value<'_>) -> Option<Self> {
        if let Value::Number(units) = value { Self::new(units) } else { None }
    }

    fn show(&self) -> Shown {
        Shown::Number(self.units())
    }
}

impl Part<'_> for Currency {
    const EXPECTED: &'static str = "a currency of the table, upper case, such as EUR";

    fn put(&self, out: &mut Vec<u8>) {
        put_currency(out, *self);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        reader.currency()
    }

    fn build(value: Value<'_>) -> Option<Self> {
        if let Value::Text(code) = value { Self::from_code(code).ok() } else { None }
    }

    fn show(&self) -> Shown {
        Shown::Text(self.code().to_owned())
    }
}

impl Part<'_> for Slug {
    const EXPECTED: &'static str = "1 to 15 characters a-z, 0-9 or -, starting with a letter";

    fn put(&self, out: &mut Vec<u8>) {
        let name = self.as_str();
        out.push(name.len() as u8);
        out.extend_from_slice(name.as_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let length = usize::from(reader.byte()?);
        let name = std::str::from_utf8(reader.bytes(length)?).map_err(|_| WireError::Id)?;
        Self::new(name).map_err(|_| WireError::Id)
    }

    fn build(value: Value<'_>) -> Option<Self> {
        if let Value::Text(name) = value { Self::new(name).ok() } else { None }
    }

    fn show(&self) -> Shown {
        Shown::Text(self.as_str().to_owned())
    }
}

/// A part that may be missing: a byte that says so stands before it.
impl<'a, T: Part<'a>> Part<'a> for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.is_some()));
        if let Some(part) = self {
            part.put(out);
        }
    }

    fn read(reader: &mut Reader<'a>) -> Result<Self, WireError> {
        match reader.byte()? {
            0 => Ok(None),
            1 => T::read(reader).map(Some),
            _ => Err(WireError::Flags),
        }
    }

    fn build(value: Value<'a>) -> Option<Self> {
        if value == Value::Nothing { Some(None) } else { T::build(value).map(Some) }
    }

    fn show(&self) -> Shown {
        self.as_ref().map_or(Shown::Nothing, Part::show)
    }
}

impl Part<'_> for bool {
    const EXPECTED: &'static str = "true or false";

    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        match reader.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WireError::Flags),
        }
    }

    fn build(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Number(0) => Some(false),
            Value::Number(1) => Some(true),
            _ => None,
        }
    }

    fn show(&self) -> Shown {
        Shown::Number(i128::from(*self))
    }
}

macro_rules! numbers {
    ($($type:ident $expected:literal),*) => {
        $(
            impl Part<'_> for $type {
                const EXPECTED: &'static str = $expected;

                fn put(&self, out: &mut Vec<u8>) {
                    put_varint(out, u64::from(*self));
                }

                fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
                    reader.varint_as()
                }

                fn build(value: Value<'_>) -> Option<Self> {
                    if let Value::Number(number) = value { Self::try_from(number).ok() } else { None }
                }

                fn show(&self) -> Shown {
                    Shown::Number(i128::from(*self))
                }
            }
        )*
    };
}

numbers!(u8 "a number from 0 to 255", u16 "a number below 2^16", u32 "a number below 2^32", u64 "a number below 2^64");

/// Words of one to [`Words::MAX`] bytes without control characters: reasons, and the references of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    /// Longest, in bytes.
    pub const MAX: usize = 160;

    /// Check and keep.
    pub fn new(text: &'a str) -> Result<Self, IdError> {
        let fits = (1..=Self::MAX).contains(&text.len()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text)) } else { Err(IdError::Words) }
    }

    /// The text.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> Part<'a> for Words<'a> {
    const EXPECTED: &'static str = "1 to 160 bytes of text without control characters";

    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.0.len() as u8);
        out.extend_from_slice(self.0.as_bytes());
    }

    fn read(reader: &mut Reader<'a>) -> Result<Self, WireError> {
        let length = usize::from(reader.byte()?);
        let text = std::str::from_utf8(reader.bytes(length)?).map_err(|_| WireError::Id)?;
        Self::new(text).map_err(|_| WireError::Id)
    }

    fn build(value: Value<'a>) -> Option<Self> {
        if let Value::Text(text) = value { Self::new(text).ok() } else { None }
    }

    fn show(&self) -> Shown {
        Shown::Text(self.0.to_owned())
    }
}

/// Types that name one of a few things: `enum`, its numbers in journals and its names.
macro_rules! choices {
    ($($(#[doc = $what:literal])* $name:ident {
        $($(#[doc = $means:literal])* $variant:ident = $number:literal $text:literal,)*
    })*) => {
        $(
            $(#[doc = $what])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $name {
                $($(#[doc = $means])* $variant = $number,)*
            }

            impl $name {
                /// Name in commands and reports.
                pub const fn name(self) -> &'static str {
                    match self {
                        $(Self::$variant => $text,)*
                    }
                }
            }

            impl $crate::fields::Part<'_> for $name {
                const EXPECTED: &'static str = concat!("one of", $(" ", $text,)*);

                fn put(&self, out: &mut Vec<u8>) {
                    out.push(*self as u8);
                }

                fn read(reader: &mut $crate::wire::Reader<'_>) -> Result<Self, $crate::wire::WireError> {
                    Ok(match reader.byte()? {
                        $($number => Self::$variant,)*
                        _ => return Err($crate::wire::WireError::State),
                    })
                }

                fn build(value: $crate::fields::Value<'_>) -> Option<Self> {
                    match value {
                        $($crate::fields::Value::Text($text) => Some(Self::$variant),)*
                        _ => None,
                    }
                }

                fn show(&self) -> $crate::fields::Shown {
                    $crate::fields::Shown::Text(self.name().to_owned())
                }
            }
        )*
    };
}

pub(crate) use choices;

/// A part of a whole, more than none of it, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    numerator: u32,
    denominator: u32,
}

impl Fraction {
    /// All of it.
    pub const WHOLE: Self = Self { numerator: 1, denominator: 1 };

    /// `numerator / denominator`, unless it is zero, more than one, or not a number.
    pub const fn new(numerator: u32, denominator: u32) -> Option<Self> {
        if numerator == 0 || numerator > denominator {
            return None;
        }
        let (mut divisor, mut rest) = (denominator, numerator);
        while rest > 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        Some(Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// Whether it is all.
    pub const fn is_whole(self) -> bool {
        self.denominator == 1
    }

    /// This part of `amount`, which is not negative, rounded down to a multiple of `unit`; the whole is not rounded.
    pub(crate) fn of(self, amount: Amount, unit: Amount) -> Amount {
        if self.is_whole() {
            return amount;
        }
        let (numerator, denominator) = (i128::from(self.numerator), i128::from(self.denominator));
        // 10^36 times 2^32 leaves the range of an i128: whole parts and the rest are scaled apart.
        let (whole, rest) = (amount.units() / denominator, amount.units() % denominator);
        let exact = whole * numerator + rest * numerator / denominator;
        Amount::new(exact / unit.units() * unit.units()).unwrap_or(Amount::ZERO)
    }
}

impl Part<'_> for Fraction {
    const EXPECTED: &'static str = "a part such as (1, 2), more than 0 and at most 1";

    fn put(&self, out: &mut Vec<u8>) {
        put_varint(out, u64::from(self.numerator));
        put_varint(out, u64::from(self.denominator));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let (numerator, denominator) = (reader.varint_as()?, reader.varint_as()?);
        let read = Self { numerator, denominator };
        if Self::new(numerator, denominator) == Some(read) { Ok(read) } else { Err(WireError::Number) }
    }

    fn build(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Nothing => Some(Self::WHOLE),
            Value::Ratio(numerator, denominator) => Self::new(numerator, denominator),
            _ => None,
        }
    }

    fn show(&self) -> Shown {
        Shown::Ratio(self.numerator, self.denominator)
    }
}
