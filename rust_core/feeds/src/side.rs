//! One side of a book whose prices and sizes are whole numbers.

/// More levels than any book with prices of four decimals has.
const MAX_LEVELS: usize = 10_001;

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
    levels: Vec<Level>,
    falling: bool,
}

impl Side {
    /// The highest price is the best.
    pub(crate) fn bids() -> Self {
        Self { levels: Vec::new(), falling: false }
    }

    /// The lowest price is the best.
    pub(crate) fn asks() -> Self {
        Self { levels: Vec::new(), falling: true }
    }

    /// All levels, the best last.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The best level.
    pub fn best(&self) -> Option<&Level> {
        self.levels.last()
    }

    /// Where the price is, or would be.
    #[inline]
    fn find(&self, price: i64) -> Result<usize, usize> {
        // Levels that come in order go behind the last.
        if self
            .levels
            .last()
            .is_none_or(|last| if self.falling { price < last.price } else { price > last.price })
        {
            return Err(self.levels.len());
        }
        self.levels.binary_search_by(|level| {
            let order = level.price.cmp(&price);
            if self.falling { order.reverse() } else { order }
        })
    }

    /// Sets the size at a price, 0 or less removes it; answers whether there was room.
    #[inline]
    pub(crate) fn set(&mut self, price: i64, size: i64) -> bool {
        let found = self.find(price);
        self.put(found, price, size)
    }

    /// Adds a signed change to the size at a price; answers whether there was room.
    #[inline]
    pub(crate) fn add(&mut self, price: i64, change: i64) -> bool {
        let found = self.find(price);
        let size = found.map_or(0, |at| self.levels[at].size);
        self.put(found, price, size.saturating_add(change))
    }

    #[inline]
    fn put(&mut self, found: Result<usize, usize>, price: i64, size: i64) -> bool {
        match found {
            Ok(at) if size > 0 => self.levels[at].size = size,
            Ok(at) => {
                self.levels.remove(at);
            }
            Err(_) if size <= 0 => {}
            Err(_) if self.levels.len() >= MAX_LEVELS => return false,
            Err(at) => self.levels.insert(at, Level { price, size }),
        }
        true
    }

    /// Takes these levels in any order; of a price that occurs twice the last counts.
    pub(crate) fn replace(&mut self, levels: &[Level]) -> bool {
        self.levels.clear();
        let mut room = true;
        for level in levels {
            room &= self.set(level.price, level.size);
        }
        room
    }
}
