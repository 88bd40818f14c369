//! Folding recorded effects into the state. No rule runs here: what was decided stays decided.

use crate::bets::{Answered, BetState, Closing, Opening};
use crate::command::{Command, Kind};
use crate::effects::{Effect, Posted, Transition};
use crate::entry::Entry;
use crate::idempotency::{Answer, Asked, Scope, digest};
use crate::ids::PlayerId;
use crate::state::{Position, State};
use crate::wire::WireError;
use ledger::{AccountCode, After, Posting, PostingError};
use money::Amount;
use std::fmt;

/// Why an entry does not continue a state. The journal and the state do not belong together, or one is damaged:
/// stop, and rebuild from a journal that verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrupt {
    /// The wallet failed before.
    Poisoned,
    /// The bytes are not an entry.
    Wire(WireError),
    /// The entry has another position than the next.
    Seq {
        /// The next position.
        expected: u64,
        /// The entry's.
        found: u64,
    },
    /// The entry is not later than the one before.
    Time,
    /// The hash in the entry is not that of its command.
    CommandHash,
    /// The key was answered before.
    KeyTwice,
    /// A bet is made twice, changed before it was made, or changed as it cannot be.
    Bet,
    /// The bet is another player's.
    Player,
    /// The ledger refuses a posting.
    Posting(PostingError),
    /// A balance after a posting is not the recorded one.
    Balance,
    /// The change of a hold is not the change of the held account.
    Hold,
    /// The kill-switch generation does not rise.
    Generation,
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Poisoned => f.write_str("the wallet failed before; rebuild it from the journal"),
            Self::Wire(error) => write!(f, "the bytes are not an entry: {error}"),
            Self::Seq { expected, found } => write!(f, "expected entry {expected}, found {found}"),
            Self::Time => f.write_str("the entry is not later than the one before"),
            Self::CommandHash => f.write_str("the command does not have the hash recorded with it"),
            Self::KeyTwice => f.write_str("the key was answered by an earlier entry"),
            Self::Bet => f.write_str("the bet cannot change as recorded"),
            Self::Player => f.write_str("the bet is another player's"),
            Self::Posting(error) => write!(f, "a recorded posting breaks a rule: {error}"),
            Self::Balance => f.write_str("a balance differs from the one recorded"),
            Self::Hold => f.write_str("the hold and the held account change by different amounts"),
            Self::Generation => f.write_str("the generation does not rise"),
        }
    }
}

impl std::error::Error for Corrupt {}

impl From<WireError> for Corrupt {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

/// Fold one entry into the state. After an error the state is of no use.
pub(crate) fn apply(state: &mut State, bytes: &[u8]) -> Result<(), Corrupt> {
    let entry = Entry::decode(bytes)?;
    let expected = state.last.seq + 1;
    if entry.seq != expected {
        return Err(Corrupt::Seq { expected, found: entry.seq });
    }
    if entry.at <= state.last.at {
        return Err(Corrupt::Time);
    }
    if digest(entry.body.canonical) != entry.command_hash {
        return Err(Corrupt::CommandHash);
    }
    state.last = Position { seq: entry.seq, at: entry.at };
    for effect in entry.effects() {
        fold_effect(state, &entry, &effect)?;
    }
    if let (Command::RaiseGeneration(raise), true) = (&entry.command, entry.is_accepted()) {
        if raise.generation <= state.generation {
            return Err(Corrupt::Generation);
        }
        state.generation = raise.generation;
        state.raised = state.last;
    }
    remember(state, &entry)
}

fn fold_effect(state: &mut State, entry: &Entry<'_>, effect: &Effect<'_>) -> Result<(), Corrupt> {
    let mut held = Amount::ZERO;
    for posted in effect.postings.clone() {
        held = post(state, &posted, effect.player, held)?;
    }
    let released = match &effect.transition {
        Some(transition) => fold_transition(state, entry, effect, transition)?,
        None => Amount::ZERO,
    };
    if held == released { Ok(()) } else { Err(Corrupt::Hold) }
}

/// Post, compare the balances, and count what went into (or, negative, out of) the held account.
fn post(state: &mut State, posted: &Posted, player: PlayerId, held: Amount) -> Result<Amount, Corrupt> {
    let posting = Posting {
        debit: state.open(posted.debit, player),
        credit: state.open(posted.credit, player),
        amount: posted.amount,
    };
    let mut after = [After::default()];
    state.ledger.post(&[posting], &mut after).map_err(Corrupt::Posting)?;
    if after[0] != posted.after {
        return Err(Corrupt::Balance);
    }
    let is_held = |code| code == AccountCode::PlayerBetHeld;
    let sum = match (is_held(posted.debit.code), is_held(posted.credit.code)) {
        (true, false) => held.checked_sub(posted.amount),
        (false, true) => held.checked_add(posted.amount),
        _ => Some(held),
    };
    sum.ok_or(Corrupt::Hold)
}

/// Change the bet as recorded; the answer is the change of its hold.
fn fold_transition(
    state: &mut State,
    entry: &Entry<'_>,
    effect: &Effect<'_>,
    transition: &Transition,
) -> Result<Amount, Corrupt> {
    let id = effect.bet_id.ok_or(Corrupt::Bet)?;
    let found = state.bets.find(&id);
    if let Command::PlaceBet(place) = &entry.command {
        if found.is_some() || !transition.state.holds() || transition.version != 1 {
            return Err(Corrupt::Bet);
        }
        let accounts = state.player_accounts(effect.player, effect.currency);
        state.bets.insert(&Opening {
            id,
            player: effect.player,
            currency: effect.currency,
            state: transition.state,
            version: transition.version,
            stake: place.stake,
            real_left: transition.real_left,
            pending_until: place.pending_until,
            accounts,
        });
        return Ok(transition.real_left);
    }
    let index = found.ok_or(Corrupt::Bet)?;
    let bet = state.bets.get(index);
    if bet.player != effect.player || bet.currency != effect.currency {
        return Err(Corrupt::Player);
    }
    if !bet.state.holds() || transition.version != bet.version + 1 {
        return Err(Corrupt::Bet);
    }
    let change = transition.real_left.checked_sub(bet.real_left).ok_or(Corrupt::Hold)?;
    let answered = Answered { seq: entry.seq, at: entry.at, version: transition.version };
    if entry.kind() == Kind::AcceptBet {
        if transition.state != BetState::Open {
            return Err(Corrupt::Bet);
        }
        state.bets.accept(index, transition, answered);
    } else {
        let closing = Closing::new(&entry.command, answered, entry.command_hash);
        if transition.state != closing.state() {
            return Err(Corrupt::Bet);
        }
        state.bets.close(index, transition, closing);
    }
    Ok(change)
}

fn remember(state: &mut State, entry: &Entry<'_>) -> Result<(), Corrupt> {
    let scope = Scope::of(&entry.head, entry.kind());
    let asked = Asked::new(&entry.command, entry.command_hash);
    let (Some(scope), Some(asked)) = (scope, asked) else { return Ok(()) };
    if state.idempotency.find(&scope).is_some() {
        return Err(Corrupt::KeyTwice);
    }
    let answer = Answer {
        seq: entry.seq,
        at: entry.at,
        code: entry.code,
        bet_id: entry.bet_id(),
        terms: entry.terms().unwrap_or(&[]),
    };
    state.idempotency.remember(scope, asked, &answer);
    Ok(())
}
