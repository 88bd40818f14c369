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
mod effects;
mod entry;
mod idempotency;
mod ids;
mod index;
mod refusal;
mod replay;
mod reply;
mod rules;
mod state;
mod wallet;
mod wire;

pub use bets::{Bet, BetState};
pub use codec::{Decoded, EncodeError, Head, decode_command, encode_command};
pub use command::{
    AcceptBet, Command, Deposit, Envelope, Kind, PlaceBet, RaiseGeneration, RejectBet, SettleBet, Slip,
    Source, Tick, VoidBet,
};
pub use effects::{Effect, Effects, Posted, Postings, Transition};
pub use entry::Entry;
pub use ids::{BetId, IdError, Key, PlayerId, Slug, Trace};
pub use refusal::{Code, code_name};
pub use replay::Corrupt;
pub use reply::{Decision, Field, Reply, Status, Terms};
pub use state::HoldsTotal;
pub use wallet::Wallet;
pub use wire::WireError;
