//! Which keys were used, and where they were answered: thirteen bytes a key.
//!
//! A key stands in it as 64 bits of its SHA-256 and the position of its entry. Whoever finds a key here reads the entry
//! and compares the whole key, so two keys that share their 64 bits cost a look and never an answer. The table is cut
//! into parts that grow one by one and by little, so that no command waits for a large one to move, and hardly any room
//! lies idle.

use ledger::{StateHash, Term, TermBuilder};

/// Parts, by the first bits of a fingerprint.
pub(super) const PART_BITS: u32 = 10;
/// How many there are.
pub(crate) const PARTS: usize = 1 << PART_BITS;
const FINGERPRINT: usize = 8;
const SEQ: usize = 5;
/// The highest bit of a slot: whether its key is dated.
const DATED: u64 = 1 << (8 * SEQ - 1);
/// Past the last position that fits: a journal would need fifteen years at a hundred million entries a day.
const END: u64 = DATED;

type Slot = [u8; FINGERPRINT + SEQ];

/// Where a key was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// 64 bits of the SHA-256 of the key's scope.
    pub(crate) fingerprint: u64,
    /// Position of its entry.
    pub(crate) seq: u64,
    /// Whether the key itself tells that it is no older than its entry: see `dated`.
    pub(crate) is_dated: bool,
}

impl Place {
    fn slot(self) -> Slot {
        let mut slot = [0; FINGERPRINT + SEQ];
        let seq = if self.is_dated { self.seq | DATED } else { self.seq };
        slot[..FINGERPRINT].copy_from_slice(&self.fingerprint.to_le_bytes());
        slot[FINGERPRINT..].copy_from_slice(&seq.to_le_bytes()[..SEQ]);
        slot
    }

    fn of(slot: &Slot) -> Self {
        let (fingerprint, seq) = read(slot);
        Self { fingerprint, seq, is_dated: slot[FINGERPRINT + SEQ - 1] >> 7 == 1 }
    }
}

/// Fingerprint and position; a position of 0 is an empty slot.
#[inline]
fn read(slot: &Slot) -> (u64, u64) {
    let (fingerprint, rest) = slot.split_first_chunk::<FINGERPRINT>().expect("a slot is longer");
    let mut seq = [0; 8];
    seq[..SEQ].copy_from_slice(rest);
    (u64::from_le_bytes(*fingerprint), u64::from_le_bytes(seq) & !DATED)
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

    fn put(&mut self, place: Place) {
        let mut at = self.home(place.fingerprint);
        while read(&self.slots[at]).1 != 0 {
            at = self.next(at);
        }
        self.slots[at] = place.slot();
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        self.slots.iter().map(Place::of).filter(|place| place.seq != 0)
    }

    /// Move all keys to so many slots.
    fn resize(&mut self, room: usize) {
        let old = std::mem::take(self);
        self.slots = vec![[0; FINGERPRINT + SEQ]; room];
        old.places().for_each(|place| self.put(place));
        self.used = old.used;
    }

    fn insert(&mut self, place: Place) {
        // At seven tenths a search that finds nothing looks at six slots, in two lines of the cache at most.
        if 10 * (self.used + 1) > 7 * self.slots.len() {
            self.resize((self.slots.len() * 6 / 5).max(self.slots.len() + 4));
        }
        self.put(place);
        self.used += 1;
    }

    /// Let go of the keys up to a position and of the room they took, and hand them over in the order of their fingerprints.
    fn sweep(&mut self, until: u64) -> Vec<Place> {
        let (mut old, kept): (Vec<Place>, Vec<Place>) = self.places().partition(|place| place.seq <= until);
        if !old.is_empty() {
            *self = Self { slots: vec![[0; FINGERPRINT + SEQ]; kept.len() * 3 / 2 + 4], used: kept.len() };
            for place in kept {
                self.put(place);
            }
            old.sort_unstable();
        }
        old
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
        Self { parts: vec![Part::default(); PARTS], used: 0, hash: StateHash::default() }
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
    /// At position 0, which no entry has, and past 2^39 entries.
    #[inline]
    pub(super) fn insert(&mut self, place: Place) {
        let Place { fingerprint, seq, .. } = place;
        assert!((1..END).contains(&seq), "no entry {seq}");
        self.parts[part_of(fingerprint)].insert(place);
        self.used += 1;
        self.hash.add(&term(fingerprint, seq));
    }

    /// Let go of the keys of a part up to a position, and hand them over in the order of their fingerprints.
    pub(super) fn sweep(&mut self, part: usize, until: u64) -> Vec<Place> {
        let old = self.parts[part].sweep(until);
        self.used -= old.len();
        for place in &old {
            self.hash.remove(&term(place.fingerprint, place.seq));
        }
        old
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
    pub(super) fn sorted(&self) -> impl Iterator<Item = Place> {
        self.parts.iter().flat_map(|part| {
            let mut places: Vec<_> = part.places().collect();
            places.sort_unstable();
            places
        })
    }

    pub(super) fn state_hash(&self) -> StateHash {
        self.hash
    }

    /// The same, from the slots as they stand.
    pub(super) fn recomputed_hash(&self) -> StateHash {
        StateHash::of(self.sorted().map(|place| term(place.fingerprint, place.seq)))
    }
}

/// The part of a fingerprint.
pub(super) fn part_of(fingerprint: u64) -> usize {
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

    fn place(fingerprint: u64, seq: u64) -> Place {
        Place { fingerprint, seq, is_dated: seq.is_multiple_of(3) }
    }

    proptest! {
        #[test]
        fn it_is_a_map_that_keeps_every_position_until_it_is_swept(
            keys in prop::collection::vec((any::<u64>(), 0..4_u64, 1..END), 1..300),
            (part, until) in (0..4_usize, 1..END),
        ) {
            let (mut hot, mut plain) = (Hot::default(), std::collections::BTreeSet::<Place>::new());
            for (random, near, seq) in keys {
                // Few parts and few homes, so that fingerprints meet.
                let place = place((random & 3) << 62 | near << 8 | random >> 62, seq);
                if plain.insert(place) {
                    hot.insert(place);
                }
            }
            for swept in [false, true] {
                if swept {
                    let old = hot.sweep(part << (PART_BITS - 2), until);
                    let goes = |place: &Place| (place.fingerprint >> 62) as usize == part && place.seq <= until;
                    let expected: Vec<Place> = plain.iter().copied().filter(goes).collect();
                    prop_assert_eq!(&old, &expected);
                    plain.retain(|place| !goes(place));
                    prop_assert!(old.iter().all(|place| hot.find(place.fingerprint).all(|seq| seq != place.seq)));
                }
                for Place { fingerprint, .. } in &plain {
                    let mut found: Vec<u64> = hot.find(*fingerprint).collect();
                    let named = plain.iter().filter(|place| place.fingerprint == *fingerprint);
                    let expected: Vec<u64> = named.map(|place| place.seq).collect();
                    found.sort_unstable();
                    prop_assert_eq!(found, expected);
                    prop_assert_eq!(hot.find(fingerprint ^ 1 << 40).count(), 0);
                }
                prop_assert!(hot.sorted().eq(plain.iter().copied()));
                prop_assert_eq!(hot.len(), plain.len());
                prop_assert_eq!(hot.recomputed_hash(), hot.state_hash());
            }
        }
    }

    #[test]
    fn a_key_takes_less_than_24_bytes_however_many_there_are() {
        let mut hot = Hot::default();
        for seq in 1..600_000_u64 {
            hot.insert(place(seq.wrapping_mul(0x9e37_79b9_7f4a_7c15), seq));
            if seq > 100_000 && seq % 1_000 == 0 {
                let each = hot.allocated() as f64 / hot.len() as f64;
                assert!(each < 24.0, "{each:.1} bytes at {seq} keys");
            }
        }
        (0..PARTS).for_each(|part| drop(hot.sweep(part, 400_000)));
        let each = hot.allocated() as f64 / hot.len() as f64;
        assert!(hot.len() == 199_999 && each < 24.0, "{each:.1} bytes after a sweep");
    }
}
