//! Margin in and out of prices, and price ladders.
//!
//! Words: a decimal price `o` carries the book probability `π = 1/o`; the booksum is `S = Σπ`; a market with `T`
//! winners has fair probabilities that sum to `T` (1 for a winner market, the number of places for a place market).
//!
//! - [`remove_margin`]: prices → fair probabilities, by [`Method`];
//! - [`apply_margin`]: fair probabilities → prices that carry a margin, by [`Method`];
//! - [`price_book`]: both in one step plus price limits and the ladder, for the hot path;
//! - [`Ladder`]: the prices a market may show, in integers.
//!
//! What cannot be done is an [`OddsError`]; what can be done but is not a proper book says `valid: false`.

mod application;
mod error;
mod ladder;
mod method;
mod newton;
mod pricing;
mod removal;
mod validate;

pub use application::{Application, apply_margin};
pub use error::OddsError;
pub use ladder::{BETFAIR, Ladder};
pub use method::{Method, OnInvalid};
pub use pricing::{PricedBook, PricingRule, price_book};
pub use removal::{Removal, remove_margin};
