//! Snapshots: whoever begins from one stands where a full replay stands, and a damaged one is nobody's beginning.

mod common;

use common::{LIMITS, SHARD, deposit, frame, place, settle};
use proptest::prelude::*;
use shard::{Action, Follower, Kind, Outcome, Shard, SnapshotReader};
use wallet::Restoring;

/// A few batches of a shard: deposits, bets open, pending, refused and settled.
fn journal() -> Vec<Vec<u8>> {
    let mut machine = Shard::new(SHARD, LIMITS);
    let mut batches = Vec::new();
    let commands = [
        deposit(0, 1),
        place(0, 1, 0),
        place(0, 2, 100),
        place(1, 3, 0),
        deposit(1, 2),
        place(1, 4, 0),
        settle(0, 1),
        place(0, 5, 40),
    ];
    for (ticket, command) in (0..).zip(commands) {
        machine.enqueue(ticket, frame(Kind::Interactive, &[command]));
        let mut actions = machine.poll(10 + ticket * 10);
        while !actions.is_empty() {
            for action in actions {
                match action {
                    Action::TakeLease => machine.lease_taken(1),
                    Action::Read { .. } => machine.rows(1, &[], true),
                    Action::Append(batch) => {
                        machine.append_result(1, batch.header.hi, Outcome::Committed);
                        batches.push(batch.bytes);
                    }
                    _ => {}
                }
            }
            if ticket == 0 && batches.is_empty() {
                machine.enqueue(99, frame(Kind::Interactive, &[deposit(0, 9)]));
            }
            actions = machine.poll(11 + ticket * 10);
        }
    }
    assert!(batches.len() > 5, "{} batches", batches.len());
    batches
}

fn follower(batches: &[Vec<u8>]) -> Follower {
    let mut follower = Follower::new(SHARD).expect("a shard");
    batches.iter().try_for_each(|batch| follower.apply(batch)).expect("a sound journal");
    follower
}

fn restore<C: AsRef<[u8]>>(chunks: &[C]) -> Result<Follower, String> {
    let mut reader = SnapshotReader::new(SHARD)?;
    chunks.iter().try_for_each(|chunk| reader.take(chunk.as_ref()))?;
    reader.finish()
}

#[test]
fn a_follower_goes_on_from_a_snapshot_as_if_it_had_seen_all() {
    let batches = journal();
    let all = follower(&batches).snapshot().expect("a snapshot");
    for at in 0..=batches.len() {
        let chunks = follower(&batches[..at]).snapshot().expect("a snapshot");
        let mut resumed = restore(&chunks).expect("a sound snapshot");
        assert_eq!(resumed.chain(), follower(&batches[..at]).chain());
        assert_eq!(resumed.wallet().recomputed_state_hash(), resumed.wallet().state_hash());
        batches[at..].iter().try_for_each(|batch| resumed.apply(batch)).expect("it goes on");
        assert_eq!(resumed.snapshot().expect("a snapshot"), all, "begun after batch {at}");
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let chunks = follower(&journal()).snapshot().expect("a snapshot");
    assert!(chunks.len() > 6, "every section has a chunk");
    for (at, chunk) in chunks.iter().enumerate() {
        for bit in 0..chunk.len() * 8 {
            let mut damaged = chunks.clone();
            damaged[at][bit / 8] ^= 1 << (bit % 8);
            assert!(restore(&damaged).is_err(), "bit {bit} of chunk {at}");
        }
    }
}

#[test]
fn chunks_that_are_missing_doubled_moved_or_mixed_are_refused() {
    let batches = journal();
    let chunks = follower(&batches).snapshot().expect("a snapshot");
    let earlier = follower(&batches[..3]).snapshot().expect("a snapshot");
    for at in 0..chunks.len() {
        let without: Vec<_> = chunks.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, c)| c).collect();
        assert!(restore(&without).is_err(), "without chunk {at}");
        assert!(restore(&chunks[..at]).is_err(), "the first {at}");
        let doubled = [&chunks[..=at], &chunks[at..]].concat();
        assert!(restore(&doubled).is_err(), "chunk {at} twice");
        let mut moved = chunks.clone();
        moved.swap(at, (at + 1) % chunks.len());
        assert!(restore(&moved).is_err(), "chunk {at} moved");
        let mut mixed = chunks.clone();
        if let Some(other) = earlier.get(at).filter(|other| **other != chunks[at]) {
            mixed[at].clone_from(other);
            assert!(restore(&mixed).is_err(), "chunk {at} of an earlier one");
        }
    }
    let mut foreign = SnapshotReader::new("borealis").expect("a shard");
    assert!(foreign.take(&chunks[0]).is_err(), "another shard's");
    assert!(SnapshotReader::new("Not A Shard").is_err());
}

#[test]
fn a_later_format_is_refused_by_name() {
    let mut chunks = follower(&journal()).snapshot().expect("a snapshot");
    chunks[0][3] = 9;
    let error = restore(&chunks).expect_err("refused");
    assert!(error.contains("version 9"), "{error}");
}

proptest! {
    /// Chunks prove that nothing was damaged; who writes parts of his own with the right hashes must not bring a
    /// reader down either, nor have it take a state for another that has the same hash.
    #[test]
    fn parts_of_a_forger_do_no_harm(part in 0..6_usize, turns in prop::collection::vec((any::<u16>(), any::<u8>()), 1..4)) {
        let wallet = follower(&journal());
        let mut parts: Vec<Vec<u8>> = Vec::new();
        wallet.wallet().save(|part| parts.push(part.to_vec())).expect("a sound wallet");
        let at = part % parts.len();
        for (place, byte) in turns {
            let place = usize::from(place) % parts[at].len();
            parts[at][place] = byte;
        }
        let mut restoring = Restoring::new(wallet::Slug::new(SHARD).expect("a shard"));
        if parts.iter().try_for_each(|part| restoring.take(part)).is_ok() {
            let forged = restoring.finish().expect("all parts are there");
            prop_assert_eq!(forged.state_hash(), forged.recomputed_state_hash());
            prop_assert!(forged.open_bets().count() <= 5);
        }
    }
}
