//! A result that replaces another: what the last one did is reversed and the new one done, in one command.
//!
//! What the player gains is posted before what is taken back, so that a win corrected downwards takes the difference
//! and no more; what is not there any more becomes a debt, and of bonus money a write-off.

use super::debt;
use super::plan::{Plan, least, less};
use super::result::{Held, Parts};
use crate::bets::BetIndex;
use crate::command::Command;
use crate::ids::GrantId;
use crate::object::{Backing, Token, TokenState};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::state::State;
use ledger::AccountCode;
use money::Amount;

/// Plan the correction of the last result of a closed bet; also says what of its pay-out is left to the player.
pub(super) fn plan(
    state: &mut State,
    index: BetIndex,
    command: &Command<'_>,
    plan: &mut Plan,
) -> Result<(Parts, Amount), Code> {
    let bet = state.bets.get(index);
    let last = *state.bets.closed(bet).expect("a bet closed by a result has it");
    let (purse, minute) = (bet.purse, bet.minute);
    let held = Held::before(state, bet, &last);
    let parts = held.divide(command)?;
    let (old, new) = (last.outcome, parts.real);
    let (currency, real) = (held.currency, state.purses.get(purse).real);
    let stakes = state.house(AccountCode::SportStakes, currency);
    let payouts = if held.token.is_some() { AccountCode::FreebetCost } else { AccountCode::SportPayouts };
    let payouts = state.house(payouts, currency);
    let (given, undone) = rise_and_fall(old.void, new.void);
    plan.pay(stakes, real, given);
    plan.pay(payouts, real, new.paid);
    let (tax_back, tax_again) = match &held.backing {
        Some(backing) => rise_and_fall(backing.tax_back, parts.tax_back),
        None => (Amount::ZERO, Amount::ZERO),
    };
    let jurisdiction = held.backing.as_ref().and_then(|backing| backing.jurisdiction);
    let payable = jurisdiction.map(|it| state.owned(AccountCode::TaxPayable, currency, it.bytes()));
    if let Some(payable) = payable {
        plan.pay(payable, real, tax_back);
    }
    let coming = sum(&[given, new.paid, tax_back])?;
    let (taken, _) = debt::take(state, purse, payouts, old.paid, coming, plan);
    let coming = less(coming, taken);
    let (taken, _) = debt::take(state, purse, stakes, undone, coming, plan);
    let mut coming = less(coming, taken);
    if let Some(payable) = payable {
        coming = less(coming, debt::take(state, purse, payable, tax_again, coming, plan).0);
    }
    plan.counts.returns = less(new.paid, old.paid);
    plan.unstake(less(new.void, old.void), minute);
    if let Some(backing) = &held.backing {
        correct_backing(state, purse, backing, &held, &parts, plan)?;
    }
    Ok((parts, least(coming, new.paid)))
}

/// By how much the new amount is more than the old, and by how much it is less.
fn rise_and_fall(old: Amount, new: Amount) -> (Amount, Amount) {
    if new > old { (less(new, old), Amount::ZERO) } else { (Amount::ZERO, less(old, new)) }
}

fn sum(amounts: &[Amount]) -> Result<Amount, Code> {
    let add = |sum: Amount, amount: &Amount| sum.checked_add(*amount);
    amounts.iter().try_fold(Amount::ZERO, add).ok_or(Code::AmountOutOfRange)
}

fn correct_backing(
    state: &mut State,
    purse: PurseIndex,
    backing: &Backing,
    held: &Held,
    parts: &Parts,
    plan: &mut Plan,
) -> Result<(), Code> {
    plan.keep(Backing {
        version: backing.version + 1,
        tax: less(held.tax, parts.tax_back),
        bonus_lost: parts.bonus.lost,
        bonus_void: parts.bonus.void,
        bonus_paid: parts.bonus.paid,
        tax_back: parts.tax_back,
        ..backing.clone()
    });
    if let Some(grant) = backing.grant {
        correct_bonus(state, purse, grant, backing, parts, plan)?;
    }
    if let Some(token) = &held.token {
        correct_token(state, token, held.token_is_back, parts.token_back, plan)?;
    }
    Ok(())
}

fn correct_bonus(
    state: &mut State,
    purse: PurseIndex,
    grant: GrantId,
    old: &Backing,
    parts: &Parts,
    plan: &mut Plan,
) -> Result<(), Code> {
    let currency = state.purses.get(purse).currency;
    let free = state.owned(AccountCode::PlayerBonus, currency, grant.bytes());
    let stakes = state.house(AccountCode::BonusStakes, currency);
    let payouts = state.house(AccountCode::BonusPayouts, currency);
    let written_off = state.house(AccountCode::BonusWriteoff, currency);
    let (given, undone) = rise_and_fall(old.bonus_void, parts.bonus.void);
    plan.pay(stakes, free, given);
    plan.pay(payouts, free, parts.bonus.paid);
    let mut has = sum(&[state.ledger.balance(free), given, parts.bonus.paid])?;
    for (back_to, amount) in [(payouts, old.bonus_paid), (stakes, undone)] {
        let taken = least(has, amount);
        plan.pay(free, back_to, taken);
        plan.pay(written_off, back_to, less(amount, taken));
        has = less(has, taken);
    }
    Ok(())
}

/// A free bet that was used comes back, or one that came back is used after all, unless it was placed elsewhere since.
fn correct_token(
    state: &mut State,
    token: &Token,
    is_back: bool,
    comes_back: bool,
    plan: &mut Plan,
) -> Result<(), Code> {
    if is_back == comes_back {
        return Ok(());
    }
    let free = state.owned(AccountCode::PlayerFreebet, token.currency, token.id.bytes());
    let used = state.house(AccountCode::FreebetUsed, token.currency);
    let (debit, credit, now) = match (token.state, comes_back) {
        (TokenState::Used, true) => (used, free, TokenState::Available),
        (TokenState::Available, false) => (free, used, TokenState::Used),
        _ => return Err(Code::TokenNotAvailable),
    };
    plan.pay(debit, credit, token.amount);
    plan.keep(Token { version: token.version + 1, state: now, ..token.clone() });
    Ok(())
}
