//! `pyplatform._core.feeds.betfair`.

mod books;
mod definition;
mod snapshot;

pub(super) use books::{Books, Top};
pub(super) use definition::{MarketDefinition, Runner};
