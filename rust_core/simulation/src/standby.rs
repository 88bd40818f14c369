//! A writer's hot standby: it follows what was announced while another leads, and hands its state to the machine.

use journal::Digest;
use shard::{Follower, Shard};

use crate::database::Database;
use crate::snapshots::Snapshots;

/// What a writer has followed since it last led or started.
#[derive(Default)]
pub(crate) struct Hot {
    follower: Option<Follower>,
}

impl Hot {
    /// Follow at most `most` further batches, none beyond `announced`; the record must be the one that was announced.
    pub(crate) fn follow(
        &mut self,
        database: &Database,
        snapshots: &Snapshots,
        announced: u64,
        most: usize,
    ) -> Result<(), String> {
        let mut follower = match self.follower.take() {
            Some(follower) => follower,
            None => snapshots.newest(database)?,
        };
        let after = follower.chain().seq;
        let rows = database.rows().iter().filter(|(header, _)| header.hi > after && header.hi <= announced);
        for (_, bytes) in rows.take(most) {
            if follower.apply(bytes).is_err() {
                return Ok(()); // another past: it begins anew
            }
        }
        self.follower = Some(follower);
        Ok(())
    }

    /// Let the machine, which has taken the lease, go on from here; the error if the record lost what was followed.
    pub(crate) fn hand_over(
        &mut self,
        database: &Database,
        snapshots: &Snapshots,
        machine: &mut Shard,
    ) -> Result<(), String> {
        let Some(follower) = self.follower.take() else {
            return machine.adopt(snapshots.newest(database)?);
        };
        let chain = follower.chain();
        if chain.seq > 0 && !holds(database, chain.seq, &chain.hash) {
            return Err(format!("the journal does not hold what was acknowledged up to {}", chain.seq));
        }
        machine.adopt(follower)
    }

    /// What was followed is of no use any more.
    pub(crate) fn forget(&mut self) {
        self.follower = None;
    }
}

fn holds(database: &Database, seq: u64, hash: &Digest) -> bool {
    database.rows().iter().any(|(header, _)| header.hi == seq && header.hash == *hash)
}
