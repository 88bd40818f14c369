//! `pyplatform._core.odds`.

use ::odds::{Application, BETFAIR, Method, OddsError, OnInvalid, PricedBook, PricingRule, Removal};
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

/// Fair probabilities and how they were found.
#[pyclass(frozen, name = "Removal", module = "pyplatform._core.odds")]
pub struct PyRemoval(Removal);

#[pymethods]
impl PyRemoval {
    #[getter]
    fn probabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.probabilities)
    }

    #[getter]
    fn method(&self) -> &'static str {
        self.0.method.name()
    }

    #[getter]
    fn parameter(&self) -> Option<f64> {
        self.0.parameter
    }

    #[getter]
    fn booksum(&self) -> f64 {
        self.0.booksum
    }

    #[getter]
    fn iterations(&self) -> u32 {
        self.0.iterations
    }

    #[getter]
    fn valid(&self) -> bool {
        self.0.valid
    }

    #[getter]
    fn underround(&self) -> bool {
        self.0.underround
    }

    fn __repr__(&self) -> String {
        format!(
            "Removal(probabilities={:?}, method={:?}, valid={})",
            self.0.probabilities,
            self.method(),
            self.0.valid
        )
    }
}

/// Prices with a margin and how they were found.
#[pyclass(frozen, name = "Application", module = "pyplatform._core.odds")]
pub struct PyApplication(Application);

#[pymethods]
impl PyApplication {
    #[getter]
    fn prices<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.prices)
    }

    #[getter]
    fn method(&self) -> &'static str {
        self.0.method.name()
    }

    #[getter]
    fn parameter(&self) -> Option<f64> {
        self.0.parameter
    }

    #[getter]
    fn booksum(&self) -> f64 {
        self.0.booksum
    }

    #[getter]
    fn iterations(&self) -> u32 {
        self.0.iterations
    }

    #[getter]
    fn valid(&self) -> bool {
        self.0.valid
    }

    fn __repr__(&self) -> String {
        format!("Application(prices={:?}, method={:?}, valid={})", self.0.prices, self.method(), self.0.valid)
    }
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
#[pyo3(signature = (prices, method = "shin", target = 1.0, on_invalid = "error"))]
fn remove_margin(prices: Vec<f64>, method: &str, target: f64, on_invalid: &str) -> PyResult<PyRemoval> {
    let removal =
        ::odds::remove_margin(&prices, self::method(method)?, target, self::on_invalid(on_invalid)?);
    removal.map(PyRemoval).map_err(value_error)
}

#[pyfunction]
#[pyo3(signature = (probabilities, margin, method = "shin", target = 1.0, on_invalid = "allow"))]
fn apply_margin(
    probabilities: Vec<f64>,
    margin: f64,
    method: &str,
    target: f64,
    on_invalid: &str,
) -> PyResult<PyApplication> {
    let (method, on_invalid) = (self::method(method)?, self::on_invalid(on_invalid)?);
    let application = ::odds::apply_margin(&probabilities, margin, method, target, on_invalid);
    application.map(PyApplication).map_err(value_error)
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
fn betfair_prices(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, BETFAIR.prices().collect::<Vec<u32>>())
}

#[pyfunction]
fn betfair_is_valid(price_e4: i64) -> PyResult<bool> {
    Ok(BETFAIR.is_valid(e4("price_e4", price_e4)?))
}

#[pyfunction]
fn betfair_floor(price_e4: i64) -> PyResult<u32> {
    Ok(BETFAIR.floor(e4("price_e4", price_e4)?))
}

#[pyfunction]
fn betfair_ceil(price_e4: i64) -> PyResult<u32> {
    Ok(BETFAIR.ceil(e4("price_e4", price_e4)?))
}

#[pyfunction]
fn betfair_nearest(price_e4: i64) -> PyResult<u32> {
    Ok(BETFAIR.nearest(e4("price_e4", price_e4)?))
}

#[pyfunction]
fn betfair_offset(price_e4: i64, ticks: i32) -> PyResult<u32> {
    Ok(BETFAIR.offset(e4("price_e4", price_e4)?, ticks))
}

#[pymodule(submodule)]
pub mod odds {
    #[pymodule_export]
    use super::{
        PyApplication, PyPricedBook, PyPricingRule, PyRemoval, apply_margin, betfair_ceil, betfair_floor,
        betfair_is_valid, betfair_nearest, betfair_offset, betfair_prices, methods, price_book,
        remove_margin,
    };
}
