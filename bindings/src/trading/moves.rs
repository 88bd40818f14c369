//! Prices that follow liability.

use ::betting::trading::{self as core, MoveError, MoveRule, StepTable};
use ::odds::{BETFAIR, OutcomeTerms, Rungs};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyTuple};

use super::arguments::{signed, signed_all, units};
use crate::betting::value_error;
use crate::betting_fields::{items, whole, wrong};
use crate::odds::e4;
use crate::pricing::{PyPricedBook, PyPricingRule, prices_e4, rungs};

fn moved(error: MoveError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/moves.auto_move"))]
#[pyfunction]
#[pyo3(signature = (fair, pnl, limit, alpha = 0.25))]
pub(super) fn auto_move<'py>(
    fair: Vec<f64>,
    pnl: Vec<Bound<'py, PyAny>>,
    limit: &Bound<'py, PyAny>,
    alpha: f64,
) -> PyResult<Bound<'py, PyTuple>> {
    let rule = MoveRule::new(alpha, signed("limit", limit)?, 0.0).map_err(moved)?;
    let skewed = core::skew(&fair, &signed_all("pnl", &pnl)?, &rule).map_err(moved)?;
    PyTuple::new(limit.py(), skewed)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/moves.Moved"))]
#[pyclass(frozen, module = "pyplatform._core.moves")]
pub struct Moved {
    #[pyo3(get)]
    book: Py<PyPricedBook>,
    #[pyo3(get)]
    capped: bool,
    offsets: Vec<f64>,
}

#[pymethods]
impl Moved {
    #[getter]
    fn offsets<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.offsets)
    }

    fn __repr__(&self) -> String {
        format!("Moved(offsets={:?}, capped={})", self.offsets, self.capped)
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/moves.MoverState"))]
#[pyclass(frozen, eq, module = "pyplatform._core.moves")]
#[derive(PartialEq)]
pub struct MoverState(core::MoverState);

#[pymethods]
impl MoverState {
    #[new]
    fn new(now_ns: &Bound<'_, PyAny>, offsets: Vec<f64>, spent: Vec<(u64, f64)>) -> PyResult<Self> {
        Ok(Self(core::MoverState { now_ns: whole("now_ns", now_ns)?, offsets, spent }))
    }

    #[getter]
    fn now_ns(&self) -> u64 {
        self.0.now_ns
    }

    #[getter]
    fn offsets<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.offsets)
    }

    #[getter]
    fn spent<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.spent)
    }

    fn __repr__(&self) -> String {
        let core::MoverState { now_ns, offsets, spent } = &self.0;
        format!("MoverState(now_ns={now_ns}, offsets={offsets:?}, spent={spent:?})")
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/moves.AutoMover"))]
#[pyclass(module = "pyplatform._core.moves")]
pub struct AutoMover(core::AutoMover);

#[pymethods]
impl AutoMover {
    #[new]
    #[pyo3(signature = (outcomes, limit, *, alpha = 0.25, per_minute = 0.2))]
    fn new(outcomes: usize, limit: &Bound<'_, PyAny>, alpha: f64, per_minute: f64) -> PyResult<Self> {
        let rule = MoveRule::new(alpha, signed("limit", limit)?, per_minute).map_err(moved)?;
        core::AutoMover::new(rule, outcomes).map(Self).map_err(moved)
    }

    #[staticmethod]
    #[pyo3(signature = (state, limit, *, alpha = 0.25, per_minute = 0.2))]
    fn restore(state: &MoverState, limit: &Bound<'_, PyAny>, alpha: f64, per_minute: f64) -> PyResult<Self> {
        let rule = MoveRule::new(alpha, signed("limit", limit)?, per_minute).map_err(moved)?;
        core::AutoMover::restore(rule, state.0.clone()).map(Self).map_err(moved)
    }

    fn state(&self) -> MoverState {
        MoverState(self.0.state())
    }

    #[pyo3(signature = (now_ns, fair, pnl, rule, *, ceilings_e4 = None, manual_e4 = None))]
    #[allow(clippy::too_many_arguments)] // one move by all it depends on
    fn step(
        &mut self,
        py: Python<'_>,
        now_ns: &Bound<'_, PyAny>,
        fair: Vec<f64>,
        pnl: Vec<Bound<'_, PyAny>>,
        rule: &PyPricingRule,
        ceilings_e4: Option<Vec<Option<i64>>>,
        manual_e4: Option<Vec<Option<i64>>>,
    ) -> PyResult<Moved> {
        let ceilings = prices_e4("ceilings_e4", ceilings_e4)?;
        let manual = prices_e4("manual_e4", manual_e4)?;
        let terms = OutcomeTerms { ceilings_e4: &ceilings, manual_e4: &manual };
        let (now, pnl) = (whole("now_ns", now_ns)?, signed_all("pnl", &pnl)?);
        let core::Moved { book, offsets, capped } =
            self.0.step(now, &fair, &pnl, &rule.0, terms).map_err(moved)?;
        Ok(Moved { book: Py::new(py, PyPricedBook(book))?, capped, offsets })
    }
}

/// One tick for each so much, or rows of liability and ticks.
fn table(value: &Bound<'_, PyAny>) -> PyResult<StepTable> {
    if value.is_instance_of::<PyInt>() {
        return StepTable::every(units("table", value)?).map_err(value_error);
    }
    let row = |row: &Bound<'_, PyAny>| match &items("table", row)?[..] {
        [liability, ticks] => Ok((units("table", liability)?, whole("table", ticks)?)),
        _ => Err(wrong("table", "is an amount, or a list of pairs: liability, ticks")),
    };
    let rows = items("table", value)?.iter().map(row).collect::<PyResult<Vec<_>>>()?;
    StepTable::rows(&rows).map_err(value_error)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/moves.step_prices"))]
#[pyfunction]
#[pyo3(signature = (prices_e4, pnl, table, *, ladder = None, min_e4 = 10_100))]
pub(super) fn step_prices<'py>(
    py: Python<'py>,
    prices_e4: Vec<i64>,
    pnl: Vec<Bound<'py, PyAny>>,
    table: &Bound<'py, PyAny>,
    ladder: Option<&Bound<'py, PyAny>>,
    min_e4: i64,
) -> PyResult<Bound<'py, PyTuple>> {
    let prices = prices_e4.iter().map(|price| e4("prices_e4", *price)).collect::<PyResult<Vec<_>>>()?;
    let ladder = ladder.map_or(Ok(Rungs::Decimal(BETFAIR.clone())), rungs)?;
    let pnl = signed_all("pnl", &pnl)?;
    let stepped = self::table(table)?.apply(&prices, &pnl, &ladder, e4("min_e4", min_e4)?);
    PyTuple::new(py, stepped.map_err(value_error)?)
}
