//! The ends of a bet: settled (held → stakes, and pay-outs → player), voided or rejected (held → player).

use super::Request;
use crate::bets::{Answered, Bet, BetIndex, BetState, Closing};
use crate::command::{Command, Kind};
use crate::effects::{Transition, put_bet_change, put_postings};
use crate::ids::BetId;
use crate::refusal::Code;
use crate::reply::{Field, Reply, Status};
use crate::state::State;
use ledger::{AccountCode, AccountKey, After, Posting, PostingError};
use money::Amount;

pub(super) fn apply(state: &mut State, request: &Request<'_>, entry: &mut Vec<u8>) -> Reply {
    let command = &request.decoded.command;
    let bet_id = command.bet_id().expect("a command that closes a bet names it");
    let Some(index) = request.found.bet else {
        return request.refuse(state, Code::UnknownBet, Some((bet_id, 0)), entry);
    };
    let bet = state.bets.get(index);
    let (player, currency, version) = (bet.player, bet.currency, bet.version);
    if request.decoded.head.player.is_some_and(|named| named != player) {
        return request.refuse(state, Code::PlayerMismatch, Some((bet_id, 0)), entry);
    }
    let closing = Closing::new(command, request.answered(version + 1), request.hash);
    if let Some(answer) = state.bets.closed(bet).and_then(|original| repeated(bet_id, original, &closing)) {
        return answer;
    }
    if let Some(code) = refusal(bet, &closing, command) {
        return request.refuse(state, code, Some((bet_id, version)), entry);
    }
    let Ok(moved) = release(state, index, &closing) else {
        return request.refuse(state, Code::AmountOutOfRange, Some((bet_id, version)), entry);
    };
    let transition =
        Transition { state: closing.state(), version: closing.answered.version, real_left: Amount::ZERO };
    state.bets.close(index, &transition, closing);
    request.journal(state, Some(player), 0, entry);
    put_bet_change(entry, currency, &transition);
    put_postings(entry, &state.ledger, moved.postings(), moved.after());
    request.accepted().about(bet_id, transition.version)
}

/// The answer, if the bet was closed under this very revision already.
fn repeated(bet_id: BetId, original: &Closing, closing: &Closing) -> Option<Reply> {
    let is_result = |kind| matches!(kind, Kind::SettleBet | Kind::VoidBet);
    let same_object = match closing.kind {
        Kind::RejectBet => original.kind == Kind::RejectBet,
        _ => is_result(original.kind) && original.revision == closing.revision,
    };
    if !same_object {
        return None;
    }
    let Answered { seq, at, version } = original.answered;
    let field = difference(original, closing);
    let reply = match field {
        Field::None => Reply { replayed: true, ..Reply::new(Status::Accepted, 0, seq, at) },
        _ => Reply { field, ..Reply::new(Status::Conflict, Code::KeyConflict.number(), seq, at) },
    };
    Some(reply.about(bet_id, version))
}

fn difference(original: &Closing, closing: &Closing) -> Field {
    if original.digest == closing.digest {
        Field::None
    } else if original.kind != closing.kind {
        Field::Operation
    } else if original.returns != closing.returns {
        Field::Returns
    } else {
        match closing.kind {
            Kind::RejectBet => Field::Code,
            Kind::VoidBet => Field::Reason,
            _ => Field::Evidence,
        }
    }
}

fn refusal(bet: &Bet, closing: &Closing, command: &Command<'_>) -> Option<Code> {
    let (from, elsewhere, expected) = match command {
        Command::RejectBet(reject) => (BetState::Pending, Code::BetNotPending, reject.version),
        Command::VoidBet(void) => (BetState::Open, Code::BetNotOpen, void.version),
        Command::SettleBet(settle) => (BetState::Open, Code::BetNotOpen, settle.version),
        _ => return Some(Code::BetNotOpen),
    };
    if bet.state != from {
        Some(elsewhere)
    } else if bet.version != expected {
        Some(Code::StaleVersion)
    } else if closing.returns.is_negative() {
        Some(Code::ReturnsNegative)
    } else if !closing.returns.is_multiple_of(bet.currency.minor_unit()) {
        Some(Code::ReturnsNotWhole)
    } else {
        None
    }
}

/// The postings of one closed bet: one when the stake goes back or is lost, two when the bet has won.
pub(super) struct Moved {
    postings: [Posting; 2],
    after: [After; 2],
    count: usize,
}

impl Moved {
    pub(super) fn postings(&self) -> &[Posting] {
        &self.postings[..self.count]
    }

    pub(super) fn after(&self) -> &[After] {
        &self.after[..self.count]
    }
}

/// Move what is held to where the closing sends it, and the return to the player.
pub(super) fn release(state: &mut State, index: BetIndex, closing: &Closing) -> Result<Moved, PostingError> {
    let bet = state.bets.get(index);
    let (currency, accounts, real_left) = (bet.currency, bet.accounts, bet.real_left);
    let ledger = &mut state.ledger;
    let stake_to = match closing.kind {
        Kind::SettleBet => ledger.open(AccountKey::house(AccountCode::SportStakes, currency)),
        _ => accounts.real,
    };
    let release = Posting { debit: accounts.held, credit: stake_to, amount: real_left };
    let (mut legs, mut count) = ([release; 2], 1);
    if closing.returns.is_positive() {
        let payouts = ledger.open(AccountKey::house(AccountCode::SportPayouts, currency));
        legs[1] = Posting { debit: payouts, credit: accounts.real, amount: closing.returns };
        count = 2;
    }
    let mut after = [After::default(); 2];
    ledger.post(&legs[..count], &mut after[..count])?;
    Ok(Moved { postings: legs, after, count })
}
