//! The commands that existed first and are asked most: a deposit, a bet and its results, timers.

use crate::fields::Fraction;
use crate::ids::{BetId, Key, Slug, TokenId};
use money::{Amount, Currency};

/// Money captured by a payment provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deposit<'a> {
    /// Idempotency key.
    pub key: Key<'a>,
    /// Currency of the amount.
    pub currency: Currency,
    /// Whole minor units, more than zero.
    pub amount: Amount,
    /// The payment provider.
    pub psp: Slug,
}

/// A bet slip as the sportsbook wrote it; opaque here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip<'a> {
    /// Which schema the bytes follow.
    pub schema: u16,
    /// Version of the schema.
    pub version: u16,
    /// The slip.
    pub bytes: &'a [u8],
}

impl Slip<'_> {
    /// Longest slip, in bytes.
    pub const MAX: usize = 8 * 1024;
}

/// One attempt to bet, with the sportsbook's verdict on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceBet<'a> {
    /// Idempotency key.
    pub key: Key<'a>,
    /// Currency of the stake.
    pub currency: Currency,
    /// Whole minor units, more than zero.
    pub stake: Amount,
    /// What is bet on.
    pub slip: Slip<'a>,
    /// Which money may be staked.
    pub funds: Funds,
    /// Id of the bet, should it be accepted.
    pub bet_id: BetId,
    /// 0 accepts, another code (200 or above) refuses.
    pub verdict: u16,
    /// The sportsbook's terms, up to [`PlaceBet::MAX_TERMS`] bytes; they come back in every answer.
    pub terms: &'a [u8],
    /// After this time the verdict is stale.
    pub expires_at: u64,
    /// Kill-switch generation the verdict was made under.
    pub generation: u64,
    /// More than zero: the bet waits, at most until then, for `AcceptBet` or `RejectBet`.
    pub pending_until: u64,
    /// Tax on the stake, paid by the player besides it.
    pub tax: Option<StakeTax>,
}

/// The money a stake is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Funds {
    /// Real and bonus money, in the order of the player's active grant.
    Any,
    /// Real money alone, for bets that the terms of the bonus do not allow.
    Real,
    /// A free bet, which must be of just this stake.
    FreeBet(TokenId),
}

/// A tax on stakes, withheld with the stake and given back with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakeTax {
    /// Whole minor units, more than zero.
    pub amount: Amount,
    /// To whom it is owed.
    pub jurisdiction: Slug,
}

impl PlaceBet<'_> {
    /// Longest terms, in bytes.
    pub const MAX_TERMS: usize = 64;
}

/// Open a pending bet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptBet {
    /// The bet.
    pub bet_id: BetId,
    /// The version it should have.
    pub version: u32,
}

/// Give back the stake of a pending bet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RejectBet {
    /// The bet.
    pub bet_id: BetId,
    /// Why: a code of the sportsbook, 200 or above.
    pub code: u16,
    /// The version it should have.
    pub version: u32,
}

/// Reject the bets that are pending for too long, and end the bonuses and free bets whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// What waits until then or earlier; a time after the entry's own counts as the entry's.
    pub until: u64,
}

impl Tick {
    /// Most that one tick ends, which bounds its entry; the next tick takes the rest.
    pub const MOST: usize = 512;
}

/// Close a bet with its result, or with a corrected one: a higher revision reverses what the last one did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettleBet {
    /// The bet.
    pub bet_id: BetId,
    /// Number of the result; repeats of a revision are answered, never applied.
    pub revision: u32,
    /// Gross return in whole minor units, 0 when lost. Free bets that do not return their stake pay that much less.
    pub returns: Amount,
    /// The part of the stake that is void besides, as in a half win; it is given back on top of `returns`.
    pub void: Option<Fraction>,
    /// Hash of the result this follows from.
    pub evidence: [u8; 32],
    /// The version the bet should have.
    pub version: u32,
}

/// Close a bet, or a part of it, as if it had not been; a higher revision reverses what the last result did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoidBet {
    /// The bet.
    pub bet_id: BetId,
    /// Number of the result, counted together with settlements.
    pub revision: u32,
    /// Why: the sportsbook's code.
    pub reason: u16,
    /// How much of what is still held; of less than all the rest stays open.
    pub part: Fraction,
    /// The version the bet should have.
    pub version: u32,
}

/// Take the last result of a bet back: what it did is reversed, and the bet is open again until it has another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReopenBet {
    /// The bet.
    pub bet_id: BetId,
    /// Number of the word that took the result back, counted together with results.
    pub revision: u32,
    /// Hash of what is known now.
    pub evidence: [u8; 32],
    /// The version the bet should have.
    pub version: u32,
}

/// The kill switch: verdicts of older generations are stale from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RaiseGeneration {
    /// The new generation.
    pub generation: u64,
}

/// Keys of one part of memory leave it for the table of old keys, where they stand already. Only a writer says so itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvictKeys {
    /// The part, by the first ten bits of the keys' fingerprints.
    pub part: u16,
    /// Position of the last entry whose key goes.
    pub until: u64,
    /// Time of that entry.
    pub at: u64,
}

/// Keys that tell their own time are forgotten when they were answered so long ago: whoever comes with one is told that it
/// is too old. Only a writer says so itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForgetKeys {
    /// Keys made up to then are not taken any more, nanoseconds since the epoch.
    pub before: u64,
}
