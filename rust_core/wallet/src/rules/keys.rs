//! The memory of keys: those that were filed leave it, and those that are past their time are forgotten.

use super::{Outcome, Request};
use crate::command::Command;
use crate::reply::{Reply, Status};
use crate::state::State;

pub(super) fn apply(state: &mut State, request: &Request<'_>, entry: &mut Vec<u8>) -> Reply {
    let before = state.last;
    // Its entry is later than all that goes.
    state.last = request.next;
    let is_done = match &request.decoded.command {
        Command::EvictKeys(evict) => state.evict(evict),
        Command::ForgetKeys(forget) => state.forget(*forget),
        _ => unreachable!("the other commands have rules of their own"),
    };
    if is_done {
        request.journal(state, None, Outcome::ACCEPTED, entry);
        return request.accepted();
    }
    // Nothing went, so there is nothing to remember.
    state.last = before;
    Reply::new(Status::Accepted, 0, before.seq, before.at)
}
