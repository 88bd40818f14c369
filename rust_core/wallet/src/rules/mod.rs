//! What each command does: replay of a known key, guards, decision, effects, entry.

mod accept;
mod bonus;
mod cash_out;
mod cashier;
mod casino;
mod close;
mod control;
mod correct;
mod debt;
mod deposit;
mod free_rounds;
mod generation;
mod guard;
mod house;
mod keyed;
mod keys;
mod payment;
mod place;
mod plan;
mod provider;
mod reopen;
mod result;
mod rollback;
mod round;
mod stake;
mod tick;
mod winnings;

pub(crate) use plan::Plan;

use crate::bets::{Answered, BetIndex};
use crate::codec::Decoded;
use crate::command::Command;
use crate::entry::Opening;
use crate::idempotency::{Answer, Asked, Missing, Recalled, Record, Scope, digest};
use crate::ids::{BetId, ObjectId, PlayerId};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::reply::{Reply, Status};
use crate::state::{Position, State};

/// Apply one command and append its entry, if it is to be remembered.
pub(crate) fn apply(
    state: &mut State,
    decoded: &Decoded<'_>,
    now: u64,
    recalled: &Recalled,
    plan: &mut Plan,
    entry: &mut Vec<u8>,
) -> Result<Reply, Missing> {
    // What is needed is looked up first: while memory answers, the processor hashes the command.
    let found = Found::of(state, decoded, recalled)?;
    if found.is_too_old(state) {
        return Ok(Reply::passing(Status::Refused, Code::KeyTooOld, state.last.next(now).at));
    }
    let hash = digest(decoded.body.canonical);
    let request = Request { decoded, found, hash, next: state.last.next(now) };
    plan.clear();
    Ok(match &decoded.command {
        Command::Deposit(deposit) => deposit::apply(state, &request, deposit, plan, entry),
        Command::PlaceBet(place) => place::apply(state, &request, place, plan, entry),
        Command::AcceptBet(accept) => accept::apply(state, &request, accept, plan, entry),
        Command::RejectBet(_) | Command::SettleBet(_) | Command::VoidBet(_) | Command::ReopenBet(_) => {
            close::apply(state, &request, plan, entry)
        }
        Command::Tick(tick) => tick::apply(state, &request, *tick, plan, entry),
        Command::RaiseGeneration(raise) => generation::apply(state, &request, *raise, entry),
        Command::EvictKeys(_) | Command::ForgetKeys(_) => keys::apply(state, &request, entry),
        _ => keyed::apply(state, &request, plan, entry),
    })
}

/// What is known of the things a command names.
struct Found {
    /// The scope of its key, and the answer to that.
    scope: Option<Scope>,
    answered: Option<Box<Record>>,
    bet: Option<BetIndex>,
    /// What it stakes from.
    purse: Option<PurseIndex>,
}

impl Found {
    #[inline]
    fn of(state: &State, decoded: &Decoded<'_>, recalled: &Recalled) -> Result<Self, Missing> {
        let (head, command) = (&decoded.head, &decoded.command);
        let scope = Scope::of(head, command);
        let purse = match (command, head.player) {
            (Command::PlaceBet(place), Some(player)) => state.purses.find(player, place.currency),
            _ => None,
        };
        let answered = match &scope {
            Some(scope) => state.idempotency.find(scope, recalled)?,
            None => None,
        };
        let bet = command.bet_id().and_then(|bet_id| state.bets.find(&bet_id));
        Ok(Self { scope, answered, bet, purse })
    }

    /// Whether the key may have been answered and forgotten.
    #[inline]
    fn is_too_old(&self, state: &State) -> bool {
        self.answered.is_none()
            && self.scope.as_ref().is_some_and(|scope| state.idempotency.is_too_old(scope))
    }
}

/// A command, what was found for it, its hash, and the place its entry would take.
struct Request<'a> {
    decoded: &'a Decoded<'a>,
    found: Found,
    hash: [u8; 16],
    next: Position,
}

impl Request<'_> {
    fn reply(&self, status: Status, code: u16) -> Reply {
        Reply::new(status, code, self.next.seq, self.next.at)
    }

    fn answered(&self, version: u32) -> Answered {
        Answered { seq: self.next.seq, at: self.next.at, version }
    }

    fn accepted(&self) -> Reply {
        self.reply(Status::Accepted, 0)
    }

    /// Append the entry up to its outcome, and take its place in the journal.
    fn journal(&self, state: &mut State, player: Option<PlayerId>, outcome: Outcome, entry: &mut Vec<u8>) {
        state.last = self.next;
        let opening = Opening {
            seq: self.next.seq,
            at: self.next.at,
            head: &self.decoded.head,
            head_bytes: self.decoded.head_bytes,
            player,
            command_hash: &self.hash,
            body: self.decoded.body.bytes,
            code: outcome.code,
            is_frozen: outcome.is_frozen,
            has_effects: outcome.has_effects,
        };
        opening.write(entry);
    }

    /// Journal a refusal of a command without a key: evidence, but the next attempt is judged anew.
    fn refuse(
        &self,
        state: &mut State,
        code: Code,
        about: Option<(BetId, u32)>,
        entry: &mut Vec<u8>,
    ) -> Reply {
        self.journal(state, None, Outcome::of(code.number()), entry);
        let reply = self.reply(Status::Refused, code.number());
        about.map_or(reply, |(bet_id, version)| reply.about(bet_id, version))
    }
}

/// How the journal tells what became of a command.
#[derive(Clone, Copy)]
struct Outcome {
    code: u16,
    is_frozen: bool,
    has_effects: bool,
}

impl Outcome {
    /// The usual: what is accepted has effects, what is refused has none, and both bind the key.
    const fn of(code: u16) -> Self {
        Self { code, is_frozen: true, has_effects: false }
    }

    const ACCEPTED: Self = Self::of(0);
}

/// What a command with a key needs besides: the scope of its key, and what it asks.
struct Keyed {
    scope: Scope,
    asked: Asked,
}

impl Keyed {
    fn new(request: &Request<'_>) -> Self {
        Self {
            scope: request.found.scope.expect("a keyed command is read with its key"),
            asked: Asked::new(&request.decoded.command, request.hash),
        }
    }

    /// Freeze an answer under the key.
    fn remember(
        self,
        state: &mut State,
        at: Position,
        code: u16,
        object: Option<(ObjectId, u32)>,
        terms: &[u8],
    ) -> Reply {
        let answer = Answer { seq: at.seq, at: at.at, code, object, terms };
        state.idempotency.remember(self.scope, self.asked, &answer);
        answer.reply()
    }
}

/// Why a rule says no.
#[derive(Clone, Copy, Debug)]
enum No {
    /// For good: journaled, and its key is bound.
    Refused(Code),
    /// For now: nothing is remembered.
    Passing(Code),
}

impl From<Code> for No {
    fn from(code: Code) -> Self {
        Self::Refused(code)
    }
}
