//! Levels at whole thousandths: each has its place, so that nothing is searched for and nothing moves.

/// Steps from 0 to the highest rank.
const STEPS: u32 = 1_000;
const PAGE: usize = 64;
const PAGES: usize = 16;
const FRACTION_BITS: u32 = 32;

/// Sizes by place, in pages made when they are first needed.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    /// Pages that have a level, the first in the lowest bit.
    filled: u32,
    /// Places of each page that have a level.
    occupied: [u64; PAGES],
    /// 0 where there is no level.
    sizes: [Option<Box<[i64; PAGE]>>; PAGES],
    /// Ranks between two places.
    step: u32,
    /// One through `step`, in units of 2^-32, rounded up: dividing takes longer.
    reciprocal: u64,
}

impl Grid {
    /// For ranks up to `highest`, a multiple of 1,000.
    pub(super) fn new(highest: u32) -> Self {
        let step = (highest / STEPS).max(1);
        Self {
            filled: 0,
            occupied: [0; PAGES],
            sizes: [const { None }; PAGES],
            step,
            reciprocal: (1u64 << FRACTION_BITS).div_ceil(u64::from(step)),
        }
    }

    /// The place of a rank, `None` if it lies between two.
    #[inline]
    pub(super) fn place(&self, rank: u32) -> Option<usize> {
        let place = (u64::from(rank).wrapping_mul(self.reciprocal) >> FRACTION_BITS) as u32;
        (place <= STEPS && place.wrapping_mul(self.step) == rank).then_some(place as usize)
    }

    /// Makes of the size at a place what `size` says; 0 or less is no level.
    #[inline]
    pub(super) fn put(&mut self, place: usize, size: impl Fn(i64) -> i64) {
        let (page, at) = (place / PAGE % PAGES, place % PAGE);
        let sizes = self.sizes[page].get_or_insert_with(|| Box::new([0; PAGE]));
        let size = size(sizes[at]).max(0);
        sizes[at] = size;
        // Whether there was a level, or is one now, nobody can foresee: nothing here depends on it.
        let occupied = self.occupied[page] & !(1 << at) | (u64::from(size > 0) << at);
        self.occupied[page] = occupied;
        self.filled = self.filled & !(1 << page) | (u32::from(occupied > 0) << page);
    }

    /// The highest rank that has a level.
    #[inline]
    pub(super) fn best(&self) -> Option<u32> {
        let page = self.filled.checked_ilog2()?;
        let at = self.occupied[page as usize % PAGES].checked_ilog2()?;
        Some((page * PAGE as u32 + at) * self.step)
    }

    /// Ranks and sizes, the lowest rank first.
    pub(super) fn levels(&self) -> impl Iterator<Item = (u32, i64)> + '_ {
        let pages = self.sizes.iter().enumerate().filter_map(|(page, sizes)| Some((page, sizes.as_ref()?)));
        let places = pages.flat_map(|(page, sizes)| (page * PAGE..).zip(sizes.iter()));
        let levels = places.filter(|(_, size)| **size > 0);
        levels.map(|(place, size)| (place as u32 * self.step, *size))
    }

    pub(super) fn clear(&mut self) {
        for sizes in self.sizes.iter_mut().flatten() {
            sizes.fill(0);
        }
        self.occupied = [0; PAGES];
        self.filled = 0;
    }
}
