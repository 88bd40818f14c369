//! Bytes where a journal or a snapshot should be: as they are, and as entries sealed with hashes that fit, since who can
//! write a batch can also hash it. No bytes panic, and nothing is followed that does not verify.

#![no_main]

use journal::{Batch, BatchBuilder, genesis_hash};
use libfuzzer_sys::fuzz_target;
use shard::{Follower, SnapshotReader};
use wallet::Entry;

const SHARD: &str = "aurora";

fuzz_target!(|bytes: &[u8]| {
    let _ = Batch::decode(bytes);
    let mut follower = Follower::new(SHARD).expect("a shard's name");
    let _ = follower.apply(bytes);
    let mut reader = SnapshotReader::new(SHARD).expect("a shard's name");
    if bytes.chunks(512).all(|chunk| reader.take(chunk).is_ok()) {
        let _ = reader.finish();
    }

    let mut builder = BatchBuilder::new(SHARD).expect("a shard's name");
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (entry, after) = after.split_at(after.len().min(usize::from(u16::from_le_bytes(*length))));
        rest = after;
        if let Ok(entry) = Entry::decode(entry) {
            let _ = format!("{entry:?}");
        }
        builder.push(entry);
    }
    if !builder.is_empty() {
        let sealed = builder.seal(1, 0, genesis_hash(SHARD), [0; 32]);
        let mut follower = Follower::new(SHARD).expect("a shard's name");
        assert!(follower.apply(&sealed.bytes).is_err(), "nothing has a state whose hash is zero");
    }
});
