//! Finds positions in a vector by a fingerprint of what stands there.
//!
//! An open-addressing table of eight bytes a slot: to look for a thing and then to add it touches one line of the
//! cache, mostly. The fingerprint is kept, so that growing does not visit the things; and slots are in the order of
//! the fingerprints, so that growing reads and writes memory from front to back.

use crate::arena::Link;

/// From 32-bit fingerprints to positions. Equal fingerprints are told apart by asking the owner.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// A power of two of them, or none at all.
    slots: Vec<Slot>,
    used: usize,
}

/// A fingerprint and where to look, or nothing.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    fingerprint: u32,
    link: Option<Link>,
}

const FEWEST_SLOTS: usize = 64;

impl Index {
    /// The position with this fingerprint that `is_it` confirms.
    #[inline]
    pub(crate) fn find(&self, fingerprint: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = home(fingerprint, self.slots.len());
        loop {
            let slot = self.slots[at];
            let position = slot.link?.position();
            if slot.fingerprint == fingerprint && is_it(position) {
                return Some(position);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Whether the next to be added makes the table grow.
    pub(crate) fn is_full(&self) -> bool {
        // At two thirds a search that finds nothing looks at five slots, all mostly in one line.
        3 * (self.used + 1) > 2 * self.slots.len()
    }

    /// Add a position that was looked for and not found.
    pub(crate) fn insert(&mut self, fingerprint: u32, position: u32) {
        if self.is_full() {
            let old = self.grow();
            for slot in old.into_iter().filter(|slot| slot.link.is_some()) {
                self.put(slot);
            }
        }
        self.put(Slot { fingerprint, link: Some(Link::to(position)) });
        self.used += 1;
    }

    /// Grow, and give every position from 0 on a new fingerprint.
    pub(crate) fn grow_anew(&mut self, fingerprints: impl Iterator<Item = u32>) {
        self.grow();
        for (position, fingerprint) in (0..).zip(fingerprints) {
            self.put(Slot { fingerprint, link: Some(Link::to(position)) });
        }
    }

    /// Twice as many slots, all empty; the answer is the old ones.
    fn grow(&mut self) -> Vec<Slot> {
        let room = FEWEST_SLOTS.max(2 * self.slots.len());
        std::mem::replace(&mut self.slots, vec![Slot::default(); room])
    }

    #[inline]
    fn put(&mut self, new: Slot) {
        let mut at = home(new.fingerprint, self.slots.len());
        while self.slots[at].link.is_some() {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = new;
    }
}

/// Where to begin in a table of `room` slots: fingerprints in order have homes in order.
#[inline]
fn home(fingerprint: u32, room: usize) -> usize {
    ((u64::from(fingerprint) * room as u64) >> 32) as usize
}

/// Reduce 16 bytes that are random, at least in part, to a fingerprint.
#[inline]
pub(crate) fn fingerprint(bytes: &[u8; 16]) -> u32 {
    seeded_fingerprint(bytes, Seed::default())
}

/// Chosen so that nobody outside can foresee which things meet in the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed(pub(crate) [u64; 2]);

impl Default for Seed {
    fn default() -> Self {
        Self([0x9e37_79b9_7f4a_7c15, 0x2545_f491_4f6c_dd1d])
    }
}

/// The same under a seed.
#[inline]
pub(crate) fn seeded_fingerprint(bytes: &[u8; 16], seed: Seed) -> u32 {
    let value = u128::from_le_bytes(*bytes);
    let (low, high) = (value as u64, (value >> 64) as u64);
    let folded = fold(low ^ seed.0[0], high ^ seed.0[1]) ^ low;
    // Homes go by the high bits, which so depend on all.
    (fold(folded, 0xd6e8_feb8_6659_fd93) >> 32) as u32
}

#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_fingerprints_are_told_apart() {
        let mut index = Index::default();
        let things = ["a", "b", "c"];
        for position in 0..3 {
            assert_eq!(index.find(7, |at| things[at as usize] == things[position as usize]), None);
            index.insert(7, position);
        }
        assert_eq!(index.find(7, |at| things[at as usize] == "b"), Some(1));
        assert_eq!(index.find(7, |at| things[at as usize] == "d"), None);
        assert_eq!(index.find(8, |_| true), None);
    }

    #[test]
    fn all_are_found_after_growing() {
        let (mut kept, mut anew) = (Index::default(), Index::default());
        let mark = |position: u32, seed| seeded_fingerprint(&u128::from(position).to_le_bytes(), seed);
        let mut seed = Seed::default();
        for position in 0..10_000 {
            kept.insert(mark(position, Seed::default()), position);
            if anew.is_full() {
                seed = Seed([u64::from(position), 7]);
                anew.grow_anew((0..position).map(|position| mark(position, seed)));
            }
            anew.insert(mark(position, seed), position);
        }
        for position in 0..10_000 {
            let find = |index: &Index, seed| index.find(mark(position, seed), |at| at == position);
            assert_eq!(find(&kept, Seed::default()), Some(position));
            assert_eq!(find(&anew, seed), Some(position));
        }
        assert_eq!(kept.find(mark(10_000, Seed::default()), |at| at == 10_000), None);
    }

    #[test]
    fn ids_made_one_after_another_spread() {
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..10_000_u64 {
            let mut ordered = [0; 16];
            ordered[..8].copy_from_slice(&number.to_be_bytes());
            seen.insert(fingerprint(&ordered));
            let mut clocked = [1; 16];
            clocked[8..].copy_from_slice(&number.to_le_bytes());
            seen.insert(fingerprint(&clocked));
        }
        assert!(seen.len() > 19_900, "{} of 20,000 differ", seen.len());
    }
}
