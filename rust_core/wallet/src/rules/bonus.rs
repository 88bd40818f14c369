//! Bonus grants and free bets, from their gift to their end.

use super::deposit::check_amount;
use super::keyed::{Yes, check_player, named};
use super::plan::{Plan, least, less};
use super::{No, Request, winnings};
use crate::command::{Bonus, ConvertBonus, EndFreeBet, EndReason, GiveFreeBet, GrantBonus};
use crate::ids::GrantId;
use crate::object::{Grant, GrantState, Token, TokenState};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::state::State;
use ledger::{AccountCode, AccountId};
use money::{Amount, Currency};

pub(super) fn plan(
    state: &mut State,
    request: &Request<'_>,
    command: &Bonus<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    match command {
        Bonus::GrantBonus(it) => grant(state, request, it, plan),
        Bonus::ConvertBonus(it) => convert(state, request, it, plan),
        Bonus::EndBonus(it) => {
            let grant = find(state, request, it.grant, it.version, GrantState::is_live)?;
            if it.why == EndReason::Expired && request.next.at < grant.expires_at {
                return Err(Code::NotExpired.into());
            }
            end(state, &grant, it.why, plan);
            let purse = state.purse(grant.player, grant.currency);
            Ok(Yes::of(purse, state))
        }
        Bonus::GiveFreeBet(it) => give(state, request, it, plan),
        Bonus::GiveBonusFreeBet(it) => winnings::give(state, request, it, plan),
        Bonus::AwardFreeRounds(it) => winnings::award(state, request, it, plan),
        Bonus::EndFreeBet(it) => end_free_bet(state, request, it, plan),
        Bonus::CashOut(_) => Err(Code::Malformed.into()),
    }
}

/// B `BONUS_ISSUED` → `PLAYER_BONUS`.
fn grant(state: &mut State, request: &Request<'_>, it: &GrantBonus<'_>, plan: &mut Plan) -> Result<Yes, No> {
    check_amount(it.amount, it.currency)?;
    if [it.max_bet, it.max_convert].into_iter().flatten().any(Amount::is_negative) {
        return Err(Code::AmountNegative.into());
    }
    if it.expires_at <= request.next.at {
        return Err(Code::TokenExpired.into());
    }
    if winnings::is_taken(state, &it.grant.into()) {
        return Err(Code::GrantExists.into());
    }
    let player = named(request);
    let purse = state.purse(player, it.currency);
    if state.active_grant(purse).is_some() {
        return Err(Code::GrantActive.into());
    }
    let issued = state.house(AccountCode::BonusIssued, it.currency);
    let free = state.owned(AccountCode::PlayerBonus, it.currency, it.grant.bytes());
    plan.pay(issued, free, it.amount);
    plan.keep(Grant {
        id: it.grant.into(),
        version: 1,
        player,
        currency: it.currency,
        amount: it.amount,
        policy: it.policy,
        max_bet: it.max_bet,
        max_convert: it.max_convert,
        phantom: it.phantom,
        expires_at: it.expires_at,
        payment: it.payment,
        state: GrantState::Active,
    });
    Ok(Yes::of(purse, state))
}

/// A grant of this version, in a state that will do.
fn find(
    state: &State,
    request: &Request<'_>,
    id: GrantId,
    version: u32,
    will_do: impl Fn(GrantState) -> bool,
) -> Result<Grant, Code> {
    let grant = state.objects.grants.find(&id.into()).cloned().ok_or(Code::UnknownGrant)?;
    check_player(request, grant.player)?;
    if !will_do(grant.state) {
        Err(Code::GrantNotActive)
    } else if grant.version == version {
        Ok(grant)
    } else {
        Err(Code::StaleVersion)
    }
}

/// B `PLAYER_BONUS` → `BONUS_CONVERTED` up to the cap and → `BONUS_FORFEITED` the rest; R `BONUS_COST` → `PLAYER_REAL`.
fn convert(
    state: &mut State,
    request: &Request<'_>,
    it: &ConvertBonus<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let grant = find(state, request, it.grant, it.version, |now| now == GrantState::Active)?;
    if grant.expires_at <= request.next.at {
        return Err(Code::TokenExpired.into());
    }
    let currency = grant.currency;
    let [free, held] = accounts(state, &grant);
    if state.ledger.balance(held).is_positive() {
        return Err(Code::GrantHeld.into());
    }
    let has = state.ledger.balance(free);
    let phantom = if grant.phantom { least(has, grant.amount) } else { Amount::ZERO };
    let open = less(has, phantom);
    let converted = grant.max_convert.map_or(open, |most| least(open, most));
    let purse = state.purse(grant.player, currency);
    let [sink, forfeited, cost] =
        [AccountCode::BonusConverted, AccountCode::BonusForfeited, AccountCode::BonusCost]
            .map(|code| state.house(code, currency));
    plan.pay(free, sink, converted);
    plan.pay(free, forfeited, less(has, converted));
    plan.pay(cost, state.purses.get(purse).real, converted);
    plan.keep(Grant { version: grant.version + 1, state: GrantState::Converted, ..grant });
    winnings::succeed(state, purse, plan);
    Ok(Yes::of(purse, state))
}

/// What of a grant may be staked, and what is on open bets.
fn accounts(state: &mut State, grant: &Grant) -> [AccountId; 2] {
    [AccountCode::PlayerBonus, AccountCode::PlayerBonusHeld]
        .map(|code| state.owned(code, grant.currency, grant.id.bytes()))
}

/// B `PLAYER_BONUS` → `BONUS_FORFEITED`; what is on open bets falls when they settle.
pub(super) fn end(state: &mut State, grant: &Grant, why: EndReason, plan: &mut Plan) {
    let [free, _] = accounts(state, grant);
    let forfeited = state.house(AccountCode::BonusForfeited, grant.currency);
    plan.pay(free, forfeited, state.ledger.balance(free));
    let now = match why {
        EndReason::Forfeited => GrantState::Forfeited,
        EndReason::Expired => GrantState::Expired,
        EndReason::Revoked => GrantState::Revoked,
        EndReason::Lost => GrantState::Lost,
    };
    plan.keep(Grant { version: grant.version + 1, state: now, ..grant.clone() });
    if grant.state == GrantState::Active {
        let purse = state.purse(grant.player, grant.currency);
        winnings::succeed(state, purse, plan);
    }
}

/// A free bet as it is given, whatever it wins.
macro_rules! token {
    ($player:expr, $it:ident) => {
        Token {
            id: $it.token.into(),
            version: 1,
            player: $player,
            currency: $it.currency,
            amount: $it.amount,
            returns_stake: $it.returns_stake,
            expires_at: $it.expires_at,
            state: TokenState::Available,
        }
    };
}
pub(super) use token;

fn give(state: &mut State, request: &Request<'_>, it: &GiveFreeBet<'_>, plan: &mut Plan) -> Result<Yes, No> {
    check_gift(request, it.amount, it.currency, it.expires_at)?;
    let id = it.token.into();
    if state.objects.tokens.find(&id).is_some() || state.objects.promises.find(&id).is_some() {
        return Err(Code::TokenExists.into());
    }
    let purse = issue(state, token!(named(request), it), plan);
    Ok(Yes::of(purse, state))
}

/// Whether a free bet has a stake and time.
pub(super) fn check_gift(
    request: &Request<'_>,
    amount: Amount,
    currency: Currency,
    expires_at: u64,
) -> Result<(), Code> {
    check_amount(amount, currency)?;
    if expires_at <= request.next.at { Err(Code::TokenExpired) } else { Ok(()) }
}

/// F `FREEBET_ISSUED` → `PLAYER_FREEBET`.
pub(super) fn issue(state: &mut State, token: Token, plan: &mut Plan) -> PurseIndex {
    let purse = state.purse(token.player, token.currency);
    let issued = state.house(AccountCode::FreebetIssued, token.currency);
    let free = state.owned(AccountCode::PlayerFreebet, token.currency, token.id.bytes());
    plan.pay(issued, free, token.amount);
    plan.keep(token);
    purse
}

fn end_free_bet(
    state: &mut State,
    request: &Request<'_>,
    it: &EndFreeBet<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    let token = state.objects.tokens.find(&it.token.into()).cloned().ok_or(Code::UnknownToken)?;
    check_player(request, token.player)?;
    if token.state != TokenState::Available {
        return Err(Code::TokenNotAvailable.into());
    }
    if token.version != it.version {
        return Err(Code::StaleVersion.into());
    }
    if it.why == EndReason::Expired && request.next.at < token.expires_at {
        return Err(Code::NotExpired.into());
    }
    let purse = state.purse(token.player, token.currency);
    end_token(state, &token, plan);
    Ok(Yes::of(purse, state))
}

/// F `PLAYER_FREEBET` → `FREEBET_EXPIRED`.
pub(super) fn end_token(state: &mut State, token: &Token, plan: &mut Plan) {
    let free = state.owned(AccountCode::PlayerFreebet, token.currency, token.id.bytes());
    let expired = state.house(AccountCode::FreebetExpired, token.currency);
    plan.pay(free, expired, token.amount);
    plan.keep(Token { version: token.version + 1, state: TokenState::Ended, ..token.clone() });
}
