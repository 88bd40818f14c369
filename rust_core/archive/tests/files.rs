//! Files by the reference compressor, whole and damaged, in any chunking.

use archive::{Assembler, Decoded, Decoder, Error, Piece, Splitter};
use proptest::collection::vec;
use proptest::prelude::*;

/// `b"hello hello hello\n"`.
const HELLO: [u8; 47] = *include_bytes!("hello.bz2");

fn read(chunks: &[&[u8]]) -> (Vec<u8>, Result<(), Error>) {
    let (mut splitter, mut assembler, mut decoder) =
        (Splitter::default(), Assembler::default(), Decoder::default());
    let (mut text, mut pieces) = (Vec::new(), Vec::new());
    let split = chunks.iter().try_for_each(|chunk| splitter.push(chunk, &mut pieces));
    pieces.extend(splitter.finish());
    let contents: Vec<Decoded> = pieces.iter().map(|piece| decoder.decode(piece)).collect();
    let all = |pieces: Vec<Piece>| -> Result<(), Error> {
        for (piece, decoded) in pieces.into_iter().zip(contents) {
            text.extend(assembler.take(piece, decoded)?);
        }
        assembler.finish()
    };
    let result = split.and_then(|()| all(pieces));
    (text, result)
}

#[test]
fn whole_files_in_any_chunking() {
    let twice = [HELLO, HELLO].concat();
    for size in 1..50 {
        let (text, result) = read(&twice.chunks(size).collect::<Vec<_>>());
        assert_eq!((text.as_slice(), result), (&b"hello hello hello\nhello hello hello\n"[..], Ok(())));
    }
}

#[test]
fn what_is_wrong_is_named() {
    for end in 1..HELLO.len() {
        let (text, result) = read(&[&HELLO[..end]]);
        assert!(text.is_empty() || text == b"hello hello hello\n");
        assert_eq!(result, Err(Error::Truncated), "{end} bytes");
    }
    let (text, result) = read(&[&HELLO, b"x"]);
    assert_eq!((text.len(), result), (18, Err(Error::Trailing)));
    assert_eq!(read(&[b"plain text"]).1, Err(Error::Foreign));
    assert_eq!(read(&[]).1, Err(Error::Foreign));
    let mut damaged = HELLO;
    damaged[12] ^= 1;
    assert_eq!(read(&[&damaged]).1, Err(Error::Checksum));
}

proptest! {
    #[test]
    fn no_bytes_panic_or_pass_for_others(place in 0_usize..47, value in any::<u8>(), tail in vec(any::<u8>(), 0..40)) {
        let mut bytes = HELLO.to_vec();
        bytes[place] = value;
        let (text, result) = read(&[&bytes]);
        prop_assert!(result.is_err() || text == b"hello hello hello\n");
        bytes.truncate(place);
        bytes.extend(tail);
        let (text, result) = read(&[&bytes]);
        prop_assert!(result.is_err() || text == b"hello hello hello\n");
    }
}
