//! A journal file keeps every acknowledged batch, forgets none silently, and says where it is damaged.

#![allow(clippy::disallowed_methods, reason = "these tests damage files on purpose")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use journal::{Batch, BatchBuilder, Chain, DamagedTail, FileError, FileJournal, SealedBatch};

const SHARD: &str = "aurora";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("journal-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn journal(&self) -> PathBuf {
        self.0.join("aurora.journal")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn open(path: &Path) -> Result<FileJournal, FileError> {
    FileJournal::open(path, SHARD, DamagedTail::Refuse)
}

fn next(chain: &Chain) -> SealedBatch {
    let mut builder = BatchBuilder::new(SHARD).unwrap();
    for entry in 0..=chain.seq % 3 {
        builder.push(format!("entry {entry} after {}", chain.seq).as_bytes());
    }
    builder.seal(chain.epoch.max(1), chain.seq, chain.hash, [7; 32])
}

fn write(path: &Path, batches: usize) -> Chain {
    let mut journal = open(path).unwrap();
    for _ in 0..batches {
        journal.append(&next(journal.chain())).unwrap();
    }
    journal.chain().clone()
}

#[test]
fn what_was_appended_is_there_after_reopening_and_reads_in_order() {
    let folder = Folder::new("reopen");
    let chain = write(&folder.journal(), 20);
    let mut journal = open(&folder.journal()).unwrap();
    assert_eq!(journal.chain(), &chain);
    assert_eq!(journal.set_aside(), None);
    let (mut offset, mut read) = (0, Chain::genesis(SHARD));
    loop {
        let (frames, after) = journal.read(offset, 300).unwrap();
        if frames.is_empty() {
            break;
        }
        for frame in frames {
            read.advance(&Batch::decode(&frame).unwrap().header).unwrap();
        }
        offset = after;
    }
    assert_eq!((read, offset), (chain, journal.byte_len()));
}

#[test]
fn a_second_writer_and_another_shard_are_refused() {
    let folder = Folder::new("second");
    write(&folder.journal(), 1);
    let held = open(&folder.journal()).unwrap();
    assert!(matches!(open(&folder.journal()), Err(FileError::Locked)));
    drop(held);
    let other = FileJournal::open(&folder.journal(), "borealis", DamagedTail::Refuse);
    assert!(matches!(other, Err(FileError::Chain { offset: 0, .. })), "{other:?}");
}

#[test]
fn a_batch_that_does_not_follow_is_refused_and_harms_nothing() {
    let folder = Folder::new("follow");
    let mut journal = open(&folder.journal()).unwrap();
    let first = next(journal.chain());
    journal.append(&first).unwrap();
    assert!(matches!(journal.append(&first), Err(FileError::Chain { .. })));
    journal.append(&next(journal.chain())).unwrap();
}

#[test]
fn a_torn_end_is_set_aside_wherever_it_was_torn() {
    let folder = Folder::new("torn");
    let path = folder.journal();
    let chain = write(&path, 3);
    let whole = fs::read(&path).unwrap();
    let torn = next(&chain).bytes;
    for length in 1..torn.len() {
        fs::write(&path, [&whole, &torn[..length]].concat()).unwrap();
        let mut journal = open(&path).unwrap();
        assert_eq!(journal.chain(), &chain);
        let beside = journal.set_aside().expect("a torn end").to_owned();
        assert_eq!(fs::read(beside).unwrap(), &torn[..length], "nothing is thrown away");
        journal.append(&next(&chain)).unwrap();
    }
}

#[test]
fn no_single_flipped_bit_loses_a_batch() {
    let folder = Folder::new("flip");
    let path = folder.journal();
    let chain = write(&path, 2);
    let whole = fs::read(&path).unwrap();
    for bit in 0..whole.len() * 8 {
        let mut damaged = whole.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &damaged).unwrap();
        match open(&path) {
            Err(FileError::Frame { .. } | FileError::Chain { .. }) => {}
            Err(other) => panic!("bit {bit}: {other}"),
            // A body is verified by whoever replays it; the chain itself must be whole.
            Ok(mut journal) => {
                assert_eq!(journal.chain(), &chain, "bit {bit}");
                let (frames, _) = journal.read(0, u64::MAX).unwrap();
                assert!(frames.iter().any(|frame| Batch::decode(frame).is_err()), "bit {bit} went unseen");
            }
        }
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing was set aside");
}

#[test]
fn a_complete_but_wrong_last_frame_needs_somebody_to_say_so() {
    let folder = Folder::new("wrong");
    let path = folder.journal();
    write(&path, 2);
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(open(&path), Err(FileError::Frame { .. })));
    let journal = FileJournal::open(&path, SHARD, DamagedTail::SetAside).unwrap();
    assert_eq!(journal.chain().seq, 1);
    assert!(journal.set_aside().is_some());
}

#[test]
fn damage_before_the_end_is_never_set_aside() {
    let folder = Folder::new("middle");
    let path = folder.journal();
    write(&path, 4);
    let whole = fs::read(&path).unwrap();
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(&whole[..19]).unwrap();
    file.write_all(&[0; 20]).unwrap();
    file.write_all(&whole[39..]).unwrap();
    let opened = FileJournal::open(&path, SHARD, DamagedTail::SetAside);
    assert!(matches!(opened, Err(FileError::Frame { offset: 0, .. })), "{opened:?}");
    assert_eq!(fs::metadata(&path).unwrap().len(), whole.len() as u64);
}
