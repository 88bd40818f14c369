//! SHA-256 of bytes that lie together.
//!
//! Commands and entries are a few blocks long, so what a hasher does around its blocks (keeping a buffer, filling it,
//! padding it) costs as much as half a block. Here the blocks are hashed where they lie, by the same function.

use sha2::block_api::compress256;

/// A SHA-256 hash.
pub type Digest = [u8; 32];

const BLOCK: usize = 64;
/// Where the last block's count of bits begins.
const COUNT: usize = BLOCK - 8;
/// The state before the first block (FIPS 180-4, 5.3.3).
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The SHA-256 of `bytes`.
#[inline]
pub fn sha256(bytes: &[u8]) -> Digest {
    let mut state = START;
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    if !blocks.is_empty() {
        compress256(&mut state, blocks);
    }
    // The rest, a one bit, and zeros up to the count of bits at the end of a block.
    let mut last = [[0; BLOCK]; 2];
    last[0][..rest.len()].copy_from_slice(rest);
    last[0][rest.len()] = 0x80;
    let blocks = if rest.len() < COUNT { 1 } else { 2 };
    last[blocks - 1][COUNT..].copy_from_slice(&(8 * bytes.len() as u64).to_be_bytes());
    compress256(&mut state, &last[..blocks]);
    let mut digest = [0; 32];
    for (part, word) in digest.as_chunks_mut().0.iter_mut().zip(state) {
        *part = word.to_be_bytes();
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    fn expected(bytes: &[u8]) -> Digest {
        Sha256::digest(bytes).into()
    }

    #[test]
    fn every_length_around_the_ends_of_blocks() {
        let bytes: Vec<u8> = (0..1_024_u32).map(|number| (number % 251) as u8).collect();
        for length in 0..bytes.len() {
            assert_eq!(sha256(&bytes[..length]), expected(&bytes[..length]), "{length} bytes");
        }
    }

    proptest! {
        #[test]
        fn the_same_as_the_hasher(bytes in prop::collection::vec(any::<u8>(), 0..5_000)) {
            prop_assert_eq!(sha256(&bytes), expected(&bytes));
        }
    }
}
