//! Player wallet commands: idempotency, guards, holds and postings.
//!
//! A [`Wallet`] applies encoded commands of one tenant in memory. [`Wallet::submit`] answers each with a [`Reply`]
//! and, when something is to be remembered, appends one *entry* to the caller's buffer. Whoever calls makes the
//! entry durable and only then releases the reply: a reply may leave once the journal holds `Reply::seq`.
//! [`Wallet::replay`] folds the recorded effects of an entry without running a rule, so an old journal gives its
//! old state under new rules. There is no I/O, clock or chance in here.

mod arena;
mod bets;
mod body;
mod codec;
mod command;
mod counters;
mod effects;
mod entry;
mod expiry;
mod field;
mod fields;
mod idempotency;
mod ids;
mod index;
mod object;
mod purse;
mod queued;
mod refusal;
mod replay;
mod reply;
mod rules;
mod snapshot;
mod state;
mod wallet;
mod wire;

pub use bets::{Bet, BetState};
pub use codec::{Decoded, EncodeError, Head, decode_command, encode_command};
pub use command::*;
pub use counters::Counts;
pub use effects::{Effect, Effects, Outcome, Posted, Postings, Transition};
pub use entry::Entry;
pub use field::Field;
pub use fields::{FieldError, Fraction, Shown, Value, Words};
pub use idempotency::{FiledKey, Missing, Recalled};
pub use ids::{
    BetId, GrantId, IdError, Key, ObjectId, PaymentId, PlayerId, SessionId, Slug, StaffId, TokenId, Trace,
    WithdrawalId,
};
pub use object::{GrantState, Object, PaymentState, PlayState, TokenState, Windows, WithdrawalState};
pub use refusal::{Code, code_name};
pub use replay::Corrupt;
pub use reply::{Decision, Purse, Reply, Status, Terms};
pub use snapshot::{Restoring, Unsound};
pub use state::HoldsTotal;
pub use wallet::{KeyMemory, Wallet};
pub use wire::WireError;
