//! What to do when a feed is lost, late or has a hole, and when its books may be used again.
//!
//! Each machine is a pure function of events and the time they come with: it opens nothing, waits for nothing and draws
//! no chance. It is told what happened and answers with what to do; whoever does it tells it what came of that. Times
//! are milliseconds since the epoch; a clock that steps back is taken to stand still.

mod backoff;
pub mod betfair;
pub mod kalshi;
mod limit;
pub mod polymarket;
mod repairs;
pub mod uof;
