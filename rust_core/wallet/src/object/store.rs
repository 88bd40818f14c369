//! Objects by id, with a hash of all.

use crate::arena::Arena;
use crate::ids::ObjectId;
use crate::index::{Index, fingerprint};
use ledger::{StateHash, Term, TermBuilder};

/// What the store needs to know of an object.
pub(crate) trait Stored: Clone {
    /// Tells kinds apart in the hash.
    const NUMBER: u8;

    fn id(&self) -> &ObjectId;
    fn version(&self) -> u32;
    fn put(&self, out: &mut Vec<u8>);
}

/// All objects of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Store<T> {
    all: Arena<T>,
    index: Index,
    hash: StateHash,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self { all: Arena::default(), index: Index::default(), hash: StateHash::default() }
    }
}

impl<T: Stored> Store<T> {
    /// The object of this id.
    #[inline]
    pub(crate) fn find(&self, id: &ObjectId) -> Option<&T> {
        self.position(id).map(|at| &self.all[at])
    }

    /// Keep an object in place of the one with its id, if there is one. The answer is false, and nothing is kept,
    /// when its version is not the next.
    #[must_use = "an object of another version is not kept"]
    pub(crate) fn put(&mut self, object: T) -> bool {
        let Some(at) = self.position(object.id()) else {
            if object.version() == 1 {
                self.insert(object);
                return true;
            }
            return false;
        };
        let old = &mut self.all[at];
        if object.version() != old.version().wrapping_add(1) {
            return false;
        }
        self.hash.remove(&term(old));
        self.hash.add(&term(&object));
        *old = object;
        true
    }

    /// Keep an object as it was, whatever its version; false when there is one of its id.
    #[must_use = "a second object of an id is not kept"]
    pub(crate) fn restore(&mut self, object: T) -> bool {
        if self.position(object.id()).is_some() {
            return false;
        }
        self.insert(object);
        true
    }

    fn insert(&mut self, object: T) {
        self.hash.add(&term(&object));
        let fingerprint = fingerprint(object.id().bytes());
        self.index.insert(fingerprint, self.all.push(object));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.all.iter()
    }

    pub(crate) fn state_hash(&self) -> StateHash {
        self.hash
    }

    /// The same, from the objects as they stand.
    pub(crate) fn recomputed_hash(&self) -> StateHash {
        StateHash::of(self.iter().map(term))
    }

    fn position(&self, id: &ObjectId) -> Option<u32> {
        self.index.find(fingerprint(id.bytes()), |at| self.all[at].id() == id)
    }
}

fn term<T: Stored>(object: &T) -> Term {
    const DOMAIN: u64 = 0x6f62_6a65_6374_0000; // "object"
    let mut bytes = Vec::with_capacity(128);
    object.put(&mut bytes);
    TermBuilder::new(DOMAIN ^ u64::from(T::NUMBER)).bytes(&bytes).finish()
}
