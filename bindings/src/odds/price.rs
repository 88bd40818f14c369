//! Exact prices.

use super::value_error;
use ::odds::{Format, Price};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.Price"))]
#[pyclass(frozen, eq, ord, hash, name = "Price", module = "pyplatform._core.odds")]
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PyPrice(pub(crate) Price);

/// The exact text of a Python number: whole numbers and fractions by their parts, floats by their shortest digits.
fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_str()?.to_owned());
    }
    if let (Ok(numerator), Ok(denominator)) = (value.getattr("numerator"), value.getattr("denominator")) {
        return Ok(format!("{}/{}", numerator.str()?, denominator.str()?));
    }
    Ok(value.str()?.to_string())
}

#[pymethods]
impl PyPrice {
    #[new]
    #[pyo3(signature = (value, odds_format = "decimal"))]
    fn new(value: &Bound<'_, PyAny>, odds_format: &str) -> PyResult<Self> {
        let format = Format::from_name(odds_format).map_err(value_error)?;
        Price::parse(&text(value)?, format).map(Self).map_err(value_error)
    }

    #[pyo3(signature = (odds_format = "decimal"))]
    fn value<'py>(&self, py: Python<'py>, odds_format: &str) -> PyResult<Bound<'py, PyAny>> {
        let value = self.0.value(Format::from_name(odds_format).map_err(value_error)?);
        let size = py.import("fractions")?.call_method1("Fraction", (value.numerator, value.denominator))?;
        if value.negative { size.neg() } else { Ok(size) }
    }

    #[pyo3(signature = (odds_format = "decimal", places = 2))]
    fn display(&self, odds_format: &str, places: u32) -> PyResult<String> {
        Ok(self.0.display(Format::from_name(odds_format).map_err(value_error)?, places))
    }

    #[getter]
    fn probability(&self) -> f64 {
        self.0.probability()
    }

    fn __float__(&self) -> f64 {
        self.0.to_f64()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyType>, (String, &'static str)) {
        let (profit, stake) = self.0.profit();
        (py.get_type::<Self>(), (format!("{profit}/{stake}"), Format::Fractional.name()))
    }

    fn __repr__(&self) -> String {
        format!("Price({:?}, \"fractional\")", self.0.display(Format::Fractional, 0))
    }
}
