//! Double-entry accounts, books and postings of one tenant.
//!
//! A posting moves a positive amount from a debit to a credit account of one book and one currency, so every
//! book sums to zero in every currency, always. The tenant is the ledger itself: there is one per tenant, and no
//! posting can leave it.

mod account;
mod chart;
mod ledger;
mod posting;
mod state_hash;

pub use account::{AccountId, AccountKey, Owner};
pub use chart::{AccountCode, Book, OwnerKind, Side};
pub use ledger::{Ledger, Total};
pub use posting::{After, Posting, PostingError};
pub use state_hash::{StateHash, Term, TermBuilder};
