//! Price ladders. Prices and sizes are f64: each is the nearest float to the feed's decimal (reconciled starting
//! prices have up to 16 decimals), sizes are replaced and never summed, so nothing drifts.

/// More levels than this in one ladder is not a market but an attack on memory; the full ladder has 350 ticks.
pub(crate) const MAX_LEVELS: usize = 4096;

/// A price and what is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Decimal odds (the line, for line markets).
    pub price: f64,
    /// Stake in GBP, 2 decimals.
    pub size: f64,
}

/// Levels by price, each price once.
#[derive(Debug, Clone, Default)]
pub struct Ladder {
    /// Rising, or falling where the best price is the lowest: edits happen near the best price, the end.
    levels: Vec<Level>,
}

impl Ladder {
    /// Levels from the end that is `best` for a ladder of this direction, or reversed.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The last level: the highest price of a rising ladder, the lowest of a falling one.
    #[inline]
    pub fn last(&self) -> Option<&Level> {
        self.levels.last()
    }

    pub(crate) fn clear(&mut self) {
        self.levels.clear();
    }

    /// Sets or, with size 0, removes levels; answers whether all had room.
    #[inline]
    pub(crate) fn update(&mut self, edits: &[Level], falling: bool) -> bool {
        let mut room = true;
        for edit in edits {
            // Prices are finite and never -0: plain comparison orders them, and equal ones have equal bits.
            let at = if falling {
                self.levels.partition_point(|level| level.price > edit.price)
            } else {
                self.levels.partition_point(|level| level.price < edit.price)
            };
            let known =
                self.levels.get(at).is_some_and(|level| level.price.to_bits() == edit.price.to_bits());
            match (known, edit.size > 0.0) {
                (true, true) => self.levels[at].size = edit.size,
                (true, false) => {
                    self.levels.remove(at);
                }
                (false, true) if self.levels.len() < MAX_LEVELS => self.levels.insert(at, *edit),
                (false, true) => room = false,
                (false, false) => {}
            }
        }
        room
    }
}

/// A price and size at a position of the best offers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    /// 0 is the best.
    pub position: u8,
    /// Price and size there.
    pub level: Level,
}

/// The best offers by position, as the server sends them; positions never shift by themselves.
#[derive(Debug, Clone, Default)]
pub struct Offers {
    offers: Vec<Offer>,
}

impl Offers {
    /// Offers by rising position; a position without an offer is absent.
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// The offer at position 0.
    pub fn best(&self) -> Option<&Level> {
        self.offers.first().filter(|offer| offer.position == 0).map(|offer| &offer.level)
    }

    pub(crate) fn update(&mut self, edits: &[Offer]) {
        for edit in edits {
            let found = self.offers.binary_search_by_key(&edit.position, |offer| offer.position);
            match found {
                Ok(at) if edit.level.size == 0.0 => {
                    self.offers.remove(at);
                }
                Ok(at) => self.offers[at] = *edit,
                Err(_) if edit.level.size == 0.0 => {}
                Err(at) => self.offers.insert(at, *edit),
            }
        }
    }
}
