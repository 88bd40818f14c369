//! Margin out of and into one market.

use super::value_error;
use ::odds::{Application, Removal};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

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
