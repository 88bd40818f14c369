//! `pyplatform._core.feeds`.

use pyo3::prelude::*;

mod betfair;
mod kalshi;
mod odds_api;
mod polymarket;
mod problems;
mod uof;
mod uof_descriptions;
mod uof_details;
mod uof_message;

#[pymodule(submodule)]
pub mod feeds {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::problems::Problem;

    #[pymodule]
    mod betfair {
        use crate::feeds::nanoseconds;
        use pyo3::prelude::*;

        #[pymodule_export]
        use crate::feeds::betfair::{Books, Ladder, Market, MarketDefinition, Rows, Runner, RunnerView, Top};

        /// When a line was published, without applying it.
        #[pyfunction]
        fn publish_time(line: &[u8]) -> Option<u64> {
            feeds::betfair::publish_time(line).map(nanoseconds)
        }
    }

    #[pymodule]
    mod kalshi {
        #[pymodule_export]
        use crate::feeds::kalshi::KalshiBooks;
    }

    #[pymodule]
    mod odds_api {
        #[pymodule_export]
        use crate::feeds::odds_api::OddsApiBooks;
    }

    #[pymodule]
    mod orders {
        #[pymodule_export]
        use crate::feeds::betfair::Orders;
    }

    #[pymodule]
    mod polymarket {
        #[pymodule_export]
        use crate::feeds::polymarket::PolymarketBooks;
    }

    #[pymodule]
    mod uof {
        #[pymodule_export]
        use crate::feeds::uof::UofState;
        #[pymodule_export]
        use crate::feeds::uof_descriptions::{UofDescriptions, producer, read_list};
        #[pymodule_export]
        use crate::feeds::uof_message::parse;
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::register(module)
    }
}

/// Makes `import pyplatform._core.feeds.betfair` work as for a package.
fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let modules = module.py().import("sys")?.getattr("modules")?;
    for name in ["betfair", "kalshi", "odds_api", "orders", "polymarket", "uof"] {
        modules.set_item(format!("pyplatform._core.feeds.{name}"), module.getattr(name)?)?;
    }
    Ok(())
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
