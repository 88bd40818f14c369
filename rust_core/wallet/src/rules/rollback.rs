//! Bets and wins of games taken back.

use super::casino::id;
use super::plan::{Plan, least, less};
use super::round::Seat;
use super::{No, Request, debt, free_rounds};
use crate::command::{AfterWin, CasinoRollback, UnknownRollback};
use crate::ids::{GrantId, ObjectId};
use crate::object::{GrantState, Payout, Play, PlayState, Round};
use crate::refusal::Code;
use crate::state::State;
use ledger::AccountCode;
use money::Amount;

/// Plan it; the answer is a refusal that has effects all the same, or 0.
pub(super) fn plan(
    state: &mut State,
    request: &Request<'_>,
    seat: &Seat,
    it: &CasinoRollback<'_>,
    plan: &mut Plan,
) -> Result<u16, No> {
    let id = id(request, it.provider, it.bet.as_str());
    let unknown = match seat.profile.unknown_rollback {
        UnknownRollback::Accept => 0,
        UnknownRollback::Refuse => Code::BetUnknown.number(),
    };
    if let Some(bet) = state.objects.plays.find(&id).cloned() {
        seat.owns(bet.player, bet.currency)?;
        match bet.state {
            PlayState::Taken => take_back(state, seat, &bet, plan)?,
            PlayState::Cancelled => {}
            PlayState::Tombstone => return Ok(unknown),
        }
        return Ok(0);
    }
    if let Some(payout) = state.objects.payouts.find(&id).cloned() {
        seat.owns(payout.player, payout.currency)?;
        if !payout.cancelled {
            take_win_back(state, seat, &payout, plan);
        }
        return Ok(0);
    }
    if let Some(win) = state.objects.free_rounds.find(&id).cloned() {
        seat.owns(win.player, win.currency)?;
        if !win.cancelled {
            free_rounds::take_back(state, seat, &win, plan)?;
        }
        return Ok(0);
    }
    plan.keep(tombstone(seat, id));
    Ok(unknown)
}

/// What refuses a bet that comes after it was taken back.
fn tombstone(seat: &Seat, id: ObjectId) -> Play {
    Play {
        id,
        version: 1,
        player: seat.player,
        currency: seat.currency,
        round: None,
        place: 0,
        real: Amount::ZERO,
        bonus: Amount::ZERO,
        grant: None,
        contribution: Amount::ZERO,
        jackpot: None,
        minute: 0,
        wins: 0,
        state: PlayState::Tombstone,
    }
}

/// R `CASINO_BETS` → `PLAYER_REAL`, B `BONUS_STAKES` → `PLAYER_BONUS` (or `BONUS_FORFEITED` when that has ended), and
/// of the jackpot what is still in it.
fn take_back(state: &mut State, seat: &Seat, bet: &Play, plan: &mut Plan) -> Result<(), No> {
    let round = bet.round.and_then(|id| state.objects.rounds.find(&id)).cloned();
    let is_settled = bet.wins > 0 || round.as_ref().is_some_and(|round| round.settled >= bet.place);
    if is_settled {
        match seat.profile.after_win {
            AfterWin::Refuse => return Err(Code::BetSettled.into()),
            AfterWin::Ignore => return Ok(()),
            AfterWin::Apply => {}
        }
    }
    let bets = state.house(AccountCode::CasinoBets, seat.currency);
    plan.pay(bets, state.purses.get(seat.purse).real, bet.real);
    plan.unstake(bet.real, bet.minute);
    if let Some(grant) = bet.grant {
        let lost = state.house(AccountCode::BonusStakes, seat.currency);
        let to = if is_active(state, grant) {
            state.owned(AccountCode::PlayerBonus, seat.currency, grant.bytes())
        } else {
            state.house(AccountCode::BonusForfeited, seat.currency)
        };
        plan.pay(lost, to, bet.bonus);
    }
    if let Some(jackpot) = bet.jackpot {
        let pool = state.owned(AccountCode::JackpotPool, seat.currency, jackpot.bytes());
        let expense = state.house(AccountCode::JackpotContrib, seat.currency);
        plan.pay(pool, expense, least(bet.contribution, state.ledger.balance(pool)));
    }
    let (real, bonus) = (bet.real, bet.bonus);
    plan.keep(Play { version: bet.version + 1, state: PlayState::Cancelled, ..bet.clone() });
    if let Some(round) = round {
        plan.keep(Round {
            version: round.version + 1,
            cancelled: round.cancelled + 1,
            real: less(round.real, real),
            bonus: less(round.bonus, bonus),
            ..round
        });
    }
    Ok(())
}

/// R `PLAYER_REAL` → `CASINO_WINS`, what is not there as a debt if the profile allows it; bonus money too.
fn take_win_back(state: &mut State, seat: &Seat, payout: &Payout, plan: &mut Plan) {
    let wins = state.house(AccountCode::CasinoWins, seat.currency);
    if seat.profile.negative_allowed {
        debt::take(state, seat.purse, wins, payout.real, Amount::ZERO, plan);
    } else {
        plan.pay(state.purses.get(seat.purse).real, wins, payout.real);
    }
    plan.counts.returns = payout.real.negated();
    if let Some(grant) = payout.grant {
        take_bonus_back(state, seat, grant, payout.bonus, plan);
    }
    plan.keep(Payout { version: payout.version + 1, cancelled: true, ..payout.clone() });
}

/// B `PLAYER_BONUS` → `BONUS_PAYOUTS` what is there, and the rest is written off.
pub(super) fn take_bonus_back(
    state: &mut State,
    seat: &Seat,
    grant: GrantId,
    amount: Amount,
    plan: &mut Plan,
) {
    let free = state.owned(AccountCode::PlayerBonus, seat.currency, grant.bytes());
    let payouts = state.house(AccountCode::BonusPayouts, seat.currency);
    let written_off = state.house(AccountCode::BonusWriteoff, seat.currency);
    let taken = least(state.ledger.balance(free), amount);
    plan.pay(free, payouts, taken);
    plan.pay(written_off, payouts, less(amount, taken));
}

fn is_active(state: &State, grant: GrantId) -> bool {
    state.objects.grants.find(&grant.into()).is_some_and(|grant| grant.state == GrantState::Active)
}
