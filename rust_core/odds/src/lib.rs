//! Margin in and out of prices, and price ladders.
//!
//! Words: a decimal price `o` carries the book probability `π = 1/o`; the booksum is `S = Σπ`; a market with `T`
//! winners has fair probabilities that sum to `T` (1 for a winner market, the number of places for a place market).
//!
//! - [`remove_margin`]: prices → fair probabilities, by [`Method`];
//! - [`apply_margin`]: fair probabilities → prices that carry a margin, by [`Method`];
//! - [`price_book`], [`price_probabilities`]: both in one step, or the second, plus price limits, ladder and manual
//!   prices, for the hot path;
//! - [`remove_margins`], [`apply_margins`]: many markets in one call;
//! - [`Price`]: a price exactly as it was taken, in six [`Format`]s;
//! - [`Ladder`] and [`fractional`]: the prices a market may show, in integers and in fractions;
//! - [`kelly`], [`kelly_exclusive`]: stakes;
//! - [`models`]: scoring rates → score grids and their markets, and back;
//! - [`inplay`]: football, tennis and games of many points while they are played.
//!
//! What cannot be done is an [`OddsError`]; what can be done but is not a proper book says `valid: false`.

mod application;
mod batch;
mod error;
pub mod fractional;
pub mod inplay;
mod kelly;
mod ladder;
mod method;
pub mod models;
mod newton;
mod normal;
mod price;
mod pricing;
mod removal;
mod rungs;
mod shaping;
mod validate;

pub use application::{Application, apply_margin};
pub use batch::{Batch, Markets, apply_margins, remove_margins};
pub use error::OddsError;
pub use kelly::{ExclusiveKelly, Kelly, kelly, kelly_exclusive};
pub use ladder::{BETDAQ, BETFAIR, BETFAIR_FINEST, Ladder, Side};
pub use method::{Found, Method, OnInvalid};
pub use price::{Format, Price, Signed};
pub use pricing::{PricedBook, PricingRule, price_book, price_probabilities};
pub use removal::{Removal, remove_margin, remove_margin_of_offered};
pub use rungs::Rungs;
pub use shaping::OutcomeTerms;
