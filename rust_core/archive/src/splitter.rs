//! Cuts a file where a block, or the end of a stream, may begin. Both begin at any bit with a magic number of 48
//! bits, which also can occur by chance.

use crate::error::Error;
use crate::{BLOCK, END, MAGIC_BITS};

/// No block takes more: 900,000 symbols of 20 bits and its codes.
const LONGEST_PIECE: u64 = 3 << 20;
const MAGICS: [u64; 2] = [BLOCK, END];
/// By the byte behind the one in which a magic number begins: which of the eight bits it may begin at.
static STARTS: [u8; 256] = starts();

const fn starts() -> [u8; 256] {
    let mut starts = [0u8; 256];
    let mut shift = 0;
    while shift < 8 {
        // A magic number that begins `shift` bits into a byte has these 8 bits in the next one.
        starts[(BLOCK >> (32 + shift) & 0xFF) as usize] |= 1 << shift;
        starts[(END >> (32 + shift) & 0xFF) as usize] |= 1 << shift;
        shift += 1;
    }
    starts
}

/// The bits from one cut to the next.
#[derive(Debug, Clone)]
pub struct Piece {
    bytes: Vec<u8>,
    /// Bits of the first byte that belong to the piece before.
    skip: u32,
    /// Bits from the first byte to the end.
    end: u64,
}

impl Piece {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn skip(&self) -> u32 {
        self.skip
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Undoes the cut between this piece and the one behind it.
    pub(crate) fn join(&mut self, next: &Self) {
        let shared = usize::from(next.skip > 0);
        self.bytes.extend_from_slice(&next.bytes[shared..]);
        self.end = self.end - u64::from(next.skip) + next.end;
    }
}

/// Takes a file's bytes in any chunking and gives pieces.
#[derive(Debug, Default)]
pub struct Splitter {
    buffer: Vec<u8>,
    /// Bits of the first byte that are given out.
    skip: u32,
    /// Bytes that were searched: no magic number begins before this one.
    searched: usize,
}

impl Splitter {
    /// Takes bytes, and appends the pieces that end within them to `pieces`.
    pub fn push(&mut self, data: &[u8], pieces: &mut Vec<Piece>) -> Result<(), Error> {
        self.buffer.extend_from_slice(data);
        let mut from = 0;
        while let Some((byte, bit)) = self.search() {
            self.searched = byte + 1;
            if byte == from && bit <= self.skip {
                // The piece's own beginning.
                continue;
            }
            pieces.push(self.piece(from, byte, bit));
            (from, self.skip) = (byte, bit);
        }
        self.buffer.drain(..from);
        self.searched -= from;
        if self.buffer.len() as u64 > LONGEST_PIECE {
            return Err(Error::Corrupt("a block longer than blocks can be"));
        }
        Ok(())
    }

    /// No more bytes will come: the last piece, if there were any bytes.
    pub fn finish(&mut self) -> Option<Piece> {
        let bytes = std::mem::take(&mut self.buffer);
        let end = 8 * bytes.len() as u64;
        (end > 0).then_some(Piece { bytes, skip: self.skip, end })
    }

    fn piece(&self, from: usize, byte: usize, bit: u32) -> Piece {
        let to = byte + usize::from(bit > 0);
        let end = 8 * (byte - from) as u64 + u64::from(bit);
        Piece { bytes: self.buffer[from..to].to_vec(), skip: self.skip, end }
    }

    /// The next byte and bit at which a magic number begins; notes how far it looked.
    fn search(&mut self) -> Option<(usize, u32)> {
        let windows = self.buffer.get(self.searched..)?.windows(MAGIC_BITS as usize / 8 + 1);
        let count = windows.len();
        let first_bit = |window: &[u8]| {
            let starts = STARTS[usize::from(window[1])];
            if starts == 0 {
                return None;
            }
            let word = window.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
            let begins = |shift: u32| {
                starts >> shift & 1 == 1 && MAGICS.contains(&(word >> (8 - shift) & ((1 << MAGIC_BITS) - 1)))
            };
            (0..8).find(|&shift| begins(shift))
        };
        for (at, window) in windows.enumerate() {
            if let Some(bit) = first_bit(window) {
                return Some((self.searched + at, bit));
            }
        }
        self.searched += count;
        None
    }
}
