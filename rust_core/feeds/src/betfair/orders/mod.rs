//! The order stream: what one's own bets are, market by market and runner by runner.

mod books;
mod message;
mod order;
mod state;

pub use books::{OrderOptions, Orders};
pub use order::Order;
pub use state::{OrderMarket, OrderRunner, StrategyMatches};
