//! Finds positions in a vector by a fingerprint of what stands there.
//!
//! Nine bytes a slot, so that it stays in the processor's caches long after the things it finds have left them;
//! and the fingerprint is kept, so that growing does not visit them.

use hashbrown::HashTable;

/// From 32-bit fingerprints to positions. Equal fingerprints are told apart by asking the owner.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    slots: HashTable<(u32, u32)>,
}

impl Index {
    /// The position with this fingerprint that `is_it` confirms.
    #[inline]
    pub(crate) fn find(&self, fingerprint: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let slot = self.slots.find(spread(fingerprint), |slot| slot.0 == fingerprint && is_it(slot.1));
        slot.map(|slot| slot.1)
    }

    /// Add a position that was looked for and not found.
    pub(crate) fn insert(&mut self, fingerprint: u32, position: u32) {
        self.slots.insert_unique(spread(fingerprint), (fingerprint, position), |slot| spread(slot.0));
    }
}

/// Reduce 16 bytes that are random, at least in part, to a fingerprint.
#[inline]
pub(crate) fn fingerprint(bytes: &[u8; 16]) -> u32 {
    let value = u128::from_le_bytes(*bytes);
    let (low, high) = (value as u64, (value >> 64) as u64);
    let product = u128::from(low ^ 0x9e37_79b9_7f4a_7c15) * u128::from(high ^ 0x2545_f491_4f6c_dd1d);
    let folded = product as u64 ^ (product >> 64) as u64 ^ low;
    (folded ^ (folded >> 32)) as u32
}

/// The table takes its slot from the low bits and its tag from the high ones.
#[inline]
fn spread(fingerprint: u32) -> u64 {
    u64::from(fingerprint).wrapping_mul(0x9e37_79b9_7f4a_7c15)
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
