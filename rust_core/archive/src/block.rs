//! One piece: a block into its content, or the end of a stream.

use crate::bits::Bits;
use crate::checksum::checksum;
use crate::error::Error;
use crate::huffman::Code;
use crate::runs;
use crate::splitter::Piece;
use crate::transform::Table;
use crate::{BLOCK, END, LARGEST_BLOCK, STREAM_END_BITS};

/// Symbols that share a selector.
const GROUP: usize = 50;
/// Symbols below this one are digits of a run's length.
const RUN_DIGITS: u16 = 2;

/// What a piece holds.
#[derive(Debug)]
pub enum Decoded {
    /// A whole block.
    Block {
        /// Its content.
        content: Vec<u8>,
        /// The checksum of the content, which was found to fit.
        checksum: u32,
        /// Length before the runs were expanded, which the level bounds.
        size: usize,
    },
    /// The end of a stream, perhaps followed by the beginning of another.
    End,
    /// No magic number: only what stands at the beginning of a file may have none.
    Other,
    /// It cannot be read, or only together with what follows it.
    Failed(Error),
}

/// A block read up to its last column.
#[derive(Debug)]
struct Column {
    checksum: u32,
    start: u32,
    counts: [u32; 256],
}

/// Decodes pieces; its memory, about 6 MB, is used again.
#[derive(Debug, Default)]
pub struct Decoder {
    column: Vec<u8>,
    table: Table,
    text: Vec<u8>,
}

impl Decoder {
    /// What a piece holds.
    pub fn decode(&mut self, piece: &Piece) -> Decoded {
        let mut bits = Bits::new(piece.bytes(), piece.skip());
        match bits.magic() {
            Ok(BLOCK) => {}
            Ok(END) => return Decoded::End,
            _ => return Decoded::Other,
        }
        let read = match read_column(&mut bits, &mut self.column) {
            Ok(read) => read,
            Err(error) => return Decoded::Failed(error),
        };
        match piece.end().checked_sub(bits.position()) {
            Some(0) => {}
            Some(STREAM_END_BITS..) => {
                return Decoded::Failed(Error::Corrupt("a block does not end where the next begins"));
            }
            _ => return Decoded::Failed(Error::Truncated),
        }
        self.table.invert(&self.column, &read.counts, read.start, &mut self.text);
        finish(&self.text, read.checksum)
    }
}

fn finish(text: &[u8], named: u32) -> Decoded {
    let content = runs::expand(text);
    if checksum(&content) != named {
        return Decoded::Failed(Error::Checksum);
    }
    Decoded::Block { content, checksum: named, size: text.len() }
}

/// Everything of a block behind its magic number.
fn read_column(bits: &mut Bits<'_>, column: &mut Vec<u8>) -> Result<Column, Error> {
    let checksum = bits.take(32)?;
    if bits.flag()? {
        return Err(Error::Corrupt("a randomised block, which no compressor has written since 1997"));
    }
    let start = bits.take(24)?;
    let mut bytes = used_bytes(bits)?;
    let symbols = bytes.len() + 2;
    let codes = bits.take(3)? as usize;
    if !(2..=6).contains(&codes) || bytes.is_empty() {
        return Err(Error::Corrupt("a block without codes"));
    }
    let selectors = read_selectors(bits, codes)?;
    let codes = (0..codes).map(|_| read_code(bits, symbols)).collect::<Result<Vec<_>, _>>()?;
    column.clear();
    column.reserve(LARGEST_BLOCK);
    let mut counts = [0; 256];
    read_symbols(bits, &selectors, &codes, &mut bytes, column, &mut counts)?;
    if start as usize >= column.len() {
        return Err(Error::Corrupt("a block that begins behind its end"));
    }
    Ok(Column { checksum, start, counts })
}

/// The bytes that occur, rising: 16 bits say which sixteens have any, 16 more for each that has.
fn used_bytes(bits: &mut Bits<'_>) -> Result<Vec<u8>, Error> {
    let sixteens = bits.take(16)?;
    let mut used = Vec::with_capacity(256);
    for high in (0..16u8).filter(|high| sixteens >> (15 - high) & 1 == 1) {
        let present = bits.take(16)?;
        used.extend((0..16).filter(|low| present >> (15 - low) & 1 == 1).map(|low| high << 4 | low));
    }
    Ok(used)
}

/// Which code each group of symbols is in: how far down a list moved to the front, as ones before a zero.
fn read_selectors(bits: &mut Bits<'_>, codes: usize) -> Result<Vec<u8>, Error> {
    let count = bits.take(15)?;
    let mut recent = [0, 1, 2, 3, 4, 5];
    (0..count)
        .map(|_| {
            let mut down = 0;
            while bits.flag()? {
                down += 1;
                if down >= codes {
                    return Err(Error::Corrupt("a selector of a code that is not there"));
                }
            }
            recent[..=down].rotate_right(1);
            Ok(recent[0])
        })
        .collect()
}

/// The lengths of a code's symbols, each as the difference from the one before.
fn read_code(bits: &mut Bits<'_>, symbols: usize) -> Result<Code, Error> {
    let mut length = bits.take(5)? as u8;
    let mut lengths = [0; 258];
    for of_symbol in &mut lengths[..symbols] {
        loop {
            if !(1..=20).contains(&length) {
                return Err(Error::Corrupt("a code longer than 20 bits"));
            }
            if !bits.flag()? {
                break;
            }
            length = if bits.flag()? { length - 1 } else { length + 1 };
        }
        *of_symbol = length;
    }
    Ok(Code::new(&lengths[..symbols]))
}

fn read_symbols(
    bits: &mut Bits<'_>,
    selectors: &[u8],
    codes: &[Code],
    recent: &mut [u8],
    column: &mut Vec<u8>,
    counts: &mut [u32; 256],
) -> Result<(), Error> {
    let too_long = || Error::Corrupt("a block longer than blocks can be");
    let end = recent.len() as u16 + 1;
    let (mut run, mut digit) = (0usize, 1usize);
    for selector in selectors {
        let code = &codes[usize::from(*selector)];
        for _ in 0..GROUP {
            bits.refill();
            let symbol = code.read(bits)?;
            if symbol < RUN_DIGITS {
                // Digits are 1 and 2, the lowest first.
                run += digit << symbol;
                digit <<= 1;
                if run > LARGEST_BLOCK {
                    return Err(too_long());
                }
                continue;
            }
            if run > 0 {
                repeat(recent[0], run, column, counts).ok_or_else(too_long)?;
                (run, digit) = (0, 1);
            }
            if symbol == end {
                return Ok(());
            }
            if column.len() >= LARGEST_BLOCK {
                return Err(too_long());
            }
            let byte = to_front(recent, usize::from(symbol) - 1);
            column.push(byte);
            counts[usize::from(byte)] += 1;
        }
    }
    Err(Error::Corrupt("a block without an end"))
}

fn repeat(byte: u8, run: usize, column: &mut Vec<u8>, counts: &mut [u32; 256]) -> Option<()> {
    let length = column.len().checked_add(run).filter(|&length| length <= LARGEST_BLOCK)?;
    column.resize(length, byte);
    counts[usize::from(byte)] += run as u32;
    Some(())
}

/// Moves the byte at a place to the front, and answers it.
#[inline]
fn to_front(recent: &mut [u8], place: usize) -> u8 {
    let byte = recent[place];
    recent.copy_within(..place, 1);
    recent[0] = byte;
    byte
}
