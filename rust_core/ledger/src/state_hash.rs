//! A hash of the whole state that costs only what changes.
//!
//! It is a multiset hash: the sum, in four lanes of 64 bits, of the hashes of all parts of the state. A change
//! removes the part's old term and adds the new one, so the order of changes leaves no trace and two replayers
//! agree exactly when their states do. It finds divergence, not forgery: that is the work of the journal's
//! SHA-256 chain, from which every state is derived.

/// The hash of one part of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term([u64; 4]);

/// The sum of the terms of all parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateHash([u64; 4]);

impl StateHash {
    /// The hash of all parts with these terms.
    pub fn of(terms: impl IntoIterator<Item = Term>) -> Self {
        let mut hash = Self::default();
        for term in terms {
            hash.add(&term);
        }
        hash
    }

    /// Count a part in.
    pub fn add(&mut self, term: &Term) {
        for (lane, part) in self.0.iter_mut().zip(term.0) {
            *lane = lane.wrapping_add(part);
        }
    }

    /// Count a part in so many times, which may be a negative number modulo 2^64: for parts that are sums, whose
    /// changes then add up without the old sum at hand.
    pub fn add_times(&mut self, term: &Term, times: u64) {
        for (lane, part) in self.0.iter_mut().zip(term.0) {
            // An odd factor, so that no two numbers of times are told apart by fewer bits than they have.
            *lane = lane.wrapping_add((part | 1).wrapping_mul(times));
        }
    }

    /// Count a part out.
    pub fn remove(&mut self, term: &Term) {
        for (lane, part) in self.0.iter_mut().zip(term.0) {
            *lane = lane.wrapping_sub(part);
        }
    }

    /// The sum of two hashes: that of both states together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.add(&Term(other.0));
        self
    }

    /// The hash of these bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut hash = Self::default();
        for (lane, chunk) in hash.0.iter_mut().zip(bytes.as_chunks().0) {
            *lane = u64::from_le_bytes(*chunk);
        }
        hash
    }

    /// The hash as bytes, little-endian.
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (chunk, lane) in bytes.chunks_exact_mut(8).zip(self.0) {
            chunk.copy_from_slice(&lane.to_le_bytes());
        }
        bytes
    }
}

/// Hashes the words of one part, two at a time, in two independent lanes that the end widens to four.
///
/// The words of a part must say where each field ends: fixed widths, or a length before the bytes. A builder can
/// be used twice, so that two conditions of one part are hashed from what they have in common.
#[derive(Clone, Copy, Debug)]
pub struct TermBuilder {
    lanes: [u64; 2],
}

/// Odd constants from the fractional digits of pi, one pair a lane.
const KEYS: [(u64, u64); 4] = [
    (0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345),
    (0xa409_3822_299f_31d1, 0x082e_fa98_ec4e_6c89),
    (0x4528_21e6_38d0_1377, 0xbe54_66cf_34e9_0c6d),
    (0xc0ac_29b7_c97c_50dd, 0x3f84_d5b5_b547_0917),
];

impl TermBuilder {
    /// Start a part; `domain` keeps kinds of parts apart.
    #[inline]
    pub const fn new(domain: u64) -> Self {
        Self { lanes: [KEYS[0].0 ^ domain, KEYS[1].0 ^ domain] }
    }

    /// Take in two words.
    #[must_use]
    #[inline]
    pub fn pair(self, first: u64, second: u64) -> Self {
        let [left, right] = self.lanes;
        let take = |lane: u64, key: u64| {
            fold(lane ^ first, second ^ key).wrapping_add(lane.rotate_left(23) ^ second)
        };
        Self { lanes: [take(left, KEYS[0].1), take(right, KEYS[1].1)] }
    }

    /// Take in an id.
    #[must_use]
    #[inline]
    pub fn bytes16(self, bytes: &[u8; 16]) -> Self {
        let value = u128::from_le_bytes(*bytes);
        self.pair(value as u64, (value >> 64) as u64)
    }

    /// Take in a signed number.
    #[must_use]
    #[inline]
    pub fn i128(self, value: i128) -> Self {
        let value = value.cast_unsigned();
        self.pair(value as u64, (value >> 64) as u64)
    }

    /// Take in bytes of any length, with their length.
    #[must_use]
    #[inline]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        let (chunks, rest) = bytes.as_chunks();
        for chunk in chunks {
            self = self.bytes16(chunk);
        }
        let mut last = [0; 16];
        last[..rest.len()].copy_from_slice(rest);
        self.bytes16(&last).pair(bytes.len() as u64, 0)
    }

    /// The hash of the part.
    #[inline]
    pub fn finish(self) -> Term {
        let [left, right] = self.lanes;
        let widen = |(first, second): (u64, u64)| {
            fold(left ^ first, right ^ second).wrapping_add(left.rotate_left(23) ^ right)
        };
        Term(KEYS.map(widen))
    }
}

/// The two halves of the full product, folded: every bit of either factor reaches every bit of the result.
#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn term(words: &[(u64, u64)]) -> Term {
        words.iter().fold(TermBuilder::new(1), |builder, &(a, b)| builder.pair(a, b)).finish()
    }

    proptest! {
        #[test]
        fn order_leaves_no_trace_and_removal_undoes(parts in prop::collection::vec(any::<(u64, u64)>(), 1..20)) {
            let mut forwards = StateHash::default();
            let mut backwards = StateHash::default();
            for part in &parts {
                forwards.add(&term(&[*part]));
            }
            for part in parts.iter().rev() {
                backwards.add(&term(&[*part]));
            }
            prop_assert_eq!(forwards, backwards);
            for part in &parts {
                forwards.remove(&term(&[*part]));
            }
            prop_assert_eq!(forwards, StateHash::default());
        }

        #[test]
        fn any_flipped_bit_changes_every_lane(words in any::<[(u64, u64); 3]>(), bit in 0_usize..384) {
            let mut flipped = words;
            let (first, second) = &mut flipped[bit / 128];
            if bit % 128 < 64 { *first ^= 1 << (bit % 64) } else { *second ^= 1 << (bit % 64) }
            let (before, after) = (term(&words), term(&flipped));
            for lane in 0..4 {
                prop_assert_ne!(before.0[lane], after.0[lane]);
            }
        }
    }

    #[test]
    fn half_the_bits_turn_on_average() {
        let mut turned = 0;
        for at in 0..1_000_u64 {
            let (before, after) = (term(&[(at, 7)]), term(&[(at + 1, 7)]));
            turned += before.0.iter().zip(after.0).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
        }
        assert!((120_000..136_000).contains(&turned), "{turned} of 256,000 bits turned");
    }

    #[test]
    fn lengths_are_part_of_the_hash() {
        let hash = |bytes: &[u8]| TermBuilder::new(1).bytes(bytes).finish();
        assert_ne!(hash(b""), hash(b"\0"));
        assert_ne!(hash(&[0; 16]), hash(&[0; 17]));
        assert_ne!(TermBuilder::new(1).finish(), TermBuilder::new(2).finish());
    }
}
