//! The rounds of a game, and the stakes and wins in them.

use super::plan::{Plan, less, share};
use super::stake::{Split, divide};
use super::{No, debt, guard};
use crate::command::WinKind;
use crate::counters::minute_of;
use crate::ids::{GrantId, ObjectId, PlayerId, Slug};
use crate::object::{GrantState, Payout, Play, PlayState, Profile, Round};
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

    /// Plan a win: R `CASINO_WINS` → `PLAYER_REAL`, and in the round's share of bonus money B `BONUS_PAYOUTS` →
    /// `PLAYER_BONUS`, unless that bonus has ended. Wins of free rounds are bonus money while a bonus is active.
    pub(super) fn win(
        &self,
        state: &mut State,
        id: ObjectId,
        amount: Amount,
        kind: WinKind,
        round: Option<&Round>,
        plan: &mut Plan,
    ) -> Result<Payout, Code> {
        if state.objects.payouts.find(&id).is_some() {
            return Err(Code::PayoutExists);
        }
        let (real, bonus, grant, source) = match (kind, round) {
            (WinKind::Win, Some(round)) => {
                let real = share(amount, round.real, round.bonus, self.profile.unit());
                (real, less(amount, real), round.grant, AccountCode::BonusPayouts)
            }
            (WinKind::FreeRound, _) => match state.active_grant(self.purse) {
                Some(grant) => {
                    let grant = GrantId::new(*grant.id.bytes()).ok();
                    (Amount::ZERO, amount, grant, AccountCode::BonusIssued)
                }
                None => (amount, Amount::ZERO, None, AccountCode::BonusIssued),
            },
            _ => (amount, Amount::ZERO, None, AccountCode::BonusPayouts),
        };
        let grant = grant.filter(|_| bonus.is_positive());
        let is_active = grant.and_then(|id| state.objects.grants.find(&id.into()));
        let is_active = is_active.is_some_and(|grant| grant.state == GrantState::Active);
        let bonus = if is_active { bonus } else { Amount::ZERO };
        let wins = state.house(AccountCode::CasinoWins, self.currency);
        plan.pay(wins, state.purses.get(self.purse).real, real);
        plan.counts.returns = real;
        if let Some(grant) = grant {
            let from = state.house(source, self.currency);
            let free = state.owned(AccountCode::PlayerBonus, self.currency, grant.bytes());
            plan.pay(from, free, bonus);
        }
        let percent = state.policy().map_or(0, |policy| policy.recover_from_wins);
        debt::recover(state, self.purse, real, percent, plan);
        Ok(Payout {
            id,
            version: 1,
            player: self.player,
            currency: self.currency,
            real,
            bonus,
            grant,
            cancelled: false,
        })
    }
}
