//! Random books from a seed, so that every run sees the same million.

/// Xorshift64*: enough chance for test inputs, and the same on every machine.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    fn next(&mut self) {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        self.next();
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `from..=to`.
    pub(crate) fn between(&mut self, from: usize, to: usize) -> usize {
        self.next();
        from + (self.0 >> 33) as usize % (to - from + 1)
    }

    /// A decimal price, short or long alike: 1.001 … 1000.
    pub(crate) fn price(&mut self) -> f64 {
        1.0 + 0.001 * (self.unit() * 999_000_f64.ln()).exp()
    }

    /// Probabilities that sum to 1 within rounding.
    pub(crate) fn probabilities(&mut self, outcomes: usize) -> Vec<f64> {
        let mut values: Vec<f64> = (0..outcomes).map(|_| (self.unit() * 6.0).exp()).collect();
        let sum: f64 = values.iter().sum();
        for value in &mut values {
            *value /= sum;
        }
        values
    }
}

/// Largest distance between two vectors.
pub(crate) fn distance(left: &[f64], right: &[f64]) -> f64 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
