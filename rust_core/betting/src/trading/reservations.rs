//! Bets that are not decided yet.

use std::collections::BTreeMap;

use crate::error::{BettingError, field};
use crate::trading::book::Phase;
use crate::trading::payoff::Payoff;

/// A bet that waits.
#[derive(Debug, Clone)]
struct Held {
    phase: Phase,
    payoff: Payoff,
}

/// Reservations by key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reservations(BTreeMap<String, Held>);

impl Reservations {
    pub(crate) fn hold(&mut self, key: &str, phase: Phase, payoff: Payoff) -> Result<(), BettingError> {
        if self.0.contains_key(key) {
            return Err(field("key", "is reserved already"));
        }
        self.0.insert(key.to_owned(), Held { phase, payoff });
        Ok(())
    }

    pub(crate) fn take(&mut self, key: &str) -> Result<(Phase, Payoff), BettingError> {
        let held = self.0.remove(key).ok_or(field("key", "is not reserved"))?;
        Ok((held.phase, held.payoff))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
