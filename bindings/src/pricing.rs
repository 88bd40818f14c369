//! `pyplatform._core.pricing`.

use ::odds::{OutcomeTerms, PricedBook, PricingRule, Rungs};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::odds::{PyFractionalLadder, PyLadder, e4, method, spelt, value_error};

/// A ladder to price on.
pub(crate) fn rungs(ladder: &Bound<'_, PyAny>) -> PyResult<Rungs> {
    if let Ok(ladder) = ladder.cast::<PyLadder>() {
        return Ok(Rungs::Decimal(ladder.get().ladder().clone()));
    }
    if ladder.is_instance_of::<PyFractionalLadder>() {
        return Ok(Rungs::Fractional);
    }
    Err(PyTypeError::new_err("ladder must be a Ladder or UK_FRACTIONAL"))
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/pricing.PricingRule"))]
#[pyclass(frozen, name = "PricingRule", module = "pyplatform._core.pricing")]
pub struct PyPricingRule(pub(crate) PricingRule);

#[pymethods]
impl PyPricingRule {
    #[new]
    #[pyo3(signature = (
        margin, method = "power", target = 1.0, min_e4 = 10_100, max_e4 = 10_000_000, *,
        min_margin = None, ladder = None
    ))]
    fn new(
        margin: f64,
        method: &str,
        target: f64,
        min_e4: i64,
        max_e4: i64,
        min_margin: Option<f64>,
        ladder: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (min_e4, max_e4) = (e4("min_e4", min_e4)?, e4("max_e4", max_e4)?);
        let method = self::method(method)?;
        let rule = match ladder {
            None => PricingRule::new(method, target, margin, min_e4, max_e4),
            Some(ladder) => PricingRule::on(rungs(ladder)?, method, target, margin, min_e4, max_e4),
        };
        let rule = rule.and_then(|rule| match min_margin {
            Some(margin) => rule.with_min_margin(margin),
            None => Ok(rule),
        });
        rule.map(Self).map_err(value_error)
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/pricing.PricedBook"))]
#[pyclass(frozen, name = "PricedBook", module = "pyplatform._core.pricing")]
pub struct PyPricedBook(pub(crate) PricedBook);

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
    fn fractions<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let fraction = |outcome| self.0.fraction(outcome).map(spelt);
        let fractions = || PyTuple::new(py, (0..self.0.prices_e4.len()).map(fraction).collect::<Vec<_>>());
        self.0.fractional.then(fractions).transpose()
    }

    #[getter]
    fn booksum(&self) -> f64 {
        self.0.booksum
    }

    fn __repr__(&self) -> String {
        format!("PricedBook(prices_e4={:?}, booksum={})", self.0.prices_e4, self.0.booksum)
    }
}

/// Integer prices of single outcomes, none where nothing is said.
pub(crate) fn prices_e4(name: &str, given: Option<Vec<Option<i64>>>) -> PyResult<Vec<Option<u32>>> {
    let one = |price: Option<i64>| price.map(|price| e4(name, price)).transpose();
    given.unwrap_or_default().into_iter().map(one).collect()
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/pricing.price_book"))]
#[pyfunction]
#[pyo3(signature = (reference, rule, *, ceilings_e4 = None, manual_e4 = None))]
fn price_book(
    reference: Vec<Option<f64>>,
    rule: &PyPricingRule,
    ceilings_e4: Option<Vec<Option<i64>>>,
    manual_e4: Option<Vec<Option<i64>>>,
) -> PyResult<PyPricedBook> {
    let (ceilings, manual) = (prices_e4("ceilings_e4", ceilings_e4)?, prices_e4("manual_e4", manual_e4)?);
    let terms = OutcomeTerms { ceilings_e4: &ceilings, manual_e4: &manual };
    ::odds::price_book(&reference, &rule.0, terms).map(PyPricedBook).map_err(value_error)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/pricing.price_probabilities"))]
#[pyfunction]
#[pyo3(signature = (probabilities, rule, *, ceilings_e4 = None, manual_e4 = None))]
fn price_probabilities(
    probabilities: Vec<Option<f64>>,
    rule: &PyPricingRule,
    ceilings_e4: Option<Vec<Option<i64>>>,
    manual_e4: Option<Vec<Option<i64>>>,
) -> PyResult<PyPricedBook> {
    let (ceilings, manual) = (prices_e4("ceilings_e4", ceilings_e4)?, prices_e4("manual_e4", manual_e4)?);
    let terms = OutcomeTerms { ceilings_e4: &ceilings, manual_e4: &manual };
    ::odds::price_probabilities(&probabilities, &rule.0, terms).map(PyPricedBook).map_err(value_error)
}

#[pymodule(submodule)]
pub mod pricing {
    #[pymodule_export]
    use super::{PyPricedBook, PyPricingRule, price_book, price_probabilities};
}
