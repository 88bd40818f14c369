//! The bytes of numbers. Every value has exactly one encoding, so equal bytes and equal meaning are one thing.

use money::{Amount, Currency};
use std::fmt;

/// Why bytes do not decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError {
    /// The bytes end too early.
    Truncated,
    /// Bytes follow the end.
    Trailing,
    /// The number is written longer than needed, or does not fit its field.
    Number,
    /// The format version is not one this build reads.
    Version,
    /// The command kind is unknown.
    Kind,
    /// Flags or an optional part that should be absent.
    Flags,
    /// A name (tenant, provider, key, id) breaks its rules.
    Id,
    /// The currency is not in the table.
    Currency,
    /// The account code is not in the chart.
    Account,
    /// A field is longer than allowed.
    TooLong,
    /// A code or verdict outside its range.
    Code,
    /// The state of an object is unknown.
    State,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "the bytes end too early",
            Self::Trailing => "bytes follow the end",
            Self::Number => "a number is out of range or written longer than needed",
            Self::Version => "the format version is not supported; upgrade this side",
            Self::Kind => "the command kind is unknown",
            Self::Flags => "an optional part is marked wrongly",
            Self::Id => "a name or id breaks its rules",
            Self::Currency => "the currency is unknown",
            Self::Account => "the account code is unknown",
            Self::TooLong => "a field is too long",
            Self::Code => "a code is out of range",
            Self::State => "the state of an object is unknown",
        })
    }
}

impl std::error::Error for WireError {}

/// Takes values off the front of some bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn finish(&self) -> Result<(), WireError> {
        if self.rest.is_empty() { Ok(()) } else { Err(WireError::Trailing) }
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Result<u8, WireError> {
        let (&byte, rest) = self.rest.split_first().ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(byte)
    }

    #[inline]
    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        self.chunk().copied()
    }

    #[inline]
    pub(crate) fn chunk<const N: usize>(&mut self) -> Result<&'a [u8; N], WireError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(crate) fn fixed_u64(&mut self) -> Result<u64, WireError> {
        self.array().map(u64::from_le_bytes)
    }

    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, WireError> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        let mut value = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                return Err(WireError::Number);
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return if byte == 0 { Err(WireError::Number) } else { Ok(value) };
            }
        }
        Err(WireError::Number)
    }

    pub(crate) fn varint_as<T: TryFrom<u64>>(&mut self) -> Result<T, WireError> {
        T::try_from(self.varint()?).map_err(|_| WireError::Number)
    }

    pub(crate) fn currency(&mut self) -> Result<Currency, WireError> {
        Currency::from_number(self.varint_as()?).map_err(|_| WireError::Currency)
    }

    /// The head holds sign, granularity and the low bits of the magnitude; a wide amount goes on in a second varint.
    pub(crate) fn amount(&mut self) -> Result<Amount, WireError> {
        let head = self.varint()?;
        let (negative, fine, wide) = (head & NEGATIVE != 0, head & FINE != 0, head & WIDE != 0);
        let mut magnitude = i128::from(head >> FLAG_BITS);
        if wide {
            let high = self.varint()?;
            if high == 0 {
                return Err(WireError::Number);
            }
            magnitude |= i128::from(high) << LOW_BITS;
        }
        if (fine && is_coarse(magnitude)) || (negative && magnitude == 0) {
            return Err(WireError::Number);
        }
        let units = if fine { Some(magnitude) } else { magnitude.checked_mul(COARSE) };
        let units = units.ok_or(WireError::Number)?;
        Amount::new(if negative { -units } else { units }).ok_or(WireError::Number)
    }
}

const NEGATIVE: u64 = 1;
const FINE: u64 = 2;
const WIDE: u64 = 4;
const FLAG_BITS: u32 = 3;
const LOW_BITS: u32 = u64::BITS - FLAG_BITS;
/// A cent at six decimals. Most amounts are whole cents and are written as such.
const COARSE: i128 = 10_000;

fn is_coarse(units: i128) -> bool {
    Amount::new(units).is_some_and(|amount| amount.is_multiple_of(Amount::from_i64(COARSE as i64)))
}

#[inline]
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(crate) fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

pub(crate) fn put_currency(out: &mut Vec<u8>, currency: Currency) {
    put_varint(out, u64::from(currency.number()));
}

pub(crate) fn put_amount(out: &mut Vec<u8>, amount: Amount) {
    let units = amount.units().unsigned_abs();
    let sign = if amount.is_negative() { NEGATIVE } else { 0 };
    // Nearly every amount is whole cents of a machine word: then its head is all of it.
    if let Ok(small) = u64::try_from(units) {
        let cents = small / COARSE as u64;
        if cents * COARSE as u64 == small {
            return put_varint(out, cents << FLAG_BITS | sign);
        }
    }
    put_other_amount(out, units, sign);
}

#[cold]
fn put_other_amount(out: &mut Vec<u8>, units: u128, sign: u64) {
    let coarse = COARSE.unsigned_abs();
    let (magnitude, fine) = if units.is_multiple_of(coarse) { (units / coarse, 0) } else { (units, FINE) };
    let low = (magnitude as u64) << FLAG_BITS | fine | sign;
    let high = (magnitude >> LOW_BITS) as u64;
    if high == 0 {
        put_varint(out, low);
    } else {
        put_varint(out, low | WIDE);
        put_varint(out, high);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn varints_round_trip(value in any::<u64>(), shift in 0_u32..64) {
            let value = value >> shift;
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.varint(), Ok(value));
            prop_assert_eq!(reader.finish(), Ok(()));
        }

        #[test]
        fn amounts_round_trip(units in -Amount::LIMIT..=Amount::LIMIT, shift in 0_u32..120, cents in any::<bool>()) {
            let units = units >> shift;
            let units = if cents { units / COARSE * COARSE } else { units };
            let amount = Amount::new(units).expect("in range");
            let mut bytes = Vec::new();
            put_amount(&mut bytes, amount);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.amount(), Ok(amount));
            prop_assert_eq!(reader.finish(), Ok(()));
        }

        /// What decodes is what would be written: no value has two encodings.
        #[test]
        fn only_one_encoding_is_read(bytes in prop::collection::vec(any::<u8>(), 0..25)) {
            let mut reader = Reader::new(&bytes);
            if let Ok(amount) = reader.amount() {
                let mut again = Vec::new();
                put_amount(&mut again, amount);
                prop_assert_eq!(&again[..], &bytes[..bytes.len() - reader.rest().len()]);
            }
        }
    }

    #[test]
    fn a_ten_euro_stake_takes_two_bytes() {
        let mut bytes = Vec::new();
        put_amount(&mut bytes, Amount::from_i64(10_000_000));
        assert_eq!(bytes.len(), 2);
    }

    #[test]
    fn longer_than_needed_is_refused() {
        assert_eq!(Reader::new(&[0x80, 0]).varint(), Err(WireError::Number));
        assert_eq!(Reader::new(&[0xff; 10]).varint(), Err(WireError::Number));
        assert_eq!(Reader::new(&[0x80]).varint(), Err(WireError::Truncated));
        assert_eq!(Reader::new(&[NEGATIVE as u8]).amount(), Err(WireError::Number), "minus nothing");
        assert_eq!(Reader::new(&[FINE as u8]).amount(), Err(WireError::Number), "nothing, finely");
    }
}
