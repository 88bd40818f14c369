//! Canonical prefix codes of up to 20 bits.

use crate::bits::Bits;
use crate::error::Error;

const LONGEST: usize = 20;
/// Codes of up to this many bits are looked up in one step.
const QUICK: u32 = 10;
/// A lookup holds a symbol above this many bits of length.
const LENGTH_BITS: u32 = 5;

/// A code, ready to decode.
#[derive(Debug)]
pub(crate) struct Code {
    quick: Box<[u16; 1 << QUICK]>,
    /// By length: one more than the last code of that length, its bits moved to the top of 20.
    limits: [u32; LONGEST + 1],
    /// By length: what to add to a code to find its symbol.
    offsets: [i32; LONGEST + 1],
    symbols: Vec<u16>,
}

impl Code {
    /// The code in which each symbol has this length, from 1 to 20.
    pub(crate) fn new(lengths: &[u8]) -> Self {
        let mut symbols: Vec<u16> = (0..lengths.len() as u16).collect();
        symbols.sort_by_key(|&symbol| lengths[usize::from(symbol)]);
        let mut counts = [0u32; LONGEST + 1];
        for &length in lengths {
            counts[usize::from(length)] += 1;
        }
        let (mut limits, mut offsets) = ([0; LONGEST + 1], [0; LONGEST + 1]);
        let (mut code, mut first) = (0u32, 0u32);
        for length in 1..=LONGEST {
            code <<= 1;
            offsets[length] = first.cast_signed() - code.cast_signed();
            code += counts[length];
            first += counts[length];
            limits[length] = code << (LONGEST - length);
        }
        let mut made = Self { quick: Box::new([0; 1 << QUICK]), limits, offsets, symbols };
        made.fill();
        made
    }

    fn fill(&mut self) {
        for bits in 0..1u32 << QUICK {
            if let Some((symbol, length)) = self.search(bits << (LONGEST as u32 - QUICK))
                && length <= QUICK
            {
                self.quick[bits as usize] = symbol << LENGTH_BITS | length as u16;
            }
        }
    }

    /// The symbol whose code these 20 bits begin with, and its length.
    fn search(&self, bits: u32) -> Option<(u16, u32)> {
        let length = (1..=LONGEST).find(|&length| bits < self.limits[length])?;
        let code = bits >> (LONGEST - length);
        let at = code.cast_signed() + self.offsets[length];
        let symbol = self.symbols.get(usize::try_from(at).ok()?)?;
        Some((*symbol, length as u32))
    }

    /// The next symbol; 20 bits must be held unless the bytes end.
    #[inline]
    pub(crate) fn read(&self, bits: &mut Bits<'_>) -> Result<u16, Error> {
        let found = self.quick[bits.peek(QUICK) as usize];
        let length = u32::from(found) & ((1 << LENGTH_BITS) - 1);
        if length > 0 && length <= bits.held() {
            bits.drop(length);
            return Ok(found >> LENGTH_BITS);
        }
        self.read_long(bits)
    }

    #[cold]
    fn read_long(&self, bits: &mut Bits<'_>) -> Result<u16, Error> {
        match self.search(bits.peek(LONGEST as u32)) {
            Some((symbol, length)) if length <= bits.held() => {
                bits.drop(length);
                Ok(symbol)
            }
            _ if bits.held() < LONGEST as u32 => Err(Error::Truncated),
            _ => Err(Error::Corrupt("a code that no symbol has")),
        }
    }
}
