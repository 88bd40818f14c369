//! Bits of a byte string, the highest of each byte first.

use crate::error::Error;

/// Reads bits one after the other.
#[derive(Debug)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    /// Bytes already in the window.
    taken: usize,
    /// The next bits, from the highest.
    window: u64,
    /// How many bits of the window count.
    held: u32,
}

impl<'a> Bits<'a> {
    /// Begins behind the first `skip` bits.
    pub(crate) fn new(bytes: &'a [u8], skip: u32) -> Self {
        let mut bits = Self { bytes, taken: 0, window: 0, held: 0 };
        bits.refill();
        bits.drop(skip.min(bits.held));
        bits
    }

    /// At least 56 bits are held afterwards, unless the bytes end.
    #[inline]
    pub(crate) fn refill(&mut self) {
        if let Some(word) = self.bytes.get(self.taken..).and_then(|rest| rest.first_chunk::<8>()) {
            self.window |= u64::from_be_bytes(*word) >> self.held;
            let bytes = (63 - self.held) / 8;
            self.taken += bytes as usize;
            self.held += 8 * bytes;
            // Bits of a byte that is taken only in part would be counted twice.
            self.window &= u64::MAX << (64 - self.held);
            return;
        }
        while self.held <= 56
            && let Some(byte) = self.bytes.get(self.taken)
        {
            self.window |= u64::from(*byte) << (56 - self.held);
            self.held += 8;
            self.taken += 1;
        }
    }

    /// The next bits without stepping over them; zeros behind the end.
    #[inline]
    pub(crate) fn peek(&self, count: u32) -> u32 {
        (self.window >> 32) as u32 >> (32 - count)
    }

    #[inline]
    pub(crate) fn held(&self) -> u32 {
        self.held
    }

    /// Steps over bits that are held.
    #[inline]
    pub(crate) fn drop(&mut self, count: u32) {
        self.window <<= count;
        self.held -= count;
    }

    /// The next 1 to 32 bits.
    #[inline]
    pub(crate) fn take(&mut self, count: u32) -> Result<u32, Error> {
        if self.held < count {
            self.refill();
            if self.held < count {
                return Err(Error::Truncated);
            }
        }
        let bits = self.peek(count);
        self.drop(count);
        Ok(bits)
    }

    /// The next bit.
    #[inline]
    pub(crate) fn flag(&mut self) -> Result<bool, Error> {
        self.take(1).map(|bit| bit == 1)
    }

    /// The 48 bits of a magic number.
    pub(crate) fn magic(&mut self) -> Result<u64, Error> {
        Ok(u64::from(self.take(24)?) << 24 | u64::from(self.take(24)?))
    }

    /// How many bits were stepped over since the first byte.
    pub(crate) fn position(&self) -> u64 {
        8 * self.taken as u64 - u64::from(self.held)
    }
}
