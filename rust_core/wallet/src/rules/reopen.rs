//! A result that is taken back without another: what it did is reversed, and the bet holds its stake again.
//!
//! What the player does not have any more becomes a debt, and of bonus money a write-off.

use super::debt;
use super::plan::{Plan, least, less};
use super::result::{Held, Parts};
use crate::bets::BetIndex;
use crate::effects::Outcome;
use crate::ids::GrantId;
use crate::object::{Backing, Token, TokenState};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::state::State;
use ledger::AccountCode;
use money::Amount;

/// Plan the reversal of the last result of a closed bet.
pub(super) fn plan(state: &mut State, index: BetIndex, plan: &mut Plan) -> Result<Parts, Code> {
    let bet = state.bets.get(index);
    let last = *state.bets.closed(bet).expect("a bet closed by a result has it");
    let (purse, minute) = (bet.purse, bet.minute);
    let held = Held::before(state, bet, &last);
    let (currency, old) = (held.currency, last.outcome);
    let on_bets = state.purses.get(purse).held;
    let stakes = state.house(AccountCode::SportStakes, currency);
    let payouts = if held.token.is_some() { AccountCode::FreebetCost } else { AccountCode::SportPayouts };
    let payouts = state.house(payouts, currency);
    plan.pay(stakes, on_bets, old.lost);
    let mut coming = Amount::ZERO;
    let mut backs = vec![(payouts, old.paid), (on_bets, old.void)];
    if let Some(backing) = &held.backing
        && let Some(jurisdiction) = backing.jurisdiction
    {
        let payable = state.owned(AccountCode::TaxPayable, currency, jurisdiction.bytes());
        backs.push((payable, backing.tax_back));
    }
    for (back_to, amount) in backs {
        coming = less(coming, debt::take(state, purse, back_to, amount, coming, plan).0);
    }
    plan.counts.returns = old.paid.negated();
    plan.unstake(old.void.negated(), minute);
    if let Some(backing) = &held.backing {
        hold_backing(state, purse, backing, &held, plan)?;
    }
    let (real_left, bonus_left) = (held.real, held.bonus);
    Ok(Parts { real: Outcome::default(), real_left, bonus_left, ..Parts::default() })
}

fn hold_backing(
    state: &mut State,
    purse: PurseIndex,
    backing: &Backing,
    held: &Held,
    plan: &mut Plan,
) -> Result<(), Code> {
    plan.keep(Backing {
        version: backing.version + 1,
        bonus_left: held.bonus,
        tax: held.tax,
        bonus_lost: Amount::ZERO,
        bonus_void: Amount::ZERO,
        bonus_paid: Amount::ZERO,
        tax_back: Amount::ZERO,
        ..backing.clone()
    });
    if let Some(grant) = backing.grant {
        hold_bonus(state, purse, grant, backing, held.takes_bonus, plan);
    }
    held.token.as_ref().map_or(Ok(()), |token| hold_token(state, token, held.token_is_back, plan))
}

/// Of a grant that has ended the stake comes from what was forfeited, which is where it goes with the next result.
fn hold_bonus(
    state: &mut State,
    purse: PurseIndex,
    grant: GrantId,
    old: &Backing,
    is_active: bool,
    plan: &mut Plan,
) {
    let currency = state.purses.get(purse).currency;
    let [free, on_bets] = [AccountCode::PlayerBonus, AccountCode::PlayerBonusHeld]
        .map(|code| state.owned(code, currency, grant.bytes()));
    let sink = if is_active { AccountCode::BonusStakes } else { AccountCode::BonusForfeited };
    let [sink, payouts, written_off] =
        [sink, AccountCode::BonusPayouts, AccountCode::BonusWriteoff].map(|code| state.house(code, currency));
    plan.pay(sink, on_bets, old.bonus_lost);
    let mut has = state.ledger.balance(free);
    for (back_to, amount) in [(payouts, old.bonus_paid), (on_bets, old.bonus_void)] {
        let taken = least(has, amount);
        plan.pay(free, back_to, taken);
        plan.pay(written_off, back_to, less(amount, taken));
        has = less(has, taken);
    }
}

/// A free bet that was used, or came back, is on the bet again; one that was placed elsewhere since, or ended, cannot be.
fn hold_token(state: &mut State, token: &Token, is_back: bool, plan: &mut Plan) -> Result<(), Code> {
    let [free, on_bets] = [AccountCode::PlayerFreebet, AccountCode::PlayerFreebetHeld]
        .map(|code| state.owned(code, token.currency, token.id.bytes()));
    let from = match (token.state, is_back) {
        (TokenState::Used, false) => state.house(AccountCode::FreebetUsed, token.currency),
        (TokenState::Available, true) => free,
        _ => return Err(Code::TokenNotAvailable),
    };
    plan.pay(from, on_bets, token.amount);
    plan.keep(Token { version: token.version + 1, state: TokenState::Placed, ..token.clone() });
    Ok(())
}
