//! Who may bet, pay in and withdraw, and how much: decided in the same step in which the money moves.

use super::No;
use crate::counters::{Sums, minute_of};
use crate::object::{Standing, Windows};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::state::State;
use money::Amount;

/// Whether a player may stake `real` money of the purse now.
#[inline]
pub(super) fn may_bet(state: &mut State, purse: PurseIndex, real: Amount, at: u64) -> Result<(), No> {
    if state.objects.has_no_guards() {
        return Ok(());
    }
    let player = state.purses.get(purse).player;
    if let Some(standing) = standing(state, purse, at)? {
        check(standing.may_bet, standing, at)?;
    }
    if let Some(session) = state.objects.sessions.find(&player.into()).filter(|it| it.session.is_some()) {
        if session.expires_at <= at {
            return Err(Code::SessionExpired.into());
        }
        if session.reality_due <= at {
            return Err(Code::RealityCheckRequired.into());
        }
    } else if state.policy().is_some_and(|policy| policy.session_required) {
        return Err(Code::SessionRequired.into());
    }
    // Bonus money does not count: a stake of it alone exceeds nothing.
    if real.is_zero() { Ok(()) } else { stake_limits(state, purse, real, at) }
}

/// Whether a player may pay `amount` into the purse now.
pub(super) fn may_deposit(state: &mut State, purse: PurseIndex, amount: Amount, at: u64) -> Result<(), No> {
    if state.objects.has_no_guards() {
        return Ok(());
    }
    if let Some(standing) = standing(state, purse, at)? {
        check(standing.may_deposit, standing, at)?;
    }
    let (player, currency) = (state.purses.get(purse).player, state.purses.get(purse).currency);
    let Some(limits) = state.objects.limits.find(&player.into()) else { return Ok(()) };
    if limits.currency != currency {
        return Err(Code::CurrencyMismatch.into());
    }
    let limit = limits.deposit;
    let sums = state.purses.get_mut(purse).counters.sums(minute_of(at));
    within(&limit, &sums, amount, |sums| sums.deposit, Code::LimitDeposit)
}

/// Whether a player may withdraw now. Guards that are stale or exclude do not keep anybody from their money.
pub(super) fn may_withdraw(state: &State, purse: PurseIndex) -> Result<(), No> {
    let player = state.purses.get(purse).player;
    match state.objects.standings.find(&player.into()) {
        Some(standing) if !standing.may_withdraw => Err(Code::WithdrawalsHeld.into()),
        _ => Ok(()),
    }
}

/// What is known of the player's standing, unless that is too little or too old.
fn standing(state: &State, purse: PurseIndex, at: u64) -> Result<Option<&Standing>, No> {
    let player = state.purses.get(purse).player;
    let standing = state.objects.standings.find(&player.into());
    if let Some(policy) = state.policy() {
        let is_stale =
            policy.max_guard_age > 0 && policy.guards_until.saturating_add(policy.max_guard_age) < at;
        if is_stale || (policy.status_required && standing.is_none()) {
            return Err(No::Passing(Code::RgStateUnavailable));
        }
    }
    Ok(standing)
}

fn check(may: bool, standing: &Standing, at: u64) -> Result<(), Code> {
    if at < standing.excluded_until {
        Err(Code::Excluded)
    } else if !may {
        Err(Code::AccountBlocked)
    } else {
        Ok(())
    }
}

/// Whether a player is excluded now, which also keeps open bets from being sold back.
pub(super) fn is_excluded(state: &State, purse: PurseIndex, at: u64) -> bool {
    let player = state.purses.get(purse).player;
    state.objects.standings.find(&player.into()).is_some_and(|standing| at < standing.excluded_until)
}

fn stake_limits(state: &mut State, purse: PurseIndex, real: Amount, at: u64) -> Result<(), No> {
    let (player, currency) = (state.purses.get(purse).player, state.purses.get(purse).currency);
    let Some(limits) = state.objects.limits.find(&player.into()) else { return Ok(()) };
    if limits.currency != currency {
        return Err(Code::CurrencyMismatch.into());
    }
    if limits.single_stake.is_some_and(|most| real > most) {
        return Err(Code::LimitStake.into());
    }
    let (wagers, losses) = (limits.wager, limits.loss);
    let sums = state.purses.get_mut(purse).counters.sums(minute_of(at));
    within(&wagers, &sums, real, |sums| sums.wager, Code::LimitWager)?;
    let net_loss = |sums: &Sums| sums.wager.saturating_sub(sums.returns).max(0);
    within(&losses, &sums, real, net_loss, Code::LimitLoss)
}

/// Whether an amount fits into every window that has a limit.
fn within(
    limits: &Windows,
    sums: &[Sums; 3],
    amount: Amount,
    counted: impl Fn(&Sums) -> i128,
    code: Code,
) -> Result<(), No> {
    let fits = |(limit, sums): (&Option<Amount>, &Sums)| {
        limit.is_none_or(|limit| counted(sums).saturating_add(amount.units()) <= limit.units())
    };
    if limits.0.iter().zip(sums).all(fits) { Ok(()) } else { Err(code.into()) }
}
