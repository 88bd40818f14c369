//! The kill switch.

use super::{Outcome, Request};
use crate::command::RaiseGeneration;
use crate::refusal::Code;
use crate::reply::{Reply, Status};
use crate::state::State;
use std::cmp::Ordering;

pub(super) fn apply(
    state: &mut State,
    request: &Request<'_>,
    raise: RaiseGeneration,
    entry: &mut Vec<u8>,
) -> Reply {
    match raise.generation.cmp(&state.generation) {
        Ordering::Less => request.refuse(state, Code::GenerationNotHigher, None, entry),
        Ordering::Equal => {
            let raised = Reply::new(Status::Accepted, 0, state.raised.seq, state.raised.at);
            Reply { replayed: true, ..raised }
        }
        Ordering::Greater => {
            state.generation = raise.generation;
            state.raised = request.next;
            request.journal(state, None, Outcome::ACCEPTED, entry);
            request.accepted()
        }
    }
}
