//! Folding recorded effects into the state. No rule runs here: what was decided stays decided.

use crate::bets::{Answered, BetState, Closing, Opening, plain_outcome};
use crate::command::{Command, Kind};
use crate::counters::minute_of;
use crate::effects::{Effect, Posted, Transition};
use crate::entry::Entry;
use crate::idempotency::{Record, digest};
use crate::ids::ObjectId;
use crate::object::Object;
use crate::purse::PurseIndex;
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
    /// A record does not follow on the last of its id.
    Object,
    /// The kill-switch generation does not rise.
    Generation,
    /// Keys are let go that were not there, or not in this order.
    Keys,
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
            Self::Object => f.write_str("a record does not follow on the last of its id"),
            Self::Generation => f.write_str("the generation does not rise"),
            Self::Keys => f.write_str("keys cannot be let go as recorded"),
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
    let mut about = named(&entry);
    for effect in entry.effects() {
        fold_effect(state, &entry, &effect)?;
        about = changed(about, &effect);
    }
    if entry.is_accepted() {
        fold_plain(state, &entry.command)?;
    }
    remember(state, &entry, about)
}

/// What a command without effects changes.
fn fold_plain(state: &mut State, command: &Command<'_>) -> Result<(), Corrupt> {
    match command {
        Command::RaiseGeneration(raise) if raise.generation <= state.generation => {
            return Err(Corrupt::Generation);
        }
        Command::RaiseGeneration(raise) => (state.generation, state.raised) = (raise.generation, state.last),
        Command::EvictKeys(evict) if !state.evict(evict) => return Err(Corrupt::Keys),
        Command::ForgetKeys(forget) if !state.forget(*forget) => return Err(Corrupt::Keys),
        _ => {}
    }
    Ok(())
}

fn fold_effect(state: &mut State, entry: &Entry<'_>, effect: &Effect<'_>) -> Result<(), Corrupt> {
    let mut held = Amount::ZERO;
    for posted in effect.postings.clone() {
        held = post(state, &posted, held)?;
    }
    for object in &effect.objects {
        if !state.keep(object.clone()) {
            return Err(Corrupt::Object);
        }
    }
    let purse = match (effect.player, effect.currency) {
        (Some(player), Some(currency)) => Some(state.purse(player, currency)),
        _ => None,
    };
    if !effect.counts.is_empty() {
        state.count(purse.ok_or(Corrupt::Player)?, entry.at, &effect.counts);
    }
    let released = match &effect.transition {
        Some(transition) => fold_transition(state, entry, effect, transition, purse.ok_or(Corrupt::Player)?)?,
        None => Amount::ZERO,
    };
    if held == released { Ok(()) } else { Err(Corrupt::Hold) }
}

/// Post, compare the balances, and count what went into (or, negative, out of) the held account.
fn post(state: &mut State, posted: &Posted, held: Amount) -> Result<Amount, Corrupt> {
    let posting =
        Posting { debit: state.open(posted.debit), credit: state.open(posted.credit), amount: posted.amount };
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
    purse: PurseIndex,
) -> Result<Amount, Corrupt> {
    let id = effect.bet_id.ok_or(Corrupt::Bet)?;
    let found = state.bets.find(&id);
    let (player, currency) = (state.purses.get(purse).player, state.purses.get(purse).currency);
    if let Command::PlaceBet(place) = &entry.command {
        if found.is_some() || !transition.state.holds() || transition.version != 1 {
            return Err(Corrupt::Bet);
        }
        state.bets.insert(&Opening {
            id,
            player,
            currency,
            state: transition.state,
            version: transition.version,
            stake: place.stake,
            real_left: transition.real_left,
            pending_until: place.pending_until,
            minute: minute_of(entry.at),
            is_backed: state.objects.backings.find(&id.into()).is_some(),
            purse,
        });
        return Ok(transition.real_left);
    }
    let index = found.ok_or(Corrupt::Bet)?;
    let bet = state.bets.get(index);
    if bet.player != player || bet.currency != currency {
        return Err(Corrupt::Player);
    }
    if transition.version != bet.version.wrapping_add(1) {
        return Err(Corrupt::Bet);
    }
    let change = transition.real_left.checked_sub(bet.real_left).ok_or(Corrupt::Hold)?;
    let answered = Answered { seq: entry.seq, at: entry.at, version: transition.version };
    let was = bet.state;
    match entry.kind() {
        Kind::AcceptBet if was == BetState::Pending && transition.state == BetState::Open => {
            state.bets.accept(index, transition, answered);
        }
        Kind::CashOut if was == BetState::Open => {
            state.bets.change(index, transition);
        }
        Kind::SettleBet | Kind::VoidBet | Kind::ReopenBet | Kind::RejectBet | Kind::Tick => {
            let outcome = effect.outcome.unwrap_or_else(|| plain_outcome(&entry.command, change.negated()));
            let state_now = transition.state;
            let closing = Closing::new(&entry.command, answered, entry.command_hash, state_now, outcome);
            if !closing.may_follow(was) {
                return Err(Corrupt::Bet);
            }
            state.bets.close(index, transition, closing);
        }
        _ => return Err(Corrupt::Bet),
    }
    Ok(change)
}

/// What the answer to an entry is about, and its version then.
pub(crate) fn about(entry: &Entry<'_>) -> Option<(ObjectId, u32)> {
    entry.effects().fold(named(entry), |about, effect| changed(about, &effect))
}

fn named(entry: &Entry<'_>) -> Option<(ObjectId, u32)> {
    entry.bet_id().map(|bet| (bet.into(), 0))
}

fn changed(about: Option<(ObjectId, u32)>, effect: &Effect<'_>) -> Option<(ObjectId, u32)> {
    let version = effect.transition.map_or(0, |transition| transition.version);
    about.map(|(bet, _)| (bet, version)).or_else(|| effect.objects.first().map(Object::identity))
}

fn remember(state: &mut State, entry: &Entry<'_>, about: Option<(ObjectId, u32)>) -> Result<(), Corrupt> {
    let Some(record) = Record::of(entry, about) else { return Ok(()) };
    if state.idempotency.keep(record) { Ok(()) } else { Err(Corrupt::KeyTwice) }
}
