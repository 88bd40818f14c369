//! What the wallet remembers besides accounts, plain bets and keys: one record a thing, written whole when it changes.

mod states;
mod store;
mod table;

pub use states::{GrantState, PaymentState, PlayState, TokenState, Windows, WithdrawalState};
pub(crate) use store::Stored;

use crate::command::{AfterWin, SpendPolicy, UnknownRollback, UnknownWin};
use crate::fields::{Part, Shown};
use crate::ids::{GrantId, ObjectId, PaymentId, PlayerId, SessionId, Slug, TokenId};
use crate::wire::{Reader, WireError};
use ledger::StateHash;
use money::{Amount, Currency};
use store::Store;
use table::objects;

objects! {
    /// A payment in.
    Payment = 1 "payment" payments {
        /// Whose.
        player: PlayerId,
        /// Currency of the amounts.
        currency: Currency,
        /// How much.
        amount: Amount,
        /// The payment provider.
        psp: Slug,
        /// Where it stands.
        state: PaymentState,
        /// The minute in which it was initiated, which is where the limits count it.
        minute: u32,
        /// What was charged back of it and not won again: from the player's money …
        taken: Amount,
        /// … and as a debt.
        owed: Amount,
    }
    /// A payment out.
    Withdrawal = 2 "withdrawal" withdrawals {
        /// Whose.
        player: PlayerId,
        /// Currency of the amounts.
        currency: Currency,
        /// How much.
        amount: Amount,
        /// The payment provider.
        psp: Slug,
        /// Where it stands.
        state: WithdrawalState,
        /// What of it was withheld as tax.
        tax: Amount,
        /// For whom.
        jurisdiction: Option<Slug>,
    }
    /// Bonus money given to a player.
    Grant = 3 "grant" grants {
        /// Whose.
        player: PlayerId,
        /// Currency of the amounts.
        currency: Currency,
        /// How much was given.
        amount: Amount,
        /// Order of money.
        policy: SpendPolicy,
        /// Largest stake while it is active.
        max_bet: Option<Amount>,
        /// Most that converts.
        max_convert: Option<Amount>,
        /// Whether conversion takes the granted amount away first.
        phantom: bool,
        /// When its time is over.
        expires_at: u64,
        /// The deposit it was given for.
        payment: Option<PaymentId>,
        /// Where it stands.
        state: GrantState,
    }
    /// A free bet.
    Token = 4 "free_bet" tokens {
        /// Whose.
        player: PlayerId,
        /// Currency of the amount.
        currency: Currency,
        /// The stake it stands for.
        amount: Amount,
        /// Whether a win pays the stake too.
        returns_stake: bool,
        /// When its time is over.
        expires_at: u64,
        /// Where it stands.
        state: TokenState,
    }
    /// What a bet holds besides real money, and what its last result did with that.
    Backing = 5 "backing" backings {
        /// The bonus it was staked from.
        grant: Option<GrantId>,
        /// The free bet it was staked from.
        token: Option<TokenId>,
        /// What of the bonus money is still held.
        bonus_left: Amount,
        /// The tax withheld with the stake and not given back.
        tax: Amount,
        /// To whom the tax is owed.
        jurisdiction: Option<Slug>,
        /// The last result: bonus money lost …
        bonus_lost: Amount,
        /// … given back …
        bonus_void: Amount,
        /// … and won.
        bonus_paid: Amount,
        /// Tax given back by it.
        tax_back: Amount,
    }
    /// A round of a game.
    Round = 6 "round" rounds {
        /// Whose.
        player: PlayerId,
        /// Currency of the amounts.
        currency: Currency,
        /// How many bets it has had, …
        bets: u32,
        /// … how many of them were taken back, …
        cancelled: u32,
        /// … and how many had come when its last win came.
        settled: u32,
        /// Real money staked and not taken back.
        real: Amount,
        /// Bonus money staked and not taken back.
        bonus: Amount,
        /// The bonus it was staked from.
        grant: Option<GrantId>,
        /// Whether no more bets are taken.
        closed: bool,
    }
    /// A bet of a game.
    Play = 7 "play" plays {
        /// Whose.
        player: PlayerId,
        /// Currency of the amounts.
        currency: Currency,
        /// Its round.
        round: Option<ObjectId>,
        /// Which bet of the round it is, from 1.
        place: u32,
        /// Real money staked.
        real: Amount,
        /// Bonus money staked.
        bonus: Amount,
        /// Which bonus.
        grant: Option<GrantId>,
        /// What of it went into a jackpot.
        contribution: Amount,
        /// Which.
        jackpot: Option<Slug>,
        /// The minute in which it was taken, which is where the limits count it.
        minute: u32,
        /// How many wins named it.
        wins: u32,
        /// Where it stands.
        state: PlayState,
    }
    /// The habits of a game provider.
    Profile = 8 "profile" profiles {
        /// Its amounts are multiples of this many smallest units.
        unit: u64,
        /// Whether refusals bind no key.
        refusals_not_frozen: bool,
        /// Whether other content under a key is a conflict.
        conflict_check: bool,
        /// Whether a bet may have more than one win.
        multi_win: bool,
        /// Rollback of something never seen.
        unknown_rollback: UnknownRollback,
        /// Rollback of a bet with a win.
        after_win: AfterWin,
        /// Win of a bet never seen.
        unknown_win: UnknownWin,
        /// Whether what a player cannot cover becomes debt.
        negative_allowed: bool,
    }
    /// What a player may do.
    Standing = 9 "standing" standings {
        /// Whether bets are taken.
        may_bet: bool,
        /// Whether deposits are taken.
        may_deposit: bool,
        /// Whether withdrawals are taken.
        may_withdraw: bool,
        /// Excluded until then.
        excluded_until: u64,
    }
    /// A player's session.
    Session = 10 "session" sessions {
        /// Its name, none when it has ended.
        session: Option<SessionId>,
        /// No new bet from then on.
        expires_at: u64,
        /// From one reality check to the next, 0 for none.
        reality_interval: u64,
        /// When the next is due, 2^64 - 1 for never.
        reality_due: u64,
    }
    /// A player's limits.
    Limits = 11 "limits" limits {
        /// Currency of the amounts.
        currency: Currency,
        /// Deposits in a day, a week, a month.
        deposit: Windows,
        /// Real stakes.
        wager: Windows,
        /// Real stakes less real returns.
        loss: Windows,
        /// A single real stake.
        single_stake: Option<Amount>,
    }
    /// How the guards of the tenant work.
    Policy = 12 "policy" policies {
        /// After how many nanoseconds without confirmation the guards are stale, 0 for never.
        max_guard_age: u64,
        /// Up to when changes have been sent.
        guards_until: u64,
        /// Whether a player without a status is refused.
        status_required: bool,
        /// Whether a bet needs a session.
        session_required: bool,
        /// Percent of a deposit that pay a debt first.
        recover_from_deposits: u8,
        /// Percent of a return that pay a debt first.
        recover_from_wins: u8,
    }
    /// A win of a game.
    Payout = 13 "payout" payouts {
        /// Whose.
        player: PlayerId,
        /// Currency of the amounts.
        currency: Currency,
        /// Real money paid.
        real: Amount,
        /// Bonus money paid.
        bonus: Amount,
        /// Of which bonus.
        grant: Option<GrantId>,
        /// Whether it was taken back.
        cancelled: bool,
    }
    /// A win of free rounds that were awarded.
    FreeRound = 15 "free_round" free_rounds {
        /// Whose.
        player: PlayerId,
        /// Currency of the amounts.
        currency: Currency,
        /// The grant it was awarded with.
        grant: GrantId,
        /// What the provider said.
        won: Amount,
        /// What came of it as bonus money.
        paid: Amount,
        /// Whether it was taken back.
        cancelled: bool,
    }
    /// Winnings promised as bonus money, of a free bet or of free rounds: the grant of its id that they make.
    Promise = 14 "promise" promises {
        /// Whose.
        player: PlayerId,
        /// Currency of the amounts.
        currency: Currency,
        /// Order of money of the grant.
        policy: SpendPolicy,
        /// Largest stake while the grant is active.
        max_bet: Option<Amount>,
        /// Most of the grant that converts.
        max_convert: Option<Amount>,
        /// Most that the winnings come to.
        most: Option<Amount>,
        /// Nanoseconds from the first win to the end of the grant.
        lasts: u64,
        /// The deposit it was given for.
        payment: Option<PaymentId>,
    }
}

impl Objects {
    /// Whether nothing was ever said about whom to guard and how.
    #[inline]
    pub(crate) fn has_no_guards(&self) -> bool {
        self.standings.is_empty()
            && self.sessions.is_empty()
            && self.limits.is_empty()
            && self.policies.is_empty()
    }
}
