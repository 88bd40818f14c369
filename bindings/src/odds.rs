//! `pyplatform._core.odds`.

mod batch;
mod kelly;
mod ladder;
mod margin;
mod price;

pub(crate) use batch::array;

use ::odds::{
    BETDAQ, BETFAIR, BETFAIR_FINEST, Format, Method, OddsError, OnInvalid, PricedBook, PricingRule,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// The one place where an odds error becomes a Python exception.
fn value_error(error: OddsError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn method(name: &str) -> PyResult<Method> {
    Method::from_name(name).map_err(value_error)
}

fn on_invalid(name: &str) -> PyResult<OnInvalid> {
    match name {
        "error" => Ok(OnInvalid::Error),
        "fallback" => Ok(OnInvalid::Fallback),
        "allow" => Ok(OnInvalid::Allow),
        _ => Err(PyValueError::new_err(format!(
            "unknown on_invalid {name:?}: known choices are error, fallback, allow"
        ))),
    }
}

/// An integer price, in words when it is none.
fn e4(name: &str, value: i64) -> PyResult<u32> {
    u32::try_from(value).map_err(|_| {
        PyValueError::new_err(format!("{name} {value} must be between 0 and {} (ten-thousandths)", u32::MAX))
    })
}

/// How a tenant prices a market.
#[pyclass(frozen, name = "PricingRule", module = "pyplatform._core.odds")]
pub struct PyPricingRule(PricingRule);

#[pymethods]
impl PyPricingRule {
    #[new]
    #[pyo3(signature = (margin, method = "power", target = 1.0, min_e4 = 10_100, max_e4 = 10_000_000))]
    fn new(margin: f64, method: &str, target: f64, min_e4: i64, max_e4: i64) -> PyResult<Self> {
        let (min_e4, max_e4) = (e4("min_e4", min_e4)?, e4("max_e4", max_e4)?);
        let rule = PricingRule::new(self::method(method)?, target, margin, min_e4, max_e4);
        rule.map(Self).map_err(value_error)
    }
}

/// Offered prices of a market.
#[pyclass(frozen, name = "PricedBook", module = "pyplatform._core.odds")]
pub struct PyPricedBook(PricedBook);

#[pymethods]
impl PyPricedBook {
    #[getter]
    fn prices_e4<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.prices_e4)
    }

    #[getter]
    fn probabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.probabilities)
    }

    #[getter]
    fn booksum(&self) -> f64 {
        self.0.booksum
    }

    fn __repr__(&self) -> String {
        format!("PricedBook(prices_e4={:?}, booksum={})", self.0.prices_e4, self.0.booksum)
    }
}

#[pyfunction]
fn price_book(reference: Vec<Option<f64>>, rule: &PyPricingRule) -> PyResult<PyPricedBook> {
    ::odds::price_book(&reference, &rule.0).map(PyPricedBook).map_err(value_error)
}

#[pyfunction]
fn methods(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, Method::ALL.map(Method::name))
}

#[pyfunction]
fn application_methods(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, Method::APPLICATION.map(Method::name))
}

#[pyfunction]
fn price_formats(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, Format::ALL.map(Format::name))
}

#[pymodule(submodule)]
pub mod odds {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::batch::{PyApplicationBatch, PyRemovalBatch, apply_margins, remove_margins};
    #[pymodule_export]
    use super::kelly::{PyExclusiveKelly, PyKelly, kelly, kelly_exclusive};
    #[pymodule_export]
    use super::ladder::{PyFractionalLadder, PyLadder};
    #[pymodule_export]
    use super::margin::{PyApplication, PyRemoval, apply_margin, remove_margin};
    #[pymodule_export]
    use super::price::PyPrice;
    #[pymodule_export]
    use super::{PyPricedBook, PyPricingRule, application_methods, methods, price_book, price_formats};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("BETFAIR", PyLadder::known(&super::BETFAIR))?;
        module.add("BETFAIR_FINEST", PyLadder::known(&super::BETFAIR_FINEST))?;
        module.add("BETDAQ", PyLadder::known(&super::BETDAQ))?;
        module.add("UK_FRACTIONAL", PyFractionalLadder)
    }
}
