//! The rounds of a game, and the stakes and wins in them.

use super::plan::{Plan, less, share};
use super::stake::{Split, divide};
use super::{No, debt, guard, winnings};
use crate::command::WinKind;
use crate::counters::minute_of;
use crate::ids::{GrantId, ObjectId, PlayerId, Slug};
use crate::object::{Payout, Play, PlayState, Profile, Round};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::state::State;
use ledger::AccountCode;
use money::{Amount, Currency};

/// Who plays, with which money, and when.
pub(super) struct Seat {
    pub(super) player: PlayerId,
    pub(super) currency: Currency,
    pub(super) purse: PurseIndex,
    pub(super) profile: Profile,
    pub(super) at: u64,
}

/// The stake of a bet.
pub(super) struct Stake {
    pub(super) id: ObjectId,
    pub(super) amount: Amount,
    pub(super) jackpot: Option<Slug>,
    pub(super) contribution: Amount,
}

/// What it pays: real money, and bonus money of a grant.
struct Paid {
    real: Amount,
    bonus: Amount,
    grant: Option<GrantId>,
}

impl Seat {
    /// The next version of a round of this player, or a new one.
    pub(super) fn round(&self, state: &State, id: ObjectId) -> Result<Round, Code> {
        let Some(round) = state.objects.rounds.find(&id) else {
            return Ok(Round {
                id,
                version: 1,
                player: self.player,
                currency: self.currency,
                bets: 0,
                cancelled: 0,
                settled: 0,
                real: Amount::ZERO,
                bonus: Amount::ZERO,
                grant: None,
                closed: false,
            });
        };
        self.owns(round.player, round.currency)?;
        Ok(Round { version: round.version + 1, ..round.clone() })
    }

    /// Whether something is this player's, in this currency.
    pub(super) fn owns(&self, player: PlayerId, currency: Currency) -> Result<(), Code> {
        if player != self.player {
            Err(Code::PlayerMismatch)
        } else if currency == self.currency {
            Ok(())
        } else {
            Err(Code::CurrencyMismatch)
        }
    }

    /// Plan a stake: R `PLAYER_REAL` → `CASINO_BETS`, B `PLAYER_BONUS` → `BONUS_STAKES`, and its part of a jackpot
    /// `JACKPOT_CONTRIB` → `JACKPOT_POOL`.
    pub(super) fn stake(
        &self,
        state: &mut State,
        asked: &Stake,
        round: &mut Round,
        plan: &mut Plan,
    ) -> Result<Play, No> {
        self.profile.check(asked.amount)?;
        self.profile.check(asked.contribution)?;
        if asked.contribution > asked.amount || (asked.jackpot.is_none() && asked.contribution.is_positive())
        {
            return Err(Code::FeeOutOfRange.into());
        }
        if round.closed {
            return Err(Code::RoundClosed.into());
        }
        let split = divide(state, self.purse, asked.amount, Amount::ZERO, self.profile.unit(), self.at)?;
        guard::may_bet(state, self.purse, split.real, self.at)?;
        let bets = state.house(AccountCode::CasinoBets, self.currency);
        plan.pay(state.purses.get(self.purse).real, bets, split.real);
        plan.counts.wager = split.real;
        if let Some(grant) = split.grant {
            let free = state.owned(AccountCode::PlayerBonus, self.currency, grant.bytes());
            let lost = state.house(AccountCode::BonusStakes, self.currency);
            plan.pay(free, lost, split.bonus);
        }
        if let Some(jackpot) = asked.jackpot {
            let expense = state.house(AccountCode::JackpotContrib, self.currency);
            let pool = state.owned(AccountCode::JackpotPool, self.currency, jackpot.bytes());
            plan.pay(expense, pool, asked.contribution);
        }
        let grant = split.grant.and_then(|id| GrantId::new(*id.bytes()).ok());
        let add = |sum: Amount, more: Amount| sum.checked_add(more).ok_or(Code::AmountOutOfRange);
        round.bets += 1;
        round.real = add(round.real, split.real)?;
        round.bonus = add(round.bonus, split.bonus)?;
        round.grant = grant.or(round.grant);
        Ok(self.bet(asked, &split, grant, round))
    }

    fn bet(&self, asked: &Stake, split: &Split, grant: Option<GrantId>, round: &Round) -> Play {
        Play {
            id: asked.id,
            version: 1,
            player: self.player,
            currency: self.currency,
            round: Some(round.id),
            place: round.bets,
            real: split.real,
            bonus: split.bonus,
            grant,
            contribution: asked.contribution,
            jackpot: asked.jackpot,
            minute: minute_of(self.at),
            wins: 0,
            state: PlayState::Taken,
        }
    }

    /// Plan a win: R `CASINO_WINS` → `PLAYER_REAL`, and B `BONUS_PAYOUTS` → `PLAYER_BONUS`.
    pub(super) fn win(
        &self,
        state: &mut State,
        id: ObjectId,
        amount: Amount,
        kind: WinKind,
        round: Option<&Round>,
        plan: &mut Plan,
    ) -> Result<Payout, Code> {
        check_new(state, &id)?;
        let Paid { real, bonus, grant } = self.pays(state, amount, kind, round);
        let wins = state.house(AccountCode::CasinoWins, self.currency);
        plan.pay(wins, state.purses.get(self.purse).real, real);
        plan.counts.returns = real;
        if let Some(grant) = grant {
            let from = state.house(AccountCode::BonusPayouts, self.currency);
            let free = state.owned(AccountCode::PlayerBonus, self.currency, grant.bytes());
            plan.pay(from, free, bonus);
        }
        let percent = state.policy().map_or(0, |policy| policy.recover_from_wins);
        debt::recover(state, self.purse, real, percent, plan);
        let (player, currency) = (self.player, self.currency);
        Ok(Payout { id, version: 1, player, currency, real, bonus, grant, cancelled: false })
    }

    /// In the round's share bonus money, unless that bonus has ended. Wins of free rounds that no award names are bonus
    /// money while a bonus is active.
    fn pays(&self, state: &State, amount: Amount, kind: WinKind, round: Option<&Round>) -> Paid {
        let (real, bonus, grant) = match (kind, round) {
            (WinKind::Win, Some(round)) => {
                let real = share(amount, round.real, round.bonus, self.profile.unit());
                (real, less(amount, real), round.grant)
            }
            (WinKind::FreeRound, _) => match state.active_grant(self.purse) {
                Some(grant) => (Amount::ZERO, amount, GrantId::new(*grant.id.bytes()).ok()),
                None => (amount, Amount::ZERO, None),
            },
            _ => (amount, Amount::ZERO, None),
        };
        let grant = grant.filter(|_| bonus.is_positive());
        let comes = grant.is_some_and(|grant| winnings::may_come(state, grant));
        Paid { real, bonus: if comes { bonus } else { Amount::ZERO }, grant }
    }
}

/// Whether a win is the first of its name.
pub(super) fn check_new(state: &State, id: &ObjectId) -> Result<(), Code> {
    let is_known = state.objects.payouts.find(id).is_some() || state.objects.free_rounds.find(id).is_some();
    if is_known { Err(Code::PayoutExists) } else { Ok(()) }
}
