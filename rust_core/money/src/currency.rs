//! The currencies a tenant may hold, with the decimals they are kept and paid in.

use crate::Amount;
use std::fmt;

struct Row {
    number: u16,
    code: &'static str,
    scale: u8,
    minor: u8,
}

const fn fiat(number: u16, code: &'static str, minor: u8) -> Row {
    Row { number, code, scale: 6, minor }
}

const fn crypto(number: u16, code: &'static str, scale: u8) -> Row {
    Row { number, code, scale, minor: scale }
}

/// Sorted by number. Fiat numbers are ISO 4217's; ours for crypto-currencies start at 2001, above ISO's three
/// digits. A number is written into journals: it never changes its meaning.
static TABLE: [Row; 38] = [
    fiat(36, "AUD", 2),
    fiat(48, "BHD", 3),
    fiat(124, "CAD", 2),
    fiat(152, "CLP", 0),
    fiat(156, "CNY", 2),
    fiat(203, "CZK", 2),
    fiat(208, "DKK", 2),
    fiat(344, "HKD", 2),
    fiat(348, "HUF", 2),
    fiat(352, "ISK", 0),
    fiat(356, "INR", 2),
    fiat(376, "ILS", 2),
    fiat(392, "JPY", 0),
    fiat(400, "JOD", 3),
    fiat(410, "KRW", 0),
    fiat(414, "KWD", 3),
    fiat(484, "MXN", 2),
    fiat(512, "OMR", 3),
    fiat(554, "NZD", 2),
    fiat(578, "NOK", 2),
    fiat(604, "PEN", 2),
    fiat(702, "SGD", 2),
    fiat(710, "ZAR", 2),
    fiat(752, "SEK", 2),
    fiat(756, "CHF", 2),
    fiat(788, "TND", 3),
    fiat(826, "GBP", 2),
    fiat(840, "USD", 2),
    fiat(941, "RSD", 2),
    fiat(946, "RON", 2),
    fiat(949, "TRY", 2),
    fiat(975, "BGN", 2),
    fiat(978, "EUR", 2),
    fiat(985, "PLN", 2),
    fiat(986, "BRL", 2),
    crypto(2001, "BTC", 8),
    crypto(2002, "ETH", 18),
    crypto(2003, "USDT", 6),
];

/// A currency of the table: one byte in memory, its number in journals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

/// No such currency in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCurrency;

impl Currency {
    /// How many currencies there are; [`Currency::index`] is below it.
    pub const COUNT: usize = TABLE.len();

    /// Look up by code, upper case: `EUR`.
    pub fn from_code(code: &str) -> Result<Self, UnknownCurrency> {
        let index = TABLE.iter().position(|row| row.code == code).ok_or(UnknownCurrency)?;
        Ok(Self(index as u8))
    }

    /// Look up by the number that stands in journals.
    pub fn from_number(number: u16) -> Result<Self, UnknownCurrency> {
        let index = TABLE.binary_search_by_key(&number, |row| row.number).map_err(|_| UnknownCurrency)?;
        Ok(Self(index as u8))
    }

    /// Every currency, in order of number.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u8).map(Self)
    }

    /// ISO 4217 code, or the ticker of a crypto-currency.
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// ISO 4217 number, or ours (from 2001) for a crypto-currency.
    pub fn number(self) -> u16 {
        self.row().number
    }

    /// Decimals amounts are kept in.
    pub fn scale(self) -> u32 {
        u32::from(self.row().scale)
    }

    /// Decimals people pay and are paid in.
    pub fn minor_digits(self) -> u32 {
        u32::from(self.row().minor)
    }

    /// One minor unit (a cent, a yen, a fils) as an amount: the granularity of stakes and pay-outs.
    pub fn minor_unit(self) -> Amount {
        const POWERS: [i64; 19] = {
            let mut powers = [1; 19];
            let mut at = 1;
            while at < powers.len() {
                powers[at] = powers[at - 1] * 10;
                at += 1;
            }
            powers
        };
        let row = self.row();
        Amount::from_i64(POWERS[usize::from(row.scale - row.minor)])
    }

    /// Position in the table, for arrays by currency in memory. It is not stable between versions.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for UnknownCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown currency; use an upper-case code such as EUR")
    }
}

impl std::error::Error for UnknownCurrency {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sorted_and_codes_unique() {
        assert!(TABLE.windows(2).all(|pair| pair[0].number < pair[1].number));
        for currency in Currency::all() {
            assert_eq!(Currency::from_code(currency.code()), Ok(currency));
            assert_eq!(Currency::from_number(currency.number()), Ok(currency));
            assert!(currency.scale() >= 6 && currency.minor_digits() <= currency.scale());
        }
    }

    #[test]
    fn minor_units_are_what_people_pay_in() {
        let unit = |code| Currency::from_code(code).map(|currency| currency.minor_unit().units());
        assert_eq!(unit("EUR"), Ok(10_000));
        assert_eq!(unit("JPY"), Ok(1_000_000));
        assert_eq!(unit("KWD"), Ok(1_000));
        assert_eq!(unit("BTC"), Ok(1));
        assert_eq!(unit("eur"), Err(UnknownCurrency));
    }
}
