//! What can be wrong with a frame or with its place in the chain, in words an operator can act on.

use std::fmt;

/// Why bytes are not a sealed batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// The bytes end inside the named part.
    Truncated(&'static str),
    /// The first bytes are not those of a batch frame.
    NotAFrame,
    /// A later version of the frame than this reader knows.
    UnknownVersion(u8),
    /// The shard's name is empty, too long, or not lower-case ASCII letters, digits and hyphens.
    BadShardName,
    /// The frame is larger than `MAX_FRAME`.
    TooLarge(usize),
    /// `hi` is not `lo` plus the number of entries, or the batch is empty.
    BadSequence {
        /// Sequence before the first entry.
        lo: u64,
        /// Sequence of the last entry.
        hi: u64,
        /// Number of entries.
        n: u32,
    },
    /// The entries do not fill the body exactly.
    BadBody,
    /// The recomputed hash differs from the frame's: some bit of the frame has changed.
    HashMismatch,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated(part) => write!(f, "batch frame ends inside its {part}"),
            Self::NotAFrame => f.write_str("these bytes are not a journal batch"),
            Self::UnknownVersion(v) => write!(f, "batch frame version {v} is not known to this release"),
            Self::BadShardName => {
                f.write_str("the shard name of a batch must be 1 to 32 of a-z, 0-9 and '-'")
            }
            Self::TooLarge(n) => write!(f, "batch frame of {n} bytes is larger than the limit"),
            Self::BadSequence { lo, hi, n } => {
                write!(f, "batch says lo {lo}, hi {hi} and {n} entries, which do not agree")
            }
            Self::BadBody => f.write_str("the entries of the batch do not fill its body exactly"),
            Self::HashMismatch => {
                f.write_str("the batch does not match its own hash: it was damaged or changed")
            }
        }
    }
}

impl std::error::Error for FrameError {}

/// Why a batch, though whole, does not follow the chain so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainError {
    /// The batch belongs to another shard.
    OtherShard {
        /// The chain's shard.
        expected: String,
        /// The batch's shard.
        found: String,
    },
    /// The batch starts after the end of the chain: something is missing in between.
    Gap {
        /// Sequence at which the chain ends.
        expected: u64,
        /// Sequence after which the batch starts.
        found: u64,
    },
    /// The batch starts before the end of the chain: it was seen already, or the past differs.
    Overlap {
        /// Sequence at which the chain ends.
        expected: u64,
        /// Sequence after which the batch starts.
        found: u64,
    },
    /// The batch was made upon another past.
    OtherPast {
        /// Sequence after which the batch starts.
        lo: u64,
    },
    /// The epoch went backwards: a deposed writer's batch stands after its successor's.
    EpochWentBack {
        /// Epoch of the chain.
        expected: u64,
        /// Epoch of the batch.
        found: u64,
    },
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherShard { expected, found } => {
                write!(f, "batch of shard {found} in the journal of shard {expected}")
            }
            Self::Gap { expected, found } => {
                write!(f, "journal has a gap: entries {} to {found} are missing", expected.saturating_add(1))
            }
            Self::Overlap { expected, found } => {
                write!(f, "batch starts after {found}, but the journal already reaches {expected}")
            }
            Self::OtherPast { lo } => {
                write!(f, "batch after {lo} was sealed upon another past: its previous hash differs")
            }
            Self::EpochWentBack { expected, found } => {
                write!(f, "batch of epoch {found} stands after one of epoch {expected}")
            }
        }
    }
}

impl std::error::Error for ChainError {}
