//! Commands, each after its length: whatever they say, the wallet answers, is not broken, keeps books that balance, and
//! another one comes to the same state by its journal.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wallet::{Reply, Slug, Wallet, decode_command};

/// Pieces of the input: a length of two bytes and as many bytes, or what is left of them.
fn pieces(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (piece, rest) = rest.split_at(rest.len().min(usize::from(u16::from_le_bytes(*length))));
        bytes = rest;
        Some(piece)
    })
}

fuzz_target!(|bytes: &[u8]| {
    let tenant = Slug::new("aurora").expect("a slug");
    let (mut writer, mut follower) = (Wallet::new(tenant), Wallet::new(tenant));
    for (turn, command) in pieces(bytes).enumerate() {
        let (mut entry, seq) = (Vec::new(), writer.seq());
        let reply = writer.submit(command, turn as u64 * 1_000_000_000, &mut entry);
        assert!(!writer.is_poisoned());
        assert!(decode_command(command).is_ok() || (reply.code == 170 && entry.is_empty()));
        assert_eq!(writer.seq() - seq, u64::from(!entry.is_empty()));
        let mut answer = Vec::new();
        reply.encode(&mut answer);
        Reply::decode(&answer).expect("an answer can be read");
        if !entry.is_empty() {
            follower.replay(&entry).expect("what was journaled is replayed");
            assert_eq!(follower.state_hash(), writer.state_hash());
        }
    }
    assert_eq!(writer.recomputed_state_hash(), writer.state_hash());
    assert!(writer.totals().iter().all(|total| total.debit == total.credit));
    assert!(writer.holds_totals().iter().all(|total| total.holds == total.accounts));
});
