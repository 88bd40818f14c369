//! One side of a book whose prices and sizes are whole numbers.

mod grid;
mod list;

use grid::Grid;
use list::List;

/// A price and the size there, in the units of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Each price occurs once.
    pub price: i64,
    /// Above 0.
    pub size: i64,
}

/// The levels of one side, for prices from 0 to that of a sure outcome.
#[derive(Debug, Clone)]
pub struct Side {
    form: Form,
    /// The price of rank 0, and 1 or −1: how it rises with the rank.
    worst: i64,
    sign: i64,
}

/// Levels by rank: the better the price, the higher.
#[derive(Debug, Clone)]
enum Form {
    /// Every price so far is a whole number of thousandths, as those of nearly all books are.
    Grid(Box<Grid>),
    List(List),
}

impl Side {
    /// The highest price is the best; `one` is the price of a sure outcome.
    pub(crate) fn bids(one: i64) -> Self {
        Self {
            form: Form::Grid(Box::new(Grid::new(u32::try_from(one).unwrap_or(u32::MAX)))),
            worst: 0,
            sign: 1,
        }
    }

    /// The lowest price is the best; `one` is the price of a sure outcome.
    pub(crate) fn asks(one: i64) -> Self {
        Self { worst: one, sign: -1, ..Self::bids(one) }
    }

    #[inline]
    fn rank(&self, price: i64) -> u32 {
        // Readers let no price through that is below 0 or above 1: nothing wraps.
        u32::try_from(price.wrapping_sub(self.worst).wrapping_mul(self.sign)).unwrap_or(u32::MAX)
    }

    #[inline]
    fn price(&self, rank: u32) -> i64 {
        self.worst.wrapping_add(self.sign.wrapping_mul(i64::from(rank)))
    }

    /// All levels, the best last.
    pub fn levels(&self) -> Vec<Level> {
        let level = |(rank, size)| Level { price: self.price(rank), size };
        match &self.form {
            Form::Grid(grid) => grid.levels().map(level).collect(),
            Form::List(list) => list.levels().map(level).collect(),
        }
    }

    /// The best price.
    #[inline]
    pub fn best_price(&self) -> Option<i64> {
        let best = match &self.form {
            Form::Grid(grid) => grid.best(),
            Form::List(list) => list.best(),
        };
        best.map(|rank| self.price(rank))
    }

    /// Sets the size at a price, 0 or less removes it; answers whether there was room.
    #[inline]
    pub(crate) fn set(&mut self, price: i64, size: i64) -> bool {
        self.put(price, |_| size)
    }

    /// Adds a signed change to the size at a price; answers whether there was room.
    #[inline]
    pub(crate) fn add(&mut self, price: i64, change: i64) -> bool {
        self.put(price, |size| size.saturating_add(change))
    }

    /// Takes these levels in any order; of a price that occurs twice the last counts.
    pub(crate) fn replace(&mut self, levels: &[Level]) -> bool {
        match &mut self.form {
            Form::Grid(grid) => grid.clear(),
            Form::List(list) => list.clear(),
        }
        levels.iter().fold(true, |room, level| self.set(level.price, level.size) & room)
    }

    /// Makes of the size at a price what `size` says; answers whether there was room.
    #[inline]
    fn put(&mut self, price: i64, size: impl Fn(i64) -> i64) -> bool {
        let rank = self.rank(price);
        if let Form::Grid(grid) = &mut self.form
            && let Some(place) = grid.place(rank)
        {
            grid.put(place, size);
            return true;
        }
        self.list().put(rank, size)
    }

    #[cold]
    fn list(&mut self) -> &mut List {
        if let Form::Grid(grid) = &self.form {
            self.form = Form::List(grid.levels().collect());
        }
        match &mut self.form {
            Form::List(list) => list,
            Form::Grid(_) => unreachable!("it was made a list"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn edits() -> impl Strategy<Value = Vec<(i64, i64)>> {
        // Mostly thousandths; some books have finer prices too.
        let price =
            |fine: u32| prop_oneof![20 => (0..=1000i64).prop_map(|tick| tick * 10), fine => 0..=10_000i64];
        let edit = move |fine| (price(fine), -50..200i64);
        prop_oneof![
            prop::collection::vec(edit(1), 0..300),
            prop::collection::vec((0..=1000i64).prop_map(|tick| (tick * 10, tick % 3)), 0..300)
        ]
    }

    proptest! {
        #[test]
        fn a_side_is_a_sorted_map(edits in edits(), falling in any::<bool>(), adding in any::<bool>()) {
            let mut side = if falling { Side::asks(10_000) } else { Side::bids(10_000) };
            let mut map = BTreeMap::new();
            for (price, size) in edits {
                let told = if adding { side.add(price, size) } else { side.set(price, size) };
                prop_assert!(told);
                let left = size + if adding { map.get(&price).copied().unwrap_or(0) } else { 0 };
                if left > 0 { map.insert(price, left); } else { map.remove(&price); }
                let best = if falling { map.first_key_value() } else { map.last_key_value() };
                prop_assert_eq!(side.best_price(), best.map(|level| *level.0));
            }
            let mut known: Vec<Level> = map.into_iter().map(|(price, size)| Level { price, size }).collect();
            if falling { known.reverse(); }
            prop_assert_eq!(side.levels(), known.clone());
            let mut other = if falling { Side::asks(10_000) } else { Side::bids(10_000) };
            other.set(77, 1);
            prop_assert!(other.replace(&known));
            prop_assert_eq!(other.levels(), known);
        }
    }
}
