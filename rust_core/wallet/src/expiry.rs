//! What ends by itself when its time is over: bonus grants and free bets that are not placed.

use crate::ids::ObjectId;
use crate::object::{Grant, Object, Token, TokenState};
use std::collections::BTreeSet;

/// What is due, by its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    Grant(ObjectId),
    Token(ObjectId),
}

/// Everything that has an end, the next one first. It follows from the records, so no hash covers it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expiries(BTreeSet<(u64, Due)>);

impl Expiries {
    /// Learn of a record as it is from now on.
    pub(crate) fn follow(&mut self, object: &Object) {
        let (entry, waits) = match object {
            Object::Grant(Grant { id, expires_at, state, .. }) => {
                ((*expires_at, Due::Grant(*id)), state.is_live())
            }
            Object::Token(Token { id, expires_at, state, .. }) => {
                ((*expires_at, Due::Token(*id)), *state == TokenState::Available)
            }
            _ => return,
        };
        if waits {
            self.0.insert(entry);
        } else {
            self.0.remove(&entry);
        }
    }

    /// The next end.
    pub(crate) fn next(&self) -> Option<u64> {
        self.0.first().map(|(at, _)| *at)
    }

    /// What has ended at `until`, the longest ago first, at most `most`.
    pub(crate) fn due(&self, until: u64, most: usize) -> Vec<Due> {
        self.0.iter().take_while(|(at, _)| *at <= until).take(most).map(|(_, due)| *due).collect()
    }
}
