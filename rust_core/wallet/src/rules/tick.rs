//! Time passes: bets that waited too long are rejected and their stakes go back.

use super::{Outcome, Plan, Request, close::close};
use crate::command::Tick;
use crate::effects::put_subject;
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
    let (mut count, mut groups) = (0, Vec::new());
    for index in state.bets.overdue(tick.until.min(request.next.at), Tick::MOST) {
        let bet = state.bets.get(index);
        let (id, player, currency) = (bet.id, bet.player, bet.currency);
        plan.clear();
        // A stake fits where it came from, unless that was filled to the brim since: then it waits for room.
        if let Ok(closed) = close(state, index, request, plan) {
            put_subject(&mut groups, &id, &player, currency);
            closed.put(state, &request.decoded.command, plan, &mut groups);
            count += 1;
        }
    }
    if count == 0 {
        // Nothing happened, so there is nothing to remember; the answer rests on all that came before.
        return Reply::new(Status::Accepted, 0, state.last.seq, state.last.at);
    }
    request.journal(state, None, Outcome::ACCEPTED, entry);
    put_varint(entry, u64::from(count));
    entry.extend_from_slice(&groups);
    Reply { version: count, ..request.accepted() }
}
