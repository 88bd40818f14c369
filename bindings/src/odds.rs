//! `pyplatform._core.odds`.

mod batch;
mod kelly;
mod ladder;
mod margin;
mod price;

pub(crate) use batch::{array, values, whole_values, without_gil};
pub(crate) use ladder::{PyFractionalLadder, PyLadder, spelt};
pub(crate) use margin::truth;
pub(crate) use price::PyPrice;

use ::odds::{BETDAQ, BETFAIR, BETFAIR_FINEST, Format, Method, OddsError, OnInvalid};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// The one place where an odds error becomes a Python exception.
pub(crate) fn value_error(error: OddsError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

pub(crate) fn method(name: &str) -> PyResult<Method> {
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
pub(crate) fn e4(name: &str, value: i64) -> PyResult<u32> {
    u32::try_from(value).map_err(|_| {
        PyValueError::new_err(format!("{name} {value} must be between 0 and {} (ten-thousandths)", u32::MAX))
    })
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.methods"))]
#[pyfunction]
fn methods(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, Method::ALL.map(Method::name))
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.application_methods"))]
#[pyfunction]
fn application_methods(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, Method::APPLICATION.map(Method::name))
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.price_formats"))]
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
    use super::{application_methods, methods, price_formats};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("BETFAIR", PyLadder::known(&super::BETFAIR))?;
        module.add("BETFAIR_FINEST", PyLadder::known(&super::BETFAIR_FINEST))?;
        module.add("BETDAQ", PyLadder::known(&super::BETDAQ))?;
        module.add("UK_FRACTIONAL", PyFractionalLadder)
    }
}
