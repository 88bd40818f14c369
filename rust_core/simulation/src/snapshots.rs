//! Snapshots of a day: a replayer takes them from what was announced, some are damaged where they lie, and writers begin
//! from the newest that verifies and that the record holds.

use shard::{Follower, SnapshotReader};

use crate::chance::Chance;
use crate::database::Database;
use crate::day::TENANT;

/// How many are kept.
const KEPT: usize = 3;

type Chunks = Vec<Vec<u8>>;

/// What was taken, the newest last.
#[derive(Default)]
pub(crate) struct Snapshots {
    kept: Vec<Chunks>,
}

impl Snapshots {
    /// Fold the record from the newest good snapshot up to `announced`, and take one there; a bit of it turns at times.
    pub(crate) fn take(
        &mut self,
        database: &Database,
        announced: u64,
        chance: &mut Chance,
    ) -> Result<(), String> {
        let mut follower = self.newest(database)?;
        let after = follower.chain().seq;
        for (header, bytes) in database.rows() {
            if header.hi > after && header.hi <= announced {
                follower.apply(bytes)?;
            }
        }
        let mut chunks = follower.snapshot()?;
        if chance.once_in(4) {
            let chunk = chance.below(chunks.len() as u64) as usize;
            let bit = chance.below(chunks[chunk].len() as u64 * 8) as usize;
            chunks[chunk][bit / 8] ^= 1 << (bit % 8);
            if restore(&chunks).is_ok() {
                return Err(format!("bit {bit} of chunk {chunk} turned and nobody noticed"));
            }
        }
        self.kept.push(chunks);
        if self.kept.len() > KEPT {
            self.kept.remove(0);
        }
        Ok(())
    }

    /// The state of the newest that verifies and that the record holds, or else the empty one.
    pub(crate) fn newest(&self, database: &Database) -> Result<Follower, String> {
        let good = self.kept.iter().rev().filter_map(|chunks| restore(chunks).ok());
        let mut held = good.filter(|follower| {
            let (chain, state_hash) = (follower.chain(), follower.wallet().state_hash());
            let is_it = |hi, hash, state| (hi, hash, state) == (chain.seq, chain.hash, state_hash);
            database.rows().iter().any(|(header, _)| is_it(header.hi, header.hash, header.state_hash))
        });
        held.next().map_or_else(|| Follower::new(TENANT), Ok)
    }
}

fn restore(chunks: &[Vec<u8>]) -> Result<Follower, String> {
    let mut reader = SnapshotReader::new(TENANT)?;
    chunks.iter().try_for_each(|chunk| reader.take(chunk))?;
    reader.finish()
}

/// A day that is interrupted after any batch, put down and taken up again from a snapshot is the day without.
pub(crate) fn change_nothing(database: &Database, straight: &Follower) -> Result<(), String> {
    let whole = straight.snapshot()?;
    let rows = database.rows();
    let mut folded = Follower::new(TENANT)?;
    // Far enough apart that a long day stays short: three interruptions, and the end.
    let step = (rows.len() / 3).max(1);
    for (at, (_, bytes)) in (1..).zip(rows) {
        folded.apply(bytes)?;
        if at % step != 0 && at != rows.len() {
            continue;
        }
        let mut resumed = restore(&folded.snapshot()?)?;
        rows[at..].iter().try_for_each(|(_, bytes)| resumed.apply(bytes))?;
        if resumed.snapshot()? != whole {
            return Err(format!("a day taken up again after batch {at} ends in another state"));
        }
        if resumed.wallet().recomputed_state_hash() != straight.wallet().state_hash() {
            return Err(format!("a day taken up again after batch {at} has another hash"));
        }
    }
    Ok(())
}
