//! What can be asked of the wallet.

use crate::ids::{BetId, Key, PlayerId, Slug, Trace};
use money::{Amount, Currency};

/// Where a command comes from; part of the scope of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Source {
    /// Placement and settlement of bets.
    Sportsbook = 1,
    /// Payments.
    Cashier = 2,
    /// Timers and staff.
    System = 3,
}

impl Source {
    /// Look up by number.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Sportsbook,
            2 => Self::Cashier,
            3 => Self::System,
            _ => return None,
        })
    }
}

/// Who asks, for whom, and under which trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The tenant; a wallet answers to one only.
    pub tenant: Slug,
    /// The tenant's brand.
    pub brand: u32,
    /// The player; required where money of a player is named by nothing else.
    pub player: Option<PlayerId>,
    /// The sending domain.
    pub source: Source,
    /// Correlation id, all zero for none.
    pub correlation: [u8; 16],
    /// Trace context.
    pub trace: Trace,
}

/// The kinds of command, by the number that stands in journals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// [`Deposit`].
    Deposit = 1,
    /// [`PlaceBet`].
    PlaceBet = 2,
    /// [`AcceptBet`].
    AcceptBet = 3,
    /// [`RejectBet`].
    RejectBet = 4,
    /// [`Tick`].
    Tick = 5,
    /// [`SettleBet`].
    SettleBet = 6,
    /// [`VoidBet`].
    VoidBet = 7,
    /// [`RaiseGeneration`].
    RaiseGeneration = 8,
}

impl Kind {
    /// Look up by number.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Deposit,
            2 => Self::PlaceBet,
            3 => Self::AcceptBet,
            4 => Self::RejectBet,
            5 => Self::Tick,
            6 => Self::SettleBet,
            7 => Self::VoidBet,
            8 => Self::RaiseGeneration,
            _ => return None,
        })
    }

    /// Name in reports and events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::PlaceBet => "place_bet",
            Self::AcceptBet => "accept_bet",
            Self::RejectBet => "reject_bet",
            Self::Tick => "tick",
            Self::SettleBet => "settle_bet",
            Self::VoidBet => "void_bet",
            Self::RaiseGeneration => "raise_generation",
        }
    }

    /// Whether commands of this kind carry an idempotency key. The others are keyed by the object they name.
    pub const fn is_keyed(self) -> bool {
        matches!(self, Self::Deposit | Self::PlaceBet)
    }
}

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

/// Reject the bets that are pending for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Bets pending until then or earlier; a time after the entry's own counts as the entry's.
    pub until: u64,
}

impl Tick {
    /// Most bets one tick rejects, which bounds its entry; the next tick takes the rest.
    pub const MOST: usize = 512;
}

/// Close a bet with its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettleBet {
    /// The bet.
    pub bet_id: BetId,
    /// Number of the result; repeats of a revision are answered, never applied.
    pub revision: u32,
    /// Gross return in whole minor units, 0 when lost.
    pub returns: Amount,
    /// Hash of the result this follows from.
    pub evidence: [u8; 32],
    /// The version the bet should have.
    pub version: u32,
}

/// Close a bet as if it had not been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoidBet {
    /// The bet.
    pub bet_id: BetId,
    /// Number of the result, counted together with settlements.
    pub revision: u32,
    /// Why: the sportsbook's code.
    pub reason: u16,
    /// The version the bet should have.
    pub version: u32,
}

/// The kill switch: verdicts of older generations are stale from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RaiseGeneration {
    /// The new generation.
    pub generation: u64,
}

/// A command without its envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is named after the documented struct it holds")]
pub enum Command<'a> {
    Deposit(Deposit<'a>),
    PlaceBet(PlaceBet<'a>),
    AcceptBet(AcceptBet),
    RejectBet(RejectBet),
    Tick(Tick),
    SettleBet(SettleBet),
    VoidBet(VoidBet),
    RaiseGeneration(RaiseGeneration),
}

impl<'a> Command<'a> {
    /// The kind of the command.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Deposit(_) => Kind::Deposit,
            Self::PlaceBet(_) => Kind::PlaceBet,
            Self::AcceptBet(_) => Kind::AcceptBet,
            Self::RejectBet(_) => Kind::RejectBet,
            Self::Tick(_) => Kind::Tick,
            Self::SettleBet(_) => Kind::SettleBet,
            Self::VoidBet(_) => Kind::VoidBet,
            Self::RaiseGeneration(_) => Kind::RaiseGeneration,
        }
    }

    /// The idempotency key, for the kinds that carry one.
    pub const fn key(&self) -> Option<Key<'a>> {
        match self {
            Self::Deposit(deposit) => Some(deposit.key),
            Self::PlaceBet(place) => Some(place.key),
            _ => None,
        }
    }

    /// The bet the command names.
    pub const fn bet_id(&self) -> Option<BetId> {
        match self {
            Self::PlaceBet(place) => Some(place.bet_id),
            Self::AcceptBet(accept) => Some(accept.bet_id),
            Self::RejectBet(reject) => Some(reject.bet_id),
            Self::SettleBet(settle) => Some(settle.bet_id),
            Self::VoidBet(void) => Some(void.bet_id),
            Self::Deposit(_) | Self::Tick(_) | Self::RaiseGeneration(_) => None,
        }
    }
}
