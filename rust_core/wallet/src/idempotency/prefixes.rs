//! A set of numbers of 24 bits in ten bits a number when there are a hundred thousand (Elias-Fano).
//!
//! Of n numbers in order, the lowest l = log2(2^24 / n) bits of each stand in a row; the rest, which only ever grows, is
//! told in unary: for each bucket, that is each value the rest may have, a one for every number in it and then a zero.
//! Peter Elias, Efficient Storage and Retrieval by Content and Address of Static Files, J. ACM 21 (1974).

/// Bits of a number.
pub(super) const BITS: u32 = 24;
/// Of so many buckets, where the first begins is written down.
const STRIDE: usize = 32;
const WORD: usize = u64::BITS as usize;

/// A set that is made anew when it grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefixes {
    len: usize,
    low_bits: u32,
    low: Vec<u64>,
    high: Vec<u64>,
    starts: Vec<u32>,
}

impl Prefixes {
    /// The set of numbers that come in order, each once.
    pub(super) fn of(numbers: &[u32]) -> Self {
        let Some(each) = (1_usize << BITS).checked_div(numbers.len()) else { return Self::default() };
        let low_bits = each.checked_ilog2().unwrap_or(0);
        let buckets = 1_usize << (BITS - low_bits);
        let mut set = Self {
            len: numbers.len(),
            low_bits,
            low: vec![0; (numbers.len() * low_bits as usize).div_ceil(WORD) + 1],
            high: vec![0; (numbers.len() + buckets).div_ceil(WORD)],
            starts: Vec::with_capacity(buckets.div_ceil(STRIDE)),
        };
        for (at, number) in numbers.iter().enumerate() {
            let bucket = (number >> low_bits) as usize;
            // Before the first number of a bucket, all buckets up to it begin.
            set.begin(bucket, at);
            let one = bucket + at;
            set.high[one / WORD] |= 1 << (one % WORD);
            set.put_low(at, u64::from(number & ((1 << low_bits) - 1)));
        }
        set.begin(buckets - 1, numbers.len());
        set
    }

    /// Write down where the buckets up to this one begin that are not yet, with `before` numbers before them.
    fn begin(&mut self, bucket: usize, before: usize) {
        while self.starts.len() * STRIDE <= bucket {
            let start = self.starts.len() * STRIDE + before;
            self.starts.push(u32::try_from(start).expect("a set has fewer than 2^25 bits"));
        }
    }

    fn put_low(&mut self, at: usize, low: u64) {
        let bit = at * self.low_bits as usize;
        let wide = u128::from(low) << (bit % WORD);
        self.low[bit / WORD] |= wide as u64;
        self.low[bit / WORD + 1..].iter_mut().take(1).for_each(|word| *word |= (wide >> WORD) as u64);
    }

    #[inline]
    fn low(&self, at: usize) -> u32 {
        let bit = at * self.low_bits as usize;
        let next = self.low.get(bit / WORD + 1).copied().unwrap_or(0);
        let wide = u128::from(self.low[bit / WORD]) | u128::from(next) << WORD;
        (wide >> (bit % WORD)) as u32 & ((1 << self.low_bits) - 1)
    }

    /// Whether a number is in it.
    #[inline]
    pub(super) fn contains(&self, number: u32) -> bool {
        if self.len == 0 {
            return false;
        }
        let bucket = (number >> self.low_bits) as usize;
        let mut bit = self.start(bucket);
        let low = number & ((1 << self.low_bits) - 1);
        while self.high[bit / WORD] >> (bit % WORD) & 1 == 1 {
            if self.low(bit - bucket) == low {
                return true;
            }
            bit += 1;
        }
        false
    }

    /// Where a bucket begins: after as many zeros as there are buckets before it.
    #[inline]
    fn start(&self, bucket: usize) -> usize {
        let start = self.starts[bucket / STRIDE] as usize;
        let mut zeros = bucket % STRIDE;
        if zeros == 0 {
            return start;
        }
        let (mut word, mut free) = (start / WORD, !self.high[start / WORD] & u64::MAX << (start % WORD));
        while zeros > free.count_ones() as usize {
            zeros -= free.count_ones() as usize;
            word += 1;
            free = !self.high[word];
        }
        (1..zeros).for_each(|_| free &= free - 1);
        word * WORD + free.trailing_zeros() as usize + 1
    }

    /// All numbers, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        let ones = self.high.iter().enumerate().flat_map(|(word, bits)| {
            let mut bits = *bits;
            std::iter::from_fn(move || {
                let bit = (bits != 0).then(|| word * WORD + bits.trailing_zeros() as usize)?;
                bits &= bits - 1;
                Some(bit)
            })
        });
        ones.enumerate().map(|(at, one)| ((one - at) as u32) << self.low_bits | self.low(at))
    }

    /// Take in numbers that come in order; each that is new is told to `is_new`.
    pub(super) fn merge(&mut self, numbers: impl Iterator<Item = u32>, mut is_new: impl FnMut(u32)) {
        let (mut all, mut own) = (Vec::with_capacity(self.len), self.iter().peekable());
        for number in numbers {
            while let Some(before) = own.next_if(|own| *own < number) {
                all.push(before);
            }
            if own.peek() != Some(&number) && all.last() != Some(&number) {
                is_new(number);
                all.push(number);
            }
        }
        all.extend(own);
        *self = Self::of(&all);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Bytes set aside for them.
    pub(super) fn allocated(&self) -> usize {
        (self.low.capacity() + self.high.capacity()) * size_of::<u64>()
            + self.starts.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_is_a_set(
            runs in prop::collection::vec(prop::collection::btree_set(prop_oneof![0..400_u32, 0..1_u32 << BITS], 0..200), 0..4),
        ) {
            let (mut set, mut plain) = (Prefixes::default(), BTreeSet::new());
            for run in runs {
                let mut fresh = Vec::new();
                set.merge(run.iter().copied(), |number| fresh.push(number));
                let expected: Vec<u32> = run.difference(&plain).copied().collect();
                prop_assert_eq!(fresh, expected);
                plain.extend(run);
            }
            prop_assert_eq!(set.len(), plain.len());
            prop_assert!(set.iter().eq(plain.iter().copied()));
            let around = plain.iter().flat_map(|number| [number.saturating_sub(1), *number, number + 1]);
            for number in around.chain(0..64).filter(|number| *number < 1 << BITS) {
                prop_assert_eq!(set.contains(number), plain.contains(&number), "{}", number);
            }
        }
    }

    #[test]
    fn a_number_takes_ten_bits_among_a_hundred_thousand() {
        let spread = |number: u32| number.wrapping_mul(0x9e37_79b1) >> (32 - BITS);
        let numbers: Vec<u32> = (0..100_000).map(spread).collect::<BTreeSet<_>>().into_iter().collect();
        let set = Prefixes::of(&numbers);
        let each = 8.0 * set.allocated() as f64 / numbers.len() as f64;
        assert!(each < 11.5, "{each:.2} bits");
        assert!(numbers.iter().all(|number| set.contains(*number)));
        let others = (100_000..1_100_000).map(spread).filter(|number| set.contains(*number)).count();
        assert!(others < 12_000, "{others} of a million others");
    }
}
