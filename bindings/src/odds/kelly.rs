//! Kelly stakes.

use super::value_error;
use ::odds::{ExclusiveKelly, Kelly};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.Kelly"))]
#[pyclass(frozen, name = "Kelly", module = "pyplatform._core.odds")]
pub struct PyKelly(Kelly);

#[pymethods]
impl PyKelly {
    #[getter]
    fn stake(&self) -> f64 {
        self.0.stake
    }

    #[getter]
    fn edge(&self) -> f64 {
        self.0.edge
    }

    #[getter]
    fn log_growth(&self) -> f64 {
        self.0.log_growth
    }

    fn __repr__(&self) -> String {
        let Kelly { stake, edge, log_growth } = self.0;
        format!("Kelly(stake={stake}, edge={edge}, log_growth={log_growth})")
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.ExclusiveKelly"))]
#[pyclass(frozen, name = "ExclusiveKelly", module = "pyplatform._core.odds")]
pub struct PyExclusiveKelly(ExclusiveKelly);

#[pymethods]
impl PyExclusiveKelly {
    #[getter]
    fn stakes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.stakes)
    }

    #[getter]
    fn reserve(&self) -> f64 {
        self.0.reserve
    }

    #[getter]
    fn log_growth(&self) -> f64 {
        self.0.log_growth
    }

    #[getter]
    fn arbitrage(&self) -> bool {
        self.0.arbitrage
    }

    fn __repr__(&self) -> String {
        format!("ExclusiveKelly(stakes={:?}, reserve={})", self.0.stakes, self.0.reserve)
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.kelly"))]
#[pyfunction]
#[pyo3(signature = (price, probability, fraction = 1.0))]
pub(super) fn kelly(price: f64, probability: f64, fraction: f64) -> PyResult<PyKelly> {
    ::odds::kelly(price, probability, fraction).map(PyKelly).map_err(value_error)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.kelly_exclusive"))]
#[pyfunction]
pub(super) fn kelly_exclusive(
    prices: Vec<Option<f64>>,
    probabilities: Vec<f64>,
) -> PyResult<PyExclusiveKelly> {
    ::odds::kelly_exclusive(&prices, &probabilities).map(PyExclusiveKelly).map_err(value_error)
}
