//! Settlement arithmetic of bets, exact to the minor unit.
//!
//! A leg's result is one multiplier `m` of the stake; a single returns `stake·m`, rounded once. Everything is
//! integers and rationals: no float ever decides a cent.

mod error;
mod leg;
mod single;

pub use error::BettingError;
pub use leg::{DeadHeat, LegResult, Multiplier, PRICE_ONE};
pub use money::Rounding;
pub use single::{Settlement, settle_single};
