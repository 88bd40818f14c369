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

    /// Add a position that was looked for and not found.
    pub(crate) fn insert(&mut self, fingerprint: u32, position: u32) {
        // At two thirds a search that finds nothing looks at five slots, all mostly in one line.
        if 3 * (self.used + 1) > 2 * self.slots.len() {
            let room = FEWEST_SLOTS.max(2 * self.slots.len());
            let old = std::mem::replace(&mut self.slots, vec![Slot::default(); room]);
            for slot in old.into_iter().filter(|slot| slot.link.is_some()) {
                self.put(slot);
            }
        }
        self.put(Slot { fingerprint, link: Some(Link::to(position)) });
        self.used += 1;
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
    let value = u128::from_le_bytes(*bytes);
    let (low, high) = (value as u64, (value >> 64) as u64);
    let folded = fold(low ^ 0x9e37_79b9_7f4a_7c15, high ^ 0x2545_f491_4f6c_dd1d) ^ low;
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
        let mut index = Index::default();
        let mark = |position: u32| fingerprint(&u128::from(position).to_le_bytes());
        for position in 0..10_000 {
            index.insert(mark(position), position);
        }
        for position in 0..10_000 {
            assert_eq!(index.find(mark(position), |at| at == position), Some(position));
        }
        assert_eq!(index.find(mark(10_000), |at| at == 10_000), None);
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
