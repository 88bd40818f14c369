//! Kalshi's websocket, channel `orderbook_delta`: frames → books of bids for YES and for NO.
//!
//! A change is signed, so a book is exact only while no frame of its subscription is missing: after a gap in `seq`
//! every book of that `sid` is stale, and changes to it are ignored, until it gets a new snapshot.

mod books;
mod message;
mod quick;

pub use books::{Book, Books, Gap};
