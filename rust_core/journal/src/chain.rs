//! The end of a journal, and the rule by which the next batch may follow it.

use sha2::{Digest as _, Sha256};

use crate::{ChainError, Digest, Header};

/// Hash before the first batch of a shard: no two shards share a chain, even an empty one.
pub fn genesis_hash(shard: &str) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(b"journal genesis\0");
    hasher.update(shard.as_bytes());
    hasher.finalize().into()
}

/// Where a journal ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Shard whose journal this is.
    pub shard: String,
    /// Epoch of the last batch; 0 before the first.
    pub epoch: u64,
    /// Sequence of the last entry; 0 before the first.
    pub seq: u64,
    /// Hash of the last batch.
    pub hash: Digest,
}

impl Chain {
    /// The empty journal of `shard`.
    pub fn genesis(shard: &str) -> Self {
        Self { shard: shard.to_owned(), epoch: 0, seq: 0, hash: genesis_hash(shard) }
    }

    /// Whether the batch with `header` may follow.
    pub fn check(&self, header: &Header) -> Result<(), ChainError> {
        if header.shard != self.shard {
            return Err(ChainError::OtherShard { expected: self.shard.clone(), found: header.shard.clone() });
        }
        if header.lo > self.seq {
            return Err(ChainError::Gap { expected: self.seq, found: header.lo });
        }
        if header.lo < self.seq {
            return Err(ChainError::Overlap { expected: self.seq, found: header.lo });
        }
        if header.prev_hash != self.hash {
            return Err(ChainError::OtherPast { lo: header.lo });
        }
        if header.epoch < self.epoch || header.epoch == 0 {
            return Err(ChainError::EpochWentBack { expected: self.epoch, found: header.epoch });
        }
        Ok(())
    }

    /// Follow the batch with `header`.
    pub fn advance(&mut self, header: &Header) -> Result<(), ChainError> {
        self.check(header)?;
        self.epoch = header.epoch;
        self.seq = header.hi;
        self.hash = header.hash;
        Ok(())
    }
}
