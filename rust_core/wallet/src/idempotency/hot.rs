//! Which keys were used, and where they were answered: thirteen bytes a key.
//!
//! A key stands in it as 64 bits of its SHA-256 and the position of its entry. Whoever finds a key here reads the entry
//! and compares the whole key, so two keys that share their 64 bits cost a look and never an answer. The table is cut
//! into parts that grow one by one and by little, so that no command waits for a large one to move, and hardly any room
//! lies idle.

use ledger::{StateHash, Term, TermBuilder};

/// Parts, by the first bits of a fingerprint.
const PART_BITS: u32 = 10;
const FINGERPRINT: usize = 8;
const SEQ: usize = 5;
/// Past the last position that fits: a journal would need a century at a hundred million entries a day.
const END: u64 = 1 << (8 * SEQ);

type Slot = [u8; FINGERPRINT + SEQ];

fn slot(fingerprint: u64, seq: u64) -> Slot {
    let mut slot = [0; FINGERPRINT + SEQ];
    slot[..FINGERPRINT].copy_from_slice(&fingerprint.to_le_bytes());
    slot[FINGERPRINT..].copy_from_slice(&seq.to_le_bytes()[..SEQ]);
    slot
}

/// Fingerprint and position; a position of 0 is an empty slot.
#[inline]
fn read(slot: &Slot) -> (u64, u64) {
    let (fingerprint, rest) = slot.split_first_chunk::<FINGERPRINT>().expect("a slot is longer");
    let mut seq = [0; 8];
    seq[..SEQ].copy_from_slice(rest);
    (u64::from_le_bytes(*fingerprint), u64::from_le_bytes(seq))
}

#[derive(Clone, Debug, Default)]
struct Part {
    slots: Vec<Slot>,
    used: usize,
}

impl Part {
    /// A fingerprint's home: its bits after those that chose the part.
    #[inline]
    fn home(&self, fingerprint: u64) -> usize {
        ((u128::from(fingerprint << PART_BITS) * self.slots.len() as u128) >> 64) as usize
    }

    #[inline]
    fn next(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }

    fn put(&mut self, fingerprint: u64, seq: u64) {
        let mut at = self.home(fingerprint);
        while read(&self.slots[at]).1 != 0 {
            at = self.next(at);
        }
        self.slots[at] = slot(fingerprint, seq);
    }

    fn insert(&mut self, fingerprint: u64, seq: u64) {
        // At seven tenths a search that finds nothing looks at six slots, in two lines of the cache at most.
        if 10 * (self.used + 1) > 7 * self.slots.len() {
            let room = (self.slots.len() * 6 / 5).max(self.slots.len() + 4);
            let old = std::mem::replace(&mut self.slots, vec![[0; FINGERPRINT + SEQ]; room]);
            for (fingerprint, seq) in old.iter().map(read).filter(|(_, seq)| *seq != 0) {
                self.put(fingerprint, seq);
            }
        }
        self.put(fingerprint, seq);
        self.used += 1;
    }
}

/// Where every key was answered.
#[derive(Clone, Debug)]
pub(super) struct Hot {
    parts: Vec<Part>,
    used: usize,
    hash: StateHash,
}

impl Default for Hot {
    fn default() -> Self {
        Self { parts: vec![Part::default(); 1 << PART_BITS], used: 0, hash: StateHash::default() }
    }
}

impl Hot {
    /// Positions under a fingerprint: mostly none, or the one of the key.
    #[inline]
    pub(super) fn find(&self, fingerprint: u64) -> impl Iterator<Item = u64> {
        let part = &self.parts[part_of(fingerprint)];
        let mut at = if part.slots.is_empty() { 0 } else { part.home(fingerprint) };
        std::iter::from_fn(move || {
            loop {
                let (found, seq) = read(part.slots.get(at)?);
                if seq == 0 {
                    return None;
                }
                at = part.next(at);
                if found == fingerprint {
                    return Some(seq);
                }
            }
        })
    }

    /// Remember where a key was answered.
    ///
    /// # Panics
    /// At position 0, which no entry has, and past 2^40 entries.
    #[inline]
    pub(super) fn insert(&mut self, fingerprint: u64, seq: u64) {
        assert!((1..END).contains(&seq), "no entry {seq}");
        self.parts[part_of(fingerprint)].insert(fingerprint, seq);
        self.used += 1;
        self.hash.add(&term(fingerprint, seq));
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// Bytes set aside for them.
    pub(super) fn allocated(&self) -> usize {
        let slots: usize = self.parts.iter().map(|part| part.slots.capacity()).sum();
        slots * size_of::<Slot>() + self.parts.capacity() * size_of::<Part>()
    }

    /// All keys in one order, whatever the order in which they came: by fingerprint.
    pub(super) fn sorted(&self) -> impl Iterator<Item = (u64, u64)> {
        self.parts.iter().flat_map(|part| {
            let mut keys: Vec<_> = part.slots.iter().map(read).filter(|(_, seq)| *seq != 0).collect();
            keys.sort_unstable();
            keys
        })
    }

    pub(super) fn state_hash(&self) -> StateHash {
        self.hash
    }

    /// The same, from the slots as they stand.
    pub(super) fn recomputed_hash(&self) -> StateHash {
        StateHash::of(self.sorted().map(|(fingerprint, seq)| term(fingerprint, seq)))
    }
}

fn part_of(fingerprint: u64) -> usize {
    (fingerprint >> (u64::BITS - PART_BITS)) as usize
}

fn term(fingerprint: u64, seq: u64) -> Term {
    const DOMAIN: u64 = 0x6b65_7900_0000_0000; // "key"
    TermBuilder::new(DOMAIN).pair(fingerprint, seq).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_a_map_that_keeps_every_position(
            keys in prop::collection::vec((any::<u64>(), 0..4_u64, 1..END), 1..300),
        ) {
            let (mut hot, mut plain) = (Hot::default(), std::collections::BTreeMap::<u64, Vec<u64>>::new());
            for (random, near, seq) in keys {
                // Few parts and few homes, so that fingerprints meet.
                let fingerprint = (random & 3) << 62 | near << 8 | random >> 62;
                hot.insert(fingerprint, seq);
                plain.entry(fingerprint).or_default().push(seq);
            }
            for (fingerprint, seqs) in &plain {
                let mut found: Vec<u64> = hot.find(*fingerprint).collect();
                let mut expected = seqs.clone();
                found.sort_unstable();
                expected.sort_unstable();
                prop_assert_eq!(found, expected);
                prop_assert_eq!(hot.find(fingerprint ^ 1 << 40).count(), 0);
            }
            prop_assert_eq!(hot.len(), plain.values().map(Vec::len).sum::<usize>());
            prop_assert_eq!(hot.recomputed_hash(), hot.state_hash());
        }
    }

    #[test]
    fn a_key_takes_less_than_24_bytes_however_many_there_are() {
        let mut hot = Hot::default();
        for seq in 1..600_000_u64 {
            hot.insert(seq.wrapping_mul(0x9e37_79b9_7f4a_7c15), seq);
            if seq > 100_000 && seq % 1_000 == 0 {
                let each = hot.allocated() as f64 / hot.len() as f64;
                assert!(each < 24.0, "{each:.1} bytes at {seq} keys");
            }
        }
    }
}
