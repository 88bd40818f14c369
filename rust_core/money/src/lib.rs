//! Money as exact integers: amounts, currencies, rounding.
//!
//! An amount is an `i128` count of the smallest unit a currency is kept in: fiat has six decimals, a
//! crypto-currency as many as it has. `1 EUR = 1_000_000`. There are no floats here.

mod amount;
mod currency;
mod rounding;
mod text;

pub use amount::Amount;
pub use currency::{Currency, UnknownCurrency};
pub use rounding::{Rounding, round_ratio};
pub use text::{Precision, TextError, format, parse, parse_signed};
