//! `pyplatform._core.feeds.betfair`.

mod books;
mod columns;
mod definition;
mod orders;
mod snapshot;
mod view;

pub(super) use books::{Books, Top};
pub(super) use columns::Rows;
pub(super) use definition::{MarketDefinition, Runner};
pub(super) use orders::Orders;
pub(super) use view::{Ladder, Market, RunnerView};
