//! What can be asked of the wallet.

mod bets;
mod bonus;
mod cashier;
mod casino;
mod control;
mod house;
mod kind;
mod plain;
mod table;

pub use bets::{
    AcceptBet, Deposit, EvictKeys, ForgetKeys, Funds, PlaceBet, RaiseGeneration, RejectBet, ReopenBet,
    SettleBet, Slip, StakeTax, Tick, VoidBet,
};
pub use bonus::{
    AwardFreeRounds, Bonus, CashOut, ConvertBonus, EndBonus, EndFreeBet, EndReason, GiveBonusFreeBet,
    GiveFreeBet, GrantBonus, SpendPolicy,
};
pub use cashier::{
    Adjust, ApproveWithdrawal, CaptureDeposit, Cashier, ChargeBack, ClaimSuspense, ExchangeCurrency,
    FailDeposit, InitiateDeposit, LockFunds, MakeDormant, PayWithdrawal, RecoverDebt, RequestWithdrawal,
    ReturnReason, ReturnWithdrawal, ReviveDormant, UnlockFunds, WinDispute, WithholdTax, WriteOffDebt,
};
pub use casino::{
    AfterWin, Casino, CasinoAdjust, CasinoCredit, CasinoDebit, CasinoPlay, CasinoRollback, CloseRound,
    FreeRoundWin, JackpotWin, SetProfile, UnknownRollback, UnknownWin, WinKind,
};
pub use control::{
    AcknowledgeReality, ConfirmGuards, Control, EndSession, SetLimits, SetPolicy, SetStatus, StartSession,
};
pub use house::{
    AccrueDuty, House, ParkSuspense, PayDuty, RemitTax, ReturnSuspense, SeedJackpot, SettlePayout, SettlePsp,
};
pub use kind::Kind;

use crate::fields::{FieldError, Shown, Value};
use crate::ids::{BetId, Key, PlayerId, Slug, Trace};
use crate::wire::{Reader, WireError};

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
    /// Games of providers.
    Casino = 4,
    /// Bonuses and free bets.
    Bonus = 5,
    /// Limits, exclusions, sessions.
    Compliance = 6,
}

impl Source {
    /// Look up by number.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Sportsbook,
            2 => Self::Cashier,
            3 => Self::System,
            4 => Self::Casino,
            5 => Self::Bonus,
            6 => Self::Compliance,
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

/// A command without its envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is named after the documented type it holds")]
pub enum Command<'a> {
    Deposit(Deposit<'a>),
    PlaceBet(PlaceBet<'a>),
    AcceptBet(AcceptBet),
    RejectBet(RejectBet),
    Tick(Tick),
    SettleBet(SettleBet),
    VoidBet(VoidBet),
    ReopenBet(ReopenBet),
    RaiseGeneration(RaiseGeneration),
    EvictKeys(EvictKeys),
    ForgetKeys(ForgetKeys),
    Cashier(Cashier<'a>),
    House(House<'a>),
    Bonus(Bonus<'a>),
    Casino(Casino<'a>),
    Control(Control<'a>),
}

/// Do the same with whichever table of commands this is one of, and something else with the commands of none.
macro_rules! in_table {
    ($command:expr, $it:ident => $do:expr, $other:pat => $else:expr) => {
        match $command {
            Command::Cashier($it) => $do,
            Command::House($it) => $do,
            Command::Bonus($it) => $do,
            Command::Casino($it) => $do,
            Command::Control($it) => $do,
            $other => $else,
        }
    };
}

pub(crate) use in_table;

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
            Self::ReopenBet(_) => Kind::ReopenBet,
            Self::RaiseGeneration(_) => Kind::RaiseGeneration,
            Self::EvictKeys(_) => Kind::EvictKeys,
            Self::ForgetKeys(_) => Kind::ForgetKeys,
            Self::Cashier(command) => command.kind(),
            Self::House(command) => command.kind(),
            Self::Bonus(command) => command.kind(),
            Self::Casino(command) => command.kind(),
            Self::Control(command) => command.kind(),
        }
    }

    /// The idempotency key, for the kinds that carry one.
    pub const fn key(&self) -> Option<Key<'a>> {
        match self {
            Self::Deposit(deposit) => Some(deposit.key),
            Self::PlaceBet(place) => Some(place.key),
            Self::Cashier(command) => Some(command.key()),
            Self::House(command) => Some(command.key()),
            Self::Bonus(command) => Some(command.key()),
            Self::Casino(command) => Some(command.key()),
            Self::Control(command) => Some(command.key()),
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
            Self::ReopenBet(reopen) => Some(reopen.bet_id),
            Self::Bonus(Bonus::CashOut(cash_out)) => Some(cash_out.bet),
            _ => None,
        }
    }

    /// The fields of a command by name; of the plain kinds those that entries do not tell otherwise.
    pub fn show(&self) -> Vec<(&'static str, Shown)> {
        in_table!(self, tabled => tabled.show(), plain => plain::show(plain))
    }

    /// The command of a kind of the tables, with the values that `value_of` gives for the names of its fields.
    pub fn build(
        kind: Kind,
        key: Key<'a>,
        value_of: &mut dyn FnMut(&'static str) -> Value<'a>,
    ) -> Result<Self, FieldError> {
        Ok(match kind.table() {
            kind::Table::Cashier => Self::Cashier(Cashier::build(kind, key, value_of)?),
            kind::Table::House => Self::House(House::build(kind, key, value_of)?),
            kind::Table::Bonus => Self::Bonus(Bonus::build(kind, key, value_of)?),
            kind::Table::Casino => Self::Casino(Casino::build(kind, key, value_of)?),
            kind::Table::Control => Self::Control(Control::build(kind, key, value_of)?),
            kind::Table::None => {
                return Err(FieldError { field: "kind", expected: "a kind that is made of named fields" });
            }
        })
    }

    /// Read the fields of a command of one of the tables.
    pub(crate) fn read_tabled(kind: Kind, key: Key<'a>, reader: &mut Reader<'a>) -> Result<Self, WireError> {
        Ok(match kind.table() {
            kind::Table::Cashier => Self::Cashier(Cashier::read(kind, key, reader)?),
            kind::Table::House => Self::House(House::read(kind, key, reader)?),
            kind::Table::Bonus => Self::Bonus(Bonus::read(kind, key, reader)?),
            kind::Table::Casino => Self::Casino(Casino::read(kind, key, reader)?),
            kind::Table::Control => Self::Control(Control::read(kind, key, reader)?),
            kind::Table::None => return Err(WireError::Kind),
        })
    }
}
