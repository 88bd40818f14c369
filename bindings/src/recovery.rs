//! `pyplatform._core.recovery`.

use pyo3::pymodule;

mod betfair;
mod prediction;
mod uof;

#[pymodule(submodule)]
pub mod recovery {
    #[pymodule_export]
    use super::betfair::{Betfair, BetfairAction};
    #[pymodule_export]
    use super::prediction::{Kalshi, Polymarket};
    #[pymodule_export]
    use super::uof::{Uof, UofAction, UofStanding};
}
