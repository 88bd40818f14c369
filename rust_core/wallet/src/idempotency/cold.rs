//! Keys that have left memory: where they were answered stands in a table outside, and which might be there stands here.
//!
//! Of a key that was let go the next 24 bits after those of its part stay, in a set ([`Prefixes`]): a fresh key meets one
//! by chance less often than once in a hundred and fifty times among a hundred million, and then costs a look, never an
//! answer. Dated keys lie apart, on a shelf for every thirty days: a new one is not looked for among the old at all, and
//! a shelf whose keys are all forgotten goes as a whole.

use super::hot::{PART_BITS, PARTS, Place, part_of};
use super::prefixes::{BITS, Prefixes};
use super::scope::{LEAD, Scope};
use ledger::{StateHash, Term, TermBuilder};
use std::collections::BTreeMap;

/// What one shelf of dated keys holds: thirty days, in nanoseconds.
const SHELF: u64 = 30 * 86_400 * 1_000_000_000;
/// The shelf of keys that are not dated; these are never forgotten.
const UNDATED: u64 = 0;

fn prefix(fingerprint: u64) -> u32 {
    (fingerprint << PART_BITS >> (u64::BITS - BITS)) as u32
}

/// Keys that were let go in one stretch of time.
#[derive(Clone, Debug)]
struct Shelf {
    /// None of them was answered later.
    newest: u64,
    parts: Vec<Prefixes>,
    hash: StateHash,
}

impl Shelf {
    fn new() -> Self {
        Self { newest: 0, parts: vec![Prefixes::default(); PARTS], hash: StateHash::default() }
    }

    fn merge(&mut self, number: u64, part: usize, places: &[Place]) {
        let Self { parts, hash, .. } = self;
        let prefixes = places.iter().map(|place| prefix(place.fingerprint));
        parts[part].merge(prefixes, |prefix| hash.add(&term(number, part, prefix)));
    }

    fn term(&self, number: u64) -> Term {
        const DOMAIN: u64 = 0x7368_656c_6600_0000; // "shelf"
        TermBuilder::new(DOMAIN).pair(number, self.newest).finish()
    }
}

fn term(number: u64, part: usize, prefix: u32) -> Term {
    const DOMAIN: u64 = 0x7072_6566_6978_0000; // "prefix"
    TermBuilder::new(DOMAIN).pair(number, (part as u64) << BITS | u64::from(prefix)).finish()
}

/// One part of one shelf, as it is put down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SavedPart {
    pub(crate) shelf: u64,
    pub(crate) newest: u64,
    pub(crate) part: usize,
    /// In order, each once.
    pub(crate) prefixes: Vec<u32>,
}

/// What is known here of keys that were let go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cold {
    shelves: BTreeMap<u64, Shelf>,
    /// Position up to which keys may have been let go.
    pub(crate) evicted: u64,
    /// Time up to which dated keys are forgotten.
    pub(crate) forgotten: u64,
}

impl Cold {
    /// Whether the table may hold a key; a fresh one is mostly known to be none of it.
    #[inline]
    pub(super) fn may_hold(&self, scope: &Scope) -> bool {
        !self.shelves.is_empty() && self.doubts(scope)
    }

    fn doubts(&self, scope: &Scope) -> bool {
        let (part, prefix) = (part_of(scope.fingerprint), prefix(scope.fingerprint));
        let made_at = scope.made_at();
        let mut asked = self.shelves.iter().filter(|(number, shelf)| {
            **number == UNDATED || made_at.is_some_and(|at| at <= shelf.newest.saturating_add(LEAD))
        });
        asked.any(|(_, shelf)| shelf.parts[part].contains(prefix))
    }

    /// Take in the keys of a part up to position `until`, none of them answered after `at`; they come in order.
    pub(super) fn take(&mut self, part: usize, until: u64, at: u64, places: Vec<Place>) {
        self.evicted = self.evicted.max(until);
        let (dated, undated): (Vec<Place>, Vec<Place>) = places.into_iter().partition(|place| place.is_dated);
        for (number, places) in [(1 + at / SHELF, dated), (UNDATED, undated)] {
            if !places.is_empty() {
                let those = self.shelves.entry(number).or_insert_with(Shelf::new);
                those.newest = those.newest.max(at);
                those.merge(number, part, &places);
            }
        }
    }

    /// Forget dated keys whose entries are older than `before`, if they lead by no more than they may.
    pub(super) fn forget(&mut self, before: u64) {
        self.forgotten = self.forgotten.max(before);
        let forgotten = self.forgotten;
        self.shelves.retain(|number, shelf| *number == UNDATED || !is_past(shelf.newest, forgotten));
    }

    /// Whether a key that was answered at `at` is forgotten.
    pub(super) fn has_forgotten(&self, scope: &Scope, at: u64) -> bool {
        is_past(at, self.forgotten) && scope.is_dated(at)
    }

    /// Whether a key is so old that it may have been forgotten.
    #[inline]
    pub(super) fn is_too_old(&self, scope: &Scope) -> bool {
        self.forgotten > 0 && scope.made_at().is_some_and(|made_at| made_at <= self.forgotten)
    }

    /// How many keys were let go and are not forgotten (save for those that share their bits), and the bytes set aside.
    pub(super) fn memory(&self) -> (usize, usize) {
        let parts = || self.shelves.values().flat_map(|shelf| &shelf.parts);
        let room = self.shelves.len() * PARTS * size_of::<Prefixes>();
        (parts().map(Prefixes::len).sum(), room + parts().map(Prefixes::allocated).sum::<usize>())
    }

    /// All of it in one order.
    pub(super) fn saved(&self) -> impl Iterator<Item = SavedPart> {
        self.shelves.iter().flat_map(|(&number, shelf)| {
            let parts = shelf.parts.iter().enumerate().filter(|(_, prefixes)| prefixes.len() > 0);
            parts.map(move |(part, prefixes)| SavedPart {
                shelf: number,
                newest: shelf.newest,
                part,
                prefixes: prefixes.iter().collect(),
            })
        })
    }

    /// Take a part up again; false if it is none, or stands there already.
    #[must_use = "a part that is none is not kept"]
    pub(super) fn restore(&mut self, saved: &SavedPart) -> bool {
        let SavedPart { shelf: number, newest, part, prefixes } = saved;
        let is_set = prefixes.windows(2).all(|pair| pair[0] < pair[1]);
        if prefixes.is_empty() || !is_set || prefixes.last().is_some_and(|last| last >> BITS != 0) {
            return false;
        }
        let those = self.shelves.entry(*number).or_insert_with(Shelf::new);
        if those.parts.get(*part).is_none_or(|there| there.len() > 0) || ![0, *newest].contains(&those.newest)
        {
            return false;
        }
        those.newest = *newest;
        those.parts[*part] = Prefixes::of(prefixes);
        for prefix in prefixes {
            those.hash.add(&term(*number, *part, *prefix));
        }
        true
    }

    pub(super) fn state_hash(&self) -> StateHash {
        self.hash_with(|_, shelf| shelf.hash)
    }

    /// The same, from the prefixes as they stand.
    pub(super) fn recomputed_hash(&self) -> StateHash {
        self.hash_with(|number, shelf| {
            let parts = shelf.parts.iter().enumerate();
            StateHash::of(
                parts.flat_map(|(part, prefixes)| {
                    prefixes.iter().map(move |prefix| term(number, part, prefix))
                }),
            )
        })
    }

    /// A journal in which no key was ever let go has the hash it always had.
    fn hash_with(&self, of_shelf: impl Fn(u64, &Shelf) -> StateHash) -> StateHash {
        const DOMAIN: u64 = 0x636f_6c64_0000_0000; // "cold"
        let mut hash = StateHash::default();
        if self.evicted > 0 || self.forgotten > 0 {
            hash.add(&TermBuilder::new(DOMAIN).pair(self.evicted, self.forgotten).finish());
        }
        for (number, shelf) in &self.shelves {
            hash.add(&shelf.term(*number));
            hash = hash.plus(&of_shelf(*number, shelf));
        }
        hash
    }
}

/// Whether dated keys that were answered at `at` are forgotten: every one of them was made before `forgotten`.
fn is_past(at: u64, forgotten: u64) -> bool {
    at.saturating_add(LEAD) <= forgotten
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_takes_a_dozen_bits_among_ten_million_and_few_others_are_taken_for_one() {
        // One part of a table of ten million stands for all of them.
        let mut cold = Cold::default();
        let of = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> PART_BITS;
        let mut places: Vec<Place> =
            (1..=9_766).map(|seq| Place { fingerprint: of(seq), seq, is_dated: false }).collect();
        places.sort_unstable();
        cold.take(0, 9_766, 5, places);
        let shelf = &cold.shelves[&UNDATED];
        let bits = 8.0 * shelf.parts[0].allocated() as f64 / 9_766.0;
        assert!(bits < 15.0, "{bits:.2} bits");
        let found = |seq: u64| shelf.parts[0].contains(prefix(of(seq)));
        assert!((1..=9_766).all(found));
        let others = (10_000..110_000).filter(|seq| found(*seq)).count();
        assert!(others < 120, "{others} of a hundred thousand others");
        assert_eq!(cold.recomputed_hash(), cold.state_hash());
    }
}
