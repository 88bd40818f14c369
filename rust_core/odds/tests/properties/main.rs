//! Properties of margins, ladders and priced books on random input.

mod batches;
mod books;
mod chance;
mod counted;
mod inplay;
mod margins;
mod models;
mod prices;
mod shaping;
mod stakes;
