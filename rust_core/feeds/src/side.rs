//! One side of a book whose prices and sizes are whole numbers.

/// More levels than any book with prices of four decimals has.
const MAX_LEVELS: usize = 10_001;
/// So many prices are compared at once faster than they are searched by halves.
const STRETCH: usize = 64;

/// A price and the size there, in the units of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Each price occurs once.
    pub price: i64,
    /// Above 0.
    pub size: i64,
}

/// Levels with the best price last: edits happen near it.
#[derive(Debug, Clone)]
pub struct Side {
    /// Prices as they rank, rising: the others are looked through without them.
    ranks: Vec<u32>,
    sizes: Vec<i64>,
    falling: bool,
}

impl Side {
    /// The highest price is the best.
    pub(crate) fn bids() -> Self {
        Self { ranks: Vec::new(), sizes: Vec::new(), falling: false }
    }

    /// The lowest price is the best.
    pub(crate) fn asks() -> Self {
        Self { falling: true, ..Self::bids() }
    }

    #[inline]
    fn rank(&self, price: i64) -> u32 {
        // Readers let no price through that is below 0 or too large.
        let rank = u32::try_from(price).unwrap_or(u32::MAX);
        if self.falling { u32::MAX - rank } else { rank }
    }

    #[inline]
    fn price(&self, rank: u32) -> i64 {
        i64::from(if self.falling { u32::MAX - rank } else { rank })
    }

    /// All levels, the best last.
    pub fn levels(&self) -> impl DoubleEndedIterator<Item = Level> + ExactSizeIterator + '_ {
        self.ranks.iter().zip(&self.sizes).map(|(rank, size)| Level { price: self.price(*rank), size: *size })
    }

    /// The best level.
    pub fn best(&self) -> Option<Level> {
        self.levels().next_back()
    }

    /// The best price.
    #[inline]
    pub(crate) fn best_price(&self) -> Option<i64> {
        self.ranks.last().map(|rank| self.price(*rank))
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

    /// Sets the size at a price, 0 or less removes it; answers whether there was room.
    #[inline]
    pub(crate) fn set(&mut self, price: i64, size: i64) -> bool {
        let rank = self.rank(price);
        self.put(self.find(rank), rank, size)
    }

    /// Adds a signed change to the size at a price; answers whether there was room.
    #[inline]
    pub(crate) fn add(&mut self, price: i64, change: i64) -> bool {
        let rank = self.rank(price);
        let found = self.find(rank);
        let size = found.map_or(0, |at| self.sizes[at]);
        self.put(found, rank, size.saturating_add(change))
    }

    #[inline]
    fn put(&mut self, found: Result<usize, usize>, rank: u32, size: i64) -> bool {
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

    /// Takes these levels in any order; of a price that occurs twice the last counts.
    pub(crate) fn replace(&mut self, levels: &[Level]) -> bool {
        self.ranks.clear();
        self.sizes.clear();
        let mut room = true;
        for level in levels {
            let rank = self.rank(level.price);
            // Most come in order, either way.
            let found = match self.ranks.last() {
                Some(last) if *last >= rank => self.find(rank),
                _ => Err(self.ranks.len()),
            };
            room &= self.put(found, rank, level.size);
        }
        room
    }
}
