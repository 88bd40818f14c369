//! A pending bet becomes open. No money moves: it is held already.

use super::{Outcome, Plan, Request};
use crate::bets::{Answered, BetState};
use crate::command::AcceptBet;
use crate::effects::Transition;
use crate::refusal::Code;
use crate::reply::{Reply, Status};
use crate::state::State;
use crate::wire::put_currency;

pub(super) fn apply(
    state: &mut State,
    request: &Request<'_>,
    accept: &AcceptBet,
    plan: &Plan,
    entry: &mut Vec<u8>,
) -> Reply {
    let bet_id = accept.bet_id;
    let Some(index) = request.found.bet else {
        return request.refuse(state, Code::UnknownBet, Some((bet_id, 0)), entry);
    };
    let bet = state.bets.get(index);
    let (player, currency, version, real_left) = (bet.player, bet.currency, bet.version, bet.real_left);
    if request.decoded.head.player.is_some_and(|named| named != player) {
        return request.refuse(state, Code::PlayerMismatch, Some((bet_id, 0)), entry);
    }
    if let Some(&Answered { seq, at, version }) = state.bets.accepted(bet) {
        let answer = Reply::new(Status::Accepted, 0, seq, at).about(bet_id, version);
        return Reply { replayed: true, ..answer };
    }
    // Its time is up: the tick that gives the stake back is due, even if it has not come yet.
    let is_late = bet.pending_until <= request.next.at;
    if bet.state != BetState::Pending || is_late {
        return request.refuse(state, Code::BetNotPending, Some((bet_id, version)), entry);
    }
    if version != accept.version {
        return request.refuse(state, Code::StaleVersion, Some((bet_id, version)), entry);
    }
    let transition = Transition { state: BetState::Open, version: version + 1, real_left };
    state.bets.accept(index, &transition, request.answered(transition.version));
    request.journal(state, Some(player), Outcome::ACCEPTED, entry);
    put_currency(entry, currency);
    plan.put(entry, state, &request.decoded.command, Some(&transition), None);
    request.accepted().about(bet_id, transition.version)
}
