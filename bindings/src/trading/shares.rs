//! What multiples put on their legs.

use ::betting::Structure;
use ::betting::trading::{self as core, LegState};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::arguments::{prices, units};
use crate::betting::value_error;
use crate::betting_fields::word;

const STATES: [(&str, LegState); 4] =
    [("OPEN", LegState::Open), ("WON", LegState::Won), ("VOID", LegState::Void), ("LOST", LegState::Lost)];

#[doc = include_str!(concat!(env!("OUT_DIR"), "/trading.Apportionment"))]
#[pyclass(frozen, module = "pyplatform._core.trading")]
pub struct Apportionment(pub(super) core::Apportionment);

#[pymethods]
impl Apportionment {
    #[getter]
    fn factors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.factors())
    }

    fn stakes<'py>(&self, unit_stake: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
        let stakes = self.0.stakes(units("unit_stake", unit_stake)?).map_err(value_error)?;
        PyTuple::new(unit_stake.py(), stakes)
    }

    fn payouts<'py>(&self, unit_stake: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
        let payouts = self.0.payouts(units("unit_stake", unit_stake)?).map_err(value_error)?;
        PyTuple::new(unit_stake.py(), payouts)
    }

    fn __repr__(&self) -> String {
        format!("Apportionment(factors={:?})", self.0.factors())
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/trading.apportion"))]
#[pyfunction]
#[pyo3(signature = (prices, kind = "ACCA", *, results = None, sizes = None, bankers = None))]
pub(super) fn apportion(
    prices: Vec<Bound<'_, PyAny>>,
    kind: &str,
    results: Option<Vec<Bound<'_, PyAny>>>,
    sizes: Option<Vec<usize>>,
    bankers: Option<Vec<usize>>,
) -> PyResult<Apportionment> {
    let prices = self::prices(&prices)?;
    let states = match results {
        Some(results) => {
            results.iter().map(|result| word("results", result, &STATES)).collect::<PyResult<Vec<_>>>()?
        }
        None => vec![LegState::Open; prices.len()],
    };
    let (sizes, bankers) = (sizes.unwrap_or_default(), bankers.unwrap_or_default());
    let structure = Structure::new(kind, prices.len(), &sizes, &bankers).map_err(value_error)?;
    core::Apportionment::new(&structure, &prices, &states).map(Apportionment).map_err(value_error)
}
