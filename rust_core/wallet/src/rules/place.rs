//! One attempt to bet: the player's money → held, and the bet that holds it.

use super::{Keyed, Request};
use crate::bets::Opening;
use crate::command::PlaceBet;
use crate::effects::{Transition, put_postings, put_transition};
use crate::ids::PlayerId;
use crate::refusal::Code;
use crate::reply::{Decision, Reply, Status};
use crate::state::{State, opening_state};
use ledger::{After, Posting, PostingError};

pub(super) fn apply(
    state: &mut State,
    request: &Request<'_>,
    place: &PlaceBet<'_>,
    entry: &mut Vec<u8>,
) -> Reply {
    let keyed = Keyed::new(request);
    if let Some(answered) = request.found.answered {
        let answer = state.idempotency.replay(answered, &keyed.asked);
        return if answer.status == Status::Accepted { answer.decided(&state.bets) } else { answer };
    }
    if let Some(stale) = stale(state, request, place) {
        return Reply::passing(Status::Retry, stale, request.next.at);
    }
    let outcome = match place.verdict {
        0 => hold(state, request, keyed.player, place).map_err(Code::number),
        refused => Err(refused),
    };
    let code = outcome.err().unwrap_or(0);
    request.journal(state, None, code, entry);
    if let Ok(held) = outcome {
        let transition =
            Transition { state: opening_state(place.pending_until), version: 1, real_left: place.stake };
        put_transition(entry, &transition);
        put_postings(entry, &state.ledger, &[held.0], &[held.1]);
    }
    let answer = keyed.remember(state, request.next, code, Some(place.bet_id), place.terms);
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

fn hold(
    state: &mut State,
    request: &Request<'_>,
    player: PlayerId,
    place: &PlaceBet<'_>,
) -> Result<(Posting, After), Code> {
    let &PlaceBet { currency, stake, bet_id, pending_until, .. } = place;
    if !stake.is_positive() {
        return Err(Code::StakeNotPositive);
    }
    if !stake.is_multiple_of(currency.minor_unit()) {
        return Err(Code::StakeNotWhole);
    }
    if request.found.bet.is_some() {
        return Err(Code::BetExists);
    }
    let known = request.found.accounts;
    let accounts = known.unwrap_or_else(|| state.player_accounts(player, currency));
    let posting = Posting { debit: accounts.real, credit: accounts.held, amount: stake };
    let mut after = [After::default()];
    state.ledger.post(&[posting], &mut after).map_err(|error| match error {
        PostingError::BelowFloor(_) => Code::InsufficientFunds,
        _ => Code::AmountOutOfRange,
    })?;
    state.bets.insert(&Opening {
        id: bet_id,
        player,
        currency,
        state: opening_state(pending_until),
        version: 1,
        stake,
        real_left: stake,
        pending_until,
        accounts,
    });
    Ok((posting, after[0]))
}
