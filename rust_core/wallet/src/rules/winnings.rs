//! Winnings that are bonus money: of free bets and of free rounds that were given on such terms.
//!
//! The grant has the id of what it is won with. It is made by the first win and fed by the others; while another is
//! active it waits, and what comes after its end falls away with it.

use super::bonus::{check_gift, issue, token};
use super::keyed::{Yes, named};
use super::plan::{Plan, least, less};
use super::{No, Request};
use crate::bets::BetIndex;
use crate::command::{AwardFreeRounds, GiveBonusFreeBet};
use crate::ids::{GrantId, ObjectId, PaymentId, TokenId};
use crate::object::{Grant, GrantState, Promise, Token, TokenState};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::state::State;
use money::Amount;

/// What a command promises to a player: the fields are those of the record.
macro_rules! promise {
    ($id:ident, $player:ident, $it:ident) => {
        Promise {
            id: $it.$id.into(),
            version: 1,
            player: $player,
            currency: $it.currency,
            policy: $it.policy,
            max_bet: $it.max_bet,
            max_convert: $it.max_convert,
            most: $it.most,
            lasts: $it.lasts,
            payment: $it.payment,
        }
    };
}

/// F `FREEBET_ISSUED` → `PLAYER_FREEBET`, and the promise that its winnings make a grant.
pub(super) fn give(
    state: &mut State,
    request: &Request<'_>,
    it: &GiveBonusFreeBet<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    check_gift(request, it.amount, it.currency, it.expires_at)?;
    let player = named(request);
    let promise = promise!(token, player, it);
    check(state, &promise)?;
    let purse = issue(state, token!(player, it), plan);
    plan.keep(promise);
    Ok(Yes::of(purse, state))
}

/// Nothing moves before a win.
pub(super) fn award(
    state: &mut State,
    request: &Request<'_>,
    it: &AwardFreeRounds<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let player = named(request);
    let promise = promise!(grant, player, it);
    check(state, &promise)?;
    plan.keep(promise);
    let purse = state.purse(player, it.currency);
    Ok(Yes::of(purse, state))
}

/// Whether the terms are sound, and nothing has the id.
fn check(state: &State, promise: &Promise) -> Result<(), Code> {
    let bounds = [promise.max_bet, promise.max_convert, promise.most];
    if bounds.into_iter().flatten().any(Amount::is_negative) {
        Err(Code::AmountNegative)
    } else if promise.lasts == 0 {
        Err(Code::TokenExpired)
    } else if state.objects.tokens.find(&promise.id).is_some() {
        Err(Code::TokenExists)
    } else if is_taken(state, &promise.id) {
        Err(Code::GrantExists)
    } else {
        Ok(())
    }
}

/// Whether there is a grant of this id, or will be.
pub(super) fn is_taken(state: &State, id: &ObjectId) -> bool {
    state.objects.grants.find(id).is_some() || state.objects.promises.find(id).is_some()
}

/// The grant that a free bet makes when it wins, if that is promised.
pub(super) fn promised_by(state: &State, token: TokenId) -> Option<GrantId> {
    state.objects.promises.find(&token.into())?;
    GrantId::new(*token.bytes()).ok()
}

/// Whether bonus money may still come to a grant: it has not ended, or was not made yet and its deposit stands.
pub(super) fn may_come(state: &State, grant: GrantId) -> bool {
    let id = ObjectId::from(grant);
    if let Some(grant) = state.objects.grants.find(&id) {
        return grant.state.is_live();
    }
    let promise = state.objects.promises.find(&id);
    promise.is_some_and(|promise| promise.payment.is_none_or(|payment| stands(state, payment)))
}

/// Whether nothing of a deposit was charged back.
fn stands(state: &State, payment: PaymentId) -> bool {
    let payment = state.objects.payments.find(&payment.into());
    payment.is_none_or(|payment| payment.taken.is_zero() && payment.owed.is_zero())
}

/// What of more winnings comes to a promised grant: up to the most that was promised, and nothing after its end.
pub(super) fn bounded(state: &State, promise: &Promise, won: Amount) -> Amount {
    let has = state.objects.grants.find(&promise.id).map_or(Amount::ZERO, |grant| grant.amount);
    match promise.most {
        Some(most) if most > has => least(won, less(most, has)),
        Some(_) => Amount::ZERO,
        None => won,
    }
}

/// Plan the record of a promised grant when its winnings of one bet or round change.
pub(super) fn change(
    state: &State,
    grant: GrantId,
    old: Amount,
    new: Amount,
    at: u64,
    plan: &mut Plan,
) -> Result<(), Code> {
    let id = ObjectId::from(grant);
    let Some(promise) = state.objects.promises.find(&id).filter(|_| old != new) else { return Ok(()) };
    match state.objects.grants.find(&id) {
        None => plan.keep(first(state, promise, new, at)),
        Some(grant) if grant.state.is_live() => {
            let others = less(grant.amount, least(old, grant.amount));
            let amount = others.checked_add(new).ok_or(Code::AmountOutOfRange)?;
            plan.keep(Grant { version: grant.version + 1, amount, ..grant.clone() });
        }
        Some(_) => {}
    }
    Ok(())
}

/// The grant as its first win makes it.
fn first(state: &State, promise: &Promise, amount: Amount, at: u64) -> Grant {
    let purse = state.purses.find(promise.player, promise.currency);
    let waits = purse.is_some_and(|purse| state.active_grant(purse).is_some());
    Grant {
        id: promise.id,
        version: 1,
        player: promise.player,
        currency: promise.currency,
        amount,
        policy: promise.policy,
        max_bet: promise.max_bet,
        max_convert: promise.max_convert,
        phantom: false,
        expires_at: at.saturating_add(promise.lasts),
        payment: promise.payment,
        state: if waits { GrantState::Queued } else { GrantState::Active },
    }
}

/// Plan the record of the grant that a free bet has won, or not any more, with a result that pays `new`.
pub(super) fn of_result(
    state: &State,
    index: BetIndex,
    new: Amount,
    at: u64,
    plan: &mut Plan,
) -> Result<(), Code> {
    let bet = state.bets.get(index);
    if !bet.is_backed {
        return Ok(());
    }
    let backing = state.objects.backings.find(&bet.id.into()).filter(|backing| backing.token.is_some());
    match backing.and_then(|backing| backing.grant.map(|grant| (grant, backing.bonus_paid))) {
        Some((grant, old)) => change(state, grant, old, new, at, plan),
        None => Ok(()),
    }
}

/// When the active grant of a purse ends, the one that waits longest becomes active.
pub(super) fn succeed(state: &State, purse: PurseIndex, plan: &mut Plan) {
    let mut waiting = state.queued.of(purse);
    if let Some(next) = waiting.find(|id| !plan.keeps_grant(id)) {
        let next = state.objects.grants.find(next).expect("a grant that waits is known");
        plan.keep(Grant { version: next.version + 1, state: GrantState::Active, ..next.clone() });
    }
}
