//! Margin out of and into one market.

use super::value_error;
use ::odds::{Application, Removal};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// Numbers as Python writes a tuple of them; there are at least two.
fn tuple(values: &[f64]) -> String {
    format!("({})", values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(", "))
}

/// How a market was solved, as Python writes it.
fn solved(method: &str, parameter: Option<f64>, iterations: u32, valid: bool) -> String {
    let parameter = parameter.map_or("None".to_owned(), |parameter| format!("{parameter:?}"));
    let valid = truth(valid);
    format!("method='{method}', parameter={parameter}, iterations={iterations}, valid={valid}")
}

/// A truth value as Python writes it.
pub(crate) fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.Removal"))]
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
        let Removal { probabilities, parameter, iterations, valid, .. } = &self.0;
        let found = solved(self.method(), *parameter, *iterations, *valid);
        format!("Removal(probabilities={}, {found})", tuple(probabilities))
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.Application"))]
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
        let Application { prices, parameter, iterations, valid, .. } = &self.0;
        format!(
            "Application(prices={}, {})",
            tuple(prices),
            solved(self.method(), *parameter, *iterations, *valid)
        )
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.remove_margin"))]
#[pyfunction]
#[pyo3(signature = (prices, method = "shin", target = 1.0, on_invalid = "error"))]
pub(super) fn remove_margin(
    prices: Vec<Option<f64>>,
    method: &str,
    target: f64,
    on_invalid: &str,
) -> PyResult<PyRemoval> {
    let removal = ::odds::remove_margin_of_offered(
        &prices,
        super::method(method)?,
        target,
        super::on_invalid(on_invalid)?,
    );
    removal.map(PyRemoval).map_err(value_error)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.apply_margin"))]
#[pyfunction]
#[pyo3(signature = (probabilities, margin, method = "shin", target = 1.0, on_invalid = "allow"))]
pub(super) fn apply_margin(
    probabilities: Vec<f64>,
    margin: f64,
    method: &str,
    target: f64,
    on_invalid: &str,
) -> PyResult<PyApplication> {
    let (method, on_invalid) = (super::method(method)?, super::on_invalid(on_invalid)?);
    let application = ::odds::apply_margin(&probabilities, margin, method, target, on_invalid);
    application.map(PyApplication).map_err(value_error)
}
