//! The table of old keys, and who files keys in it for the writer that leads.

use std::collections::BTreeMap;

use journal::{Batch, Header};
use shard::{Shard, Standing};
use wallet::{Entry, FiledKey};

use crate::chance::Chance;
use crate::database::{Commit, Database};
use crate::told::Told;

/// How much older than the time up to which keys are forgotten a key is that is.
pub(crate) const LEAD: u64 = 86_400_000_000_000;
/// Entries that are never filed: the newest.
const FRESH: u64 = 6;

/// The rows, and up to which entry they go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filed {
    rows: BTreeMap<u64, Vec<FiledKey>>,
    pub(crate) until: u64,
    pub(crate) at: u64,
}

impl Filed {
    /// File the keys of the batches up to entry `until`.
    pub(crate) fn file(&mut self, batches: &[(Header, Vec<u8>)], until: u64) -> Result<(), String> {
        let after = self.until;
        let fresh = batches.iter().filter(|(header, _)| header.lo >= after && header.hi <= until);
        for (header, bytes) in fresh {
            for entry in Batch::decode(bytes).map_err(|error| error.to_string())?.entries() {
                let entry = Entry::decode(entry).map_err(|error| error.to_string())?;
                self.at = entry.at;
                if let Some(row) = FiledKey::of(&entry) {
                    self.rows.entry(row.fingerprint).or_default().push(row);
                }
            }
            self.until = header.hi;
        }
        Ok(())
    }

    /// Fingerprints and positions of keys.
    pub(crate) fn look(&self, keys: &[u64]) -> Vec<(u64, u64)> {
        let rows = keys.iter().filter_map(|key| self.rows.get(key)).flatten();
        rows.map(|row| (row.fingerprint, row.seq)).collect()
    }

    /// Drop the rows of keys that are forgotten.
    pub(crate) fn drop_forgotten(&mut self, before: u64) {
        self.rows.retain(|_, rows| {
            rows.retain(|row| !row.is_dated || row.at + LEAD > before);
            !rows.is_empty()
        });
    }
}

/// What the executor of a leading writer does at times: file more keys, say how far they are filed, let old ones be
/// forgotten, and drop those that are. The answer is what it tells the machine, if its commit was clean.
pub(crate) fn keep(
    machine: &mut Shard,
    database: &mut Database,
    promised: u64,
    clock: u64,
    chance: &mut Chance,
) -> Result<Option<Told>, String> {
    if machine.standing() != Standing::Leading {
        return Ok(None);
    }
    let epoch = machine.epoch();
    if chance.once_in(3) {
        machine.forget_keys(epoch, clock.saturating_sub(chance.below(LEAD / 4)));
    }
    database.drop_keys(epoch, machine.old_keys().forgotten);
    let until = promised.saturating_sub(FRESH + chance.below(12));
    let commit = if chance.once_in(6) { Commit::Unclear } else { Commit::Clean };
    database.file(epoch, until, commit)?;
    let told = Told::Filed { epoch, seq: database.filed().until, at: database.filed().at };
    // One that is unclear may be lost again, and a writer may die before it says so.
    Ok((commit == Commit::Clean && !chance.once_in(4)).then_some(told))
}
