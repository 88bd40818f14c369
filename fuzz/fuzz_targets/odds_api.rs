//! Polled documents, one a line: no bytes panic, and a document that comes again changes nothing.

#![no_main]

use feeds::FrameOptions;
use feeds::odds_api::Books;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for american in [false, true] {
        let mut books = Books::new(&FrameOptions::default(), american);
        for document in bytes.split(|byte| *byte == b'\n') {
            books.apply(document, Some("soccer"));
            let ids = |books: &Books| books.events().map(|(id, _)| id.to_owned()).collect::<Vec<_>>();
            let (before, problems) = (ids(&books), books.problems().total());
            books.apply(document, Some("soccer"));
            assert_eq!(ids(&books), before);
            assert!(books.problems().total() >= problems);
        }
    }
});
