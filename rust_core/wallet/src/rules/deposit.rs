//! Money captured by a payment provider: PSP clearing → the player.

use super::{Keyed, No, Outcome, Plan, Request, debt, guard};
use crate::command::Deposit;
use crate::ids::{PlayerId, Slug};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::reply::{Reply, Status};
use crate::state::State;
use ledger::AccountCode;
use money::{Amount, Currency};

pub(super) fn apply(
    state: &mut State,
    request: &Request<'_>,
    deposit: &Deposit<'_>,
    plan: &mut Plan,
    entry: &mut Vec<u8>,
) -> Reply {
    let keyed = Keyed::new(request);
    if let Some(answered) = &request.found.answered {
        return answered.replay(&keyed.asked, &request.decoded.command);
    }
    let player = request.decoded.head.player.expect("a deposit is read with a player");
    let outcome = capture(state, player, deposit, request.next.at, plan)
        .and_then(|purse| plan.post(state).map(|()| purse).map_err(No::from));
    let code = match outcome {
        Ok(purse) => {
            plan.commit(state, Some(purse), request.next.at);
            0
        }
        Err(No::Refused(code)) => code.number(),
        Err(No::Passing(code)) => return Reply::passing(Status::Retry, code, request.next.at),
    };
    request.journal(state, None, Outcome::of(code), entry);
    if code == 0 {
        plan.put(entry, state, &request.decoded.command, None, None);
    }
    keyed.remember(state, request.next, code, None, &[])
}

fn capture(
    state: &mut State,
    player: PlayerId,
    deposit: &Deposit<'_>,
    at: u64,
    plan: &mut Plan,
) -> Result<PurseIndex, No> {
    let &Deposit { currency, amount, psp, .. } = deposit;
    check_amount(amount, currency)?;
    let purse = state.purse(player, currency);
    guard::may_deposit(state, purse, amount, at)?;
    plan.counts.deposit = amount;
    credit(state, purse, psp, amount, plan);
    Ok(purse)
}

/// Whether an amount of money from or to a bank is one.
pub(super) fn check_amount(amount: Amount, currency: Currency) -> Result<(), Code> {
    if !amount.is_positive() {
        Err(Code::AmountNotPositive)
    } else if !amount.is_multiple_of(currency.minor_unit()) {
        Err(Code::AmountNotWhole)
    } else {
        Ok(())
    }
}

/// The money of a deposit, of which the tenant's policy may let a part pay a debt.
pub(super) fn credit(state: &mut State, purse: PurseIndex, psp: Slug, amount: Amount, plan: &mut Plan) {
    let currency = state.purses.get(purse).currency;
    let clearing = state.owned(AccountCode::PspClearing, currency, psp.bytes());
    plan.pay(clearing, state.purses.get(purse).real, amount);
    let percent = state.policy().map_or(0, |policy| policy.recover_from_deposits);
    debt::recover(state, purse, amount, percent, plan);
}
