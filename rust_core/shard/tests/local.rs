//! A shard in front of a file: what it answered is there after any end, and nothing else is.
#![allow(clippy::disallowed_methods, reason = "these tests damage files on purpose")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{SHARD, deposit, frame, place, replies, settle};
use journal::{DamagedTail, FileError, FileJournal};
use shard::{Kind, Limits, LocalError, LocalShard};
use wallet::Status;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("local-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    folder.join("journal")
}

fn open(path: &Path) -> Result<LocalShard, LocalError> {
    LocalShard::open(FileJournal::open(path, SHARD, DamagedTail::Refuse)?, Limits::default())
}

fn day() -> Vec<Vec<u8>> {
    let bets = (0..9).flat_map(|bet| [place(bet % 3, bet, 0), settle(bet % 3, bet)]);
    (0..3).map(|player| deposit(player, player)).chain(bets).collect()
}

#[test]
fn answers_and_state_are_the_same_after_reopening() {
    let path = folder("reopen");
    let mut local = open(&path).expect("a new shard");
    let first = local.submit(frame(Kind::Interactive, &day()), 1_000).expect("an answer");
    assert!(replies(&first).iter().all(|reply| reply.status == Status::Accepted && !reply.replayed));
    let hash = local.wallet().expect("a state").state_hash();
    drop(local);
    let mut local = open(&path).expect("the same shard");
    assert_eq!(local.wallet().expect("a state").state_hash(), hash);
    let length = local.journal().byte_len();
    let again = replies(&local.submit(frame(Kind::Interactive, &day()), 2_000).expect("an answer"));
    for (first, again) in replies(&first).iter().zip(&again) {
        assert!(again.replayed && again.seq == first.seq && again.at == first.at);
    }
    assert_eq!(local.journal().byte_len(), length, "a repeat is answered, not journaled");
    fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
}

#[test]
fn wherever_the_file_ends_the_state_is_that_of_whole_batches() {
    let path = folder("cut");
    let mut local = open(&path).expect("a new shard");
    let mut states = vec![(0, local.wallet().expect("a state").state_hash())];
    for (number, command) in day().into_iter().enumerate() {
        local.submit(frame(Kind::Interactive, &[command]), number as u64).expect("an answer");
        states.push((local.journal().byte_len(), local.wallet().expect("a state").state_hash()));
    }
    drop(local);
    let whole = fs::read(&path).expect("a file");
    for length in (0..whole.len()).step_by(7) {
        fs::write(&path, &whole[..length]).expect("a shorter file");
        let local = open(&path).expect("a torn end is no obstacle");
        let (_, expected) =
            states.iter().rev().find(|(end, _)| *end <= length as u64).expect("the empty state");
        assert_eq!(&local.wallet().expect("a state").state_hash(), expected);
    }
    fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
}

#[test]
fn a_flipped_bit_anywhere_is_detected() {
    let path = folder("flip");
    let mut local = open(&path).expect("a new shard");
    for (number, command) in day().into_iter().take(4).enumerate() {
        local.submit(frame(Kind::Interactive, &[command]), number as u64).expect("an answer");
    }
    drop(local);
    let whole = fs::read(&path).expect("a file");
    for bit in (0..whole.len() * 8).step_by(3) {
        let mut damaged = whole.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, damaged).expect("a damaged file");
        assert!(open(&path).is_err(), "the flip of bit {bit} went unseen");
    }
    fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
}

#[test]
fn a_file_held_elsewhere_is_refused() {
    let path = folder("held");
    let _held = open(&path).expect("a new shard");
    assert!(matches!(open(&path), Err(LocalError::File(FileError::Locked))));
    fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
}

#[test]
fn a_full_disk_is_an_error_and_never_an_answer() {
    let mut local = open(Path::new("/dev/full")).expect("a file that takes nothing");
    let refused = local.submit(frame(Kind::Interactive, &[deposit(0, 0)]), 1_000);
    assert!(matches!(refused, Err(LocalError::File(FileError::Io { .. }))), "{refused:?}");
    assert!(local.wallet().is_none(), "what is not durable is not shown");
    assert!(matches!(
        local.submit(frame(Kind::Interactive, &[deposit(0, 0)]), 2_000),
        Err(LocalError::Closed)
    ));
}
