//! The record: rows and a lease on a primary, and a standby that may be behind.

use journal::{Header, SealedBatch};

use crate::keys::Filed;

/// How long a lease lives without renewal, by the database's clock.
pub(crate) const LEASE: u64 = 3_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lease {
    epoch: u64,
    holder: usize,
    expires_at: u64,
}

/// Whether the standby has what was committed when the writer is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commit {
    /// It has, with everything before: the commit waited for it.
    Clean,
    /// Perhaps not.
    Unclear,
}

/// The database a writer talks to.
pub(crate) struct Database {
    lease: Lease,
    rows: Vec<(Header, Vec<u8>)>,
    filed: Filed,
    /// What the standby has: its lease, how many of the rows, and the table of old keys.
    standby: (Lease, usize, Filed),
}

impl Database {
    pub(crate) fn new() -> Self {
        let lease = Lease { epoch: 0, holder: usize::MAX, expires_at: 0 };
        Self { lease, rows: Vec::new(), filed: Filed::default(), standby: (lease, 0, Filed::default()) }
    }

    fn commit(&mut self, commit: Commit) {
        if commit == Commit::Clean {
            self.standby = (self.lease, self.rows.len(), self.filed.clone());
        }
    }

    /// Sequence of the last row.
    pub(crate) fn end(&self) -> u64 {
        self.rows.last().map_or(0, |(header, _)| header.hi)
    }

    /// The fenced append: one row, or none.
    pub(crate) fn append(&mut self, batch: &SealedBatch, commit: Commit) -> bool {
        let header = &batch.header;
        if header.epoch != self.lease.epoch || header.lo != self.end() {
            return false;
        }
        self.rows.push((header.clone(), batch.bytes.clone()));
        self.commit(commit);
        true
    }

    /// A new epoch, unless another's lease still lives.
    pub(crate) fn take_lease(&mut self, holder: usize, now: u64, commit: Commit) -> Option<u64> {
        if self.lease.holder != holder && self.lease.expires_at > now {
            return None;
        }
        let epoch = self.lease.epoch + 1;
        self.lease = Lease { epoch, holder, expires_at: now + LEASE };
        self.commit(commit);
        Some(epoch)
    }

    /// Whether the lease of `epoch` was still there to be renewed.
    pub(crate) fn renew(&mut self, epoch: u64, now: u64) -> bool {
        let is_ours = self.lease.epoch == epoch && self.lease.expires_at > now;
        if is_ours {
            self.lease.expires_at = now + LEASE;
        }
        is_ours
    }

    pub(crate) fn release(&mut self, epoch: u64, now: u64) {
        if self.lease.epoch == epoch {
            self.lease.expires_at = now;
        }
    }

    pub(crate) fn page(&self, after: u64, most: usize) -> Vec<Vec<u8>> {
        let rows = self.rows.iter().filter(|(header, _)| header.hi > after);
        rows.map(|(_, bytes)| bytes.clone()).take(most).collect()
    }

    /// The batches that hold entries, each once.
    pub(crate) fn holding(&self, seqs: &[u64]) -> Vec<Vec<u8>> {
        let holds = |header: &Header| seqs.iter().any(|seq| header.lo < *seq && *seq <= header.hi);
        self.rows.iter().filter(|(header, _)| holds(header)).map(|(_, bytes)| bytes.clone()).collect()
    }

    /// The primary dies and the standby takes over with what it has.
    pub(crate) fn fail_over(&mut self) {
        let (lease, rows, filed) = self.standby.clone();
        (self.lease, self.filed) = (lease, filed);
        self.rows.truncate(rows);
    }

    /// File the keys of entries up to `until`, if the lease is still that of `epoch`.
    pub(crate) fn file(&mut self, epoch: u64, until: u64, commit: Commit) -> Result<(), String> {
        if self.lease.epoch == epoch {
            self.filed.file(&self.rows, until)?;
            self.commit(commit);
        }
        Ok(())
    }

    /// Drop the rows of keys that are forgotten, if the lease is still that of `epoch`.
    pub(crate) fn drop_keys(&mut self, epoch: u64, before: u64) {
        if self.lease.epoch == epoch {
            self.filed.drop_forgotten(before);
        }
    }

    /// The table of old keys.
    pub(crate) fn filed(&self) -> &Filed {
        &self.filed
    }

    pub(crate) fn rows(&self) -> &[(Header, Vec<u8>)] {
        &self.rows
    }
}
