//! Time passes: bets that waited too long are rejected and their stakes go back; bonuses and free bets end.

use super::{Outcome, Plan, Request, bonus, close::close};
use crate::command::{EndReason, Tick};
use crate::effects::put_subject;
use crate::expiry::Due;
use crate::reply::{Reply, Status};
use crate::state::State;
use crate::wire::put_varint;

pub(super) fn apply(
    state: &mut State,
    request: &Request<'_>,
    tick: Tick,
    plan: &mut Plan,
    entry: &mut Vec<u8>,
) -> Reply {
    let (until, mut groups) = (tick.until.min(request.next.at), Vec::new());
    let mut count = reject_overdue(state, request, until, plan, &mut groups);
    for due in state.expiries.due(until, Tick::MOST - count) {
        count += usize::from(end(state, request, due, plan, &mut groups));
    }
    if count == 0 {
        // Nothing happened, so there is nothing to remember; the answer rests on all that came before.
        return Reply::new(Status::Accepted, 0, state.last.seq, state.last.at);
    }
    request.journal(state, None, Outcome::ACCEPTED, entry);
    put_varint(entry, count as u64);
    entry.extend_from_slice(&groups);
    Reply { version: count as u32, ..request.accepted() }
}

/// The answer is how many there were.
fn reject_overdue(
    state: &mut State,
    request: &Request<'_>,
    until: u64,
    plan: &mut Plan,
    groups: &mut Vec<u8>,
) -> usize {
    let mut count = 0;
    for index in state.bets.overdue(until, Tick::MOST) {
        let bet = state.bets.get(index);
        let (id, player, currency) = (bet.id, bet.player, bet.currency);
        plan.clear();
        // A stake fits where it came from, unless that was filled to the brim since: then it waits for room.
        if let Ok(closed) = close(state, index, request, plan) {
            put_subject(groups, Some(&id), &player, currency);
            closed.put(state, &request.decoded.command, plan, groups);
            count += 1;
        }
    }
    count
}

/// End a grant or a free bet whose time is over.
fn end(state: &mut State, request: &Request<'_>, due: Due, plan: &mut Plan, groups: &mut Vec<u8>) -> bool {
    plan.clear();
    let (player, currency) = match due {
        Due::Grant(id) => {
            let Some(grant) = state.objects.grants.find(&id).cloned() else { return false };
            bonus::end(state, &grant, EndReason::Expired, plan);
            (grant.player, grant.currency)
        }
        Due::Token(id) => {
            let Some(token) = state.objects.tokens.find(&id).cloned() else { return false };
            bonus::end_token(state, &token, plan);
            (token.player, token.currency)
        }
    };
    // What falls to the house has room there, unless that is filled to the brim: then it waits.
    if plan.post(state).is_err() {
        return false;
    }
    plan.commit(state, None, request.next.at);
    put_subject(groups, None, &player, currency);
    plan.put(groups, state, &request.decoded.command, None, None);
    true
}
