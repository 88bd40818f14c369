//! Postings and the reasons to refuse them.

use crate::{AccountId, AccountKey};
use money::Amount;
use std::fmt;

/// Move `amount` from `debit` to `credit`: the first account is debited, the second credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Account debited.
    pub debit: AccountId,
    /// Account credited.
    pub credit: AccountId,
    /// Amount moved, more than zero.
    pub amount: Amount,
}

/// Balances of both accounts of a posting right after it, each on its own side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct After {
    /// Balance of the debited account.
    pub debit: Amount,
    /// Balance of the credited account.
    pub credit: Amount,
}

/// Why a posting was refused. The ledger is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostingError {
    /// The amount is zero or negative.
    AmountNotPositive,
    /// Debit and credit are one account.
    SameAccount,
    /// The accounts stand in different books.
    SpansBooks,
    /// The accounts are kept in different currencies.
    SpansCurrencies,
    /// The account may not fall below zero and would.
    BelowFloor(AccountKey),
    /// A balance would leave the range of amounts.
    OutOfRange(AccountKey),
}

impl fmt::Display for PostingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AmountNotPositive => f.write_str("a posting must move a positive amount"),
            Self::SameAccount => f.write_str("a posting needs two accounts"),
            Self::SpansBooks => f.write_str("a posting must stay in one book"),
            Self::SpansCurrencies => f.write_str("a posting must stay in one currency"),
            Self::BelowFloor(key) => {
                write!(f, "{} in {} may not fall below zero", key.code.name(), key.currency)
            }
            Self::OutOfRange(key) => {
                write!(f, "the balance of {} in {} would be too large", key.code.name(), key.currency)
            }
        }
    }
}

impl std::error::Error for PostingError {}
