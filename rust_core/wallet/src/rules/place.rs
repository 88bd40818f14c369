//! One attempt to bet: the player's money → held, and the bet that holds it.

use super::stake::{self, Staked};
use super::{Keyed, No, Outcome, Plan, Request};
use crate::bets::Opening;
use crate::command::PlaceBet;
use crate::counters::minute_of;
use crate::effects::Transition;
use crate::ids::PlayerId;
use crate::refusal::Code;
use crate::reply::{Decision, Reply, Status};
use crate::state::{State, opening_state};
use money::Amount;

pub(super) fn apply(
    state: &mut State,
    request: &Request<'_>,
    place: &PlaceBet<'_>,
    plan: &mut Plan,
    entry: &mut Vec<u8>,
) -> Reply {
    let keyed = Keyed::new(request);
    if let Some(answered) = &request.found.answered {
        let answer = answered.replay(&keyed.asked, &request.decoded.command);
        return if answer.status == Status::Accepted { answer.decided(&state.bets) } else { answer };
    }
    if let Some(stale) = stale(state, request, place) {
        return Reply::passing(Status::Retry, stale, request.next.at);
    }
    let player = request.decoded.head.player.expect("a placement is read with a player");
    let outcome = match place.verdict {
        0 => match hold(state, request, player, place, plan) {
            Ok(real) => Ok(real),
            Err(No::Refused(code)) => Err(code.number()),
            Err(No::Passing(code)) => return Reply::passing(Status::Retry, code, request.next.at),
        },
        refused => Err(refused),
    };
    let code = outcome.err().unwrap_or(0);
    request.journal(state, None, Outcome::of(code), entry);
    if let Ok(real_left) = outcome {
        let transition = Transition { state: opening_state(place.pending_until), version: 1, real_left };
        plan.put(entry, state, &request.decoded.command, Some(&transition), None);
    }
    let about = Some((place.bet_id.into(), u32::from(code == 0)));
    let answer = keyed.remember(state, request.next, code, about, place.terms);
    let decision = match (code, place.pending_until) {
        (0, 0) => Decision::Accepted,
        (0, _) => Decision::Pending,
        _ => Decision::None,
    };
    Reply { decision, ..answer }
}

/// Whether the verdict is too old to act on, be it good or bad.
fn stale(state: &State, request: &Request<'_>, place: &PlaceBet<'_>) -> Option<Code> {
    let overdue = place.pending_until != 0 && place.pending_until <= request.next.at;
    if place.expires_at < request.next.at || overdue {
        Some(Code::Expired)
    } else if place.generation < state.generation {
        Some(Code::StaleGeneration)
    } else {
        None
    }
}

/// Hold the stake and make the bet; the answer is the real money held.
fn hold(
    state: &mut State,
    request: &Request<'_>,
    player: PlayerId,
    place: &PlaceBet<'_>,
    plan: &mut Plan,
) -> Result<Amount, No> {
    let &PlaceBet { currency, stake, bet_id, pending_until, .. } = place;
    if !stake.is_positive() {
        return Err(Code::StakeNotPositive.into());
    }
    if !stake.is_multiple_of(currency.minor_unit()) {
        return Err(Code::StakeNotWhole.into());
    }
    if request.found.bet.is_some() {
        return Err(Code::BetExists.into());
    }
    let at = request.next.at;
    let purse = request.found.purse.unwrap_or_else(|| state.purse(player, currency));
    let Staked { real, is_backed } = stake::of_bet(state, purse, place, at, plan)?;
    plan.post(state)?;
    plan.commit(state, Some(purse), at);
    state.bets.insert(&Opening {
        id: bet_id,
        player,
        currency,
        state: opening_state(pending_until),
        version: 1,
        stake,
        real_left: real,
        pending_until,
        minute: minute_of(at),
        is_backed,
        purse,
    });
    Ok(real)
}
