//! `pyplatform._core.feeds`.

use pyo3::pymodule;

mod books;
mod definition;
mod kalshi;
mod polymarket;
mod problems;
mod snapshot;
mod uof;
mod uof_descriptions;

#[pymodule(submodule)]
pub mod feeds {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::books::{Books, Problem, Top};
    #[pymodule_export]
    use super::definition::{MarketDefinition, Runner};
    #[pymodule_export]
    use super::kalshi::KalshiBooks;
    #[pymodule_export]
    use super::polymarket::PolymarketBooks;
    #[pymodule_export]
    use super::uof::UofState;
    #[pymodule_export]
    use super::uof_descriptions::UofDescriptions;

    /// When a line was published, without applying it.
    #[pyfunction]
    fn publish_time(line: &[u8]) -> Option<u64> {
        feeds::betfair::publish_time(line).map(super::nanoseconds)
    }
}

/// Times of the feed are milliseconds, ours are nanoseconds.
fn nanoseconds(milliseconds: u64) -> u64 {
    milliseconds.saturating_mul(1_000_000)
}

/// Options with defaults for those not given.
fn frame_options(
    max_frame: Option<usize>,
    max_problems: Option<usize>,
    max_books: Option<usize>,
) -> ::feeds::FrameOptions {
    let default = ::feeds::FrameOptions::default();
    ::feeds::FrameOptions {
        max_frame: max_frame.unwrap_or(default.max_frame),
        max_problems: max_problems.unwrap_or(default.max_problems),
        max_books: max_books.unwrap_or(default.max_books),
    }
}
