//! Time passes: bets that waited too long are rejected and their stakes go back.

use super::{Request, close::release};
use crate::bets::Closing;
use crate::command::Tick;
use crate::effects::{Transition, put_bet_change, put_postings, put_tick_subject};
use crate::reply::{Reply, Status};
use crate::state::State;
use crate::wire::put_varint;
use money::Amount;

pub(super) fn apply(state: &mut State, request: &Request<'_>, tick: Tick, entry: &mut Vec<u8>) -> Reply {
    let overdue = state.bets.overdue(tick.until.min(request.next.at), Tick::MOST);
    if overdue.is_empty() {
        // Nothing happened, so there is nothing to remember; the answer rests on all that came before.
        return Reply::new(Status::Accepted, 0, state.last.seq, state.last.at);
    }
    request.journal(state, None, 0, entry);
    put_varint(entry, overdue.len() as u64);
    for &index in &overdue {
        let bet = state.bets.get(index);
        let (id, player, currency, version) = (bet.id, bet.player, bet.currency, bet.version + 1);
        let closing = Closing::new(&request.decoded.command, request.answered(version), request.hash);
        let moved = release(state, index, &closing).expect("a stake that was held fits where it came from");
        let transition = Transition { state: closing.state(), version, real_left: Amount::ZERO };
        state.bets.close(index, &transition, closing);
        put_tick_subject(entry, &id, &player);
        put_bet_change(entry, currency, &transition);
        put_postings(entry, &state.ledger, moved.postings(), moved.after());
    }
    Reply { version: overdue.len() as u32, ..request.accepted() }
}
