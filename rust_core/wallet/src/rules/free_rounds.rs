//! Wins of free rounds that were awarded: bonus money on the terms of the award.

use super::plan::Plan;
use super::rollback::take_bonus_back;
use super::round::{Seat, check_new};
use super::winnings;
use crate::ids::{GrantId, ObjectId};
use crate::object::FreeRound;
use crate::refusal::Code;
use crate::state::State;
use ledger::AccountCode;
use money::Amount;

/// Plan a win: B `BONUS_PAYOUTS` → `PLAYER_BONUS`, up to the most of the award; nothing once its grant has ended.
pub(super) fn win(
    state: &mut State,
    seat: &Seat,
    id: ObjectId,
    grant: GrantId,
    amount: Amount,
    plan: &mut Plan,
) -> Result<FreeRound, Code> {
    check_new(state, &id)?;
    let promise = state.objects.promises.find(&grant.into()).ok_or(Code::UnknownGrant)?;
    if state.objects.tokens.find(&promise.id).is_some() {
        return Err(Code::UnknownGrant);
    }
    seat.owns(promise.player, promise.currency)?;
    let comes = winnings::may_come(state, grant);
    let paid = if comes { winnings::bounded(state, promise, amount) } else { Amount::ZERO };
    let payouts = state.house(AccountCode::BonusPayouts, seat.currency);
    let free = state.owned(AccountCode::PlayerBonus, seat.currency, grant.bytes());
    plan.pay(payouts, free, paid);
    let (player, currency) = (seat.player, seat.currency);
    Ok(FreeRound { id, version: 1, player, currency, grant, won: amount, paid, cancelled: false })
}

/// Take it back; its room under the most of the award is free again.
pub(super) fn take_back(
    state: &mut State,
    seat: &Seat,
    win: &FreeRound,
    plan: &mut Plan,
) -> Result<(), Code> {
    take_bonus_back(state, seat, win.grant, win.paid, plan);
    plan.keep(FreeRound { version: win.version + 1, cancelled: true, ..win.clone() });
    winnings::change(state, win.grant, win.paid, Amount::ZERO, seat.at, plan)
}
