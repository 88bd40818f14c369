//! Judges pieces in their order.

use crate::LEVEL;
use crate::bits::Bits;
use crate::block::{Decoded, Decoder};
use crate::error::Error;
use crate::splitter::Piece;

/// A magic number occurs by chance once in ten terabytes; so often in one block is an attack on time.
const MOST_JOINED: u32 = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Beginning,
    /// Within a stream of this level.
    Stream(usize),
    /// Behind a stream.
    Behind,
}

/// Takes decoded pieces in order and gives their content.
#[derive(Debug)]
pub struct Assembler {
    place: Place,
    combined: u32,
    /// A piece that was perhaps cut by chance, how often, and what was wrong with it at first.
    unfinished: Option<(Piece, u32, Error)>,
}

impl Default for Assembler {
    fn default() -> Self {
        Self { place: Place::Beginning, combined: 0, unfinished: None }
    }
}

impl Assembler {
    /// Takes the next piece with what it was decoded to; answers the content that is now certain.
    pub fn take(&mut self, piece: Piece, decoded: Decoded) -> Result<Vec<u8>, Error> {
        match self.unfinished.take() {
            None => self.judge(piece, decoded, None),
            Some((_, MOST_JOINED, error)) => Err(error),
            Some((mut whole, joined, error)) => {
                whole.join(&piece);
                let decoded = Decoder::default().decode(&whole);
                self.judge(whole, decoded, Some((joined + 1, error)))
            }
        }
    }

    /// No more pieces will come.
    pub fn finish(&mut self) -> Result<(), Error> {
        match (self.unfinished.take(), self.place) {
            (Some((_, _, error)), _) => Err(error),
            (None, Place::Behind) => Ok(()),
            (None, Place::Beginning) => Err(Error::Foreign),
            (None, Place::Stream(_)) => Err(Error::Truncated),
        }
    }

    fn judge(
        &mut self,
        piece: Piece,
        decoded: Decoded,
        earlier: Option<(u32, Error)>,
    ) -> Result<Vec<u8>, Error> {
        match (decoded, self.place) {
            (Decoded::Other, Place::Beginning) => self.begin(&piece).map(|()| Vec::new()),
            (Decoded::End, Place::Stream(_)) => self.end(&piece).map(|()| Vec::new()),
            (Decoded::Block { content, checksum, size }, Place::Stream(level)) => {
                if size > level * LEVEL {
                    return Err(Error::Corrupt("a block longer than its level says"));
                }
                self.combined = self.combined.rotate_left(1) ^ checksum;
                Ok(content)
            }
            (Decoded::Failed(error), Place::Stream(_)) => {
                let (joined, first) = earlier.unwrap_or((0, error));
                self.unfinished = Some((piece, joined, first));
                Ok(Vec::new())
            }
            (_, Place::Beginning) => Err(Error::Foreign),
            (_, Place::Behind) => Err(Error::Trailing),
            (Decoded::Other, Place::Stream(_)) => Err(Error::Corrupt("neither a block nor an end")),
        }
    }

    fn begin(&mut self, piece: &Piece) -> Result<(), Error> {
        let known = b"BZh".iter().zip(piece.bytes()).all(|(known, byte)| known == byte);
        let level = (piece.end() == 32).then_some(piece.bytes()).and_then(level);
        self.place = Place::Stream(level.ok_or(if known { Error::Truncated } else { Error::Foreign })?);
        Ok(())
    }

    /// Checks the sum of all blocks, and what stands behind it: nothing, or the next stream.
    fn end(&mut self, piece: &Piece) -> Result<(), Error> {
        let mut bits = Bits::new(piece.bytes(), piece.skip());
        bits.magic()?;
        if bits.take(32)? != self.combined {
            return Err(Error::Checksum);
        }
        let behind = bits.position().div_ceil(8);
        let rest = piece.bytes().get(behind as usize..).unwrap_or_default();
        self.combined = 0;
        self.place = Place::Behind;
        if rest.is_empty() {
            return Ok(());
        }
        let level = (piece.end() == 8 * (behind + 4)).then_some(rest).and_then(level);
        self.place = Place::Stream(level.ok_or(Error::Trailing)?);
        Ok(())
    }
}

/// The level of a stream that begins so.
fn level(header: &[u8]) -> Option<usize> {
    match header {
        [b'B', b'Z', b'h', level @ b'1'..=b'9'] => Some(usize::from(level - b'0')),
        _ => None,
    }
}
