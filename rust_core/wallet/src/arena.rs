//! A vector that never moves what it holds: it grows by chunks, so that no command pays for copying all before it.

use std::num::NonZeroU32;
use std::ops::{Index, IndexMut};

const CHUNK_BITS: u32 = 12;
const CHUNK: usize = 1 << CHUNK_BITS;

/// Things by position, in the order in which they came.
#[derive(Clone, Debug)]
pub(crate) struct Arena<T> {
    chunks: Vec<Vec<T>>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T> Arena<T> {
    /// Keep a thing; the answer is its position.
    pub(crate) fn push(&mut self, thing: T) -> u32 {
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let full = self.chunks.len() - 1;
        let chunk = &mut self.chunks[full];
        let position = full << CHUNK_BITS | chunk.len();
        chunk.push(thing);
        u32::try_from(position).expect("fewer than 2^32 of a kind")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }
}

impl<T> Index<u32> for Arena<T> {
    type Output = T;

    #[inline]
    fn index(&self, position: u32) -> &T {
        &self.chunks[(position >> CHUNK_BITS) as usize][position as usize % CHUNK]
    }
}

impl<T> IndexMut<u32> for Arena<T> {
    #[inline]
    fn index_mut(&mut self, position: u32) -> &mut T {
        &mut self.chunks[(position >> CHUNK_BITS) as usize][position as usize % CHUNK]
    }
}

/// A position that fits, with none, in four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link(NonZeroU32);

impl Link {
    pub(crate) fn to(position: u32) -> Self {
        Self(NonZeroU32::MIN.checked_add(position).expect("fewer than 2^32 - 1 of a kind"))
    }

    pub(crate) fn position(self) -> u32 {
        self.0.get() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_cross_chunks() {
        let mut arena = Arena::default();
        for number in 0..2 * CHUNK + 3 {
            assert_eq!(arena.push(number) as usize, number);
        }
        assert!(arena.iter().copied().eq(0..2 * CHUNK + 3));
        let last = CHUNK as u32;
        arena[last] = 7;
        assert_eq!((arena[last - 1], arena[last], arena[last + 1]), (CHUNK - 1, 7, CHUNK + 1));
        assert_eq!(Link::to(last).position(), last);
    }
}
