//! What the wallet does not hold any more and is told on demand: entries, and where old keys were answered.

use super::{Record, Scope};
use crate::entry::Entry;
use crate::replay::about;
use std::collections::BTreeMap;

/// Entries of the journal by their positions, and places of old keys, from which older keys are answered.
///
/// Whoever runs the wallet reads entries from the journal, and has verified the batches they stand in.
#[derive(Clone, Debug, Default)]
pub struct Recalled {
    entries: BTreeMap<u64, Vec<u8>>,
    /// By fingerprint: the end of the journal when the look was asked for, and the positions found.
    looks: BTreeMap<u64, (u64, Vec<u64>)>,
}

impl Recalled {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Take in the entry at a position.
    pub fn insert(&mut self, seq: u64, entry: Vec<u8>) {
        self.entries.insert(seq, entry);
    }

    /// Whether the entry at a position is there.
    pub fn has(&self, seq: u64) -> bool {
        self.entries.contains_key(&seq)
    }

    /// Take in what the table of old keys says of a fingerprint: all positions under it, or none. The look was asked for
    /// when the wallet stood at `asked_at`.
    pub fn look(&mut self, fingerprint: u64, asked_at: u64, positions: Vec<u64>) {
        self.looks.insert(fingerprint, (asked_at, positions));
    }

    /// How many entries and looks there are.
    pub fn len(&self) -> usize {
        self.entries.len() + self.looks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a look found, if it was asked for after all that was let go stood in the table: of keys up to there.
    pub(super) fn looked(&self, fingerprint: u64, evicted: u64) -> Option<&[u64]> {
        let (asked_at, positions) = self.looks.get(&fingerprint)?;
        (evicted <= *asked_at).then_some(positions)
    }

    /// What the entry at a position says, if it was recalled: anything but a bound key is not that entry.
    pub(super) fn record(&self, seq: u64) -> Option<Record> {
        let entry = Entry::decode(self.entries.get(&seq)?).ok()?;
        Record::of(&entry, about(&entry)).filter(|record| record.seq == seq)
    }
}

/// A command cannot be judged without these: recall the entries, look the keys up in the table of old keys, and submit
/// it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Positions of entries.
    pub seqs: Vec<u64>,
    /// Fingerprints of keys.
    pub keys: Vec<u64>,
}

/// A row of the table of old keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiledKey {
    /// 64 bits of the SHA-256 of the key's scope.
    pub fingerprint: u64,
    /// Position of the entry that answered it.
    pub seq: u64,
    /// Time of that entry.
    pub at: u64,
    /// Whether it may be forgotten: the key tells itself that it is no younger.
    pub is_dated: bool,
}

impl FiledKey {
    /// The row of an entry; none when it binds no key.
    pub fn of(entry: &Entry<'_>) -> Option<Self> {
        let scope = Scope::of(&entry.head, &entry.command).filter(|_| entry.is_frozen)?;
        let (seq, at) = (entry.seq, entry.at);
        Some(Self { fingerprint: scope.fingerprint, seq, at, is_dated: scope.is_dated(at) })
    }
}
