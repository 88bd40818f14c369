//! `pyplatform._core.feeds`.

use pyo3::pymodule;

mod books;
mod definition;
mod snapshot;

#[pymodule(submodule)]
pub mod feeds {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::books::{Books, Problem, Top};
    #[pymodule_export]
    use super::definition::{MarketDefinition, Runner};

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
