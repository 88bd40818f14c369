//! Which money a stake is made of.

use super::plan::{least, less};
use super::{No, Plan, guard, winnings};
use crate::command::{Funds, PlaceBet, SpendPolicy, StakeTax};
use crate::ids::{GrantId, ObjectId, TokenId};
use crate::object::{Backing, Grant, Token, TokenState};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::state::State;
use ledger::AccountCode;
use money::Amount;

/// What a bet holds.
pub(super) struct Staked {
    pub(super) real: Amount,
    /// Whether a record tells of more than real money.
    pub(super) is_backed: bool,
}

/// A stake, divided.
#[derive(Clone, Copy, Default)]
pub(super) struct Split {
    pub(super) real: Amount,
    pub(super) bonus: Amount,
    pub(super) grant: Option<ObjectId>,
}

/// Plan the stake of a bet: money → held.
pub(super) fn of_bet(
    state: &mut State,
    purse: PurseIndex,
    place: &PlaceBet<'_>,
    at: u64,
    plan: &mut Plan,
) -> Result<Staked, No> {
    let split = match place.funds {
        Funds::FreeBet(token) => return of_free_bet(state, purse, place, token, at, plan),
        Funds::Real => Split { real: place.stake, ..Split::default() },
        Funds::Any => {
            let tax = place.tax.map_or(Amount::ZERO, |tax| tax.amount);
            divide(state, purse, place.stake, tax, place.currency.minor_unit(), at)?
        }
    };
    guard::may_bet(state, purse, split.real, at)?;
    let (real, held) = (state.purses.get(purse).real, state.purses.get(purse).held);
    plan.pay(real, held, split.real);
    plan.counts.wager = split.real;
    if let Some(tax) = &place.tax {
        withhold(state, purse, tax, plan)?;
    }
    if let Some(grant) = split.grant {
        let [free, held] = [AccountCode::PlayerBonus, AccountCode::PlayerBonusHeld]
            .map(|code| state.owned(code, place.currency, grant.bytes()));
        plan.pay(free, held, split.bonus);
    }
    let is_backed = split.grant.is_some() || place.tax.is_some();
    if is_backed {
        plan.keep(Backing {
            grant: split.grant.and_then(|id| GrantId::new(*id.bytes()).ok()),
            bonus_left: split.bonus,
            tax: place.tax.map_or(Amount::ZERO, |tax| tax.amount),
            jurisdiction: place.tax.map(|tax| tax.jurisdiction),
            ..backing(place)
        });
    }
    Ok(Staked { real: split.real, is_backed })
}

/// The record of a bet that holds nothing but real money.
fn backing(place: &PlaceBet<'_>) -> Backing {
    Backing {
        id: place.bet_id.into(),
        version: 1,
        grant: None,
        token: None,
        bonus_left: Amount::ZERO,
        tax: Amount::ZERO,
        jurisdiction: None,
        bonus_lost: Amount::ZERO,
        bonus_void: Amount::ZERO,
        bonus_paid: Amount::ZERO,
        tax_back: Amount::ZERO,
    }
}

fn withhold(state: &mut State, purse: PurseIndex, tax: &StakeTax, plan: &mut Plan) -> Result<(), Code> {
    let currency = state.purses.get(purse).currency;
    if !tax.amount.is_positive() || !tax.amount.is_multiple_of(currency.minor_unit()) {
        return Err(Code::TaxOutOfRange);
    }
    let payable = state.owned(AccountCode::TaxPayable, currency, tax.jurisdiction.bytes());
    plan.pay(state.purses.get(purse).real, payable, tax.amount);
    Ok(())
}

/// Divide a stake between real and bonus money by the order of the active grant, in multiples of `unit`. `besides` is
/// real money that is due with it.
pub(super) fn divide(
    state: &State,
    purse: PurseIndex,
    amount: Amount,
    besides: Amount,
    unit: Amount,
    at: u64,
) -> Result<Split, Code> {
    let all_real = Split { real: amount, ..Split::default() };
    let Some(grant) = state.active_grant(purse).filter(|grant| at < grant.expires_at) else {
        return Ok(all_real);
    };
    let has = state.ledger.balance(state.purses.get(purse).real);
    let has = if has > besides { less(has, besides) } else { Amount::ZERO };
    let bonus = state.standing_on(AccountCode::PlayerBonus, grant.currency, grant.id.bytes());
    let whole = |money: Amount| Amount::new(money.units() / unit.units() * unit.units()).unwrap_or(money);
    let split = match grant.policy {
        SpendPolicy::BonusFirst => {
            let bonus = least(amount, whole(bonus));
            Split { real: less(amount, bonus), bonus, grant: Some(grant.id) }
        }
        SpendPolicy::NonSticky | SpendPolicy::Sticky => {
            let real = least(amount, whole(has));
            Split { real, bonus: less(amount, real), grant: Some(grant.id) }
        }
    };
    check_max_bet(grant, &split)?;
    if split.bonus > bonus {
        return Err(Code::InsufficientFunds);
    }
    Ok(if split.bonus.is_zero() { all_real } else { split })
}

/// While a grant is active, a stake above its largest is refused rather than its win confiscated later.
fn check_max_bet(grant: &Grant, split: &Split) -> Result<(), Code> {
    let counted = match grant.policy {
        SpendPolicy::Sticky => split.real.checked_add(split.bonus).ok_or(Code::AmountOutOfRange)?,
        SpendPolicy::NonSticky | SpendPolicy::BonusFirst => split.bonus,
    };
    if grant.max_bet.is_some_and(|most| counted > most) { Err(Code::BonusMaxBet) } else { Ok(()) }
}

/// Plan the stake of a free bet: its token → held. No money of the player moves, and no limit counts it.
fn of_free_bet(
    state: &mut State,
    purse: PurseIndex,
    place: &PlaceBet<'_>,
    token: TokenId,
    at: u64,
    plan: &mut Plan,
) -> Result<Staked, No> {
    let held = state.objects.tokens.find(&token.into()).cloned().ok_or(Code::UnknownToken)?;
    if held.player != state.purses.get(purse).player {
        return Err(Code::PlayerMismatch.into());
    }
    if held.state != TokenState::Available {
        return Err(Code::TokenNotAvailable.into());
    }
    if held.expires_at <= at {
        return Err(Code::TokenExpired.into());
    }
    if held.currency != place.currency || held.amount != place.stake {
        return Err(Code::TokenMismatch.into());
    }
    if place.tax.is_some() {
        return Err(Code::FreeBetWhole.into());
    }
    guard::may_bet(state, purse, Amount::ZERO, at)?;
    let [free, used] = [AccountCode::PlayerFreebet, AccountCode::PlayerFreebetHeld]
        .map(|code| state.owned(code, place.currency, token.bytes()));
    plan.pay(free, used, place.stake);
    let grant = winnings::promised_by(state, token);
    plan.keep(Backing { token: Some(token), grant, ..backing(place) });
    plan.keep(Token { version: held.version + 1, state: TokenState::Placed, ..held });
    Ok(Staked { real: Amount::ZERO, is_backed: true })
}
