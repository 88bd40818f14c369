//! A bet sold back before its result, in full or in part, once or often.

use super::keyed::Yes;
use super::plan::{Plan, less, share};
use super::result::Held;
use super::{No, Request, debt, guard};
use crate::bets::BetState;
use crate::command::CashOut;
use crate::effects::Transition;
use crate::object::Backing;
use crate::refusal::Code;
use crate::state::State;
use ledger::AccountCode;
use money::Amount;

/// Held → stakes, and cash-out → player, each divided between real and bonus money as the stake is.
pub(super) fn plan(
    state: &mut State,
    request: &Request<'_>,
    sale: &CashOut<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let index = request.found.bet.ok_or(Code::UnknownBet)?;
    let bet = state.bets.get(index);
    let (purse, player, version, currency) = (bet.purse, bet.player, bet.version, bet.currency);
    if request.decoded.head.player.is_some_and(|named| named != player) {
        return Err(Code::PlayerMismatch.into());
    }
    if bet.state != BetState::Open {
        return Err(Code::BetNotOpen.into());
    }
    if version != sale.version {
        return Err(Code::StaleVersion.into());
    }
    let unit = currency.minor_unit();
    if sale.amount.is_negative() {
        return Err(Code::AmountNotPositive.into());
    }
    if !sale.amount.is_multiple_of(unit) {
        return Err(Code::AmountNotWhole.into());
    }
    if guard::is_excluded(state, purse, request.next.at) {
        return Err(Code::Excluded.into());
    }
    let held = Held::by(state, bet);
    if held.token.is_some() {
        return Err(Code::FreeBetWhole.into());
    }
    let (real, bonus) = (sale.part.of(held.real, unit), sale.part.of(held.bonus, unit));
    if real.is_zero() && bonus.is_zero() {
        return Err(Code::PartTooSmall.into());
    }
    let paid = share(sale.amount, held.real, held.bonus, unit);
    let account = state.purses.get(purse).real;
    let stakes = state.house(AccountCode::SportStakes, currency);
    let cash_out = state.house(AccountCode::SportCashout, currency);
    plan.pay(state.purses.get(purse).held, stakes, real);
    plan.pay(cash_out, account, paid);
    plan.counts.returns = paid;
    let (real_left, bonus_left) = (less(held.real, real), less(held.bonus, bonus));
    if let Some(backing) = &held.backing {
        let bonus_paid = if held.takes_bonus { less(sale.amount, paid) } else { Amount::ZERO };
        sell_bonus(state, &held, backing, bonus, bonus_paid, plan);
        plan.keep(Backing { version: backing.version + 1, bonus_left, ..backing.clone() });
    }
    let percent = state.policy().map_or(0, |policy| policy.recover_from_wins);
    debt::recover(state, purse, paid, percent, plan);
    let is_over = real_left.is_zero() && bonus_left.is_zero();
    let now = if is_over { BetState::CashedOut } else { BetState::Open };
    let transition = Transition { state: now, version: version + 1, real_left };
    Ok(Yes { bet: Some((index, transition)), ..Yes::of(purse, state) })
}

fn sell_bonus(
    state: &mut State,
    held: &Held,
    backing: &Backing,
    sold: Amount,
    paid: Amount,
    plan: &mut Plan,
) {
    let Some(grant) = backing.grant else { return };
    let [free, on_bets] = [AccountCode::PlayerBonus, AccountCode::PlayerBonusHeld]
        .map(|code| state.owned(code, held.currency, grant.bytes()));
    let sink = if held.takes_bonus { AccountCode::BonusStakes } else { AccountCode::BonusForfeited };
    let sink = state.house(sink, held.currency);
    plan.pay(on_bets, sink, sold);
    let payouts = state.house(AccountCode::BonusPayouts, held.currency);
    plan.pay(payouts, free, paid);
}
