//! bzip2 in pieces that can be decoded apart from each other, so that several threads can share one file.
//!
//! A [`Splitter`] cuts the bytes of a file where a block may begin, [`decode`] turns pieces into text, in any order
//! and on any thread, and an [`Assembler`] takes the results in order and judges them: where a piece turns out to
//! be cut off, the cut was chance and the piece goes on in the next one. Sans-I/O and without threads of its own.

mod assembler;
mod bits;
mod block;
mod checksum;
mod error;
mod huffman;
mod runs;
mod splitter;
mod transform;

pub use assembler::Assembler;
pub use block::{Decoded, Decoder};
pub use error::Error;
pub use splitter::{Piece, Splitter};

/// 48 bits that every block begins with.
const BLOCK: u64 = 0x3141_5926_5359;
/// 48 bits behind the last block of a stream.
const END: u64 = 0x1772_4538_5090;
const MAGIC_BITS: u64 = 48;
/// The end of a stream: its magic number and a checksum.
const STREAM_END_BITS: u64 = MAGIC_BITS + 32;
/// A block has at most this many bytes for every step of the level.
const LEVEL: usize = 100_000;
const LARGEST_BLOCK: usize = 9 * LEVEL;
