//! Levels at any prices: edits happen near the best, which stands last.

/// More levels than any book with prices of four decimals has.
const MAX_LEVELS: usize = 10_001;
/// So many prices are compared at once faster than they are searched by halves.
const STRETCH: usize = 64;

/// Levels in the order of their ranks.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    /// Rising: they are looked through without the sizes.
    ranks: Vec<u32>,
    sizes: Vec<i64>,
}

impl List {
    /// Ranks and sizes, the lowest rank first.
    pub(super) fn levels(&self) -> impl Iterator<Item = (u32, i64)> + '_ {
        self.ranks.iter().copied().zip(self.sizes.iter().copied())
    }

    /// The highest rank.
    #[inline]
    pub(super) fn best(&self) -> Option<u32> {
        self.ranks.last().copied()
    }

    pub(super) fn clear(&mut self) {
        self.ranks.clear();
        self.sizes.clear();
    }

    /// Where the rank is, or would be.
    #[inline]
    fn find(&self, rank: u32) -> Result<usize, usize> {
        let (mut start, mut stretch) = (0, self.ranks.as_slice());
        while stretch.len() > STRETCH {
            let (low, high) = stretch.split_at(stretch.len() / 2);
            if high[0] <= rank {
                (start, stretch) = (start + low.len(), high);
            } else {
                stretch = low;
            }
        }
        // The sum wraps, which it never does, so that it becomes vector instructions.
        let below = stretch.iter().fold(0u32, |sum, known| sum.wrapping_add(u32::from(*known < rank)));
        let at = start + below as usize;
        if self.ranks.get(at) == Some(&rank) { Ok(at) } else { Err(at) }
    }

    /// Makes of the size at a rank what `size` says, 0 or less removes the level; answers whether there was room.
    pub(super) fn put(&mut self, rank: u32, size: impl Fn(i64) -> i64) -> bool {
        let found = self.find(rank);
        let size = size(found.map_or(0, |at| self.sizes[at]));
        match found {
            Ok(at) if size > 0 => self.sizes[at] = size,
            Ok(at) => {
                self.ranks.remove(at);
                self.sizes.remove(at);
            }
            Err(_) if size <= 0 => {}
            Err(_) if self.ranks.len() >= MAX_LEVELS => return false,
            Err(at) => {
                self.ranks.insert(at, rank);
                self.sizes.insert(at, size);
            }
        }
        true
    }
}

impl FromIterator<(u32, i64)> for List {
    /// From levels in the order of their ranks.
    fn from_iter<T: IntoIterator<Item = (u32, i64)>>(levels: T) -> Self {
        let (ranks, sizes) = levels.into_iter().unzip();
        Self { ranks, sizes }
    }
}
