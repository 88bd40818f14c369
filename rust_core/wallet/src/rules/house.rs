//! The operator's own money: settlements with providers and banks, duties, jackpots' seeds.

use super::No;
use super::deposit::check_amount;
use super::keyed::Yes;
use super::plan::{Plan, less};
use crate::command::House;
use crate::refusal::Code;
use crate::state::State;
use ledger::{AccountCode, AccountId};
use money::Amount;

pub(super) fn plan(state: &mut State, command: &House<'_>, plan: &mut Plan) -> Result<Yes, No> {
    let currency = match command {
        House::SettlePsp(it) => {
            check_amount(it.amount, it.currency)?;
            if it.fee.is_negative() || it.fee > it.amount {
                return Err(Code::FeeOutOfRange.into());
            }
            let clearing = state.owned(AccountCode::PspClearing, it.currency, it.psp.bytes());
            let players = state.house(AccountCode::BankPlayerFunds, it.currency);
            let fees = state.house(AccountCode::PspFees, it.currency);
            let operating = state.house(AccountCode::BankOperating, it.currency);
            plan.pay(players, clearing, less(it.amount, it.fee));
            plan.pay(fees, clearing, it.fee);
            plan.pay(players, operating, it.fee);
            it.currency
        }
        House::SettlePayout(it) => {
            let payout = state.owned(AccountCode::PspPayoutClearing, it.currency, it.psp.bytes());
            let players = state.house(AccountCode::BankPlayerFunds, it.currency);
            pay_what_is_owed(state, payout, players, it.amount, plan)?;
            it.currency
        }
        House::AccrueDuty(it) => {
            positive(it.amount)?;
            let expense = state.house(AccountCode::GamingTaxExp, it.currency);
            let payable = state.owned(AccountCode::DutyPayable, it.currency, it.jurisdiction.bytes());
            plan.pay(expense, payable, it.amount);
            it.currency
        }
        House::PayDuty(it) => {
            let payable = state.owned(AccountCode::DutyPayable, it.currency, it.jurisdiction.bytes());
            let operating = state.house(AccountCode::BankOperating, it.currency);
            pay_what_is_owed(state, payable, operating, it.amount, plan)?;
            it.currency
        }
        House::RemitTax(it) => {
            let payable = state.owned(AccountCode::TaxPayable, it.currency, it.jurisdiction.bytes());
            let operating = state.house(AccountCode::BankOperating, it.currency);
            pay_what_is_owed(state, payable, operating, it.amount, plan)?;
            it.currency
        }
        House::ParkSuspense(it) => {
            positive(it.amount)?;
            let clearing = state.owned(AccountCode::PspClearing, it.currency, it.psp.bytes());
            plan.pay(clearing, state.house(AccountCode::Suspense, it.currency), it.amount);
            it.currency
        }
        House::ReturnSuspense(it) => {
            positive(it.amount)?;
            let clearing = state.owned(AccountCode::PspClearing, it.currency, it.psp.bytes());
            plan.pay(state.house(AccountCode::Suspense, it.currency), clearing, it.amount);
            it.currency
        }
        House::SeedJackpot(it) => {
            positive(it.amount)?;
            let seed = state.house(AccountCode::JackpotSeed, it.currency);
            let pool = state.owned(AccountCode::JackpotPool, it.currency, it.jackpot.bytes());
            plan.pay(seed, pool, it.amount);
            it.currency
        }
    };
    Ok(Yes::house(currency))
}

fn positive(amount: Amount) -> Result<(), Code> {
    if amount.is_positive() { Ok(()) } else { Err(Code::AmountNotPositive) }
}

/// Pay from a liability, which may not become more than paid.
fn pay_what_is_owed(
    state: &State,
    owed: AccountId,
    bank: AccountId,
    amount: Amount,
    plan: &mut Plan,
) -> Result<(), Code> {
    positive(amount)?;
    if amount > state.ledger.balance(owed) {
        return Err(Code::NotOwed);
    }
    plan.pay(owed, bank, amount);
    Ok(())
}
