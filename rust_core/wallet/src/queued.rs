//! Grants that wait for the active one of their purse to end.

use crate::ids::ObjectId;
use crate::object::{Grant, GrantState};
use crate::purse::PurseIndex;
use std::collections::BTreeMap;

/// The grants that wait, by purse, the first that was won first. It follows from the records, so no hash covers it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queued(BTreeMap<PurseIndex, Vec<ObjectId>>);

impl Queued {
    /// Learn of a grant as it is from now on.
    pub(crate) fn follow(&mut self, purse: PurseIndex, grant: &Grant) {
        if grant.state == GrantState::Queued {
            let waiting = self.0.entry(purse).or_default();
            if !waiting.contains(&grant.id) {
                waiting.push(grant.id);
            }
        } else if let Some(waiting) = self.0.get_mut(&purse) {
            waiting.retain(|id| *id != grant.id);
            if waiting.is_empty() {
                self.0.remove(&purse);
            }
        }
    }

    /// Those of a purse, in their order.
    pub(crate) fn of(&self, purse: PurseIndex) -> impl Iterator<Item = &ObjectId> {
        self.0.get(&purse).into_iter().flatten()
    }
}
