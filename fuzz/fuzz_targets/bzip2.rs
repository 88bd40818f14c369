//! Packed files: no bytes panic, and how they are cut changes nothing.

#![no_main]

use archive::{Assembler, Decoder, Error, Splitter};
use libfuzzer_sys::fuzz_target;

fn content(pieces: &[&[u8]]) -> (Vec<u8>, Result<(), Error>) {
    let (mut splitter, mut assembler, mut decoder) =
        (Splitter::default(), Assembler::default(), Decoder::default());
    let (mut text, mut packed) = (Vec::new(), Vec::new());
    let split = pieces.iter().try_for_each(|piece| splitter.push(piece, &mut packed));
    packed.extend(splitter.finish());
    let take = || {
        for piece in packed {
            let decoded = decoder.decode(&piece);
            text.extend(assembler.take(piece, decoded)?);
        }
        assembler.finish()
    };
    let result = split.and_then(|()| take());
    (text, result)
}

fuzz_target!(|bytes: &[u8]| {
    let half = bytes.len() / 2;
    let whole = content(&[bytes]);
    assert_eq!(whole, content(&[&bytes[..half], &bytes[half..]]));
    let each: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(whole, content(&each));
});
