//! Betfair Exchange Stream and historical files: bytes in any chunking → market books.
//!
//! [`Books::apply`] takes what arrived; every complete line is read whole before anything of it is applied, so a
//! broken line changes nothing and is listed in [`Books::problems`]. The only thing a sound line may lose is what
//! exceeds a bound on memory ([`Reason::Limit`]). Order, race and cricket messages are counted and passed over.

mod books;
mod change;
mod columns;
mod definition;
mod envelope;
mod ladder;
mod market;
mod message;
mod orders;
mod passed;
mod session;
mod state;

pub use books::{Books, Options};
pub use columns::Columns;
pub use definition::{MarketDefinition, RunnerDefinition};
pub use ladder::{Ladder, Level, Offer, Offers};
pub use market::{Market, Runner};
pub use orders::{Order, OrderMarket, OrderOptions, OrderRunner, Orders, StrategyMatches};
pub use passed::Text;
pub use session::Session;

use crate::json::Cursor;
#[cfg(doc)]
use crate::problem::Reason;

/// When a line was published, in milliseconds since the epoch, without applying it; `None` if it does not say.
pub fn publish_time(line: &[u8]) -> Option<u64> {
    let mut cursor = Cursor::new(line);
    let mut time = None;
    // The rest of the line is of no interest once the time is known: the fault only ends the reading.
    let _ = cursor.object(|cursor, key| {
        if key.raw != b"pt" {
            return cursor.skip();
        }
        time = u64::try_from(cursor.integer()?).ok();
        cursor.expected("nothing more")
    });
    time
}
