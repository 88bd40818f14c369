//! The Odds API v4: polled documents of many bookmakers' prices → what changed since the last poll.
//!
//! A document is whole: what it does not list any more is gone. It says nothing of sports it does not name.

mod books;
mod message;

pub use books::{Books, Change, Event};
pub use message::{Key, POINT_PLACES};
