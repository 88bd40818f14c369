//! What players owe, and how what they get pays it.

use super::plan::{Plan, least, percent};
use crate::purse::PurseIndex;
use crate::state::State;
use ledger::{AccountCode, AccountId};
use money::Amount;

/// Let `share` percent of what the player gets pay the debt: R `PLAYER_REAL` → `PLAYER_DEBT`.
pub(super) fn recover(state: &mut State, purse: PurseIndex, gets: Amount, share: u8, plan: &mut Plan) {
    if share == 0 || !gets.is_positive() {
        return;
    }
    let currency = state.purses.get(purse).currency;
    let owed = owed(state, purse);
    let recovered = least(owed, percent(gets, share, currency.minor_unit()));
    if recovered.is_positive() {
        let account = account(state, purse);
        plan.pay(state.purses.get(purse).real, account, recovered);
    }
}

/// What the player owes.
pub(super) fn owed(state: &State, purse: PurseIndex) -> Amount {
    let purse = state.purses.get(purse);
    state.standing_on(AccountCode::PlayerDebt, purse.currency, purse.player.bytes())
}

/// The account of what the player owes.
pub(super) fn account(state: &mut State, purse: PurseIndex) -> AccountId {
    let (player, currency) = (state.purses.get(purse).player, state.purses.get(purse).currency);
    state.owned(AccountCode::PlayerDebt, currency, player.bytes())
}

/// Take an amount from the player into `credit`: from the money there is, and the rest as a debt. `coming` is what
/// earlier postings of the plan have added to the player's money.
pub(super) fn take(
    state: &mut State,
    purse: PurseIndex,
    credit: AccountId,
    amount: Amount,
    coming: Amount,
    plan: &mut Plan,
) -> (Amount, Amount) {
    let real = state.purses.get(purse).real;
    let has = state.ledger.balance(real).checked_add(coming).unwrap_or(amount);
    let has = if has.is_negative() { Amount::ZERO } else { has };
    let taken = least(has, amount);
    let rest = super::plan::less(amount, taken);
    plan.pay(real, credit, taken);
    if rest.is_positive() {
        let debt = account(state, purse);
        plan.pay(debt, credit, rest);
    }
    (taken, rest)
}
