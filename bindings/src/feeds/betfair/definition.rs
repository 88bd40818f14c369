//! Market definitions as frozen objects over the core's own.

use std::sync::Arc;

use feeds::betfair as core;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// A market definition.
#[pyclass(frozen, module = "pyplatform._core.feeds.betfair")]
pub struct MarketDefinition {
    pub(super) inner: Arc<core::MarketDefinition>,
    runners: Py<PyTuple>,
}

impl MarketDefinition {
    pub(super) fn new(py: Python<'_>, inner: Arc<core::MarketDefinition>) -> PyResult<Self> {
        let runners = (0..inner.runners.len()).map(|at| Runner { market: inner.clone(), at });
        let runners = runners.map(|runner| Py::new(py, runner)).collect::<PyResult<Vec<_>>>()?;
        Ok(Self { runners: PyTuple::new(py, runners)?.unbind(), inner })
    }
}

#[pymethods]
impl MarketDefinition {
    #[getter]
    fn status(&self) -> &str {
        &self.inner.status
    }

    #[getter]
    fn in_play(&self) -> bool {
        self.inner.in_play.unwrap_or_default()
    }

    #[getter]
    fn bet_delay(&self) -> i64 {
        self.inner.bet_delay
    }

    #[getter]
    fn version(&self) -> i64 {
        self.inner.version.unwrap_or_default()
    }

    #[getter]
    fn market_type(&self) -> &str {
        &self.inner.market_type
    }

    #[getter]
    fn betting_type(&self) -> &str {
        &self.inner.betting_type
    }

    #[getter]
    fn number_of_winners(&self) -> i64 {
        self.inner.number_of_winners
    }

    #[getter]
    fn number_of_active_runners(&self) -> i64 {
        self.inner.number_of_active_runners
    }

    #[getter]
    fn market_time(&self) -> Option<i64> {
        self.inner.market_time
    }

    #[getter]
    fn settled_time(&self) -> Option<i64> {
        self.inner.settled_time
    }

    #[getter]
    fn event_id(&self) -> &str {
        &self.inner.event_id
    }

    #[getter]
    fn event_type_id(&self) -> &str {
        &self.inner.event_type_id
    }

    #[getter]
    fn event_name(&self) -> &str {
        &self.inner.event_name
    }

    #[getter]
    fn name(&self) -> &str {
        &self.inner.name
    }

    #[getter]
    fn venue(&self) -> &str {
        &self.inner.venue
    }

    #[getter]
    fn country_code(&self) -> &str {
        &self.inner.country_code
    }

    #[getter]
    fn complete(&self) -> bool {
        self.inner.complete
    }

    #[getter]
    fn bsp_reconciled(&self) -> bool {
        self.inner.bsp_reconciled
    }

    #[getter]
    fn each_way_divisor(&self) -> Option<f64> {
        self.inner.each_way_divisor
    }

    #[getter]
    fn market_base_rate(&self) -> Option<f64> {
        self.inner.market_base_rate
    }

    #[getter]
    fn runners(&self, py: Python<'_>) -> Py<PyTuple> {
        self.runners.clone_ref(py)
    }

    fn __repr__(&self) -> String {
        let core::MarketDefinition { market_type, status, in_play, version, runners, .. } = &*self.inner;
        let play = if in_play.unwrap_or_default() { " in play" } else { "" };
        let version = version.unwrap_or_default();
        format!(
            "<MarketDefinition {market_type} {status}{play}, {} runners, version {version}>",
            runners.len()
        )
    }
}

/// A runner of a definition.
#[pyclass(frozen, module = "pyplatform._core.feeds.betfair")]
pub struct Runner {
    market: Arc<core::MarketDefinition>,
    at: usize,
}

impl Runner {
    fn get(&self) -> &core::RunnerDefinition {
        &self.market.runners[self.at]
    }
}

#[pymethods]
impl Runner {
    #[getter]
    fn id(&self) -> i64 {
        self.get().id
    }

    #[getter]
    fn hc(&self) -> f64 {
        self.get().hc
    }

    #[getter]
    fn name(&self) -> &str {
        &self.get().name
    }

    #[getter]
    fn status(&self) -> &str {
        &self.get().status
    }

    #[getter]
    fn sort_priority(&self) -> i64 {
        self.get().sort_priority
    }

    #[getter]
    fn adjustment_factor(&self) -> Option<f64> {
        self.get().adjustment_factor
    }

    #[getter]
    fn removal_date(&self) -> Option<i64> {
        self.get().removal_date
    }

    #[getter]
    fn bsp(&self) -> Option<f64> {
        self.get().bsp
    }

    fn __repr__(&self) -> String {
        let core::RunnerDefinition { id, hc, name, status, .. } = self.get();
        format!("<Runner {id} hc={hc} {name:?} {status}>")
    }
}
