//! What each command does: replay of a known key, guards, decision, effects, entry.

mod accept;
mod close;
mod deposit;
mod generation;
mod place;
mod tick;

use crate::bets::{Answered, BetIndex, PlayerAccounts};
use crate::codec::Decoded;
use crate::command::Command;
use crate::entry::Opening;
use crate::idempotency::{Answer, Asked, RecordIndex, Scope, digest};
use crate::ids::{BetId, PlayerId};
use crate::refusal::Code;
use crate::reply::{Reply, Status};
use crate::state::{Position, State};

/// Apply one command and append its entry, if it is to be remembered.
pub(crate) fn apply(state: &mut State, decoded: &Decoded<'_>, now: u64, entry: &mut Vec<u8>) -> Reply {
    // What is needed is looked up first: while memory answers, the processor hashes the command.
    let found = Found::of(state, decoded);
    let hash = digest(decoded.body.canonical);
    let request = Request { decoded, found, hash, next: state.last.next(now) };
    match &decoded.command {
        Command::Deposit(deposit) => deposit::apply(state, &request, deposit, entry),
        Command::PlaceBet(place) => place::apply(state, &request, place, entry),
        Command::AcceptBet(accept) => accept::apply(state, &request, accept, entry),
        Command::RejectBet(_) | Command::SettleBet(_) | Command::VoidBet(_) => {
            close::apply(state, &request, entry)
        }
        Command::Tick(tick) => tick::apply(state, &request, *tick, entry),
        Command::RaiseGeneration(raise) => generation::apply(state, &request, *raise, entry),
    }
}

/// What is known of the things a command names.
struct Found {
    /// The scope of its key, and where the answer to that is.
    scope: Option<Scope>,
    answered: Option<RecordIndex>,
    bet: Option<BetIndex>,
    /// The accounts it stakes from.
    accounts: Option<PlayerAccounts>,
}

impl Found {
    #[inline]
    fn of(state: &State, decoded: &Decoded<'_>) -> Self {
        let (head, command) = (&decoded.head, &decoded.command);
        let scope = Scope::of(head, command.kind());
        let accounts = match (command, head.player) {
            (Command::PlaceBet(place), Some(player)) => state.find_accounts(player, place.currency),
            _ => None,
        };
        Self {
            scope,
            answered: scope.and_then(|scope| state.idempotency.find(&scope)),
            bet: command.bet_id().and_then(|bet_id| state.bets.find(&bet_id)),
            accounts,
        }
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
    fn journal(&self, state: &mut State, player: Option<PlayerId>, code: u16, entry: &mut Vec<u8>) {
        state.last = self.next;
        let opening = Opening {
            seq: self.next.seq,
            at: self.next.at,
            head: &self.decoded.head,
            head_bytes: self.decoded.head_bytes,
            player,
            command_hash: &self.hash,
            body: self.decoded.body.bytes,
            code,
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
        self.journal(state, None, code.number(), entry);
        let reply = self.reply(Status::Refused, code.number());
        about.map_or(reply, |(bet_id, version)| reply.about(bet_id, version))
    }
}

/// What a command with a key needs besides: the scope of its key, what it asks, and whose money it moves.
struct Keyed {
    scope: Scope,
    asked: Asked,
    player: PlayerId,
}

impl Keyed {
    fn new(request: &Request<'_>) -> Self {
        let head = &request.decoded.head;
        let command = &request.decoded.command;
        Self {
            scope: request.found.scope.expect("a keyed command is read with key and player"),
            asked: Asked::new(command, request.hash).expect("the command is keyed"),
            player: head.player.expect("a keyed command is read with a player"),
        }
    }

    /// Freeze an answer under the key.
    fn remember(
        self,
        state: &mut State,
        at: Position,
        code: u16,
        bet_id: Option<BetId>,
        terms: &[u8],
    ) -> Reply {
        let answer = Answer { seq: at.seq, at: at.at, code, bet_id, terms };
        state.idempotency.remember(self.scope, self.asked, &answer);
        answer.reply()
    }
}
