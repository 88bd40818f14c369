//! Frames of the websocket, one a line: no bytes panic, and reading a change quickly means what reading it carefully
//! means: a blank behind a frame sends it to the careful reader.

#![no_main]

use feeds::kalshi::Books;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (mut quick, mut careful) = (Books::default(), Books::default());
    for frame in bytes.split(|byte| *byte == b'\n') {
        let changed = quick.apply(frame);
        assert_eq!(changed, careful.apply(&[frame, b" "].concat()));
        for book in quick.books() {
            assert!(book.yes().levels().iter().chain(&book.no().levels()).all(|level| level.size > 0));
        }
    }
    assert_eq!(format!("{:?}", quick.books()), format!("{:?}", careful.books()));
    assert_eq!(quick.problems().total(), careful.problems().total());
    assert_eq!((quick.gaps(), quick.ignored()), (careful.gaps(), careful.ignored()));
});
