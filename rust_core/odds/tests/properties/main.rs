//! Properties of margins, ladders and priced books on random input.

mod books;
mod chance;
mod margins;
