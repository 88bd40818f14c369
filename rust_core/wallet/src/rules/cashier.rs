//! Withdrawals, and money moved by hand.

use super::deposit::check_amount;
use super::keyed::{Yes, check_player, named};
use super::plan::{Plan, less};
use super::{No, Request, bonus, debt, guard};
use crate::command::{
    Cashier, EndReason, ExchangeCurrency, PayWithdrawal, RequestWithdrawal, ReturnReason, SpendPolicy,
};
use crate::ids::{StaffId, WithdrawalId};
use crate::object::{Withdrawal, WithdrawalState};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::state::State;
use ledger::AccountCode;
use money::{Amount, Currency};

pub(super) fn plan(
    state: &mut State,
    request: &Request<'_>,
    command: &Cashier<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    match command {
        Cashier::RequestWithdrawal(it) => request_withdrawal(state, request, it, plan),
        Cashier::ApproveWithdrawal(it) => {
            let found = find(state, request, it.withdrawal, it.version, &[WithdrawalState::Requested])?;
            let purse = state.purse(found.player, found.currency);
            plan.keep(Withdrawal { version: found.version + 1, state: WithdrawalState::Approved, ..found });
            Ok(Yes::of(purse, state))
        }
        Cashier::PayWithdrawal(it) => pay_withdrawal(state, request, it, plan),
        Cashier::ReturnWithdrawal(it) => {
            return_withdrawal(state, request, it.withdrawal, it.version, it.why, plan)
        }
        Cashier::ExchangeCurrency(it) => exchange(state, request, it, plan),
        by_hand => {
            let purse = state.purse(named(request), currency_of(by_hand)?);
            move_by_hand(state, purse, by_hand, plan)?;
            Ok(Yes::of(purse, state))
        }
    }
}

fn currency_of(command: &Cashier<'_>) -> Result<Currency, Code> {
    Ok(match command {
        Cashier::LockFunds(it) => it.currency,
        Cashier::UnlockFunds(it) => it.currency,
        Cashier::MakeDormant(it) => it.currency,
        Cashier::ReviveDormant(it) => it.currency,
        Cashier::Adjust(it) => it.currency,
        Cashier::RecoverDebt(it) => it.currency,
        Cashier::WriteOffDebt(it) => it.currency,
        Cashier::WithholdTax(it) => it.currency,
        Cashier::ClaimSuspense(it) => it.currency,
        _ => return Err(Code::Malformed),
    })
}

/// R `PLAYER_REAL` → `PLAYER_WD_PENDING`. Real money staked before bonus money can always be withdrawn, which
/// forfeits the bonus; a sticky bonus locks it.
fn request_withdrawal(
    state: &mut State,
    request: &Request<'_>,
    it: &RequestWithdrawal<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    check_amount(it.amount, it.currency)?;
    if state.objects.withdrawals.find(&it.withdrawal.into()).is_some() {
        return Err(Code::WithdrawalExists.into());
    }
    let player = named(request);
    let purse = state.purse(player, it.currency);
    guard::may_withdraw(state, purse)?;
    let grant = state.active_grant(purse).cloned();
    if grant.as_ref().is_some_and(|grant| grant.policy == SpendPolicy::Sticky) {
        return Err(Code::BonusLocked.into());
    }
    let pending = state.owned(AccountCode::PlayerWdPending, it.currency, player.bytes());
    plan.pay(state.purses.get(purse).real, pending, it.amount);
    plan.keep(Withdrawal {
        id: it.withdrawal.into(),
        version: 1,
        player,
        currency: it.currency,
        amount: it.amount,
        psp: it.psp,
        state: WithdrawalState::Requested,
        tax: Amount::ZERO,
        jurisdiction: None,
    });
    if let Some(grant) = grant {
        bonus::end(state, &grant, EndReason::Forfeited, plan);
    }
    Ok(Yes::of(purse, state))
}

/// R `PLAYER_REAL` → `FX_POSITION` in one currency, `FX_POSITION` → `PLAYER_REAL` in the other. What a sticky bonus locks
/// stays.
fn exchange(
    state: &mut State,
    request: &Request<'_>,
    it: &ExchangeCurrency<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    check_amount(it.amount, it.currency)?;
    check_amount(it.receives, it.into)?;
    if it.currency == it.into {
        return Err(Code::CurrencyMismatch.into());
    }
    let player = named(request);
    let [given, taken] = [it.currency, it.into].map(|currency| state.purse(player, currency));
    let grant = state.active_grant(given);
    if grant.is_some_and(|grant| grant.policy == SpendPolicy::Sticky) {
        return Err(Code::BonusLocked.into());
    }
    let [taken_in, given_out] =
        [it.currency, it.into].map(|currency| state.house(AccountCode::FxPosition, currency));
    plan.pay(state.purses.get(given).real, taken_in, it.amount);
    plan.pay(given_out, state.purses.get(taken).real, it.receives);
    Ok(Yes { into: Some(it.into), ..Yes::of(given, state) })
}

/// A withdrawal of this version that stands in one of `from`.
fn find(
    state: &State,
    request: &Request<'_>,
    id: WithdrawalId,
    version: u32,
    from: &[WithdrawalState],
) -> Result<Withdrawal, Code> {
    let found = state.objects.withdrawals.find(&id.into()).cloned().ok_or(Code::UnknownWithdrawal)?;
    check_player(request, found.player)?;
    if !from.contains(&found.state) {
        Err(Code::WithdrawalNotThere)
    } else if found.version == version {
        Ok(found)
    } else {
        Err(Code::StaleVersion)
    }
}

/// R `PLAYER_WD_PENDING` → `PSP_PAYOUT_CLEARING` less the tax, `PLAYER_WD_PENDING` → `TAX_PAYABLE` the tax.
fn pay_withdrawal(
    state: &mut State,
    request: &Request<'_>,
    it: &PayWithdrawal<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let found = find(state, request, it.withdrawal, it.version, &[WithdrawalState::Approved])?;
    let unit = found.currency.minor_unit();
    if it.tax.is_negative() || it.tax > found.amount || !it.tax.is_multiple_of(unit) {
        return Err(Code::TaxOutOfRange.into());
    }
    let (purse, currency) = (state.purse(found.player, found.currency), found.currency);
    let pending = state.owned(AccountCode::PlayerWdPending, currency, found.player.bytes());
    let payout = state.owned(AccountCode::PspPayoutClearing, currency, found.psp.bytes());
    plan.pay(pending, payout, less(found.amount, it.tax));
    if it.tax.is_positive() {
        let jurisdiction = it.jurisdiction.ok_or(Code::JurisdictionMissing)?;
        let payable = state.owned(AccountCode::TaxPayable, currency, jurisdiction.bytes());
        plan.pay(pending, payable, it.tax);
    }
    plan.keep(Withdrawal {
        version: found.version + 1,
        state: WithdrawalState::Paid,
        tax: it.tax,
        jurisdiction: it.jurisdiction,
        ..found
    });
    Ok(Yes::of(purse, state))
}

/// Before it was paid: R `PLAYER_WD_PENDING` → `PLAYER_REAL`. Bounced: `PSP_PAYOUT_CLEARING` → `PLAYER_REAL`, and the
/// tax comes back too.
fn return_withdrawal(
    state: &mut State,
    request: &Request<'_>,
    id: WithdrawalId,
    version: u32,
    why: ReturnReason,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let unpaid = [WithdrawalState::Requested, WithdrawalState::Approved];
    let (from, to): (&[_], _) = match why {
        ReturnReason::Rejected => (&unpaid, WithdrawalState::Rejected),
        ReturnReason::Cancelled => (&unpaid[..1], WithdrawalState::Cancelled),
        ReturnReason::Bounced => (&[WithdrawalState::Paid], WithdrawalState::Bounced),
    };
    let found = find(state, request, id, version, from)?;
    let (purse, currency) = (state.purse(found.player, found.currency), found.currency);
    let real = state.purses.get(purse).real;
    if why == ReturnReason::Bounced {
        let payout = state.owned(AccountCode::PspPayoutClearing, currency, found.psp.bytes());
        plan.pay(payout, real, less(found.amount, found.tax));
        if let Some(jurisdiction) = found.jurisdiction {
            let payable = state.owned(AccountCode::TaxPayable, currency, jurisdiction.bytes());
            plan.pay(payable, real, found.tax);
        }
    } else {
        let pending = state.owned(AccountCode::PlayerWdPending, currency, found.player.bytes());
        plan.pay(pending, real, found.amount);
    }
    plan.keep(Withdrawal { version: found.version + 1, state: to, ..found });
    Ok(Yes::of(purse, state))
}

fn move_by_hand(
    state: &mut State,
    purse: PurseIndex,
    command: &Cashier<'_>,
    plan: &mut Plan,
) -> Result<(), Code> {
    let (player, currency) = (state.purses.get(purse).player, state.purses.get(purse).currency);
    let real = state.purses.get(purse).real;
    let own = |state: &mut State, code| state.owned(code, currency, player.bytes());
    match command {
        Cashier::LockFunds(it) => {
            positive(it.amount)?;
            let locked = own(state, AccountCode::PlayerLocked);
            plan.pay(real, locked, it.amount);
        }
        Cashier::UnlockFunds(it) => {
            positive(it.amount)?;
            let locked = own(state, AccountCode::PlayerLocked);
            plan.pay(locked, real, it.amount);
        }
        Cashier::MakeDormant(_) | Cashier::ReviveDormant(_) => {
            let dormant = own(state, AccountCode::DormantFunds);
            let falls = matches!(command, Cashier::MakeDormant(_));
            let (from, to) = if falls { (real, dormant) } else { (dormant, real) };
            let amount = state.ledger.balance(from);
            positive(amount).map_err(|_| Code::NothingThere)?;
            plan.pay(from, to, amount);
        }
        Cashier::Adjust(it) => {
            two_actors(it.actor, it.approver)?;
            if it.amount.is_zero() {
                return Err(Code::AmountNotPositive);
            }
            let (from, to) = if it.amount.is_positive() {
                (state.house(AccountCode::Goodwill, currency), real)
            } else {
                (real, state.house(AccountCode::Adjustments, currency))
            };
            plan.pay(from, to, if it.amount.is_positive() { it.amount } else { it.amount.negated() });
        }
        Cashier::RecoverDebt(it) => {
            positive(it.amount)?;
            let debt = debt::account(state, purse);
            plan.pay(real, debt, it.amount);
        }
        Cashier::WriteOffDebt(it) => {
            positive(it.amount)?;
            two_actors(it.actor, it.approver)?;
            let (lost, debt) = (state.house(AccountCode::BadDebt, currency), debt::account(state, purse));
            plan.pay(lost, debt, it.amount);
        }
        Cashier::WithholdTax(it) => {
            positive(it.amount)?;
            let payable = state.owned(AccountCode::TaxPayable, currency, it.jurisdiction.bytes());
            plan.pay(real, payable, it.amount);
        }
        Cashier::ClaimSuspense(it) => {
            positive(it.amount)?;
            let suspense = state.house(AccountCode::Suspense, currency);
            plan.pay(suspense, real, it.amount);
        }
        _ => return Err(Code::Malformed),
    }
    Ok(())
}

fn positive(amount: Amount) -> Result<(), Code> {
    if amount.is_positive() { Ok(()) } else { Err(Code::AmountNotPositive) }
}

fn two_actors(actor: StaffId, approver: StaffId) -> Result<(), Code> {
    if actor == approver { Err(Code::SameActor) } else { Ok(()) }
}
