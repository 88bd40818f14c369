//! What game providers ask.

use super::keyed::{Yes, named};
use super::plan::Plan;
use super::provider;
use super::rollback;
use super::round::{Seat, Stake};
use super::{No, Request, debt, free_rounds, winnings};
use crate::command::{
    Casino, CasinoAdjust, CasinoCredit, Command, FreeRoundWin, JackpotWin, UnknownWin, WinKind,
};
use crate::idempotency::named_by;
use crate::ids::{GrantId, ObjectId, Slug};
use crate::object::{Object, Play, PlayState, Round};
use crate::refusal::Code;
use crate::reply::{Purse, Reply, Status};
use crate::state::State;
use ledger::AccountCode;
use money::{Amount, Currency};

pub(super) fn plan(
    state: &mut State,
    request: &Request<'_>,
    command: &Casino<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let profile = provider::find(state, command.provider())?;
    let (player, at) = (named(request), request.next.at);
    let Some(currency) = currency_of(command) else {
        return close_round(state, request, command, plan);
    };
    let purse = state.purse(player, currency);
    let seat = Seat { player, currency, purse, profile, at };
    match command {
        Casino::CasinoDebit(it) => {
            let asked = Stake {
                id: id(request, it.provider, it.bet.as_str()),
                amount: it.amount,
                jackpot: it.jackpot,
                contribution: it.contribution,
            };
            let mut round = open(state, request, &seat, &asked, it.provider, it.round.as_str())?;
            let bet = seat.stake(state, &asked, &mut round, plan)?;
            plan.keep(bet);
            plan.keep(round);
        }
        Casino::CasinoPlay(it) => {
            let id = id(request, it.provider, it.bet.as_str());
            let asked = Stake { id, amount: it.amount, jackpot: None, contribution: Amount::ZERO };
            seat.profile.check(it.win)?;
            let mut round = open(state, request, &seat, &asked, it.provider, it.round.as_str())?;
            let bet = seat.stake(state, &asked, &mut round, plan)?;
            let payout =
                seat.win(state, key_id(request, it.provider), it.win, WinKind::Win, Some(&round), plan)?;
            (round.settled, round.closed) = (round.bets, it.closes);
            plan.keep(Play { wins: 1, ..bet });
            plan.keep(round);
            plan.keep(payout);
        }
        Casino::CasinoCredit(it) => credit(state, request, &seat, it, None, plan)?,
        Casino::FreeRoundWin(it) => {
            let FreeRoundWin { key, provider, grant, bet, round, currency, amount, closes } = *it;
            let kind = WinKind::FreeRound;
            let win = CasinoCredit { key, provider, bet, round, currency, amount, kind, closes };
            credit(state, request, &seat, &win, Some(grant), plan)?;
        }
        Casino::CasinoRollback(it) => {
            let code = rollback::plan(state, request, &seat, it, plan)?;
            return Ok(Yes { code, ..Yes::of(purse, state) });
        }
        Casino::CasinoAdjust(it) => adjust(state, &seat, it, plan)?,
        Casino::JackpotWin(it) => jackpot_win(state, &seat, it, plan)?,
        Casino::CloseRound(_) | Casino::SetProfile(_) => return Err(Code::Malformed.into()),
    }
    Ok(Yes::of(purse, state))
}

/// What a provider names so, in the brand of the request.
pub(super) fn id(request: &Request<'_>, provider: Slug, name: &str) -> ObjectId {
    ObjectId::new(named_by(provider, request.decoded.head.brand, name)).expect("a digest is not all zero")
}

/// What the request itself is named.
pub(super) fn key_id(request: &Request<'_>, provider: Slug) -> ObjectId {
    let key = request.decoded.head.key.expect("a command of a provider has a key");
    id(request, provider, &key.to_string())
}

const fn currency_of(command: &Casino<'_>) -> Option<Currency> {
    match command {
        Casino::CasinoDebit(it) => Some(it.currency),
        Casino::CasinoCredit(it) => Some(it.currency),
        Casino::FreeRoundWin(it) => Some(it.currency),
        Casino::CasinoPlay(it) => Some(it.currency),
        Casino::CasinoRollback(it) => Some(it.currency),
        Casino::CasinoAdjust(it) => Some(it.currency),
        Casino::JackpotWin(it) => Some(it.currency),
        Casino::CloseRound(_) | Casino::SetProfile(_) => None,
    }
}

/// The round of a new bet, unless the bet was taken back before it came, or came before.
fn open(
    state: &State,
    request: &Request<'_>,
    seat: &Seat,
    asked: &Stake,
    provider: Slug,
    round: &str,
) -> Result<Round, Code> {
    if let Some(bet) = state.objects.plays.find(&asked.id) {
        seat.owns(bet.player, bet.currency)?;
        let was_taken = bet.state == PlayState::Taken;
        return Err(if was_taken { Code::BetExists } else { Code::BetCancelled });
    }
    seat.round(state, id(request, provider, round))
}

fn credit(
    state: &mut State,
    request: &Request<'_>,
    seat: &Seat,
    it: &CasinoCredit<'_>,
    award: Option<GrantId>,
    plan: &mut Plan,
) -> Result<(), No> {
    seat.profile.check(it.amount)?;
    let find = |state: &State, name: &str| state.objects.plays.find(&id(request, it.provider, name)).cloned();
    let bet = it.bet.and_then(|name| find(state, name.as_str()));
    if let Some(bet) = &bet {
        seat.owns(bet.player, bet.currency)?;
    }
    let round_id = bet.as_ref().and_then(|bet| bet.round);
    let round_id = round_id.or_else(|| it.round.map(|round| id(request, it.provider, round.as_str())));
    let round = round_id.map(|id| seat.round(state, id)).transpose()?.filter(|round| round.version > 1);
    let mut is_known = true;
    if it.kind == WinKind::Win {
        is_known = belongs(seat, it, bet.as_ref(), round.as_ref())?;
    }
    let paid_by = if is_known { round.as_ref() } else { None };
    let id = key_id(request, it.provider);
    let paid: Object = match award {
        Some(grant) => free_rounds::win(state, seat, id, grant, it.amount, plan)?.into(),
        None => seat.win(state, id, it.amount, it.kind, paid_by, plan)?.into(),
    };
    if let Some(bet) = bet.filter(|bet| bet.state == PlayState::Taken) {
        plan.keep(Play { version: bet.version + 1, wins: bet.wins + 1, ..bet });
    }
    if let Some(round) = round {
        let (settled, closed) = (round.bets, round.closed || it.closes);
        plan.keep(Round { settled, closed, ..round });
    }
    plan.keep(paid.clone());
    if let Object::FreeRound(win) = &paid {
        winnings::change(state, win.grant, Amount::ZERO, win.paid, request.next.at, plan)?;
    }
    Ok(())
}

/// Whether a win has the bet it is for; an error if it may not be paid.
fn belongs(
    seat: &Seat,
    it: &CasinoCredit<'_>,
    bet: Option<&Play>,
    round: Option<&Round>,
) -> Result<bool, No> {
    match (it.bet, bet, round) {
        (Some(_), Some(bet), _) if bet.state != PlayState::Taken => Err(Code::BetCancelled.into()),
        (Some(_), Some(bet), _) if bet.wins > 0 && !seat.profile.multi_win => Err(Code::BetSettled.into()),
        (Some(_), Some(_), _) => Ok(true),
        (None, _, Some(round)) if round.bets > 0 && round.bets == round.cancelled => {
            Err(Code::BetCancelled.into())
        }
        (None, _, Some(round)) if round.bets > 0 => Ok(true),
        (None, _, None) if it.round.is_none() => Err(Code::RoundMissing.into()),
        _ => match seat.profile.unknown_win {
            UnknownWin::Retry => Err(No::Passing(Code::BetNotSeenYet)),
            UnknownWin::Refuse => Err(Code::BetUnknown.into()),
            UnknownWin::Pay => Ok(false),
        },
    }
}

/// R `CASINO_WINS` → `PLAYER_REAL`, or back; what is not there becomes debt if the provider's profile allows it.
fn adjust(state: &mut State, seat: &Seat, it: &CasinoAdjust<'_>, plan: &mut Plan) -> Result<(), Code> {
    let taken = it.amount.is_negative();
    let amount = if taken { it.amount.negated() } else { it.amount };
    seat.profile.check(amount)?;
    if amount.is_zero() {
        return Err(Code::AmountNotPositive);
    }
    let wins = state.house(AccountCode::CasinoWins, seat.currency);
    let real = state.purses.get(seat.purse).real;
    if !taken {
        plan.pay(wins, real, amount);
    } else if seat.profile.negative_allowed {
        debt::take(state, seat.purse, wins, amount, Amount::ZERO, plan);
    } else {
        plan.pay(real, wins, amount);
    }
    plan.counts.returns = it.amount;
    Ok(())
}

/// R `JACKPOT_POOL` (or, of a network, `PROVIDER_RECEIVABLE`) → `PLAYER_REAL`; `JACKPOT_SEED` → `JACKPOT_POOL`.
fn jackpot_win(state: &mut State, seat: &Seat, it: &JackpotWin<'_>, plan: &mut Plan) -> Result<(), Code> {
    seat.profile.check(it.amount)?;
    seat.profile.check(it.seed)?;
    if it.amount.is_zero() {
        return Err(Code::AmountNotPositive);
    }
    let pool = state.owned(AccountCode::JackpotPool, seat.currency, it.jackpot.bytes());
    let from = if it.network {
        state.owned(AccountCode::ProviderReceivable, seat.currency, it.provider.bytes())
    } else {
        pool
    };
    plan.pay(from, state.purses.get(seat.purse).real, it.amount);
    plan.counts.returns = it.amount;
    let seed = state.house(AccountCode::JackpotSeed, seat.currency);
    plan.pay(seed, pool, it.seed);
    let percent = state.policy().map_or(0, |policy| policy.recover_from_wins);
    debt::recover(state, seat.purse, it.amount, percent, plan);
    Ok(())
}

fn close_round(
    state: &State,
    request: &Request<'_>,
    command: &Casino<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let Casino::CloseRound(it) = command else { return Err(Code::Malformed.into()) };
    let round = state.objects.rounds.find(&id(request, it.provider, it.round.as_str()));
    let round = round.cloned().ok_or(Code::BetUnknown)?;
    if round.player != named(request) {
        return Err(Code::PlayerMismatch.into());
    }
    plan.keep(Round { version: round.version + 1, closed: true, ..round });
    Ok(Yes { player: Some(named(request)), ..Yes::default() })
}

/// With what the player has now: providers show it to players, also in the answer to a repeat.
pub(super) fn with_purse(state: &State, request: &Request<'_>, reply: Reply) -> Reply {
    let Command::Casino(command) = &request.decoded.command else { return reply };
    let (Some(currency), Some(player)) = (currency_of(command), request.decoded.head.player) else {
        return reply;
    };
    if reply.status == Status::Conflict {
        return reply;
    }
    let bet = reply.object_id.and_then(|id| state.objects.plays.find(&id));
    let purse = Purse {
        real: state.balance(player, currency).0,
        bonus: state.bonus(player, currency),
        bonus_staked: bet.map_or(Amount::ZERO, |bet| bet.bonus),
    };
    Reply { purse: Some(purse), ..reply }
}
