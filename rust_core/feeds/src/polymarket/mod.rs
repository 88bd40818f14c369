//! Polymarket's CLOB websocket, market channel: frames → books of bids and asks.
//!
//! Sizes are absolute and frames carry no sequence numbers. What a change says the best prices are is compared with
//! the own book: where they differ the book is suspect until it is sent whole again.

mod books;
mod message;
mod quick;

pub use books::{Book, Books};

/// Decimals of prices and sizes: those of the token on the chain.
pub const PLACES: usize = 6;
