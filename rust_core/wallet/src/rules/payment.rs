//! Deposits from their initiation to a chargeback and beyond.

use super::deposit::{check_amount, credit};
use super::keyed::{Yes, check_player, named};
use super::plan::{Plan, least, less};
use super::{No, Request, bonus, debt, guard};
use crate::command::{CaptureDeposit, ChargeBack, EndReason, FailDeposit, InitiateDeposit, WinDispute};
use crate::counters::minute_of;
use crate::ids::PaymentId;
use crate::object::{Payment, PaymentState};
use crate::refusal::Code;
use crate::state::State;
use ledger::AccountCode;
use money::Amount;

pub(super) fn initiate(
    state: &mut State,
    request: &Request<'_>,
    it: &InitiateDeposit<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    check_amount(it.amount, it.currency)?;
    if state.objects.payments.find(&it.payment.into()).is_some() {
        return Err(Code::PaymentExists.into());
    }
    let (player, at) = (named(request), request.next.at);
    let purse = state.purse(player, it.currency);
    guard::may_deposit(state, purse, it.amount, at)?;
    plan.counts.deposit = it.amount;
    plan.keep(Payment {
        id: it.payment.into(),
        version: 1,
        player,
        currency: it.currency,
        amount: it.amount,
        psp: it.psp,
        state: PaymentState::Initiated,
        minute: minute_of(at),
        taken: Amount::ZERO,
        owed: Amount::ZERO,
    });
    Ok(Yes::of(purse, state))
}

/// A payment of the player that the envelope names, if it names one.
fn find(state: &State, request: &Request<'_>, id: PaymentId) -> Result<Payment, Code> {
    let payment = state.objects.payments.find(&id.into()).cloned().ok_or(Code::UnknownPayment)?;
    check_player(request, payment.player)?;
    Ok(payment)
}

/// The money is there, so it is taken whatever the guards say now: they said yes when the player began to pay.
pub(super) fn capture(
    state: &mut State,
    request: &Request<'_>,
    it: &CaptureDeposit<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let payment = find(state, request, it.payment)?;
    if payment.state != PaymentState::Initiated {
        return Err(Code::PaymentNotInitiated.into());
    }
    let purse = state.purse(payment.player, payment.currency);
    credit(state, purse, payment.psp, payment.amount, plan);
    plan.keep(Payment { version: payment.version + 1, state: PaymentState::Captured, ..payment });
    Ok(Yes::of(purse, state))
}

pub(super) fn fail(
    state: &mut State,
    request: &Request<'_>,
    it: &FailDeposit<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let payment = find(state, request, it.payment)?;
    if payment.state != PaymentState::Initiated {
        return Err(Code::PaymentNotInitiated.into());
    }
    let purse = state.purse(payment.player, payment.currency);
    plan.counts.failed = payment.amount;
    plan.counts.minute = payment.minute;
    plan.keep(Payment { version: payment.version + 1, state: PaymentState::Failed, ..payment });
    Ok(Yes::of(purse, state))
}

/// R `PLAYER_REAL` → `PSP_CLEARING` what there is, `PLAYER_DEBT` → `PSP_CLEARING` the rest, `CHARGEBACK_FEES` →
/// `PSP_CLEARING` the fee; the bonus of that deposit is revoked.
pub(super) fn charge_back(
    state: &mut State,
    request: &Request<'_>,
    it: &ChargeBack<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let payment = find(state, request, it.payment)?;
    if payment.state != PaymentState::Captured {
        return Err(Code::PaymentNotCaptured.into());
    }
    check_amount(it.amount, payment.currency)?;
    let back = sum(payment.taken, payment.owed)?;
    if it.amount > less(payment.amount, back) {
        return Err(Code::ChargebackTooLarge.into());
    }
    if it.fee.is_negative() {
        return Err(Code::FeeOutOfRange.into());
    }
    let (currency, psp) = (payment.currency, payment.psp);
    let purse = state.purse(payment.player, currency);
    let clearing = state.owned(AccountCode::PspClearing, currency, psp.bytes());
    let (taken, owed) = debt::take(state, purse, clearing, it.amount, Amount::ZERO, plan);
    let fees = state.house(AccountCode::ChargebackFees, currency);
    plan.pay(fees, clearing, it.fee);
    plan.keep(Payment {
        version: payment.version + 1,
        taken: sum(payment.taken, taken)?,
        owed: sum(payment.owed, owed)?,
        ..payment
    });
    let waiting = state.queued.of(purse).filter_map(|id| state.objects.grants.find(id));
    let of_it = waiting.chain(state.active_grant(purse)).filter(|grant| grant.payment == Some(it.payment));
    // The active one is last: what then becomes active must not be one that ends, too.
    let revoked: Vec<_> = of_it.cloned().collect();
    for grant in &revoked {
        bonus::end(state, grant, EndReason::Revoked, plan);
    }
    Ok(Yes::of(purse, state))
}

/// The inverse of all chargebacks of a payment: what is still owed for it is forgiven, the rest is the player's.
pub(super) fn win_dispute(
    state: &mut State,
    request: &Request<'_>,
    it: &WinDispute<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let payment = find(state, request, it.payment)?;
    let back = sum(payment.taken, payment.owed)?;
    if back.is_zero() {
        return Err(Code::NothingChargedBack.into());
    }
    if it.fee.is_negative() {
        return Err(Code::FeeOutOfRange.into());
    }
    let (currency, psp) = (payment.currency, payment.psp);
    let purse = state.purse(payment.player, currency);
    let clearing = state.owned(AccountCode::PspClearing, currency, psp.bytes());
    let forgiven = least(payment.owed, debt::owed(state, purse));
    if forgiven.is_positive() {
        let account = debt::account(state, purse);
        plan.pay(clearing, account, forgiven);
    }
    plan.pay(clearing, state.purses.get(purse).real, less(back, forgiven));
    let fees = state.house(AccountCode::ChargebackFees, currency);
    plan.pay(clearing, fees, it.fee);
    plan.keep(Payment { version: payment.version + 1, taken: Amount::ZERO, owed: Amount::ZERO, ..payment });
    Ok(Yes::of(purse, state))
}

fn sum(one: Amount, other: Amount) -> Result<Amount, Code> {
    one.checked_add(other).ok_or(Code::AmountOutOfRange)
}
