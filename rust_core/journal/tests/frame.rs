//! The frame is exact: what was sealed comes back, and nothing else is accepted.

use journal::{Batch, BatchBuilder, Chain, ChainError, FrameError, SealedBatch, genesis_hash};
use proptest::prelude::*;

fn seal(entries: &[&[u8]], epoch: u64, lo: u64, prev: [u8; 32]) -> SealedBatch {
    let mut builder = BatchBuilder::new("aurora").unwrap();
    for entry in entries {
        builder.push(entry);
    }
    builder.seal(epoch, lo, prev, [7; 32])
}

#[test]
fn an_entry_is_the_same_written_in_place_and_added_whole() {
    let mut builder = BatchBuilder::new("aurora").unwrap();
    for entry in [b"first entry".as_slice(), b"third"] {
        builder.push_with(|out| out.extend_from_slice(entry));
        let length = builder.byte_len();
        builder.push_with(|_out| ());
        assert_eq!(builder.byte_len(), length, "what writes nothing leaves no entry");
    }
    assert_eq!(builder.len(), 2);
    assert_eq!(builder.seal(3, 41, [9; 32], [7; 32]), seal(&[b"first entry", b"third"], 3, 41, [9; 32]));
}

#[test]
fn every_single_bit_flip_is_detected() {
    let sealed = seal(&[b"first entry", b"", b"third"], 3, 41, genesis_hash("aurora"));
    assert!(Batch::decode(&sealed.bytes).is_ok());
    for bit in 0..sealed.bytes.len() * 8 {
        let mut damaged = sealed.bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(Batch::decode(&damaged).is_err(), "flip of bit {bit} went unseen");
    }
}

#[test]
fn every_truncation_and_every_extension_is_detected() {
    let sealed = seal(&[b"first entry", b"second"], 3, 0, [0; 32]);
    for length in 0..sealed.bytes.len() {
        assert!(Batch::decode(&sealed.bytes[..length]).is_err(), "cut to {length} bytes went unseen");
    }
    let mut longer = sealed.bytes;
    longer.push(0);
    assert_eq!(Batch::decode(&longer).unwrap_err(), FrameError::BadBody);
}

#[test]
fn errors_say_what_is_wrong() {
    let sealed = seal(&[b"entry"], 1, 0, [0; 32]).bytes;
    let change = |at: usize, to: u8| {
        let mut bytes = sealed.clone();
        bytes[at] = to;
        Batch::decode(&bytes).unwrap_err()
    };
    assert_eq!(change(0, b'X'), FrameError::NotAFrame);
    assert_eq!(change(3, 9), FrameError::UnknownVersion(9));
    assert_eq!(change(5, b' '), FrameError::BadShardName);
    assert_eq!(change(11, 2), FrameError::HashMismatch);
    assert_eq!(change(19, 5), FrameError::BadSequence { lo: 5, hi: 1, n: 1 });
    assert_eq!(Batch::decode(&sealed[..20]).unwrap_err(), FrameError::Truncated("header"));
    assert_eq!(BatchBuilder::new("Not Valid").unwrap_err(), FrameError::BadShardName);
}

#[test]
fn a_chain_takes_only_the_next_batch_of_its_own_past() {
    let mut chain = Chain::genesis("aurora");
    let first = seal(&[b"a", b"b"], 1, 0, chain.hash);
    chain.advance(&first.header).unwrap();
    assert_eq!((chain.seq, chain.epoch), (2, 1));

    let next = |lo, epoch, prev| seal(&[b"c"], epoch, lo, prev).header;
    let hash = chain.hash;
    assert_eq!(chain.check(&next(3, 1, hash)), Err(ChainError::Gap { expected: 2, found: 3 }));
    assert_eq!(chain.check(&first.header), Err(ChainError::Overlap { expected: 2, found: 0 }));
    assert_eq!(chain.check(&next(2, 1, [0; 32])), Err(ChainError::OtherPast { lo: 2 }));
    assert_eq!(chain.check(&next(2, 0, hash)), Err(ChainError::EpochWentBack { expected: 1, found: 0 }));
    assert!(Chain::genesis("borealis").check(&first.header).is_err());
    assert_eq!(chain.check(&next(2, 5, hash)), Ok(()));
    assert_ne!(genesis_hash("aurora"), genesis_hash("borealis"));
}

proptest! {
    #[test]
    fn sealed_batches_open_to_what_went_in(
        batches in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..20), 1..8),
    ) {
        let mut builder = BatchBuilder::new("aurora").unwrap();
        let mut writer = Chain::genesis("aurora");
        let mut reader = Chain::genesis("aurora");
        for entries in &batches {
            for entry in entries {
                builder.push(entry);
            }
            let sealed = builder.seal(1, writer.seq, writer.hash, [1; 32]);
            writer.advance(&sealed.header).unwrap();
            let opened = Batch::decode(&sealed.bytes).unwrap();
            prop_assert_eq!(&opened.header, &sealed.header);
            let read: Vec<Vec<u8>> = opened.entries().map(<[u8]>::to_vec).collect();
            prop_assert_eq!(&read, entries);
            reader.advance(&opened.header).unwrap();
        }
        prop_assert_eq!(reader, writer);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Batch::decode(&bytes);
        let mut framed = b"PJB\x01".to_vec();
        framed.extend_from_slice(&bytes);
        let _ = Batch::decode(&framed);
    }
}
