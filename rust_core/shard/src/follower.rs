//! Rebuilding the state from the journal, trusting nothing that does not verify.

use journal::{Batch, Chain};
use wallet::Wallet;

use crate::action::Durable;
use crate::limits::Limits;

/// Folds a shard's batches, in order, into its state: for recovery, proofs and standbys.
#[derive(Debug)]
pub struct Follower {
    wallet: Wallet,
    chain: Chain,
}

impl Follower {
    /// The empty state of `shard`.
    pub fn new(shard: &str) -> Result<Self, String> {
        let tenant = wallet::Slug::new(shard).map_err(|e| format!("shard {shard:?}: {e}"))?;
        Ok(Self::at(Wallet::new(tenant), Chain::genesis(shard)))
    }

    /// Keep at least so many of the last answers in full, for when the state comes to lead.
    pub(crate) fn keep_recent(&mut self, least: usize) {
        self.wallet.keep_recent(least);
    }

    /// Fold the next batch; the error says in words what does not verify, and the state is then unusable.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<(), String> {
        let (shard, seq) = (&self.chain.shard, self.chain.seq);
        let batch = Batch::decode(bytes).map_err(|e| format!("journal of {shard} after {seq}: {e}"))?;
        self.chain.check(&batch.header).map_err(|e| format!("journal of {shard}: {e}"))?;
        for entry in batch.entries() {
            self.wallet
                .replay(entry)
                .map_err(|e| format!("journal of {shard}: an entry after {seq} does not replay: {e}"))?;
        }
        let hi = batch.header.hi;
        if self.wallet.seq() != hi {
            let at = self.wallet.seq();
            return Err(format!("journal of {shard}: the batch up to {hi} leaves the wallet at {at}"));
        }
        if self.wallet.state_hash() != batch.header.state_hash {
            return Err(format!(
                "journal of {shard}: replay up to {hi} gives another state than its writer had"
            ));
        }
        self.chain.advance(&batch.header).map_err(|e| e.to_string())
    }

    /// Fold the next batch, which must be the one that was acknowledged if it ends where that did.
    pub(crate) fn apply_promised(&mut self, bytes: &[u8], promised: &Durable) -> Result<(), String> {
        self.apply(bytes)?;
        let chain = &self.chain;
        if chain.seq == promised.seq && chain.hash != promised.hash {
            return Err(format!("the journal up to {} is not the one that was acknowledged", chain.seq));
        }
        Ok(())
    }

    /// Where the journal ends so far.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The state so far.
    pub fn wallet(&self) -> &Wallet {
        &self.wallet
    }

    /// A state that was put together, at the end of a journal that led to it.
    pub(crate) fn at(wallet: Wallet, chain: Chain) -> Self {
        let mut follower = Self { wallet, chain };
        follower.keep_recent(Limits::default().recent_keys);
        follower
    }

    pub(crate) fn into_parts(self) -> (Wallet, Chain) {
        (self.wallet, self.chain)
    }
}
