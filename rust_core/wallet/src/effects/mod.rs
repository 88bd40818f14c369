//! What an entry changed, as recorded: records, bets, counters, and postings with the balances after each leg.
//!
//! ```text
//! effects    = group, or for an exchange one for each of its currencies,
//!              or for a tick: count · (bet, zeros for none · player · currency · group)…
//! group      = [player] · [currency] · parts · [transition] · [outcome] · [records] · [counts] · postings
//! player     of a command with a key whose head names none: 0, or 1 and the player
//! currency   where the command has none of its own; 0 for no currency
//! parts      = bit 0 transition, 1 outcome, 2 records, 3 counts, 4 the usual transition instead of one
//! transition = state · version · real money left held
//! outcome    = real money lost · given back · paid, where these do not follow from transition and command
//! records    = count · (kind · record)…
//! counts     = bit 0 deposit, 1 wager, 2 returns, 3 unstaked, 4 failed · each that is there · [minute];
//!              left out where they follow from command and transition
//! postings   = count · (debit · credit · amount · balance of debit · balance of credit)…
//! account    = code · owner, if that is neither the house nor the entry's player
//! ```

mod read;
mod write;

pub use read::{Effect, Effects, Posted, Postings, Transition};
pub(crate) use write::{Group, put_player, put_subject};

use crate::command::Command;
use crate::counters::Counts;
use crate::state::opening_state;
use money::Amount;

const TRANSITION: u8 = 1;
const OUTCOME: u8 = 2;
const RECORDS: u8 = 4;
const COUNTS: u8 = 8;
const USUAL_TRANSITION: u8 = 16;

/// What a result did with the real money that a bet held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Lost to the house.
    pub lost: Amount,
    /// Given back.
    pub void: Amount,
    /// Paid besides.
    pub paid: Amount,
}

/// What limits count of a command if nothing else is said: what is paid in, real money held, the return of a result.
fn usual_counts(command: &Command<'_>, transition: Option<&Transition>) -> Counts {
    match (command, transition) {
        (Command::Deposit(deposit), _) => Counts { deposit: deposit.amount, ..Counts::default() },
        (Command::PlaceBet(_), Some(placed)) => Counts { wager: placed.real_left, ..Counts::default() },
        (Command::SettleBet(settle), _) => Counts { returns: settle.returns, ..Counts::default() },
        _ => Counts::default(),
    }
}

/// What becomes of a bet if nothing else is said: it is placed with real money alone.
fn usual_transition(command: &Command<'_>) -> Option<Transition> {
    let Command::PlaceBet(place) = command else { return None };
    Some(Transition { state: opening_state(place.pending_until), version: 1, real_left: place.stake })
}
