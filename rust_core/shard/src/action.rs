//! What the machine asks for, and what it is told in return.

use std::fmt;

use journal::{Digest, SealedBatch};

/// Something the executor must do; its outcome comes back through a method of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Take the shard's lease under a new epoch → `lease_taken`, `lease_busy` or `lease_unclear`.
    TakeLease,
    /// Read whole batches after `after`, in order → `rows`.
    Read {
        /// Sequence the machine already has.
        after: u64,
    },
    /// Read the batches that hold these entries, all of them durable → `recalled`: a key that was answered long ago
    /// comes again.
    Recall {
        /// Comes back with the outcome.
        id: u64,
        /// Their sequences, in order.
        seqs: Vec<u64>,
    },
    /// Look keys up in the table of old keys → `looked`: one that left memory may have come again.
    Look {
        /// Comes back with the outcome.
        id: u64,
        /// Their fingerprints, in order.
        keys: Vec<u64>,
        /// The table must hold all keys up to this position: another database than the journal's might not.
        until: u64,
    },
    /// Append the batch in one fenced statement → `append_result`.
    Append(SealedBatch),
    /// Send the answer frame of a request.
    Reply {
        /// The request's ticket.
        ticket: u64,
        /// The answers, in the order of the commands.
        frame: Vec<u8>,
    },
    /// Tell publishers and tailers how far they may go.
    Announce(Durable),
    /// Leadership ended: undurable state is gone, nothing unacknowledged was answered.
    Demoted {
        /// Why.
        reason: Reason,
    },
    /// Give the lease back at once: everything accepted is durable and answered.
    Release {
        /// Epoch to give back.
        epoch: u64,
    },
    /// Stop the process: an invariant is broken and nothing may limp on.
    Halt {
        /// Why.
        reason: String,
    },
}

/// The last durable batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Durable {
    /// Sequence of its last entry.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
    /// Hash of the state after it.
    pub state_hash: Digest,
}

/// How an append ended, as far as the executor can prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// One row inserted and nothing else was said.
    Committed,
    /// No row inserted: the lease or the previous batch is not ours.
    Fenced,
    /// An error that proves the statement was rolled back.
    RolledBack,
    /// Anything else: the batch may or may not be in the journal.
    Ambiguous,
}

/// Why leadership ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The journal refused our epoch: another writer has taken over.
    Fenced,
    /// An append was rolled back.
    RolledBack,
    /// The outcome of an append is unknown.
    Ambiguous,
    /// The lease could not be renewed, or another holds it.
    LeaseLost,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fenced => "fenced: another writer has taken the shard",
            Self::RolledBack => "an append was rolled back; recovering from the journal",
            Self::Ambiguous => "the outcome of an append is unknown; recovering from the journal",
            Self::LeaseLost => "the lease is lost",
        })
    }
}
