//! Places in a list by the names of what stands there.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// Places by name; the names are kept by what stands there.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Hashes of names and places.
    places: HashTable<(u64, usize)>,
}

impl Index {
    #[inline]
    fn hash(name: &[u8]) -> u64 {
        let mut hasher = FixedState::with_seed(0).build_hasher();
        hasher.write(name);
        hasher.finish()
    }

    /// The place of a name, where `is_named` tells whether what stands at a place has it.
    #[inline]
    pub(crate) fn find(&self, name: &[u8], is_named: impl Fn(usize) -> bool) -> Option<usize> {
        let hash = Self::hash(name);
        self.places.find(hash, |known| known.0 == hash && is_named(known.1)).map(|known| known.1)
    }

    /// Takes the place of a name that has none.
    pub(crate) fn insert(&mut self, name: &[u8], place: usize) {
        let hash = Self::hash(name);
        self.places.insert_unique(hash, (hash, place), |known| known.0);
    }
}
