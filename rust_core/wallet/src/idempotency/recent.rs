//! The last answers in full, so that a sender who asks again within moments is answered from memory.

use super::{Record, Scope};
use std::collections::VecDeque;

/// Answers in a piece: they come and go by the piece, and none is ever moved.
const PIECE: usize = 4096;

/// The answers of the last keys, in the order of their entries.
#[derive(Clone, Debug)]
pub(super) struct Recent {
    pieces: VecDeque<Vec<Record>>,
    piece: usize,
    /// At least so many are kept.
    least: usize,
    kept: usize,
}

impl Default for Recent {
    /// All are kept.
    fn default() -> Self {
        Self { pieces: VecDeque::new(), piece: PIECE, least: usize::MAX, kept: 0 }
    }
}

impl Recent {
    /// From now on keep `least` at least, and hardly more.
    pub(super) fn keep(&mut self, least: usize) {
        (self.least, self.piece) = (least, PIECE.min(least.div_ceil(8)).max(1));
        self.trim();
    }

    /// Keep one more answer, that of an entry after all before.
    #[inline]
    pub(super) fn push(&mut self, record: Record) {
        if self.pieces.back().is_none_or(|piece| piece.len() >= self.piece) {
            let spare = self.trim();
            self.pieces.push_back(spare.unwrap_or_else(|| Vec::with_capacity(self.piece)));
        }
        if let Some(piece) = self.pieces.back_mut() {
            piece.push(record);
            self.kept += 1;
        }
    }

    /// Drop pieces that are not needed any more; the last of them is given to whoever needs an empty one.
    fn trim(&mut self) -> Option<Vec<Record>> {
        let mut spare = None;
        while let Some(piece) = self.pieces.front().filter(|piece| self.kept - piece.len() >= self.least) {
            self.kept -= piece.len();
            spare = self.pieces.pop_front();
        }
        spare.map(|mut piece| {
            piece.clear();
            piece
        })
    }

    /// The answer of the entry at `seq`; none if it is not kept.
    pub(super) fn find(&self, seq: u64) -> Option<&Record> {
        let after = self.pieces.partition_point(|piece| piece.first().is_some_and(|first| first.seq <= seq));
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        piece.binary_search_by_key(&seq, |record| record.seq).ok().map(|at| &piece[at])
    }

    /// Whether a scope was answered by the entry at `seq`, if that is kept.
    pub(super) fn holds(&self, seq: u64, scope: &Scope) -> bool {
        self.find(seq).is_some_and(|record| record.scope == *scope)
    }

    /// Positions of the answers under a fingerprint; all of them are looked at.
    pub(super) fn under(&self, fingerprint: u64) -> Vec<u64> {
        let all = self.pieces.iter().flatten();
        all.filter(|record| record.scope.fingerprint == fingerprint).map(|record| record.seq).collect()
    }

    /// Bytes set aside for them.
    pub(super) fn allocated(&self) -> usize {
        self.pieces.iter().map(|piece| piece.capacity() * size_of::<Record>()).sum()
    }
}
