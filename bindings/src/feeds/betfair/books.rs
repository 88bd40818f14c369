//! Market books for Python.

use std::collections::BTreeMap;
use std::sync::Arc;

use feeds::betfair as core;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use super::columns::Rows;
use super::definition::MarketDefinition;
use super::snapshot;
use super::view::Market;
use crate::feeds::nanoseconds;
use crate::feeds::problems::{Problem, complain};

/// Work on this many bytes takes about a millisecond: other Python threads may run meanwhile.
const DETACH_FROM: usize = 256 << 10;

/// Python objects made once and handed out until what they show changes.
#[derive(Default)]
struct Shown {
    definition: Option<Py<MarketDefinition>>,
    /// Generation of the runners, their ids and handicaps.
    runners: Option<(u64, Py<PyTuple>, Py<PyTuple>)>,
}

/// The market books of one Betfair stream.
#[pyclass(module = "pyplatform._core.feeds.betfair")]
pub struct Books {
    inner: core::Books,
    strict: bool,
    shown: BTreeMap<Arc<str>, Shown>,
}

#[pymethods]
impl Books {
    #[new]
    #[expect(clippy::too_many_arguments, reason = "Python's keywords, each an option of its own")]
    #[pyo3(signature = (
        *, strict = false, max_line = None, max_problems = None, max_markets = None, checksum = false,
        evict_closed_after = None, subscription = None, pass_on = false
    ))]
    fn new(
        strict: bool,
        max_line: Option<usize>,
        max_problems: Option<usize>,
        max_markets: Option<usize>,
        checksum: bool,
        evict_closed_after: Option<u64>,
        subscription: Option<i64>,
        pass_on: bool,
    ) -> Self {
        let default = core::Options::default();
        let options = core::Options {
            strict,
            max_line: max_line.unwrap_or(default.max_line),
            max_problems: max_problems.unwrap_or(default.max_problems),
            max_markets: max_markets.unwrap_or(default.max_markets),
            checksum,
            evict_closed_after: evict_closed_after.map(|seconds| seconds.saturating_mul(1_000)),
            subscription,
            pass_on,
        };
        Self { inner: core::Books::new(&options), strict, shown: BTreeMap::new() }
    }

    fn apply(&mut self, py: Python<'_>, data: &[u8]) -> PyResult<u64> {
        let problems = self.inner.problems().total();
        let updates = if data.len() < DETACH_FROM {
            self.inner.apply(data)
        } else {
            let inner = &mut self.inner;
            py.detach(|| inner.apply(data))
        };
        self.complain_since(problems)?;
        Ok(updates)
    }

    #[pyo3(signature = (rows, every_runner, cumulative_tv = false))]
    fn record(&mut self, rows: usize, every_runner: bool, cumulative_tv: bool) {
        self.inner.record(rows, every_runner, cumulative_tv);
    }

    fn take(&mut self, py: Python<'_>, data: &[u8]) -> PyResult<usize> {
        let problems = self.inner.problems().total();
        let inner = &mut self.inner;
        let taken = if data.len() < DETACH_FROM { inner.take(data) } else { py.detach(|| inner.take(data)) };
        self.complain_since(problems)?;
        Ok(taken)
    }

    fn rows(&mut self, py: Python<'_>) -> PyResult<Option<Rows>> {
        let rows = self.inner.rows().filter(|rows| !rows.is_empty());
        let made = rows.map(|rows| Rows::new(py, rows)).transpose()?;
        self.inner.clear_rows();
        Ok(made)
    }

    fn market(&self, market_id: &str) -> Option<Market> {
        self.inner.market(market_id).map(Market::new)
    }

    fn definition_json<'py>(&self, py: Python<'py>, market_id: &str) -> Option<Bound<'py, PyBytes>> {
        let text = self.inner.market(market_id)?.definition_text();
        (!text.is_empty()).then(|| PyBytes::new(py, text))
    }

    fn passed_on<'py>(&mut self, py: Python<'py>) -> Vec<(&'static str, Bound<'py, PyBytes>)> {
        let taken = self.inner.take_passed_on().into_iter();
        taken.map(|message| (message.op, PyBytes::new(py, &message.text))).collect()
    }

    fn finish(&mut self) -> PyResult<()> {
        let problems = self.inner.problems().total();
        self.inner.finish();
        self.complain_since(problems)
    }

    fn touched<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let touched = self.inner.take_touched();
        for id in &touched {
            if self.shown.contains_key(id) && self.inner.market(id).is_none() {
                self.shown.remove(id);
            }
        }
        PyTuple::new(py, touched.iter().map(|id| &**id))
    }

    fn market_ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.inner.markets().iter().map(|market| &**market.id()))
    }

    fn definition(&mut self, py: Python<'_>, market_id: &str) -> PyResult<Option<Py<MarketDefinition>>> {
        let Some(market) = self.inner.market(market_id) else { return Ok(None) };
        let Some(definition) = market.definition() else { return Ok(None) };
        let shown = self.shown.entry(market.id().clone()).or_default();
        let made = match &shown.definition {
            Some(made) if Arc::ptr_eq(&made.get().inner, definition) => made,
            _ => shown.definition.insert(Py::new(py, MarketDefinition::new(py, definition.clone())?)?),
        };
        Ok(Some(made.clone_ref(py)))
    }

    fn top(&mut self, py: Python<'_>, market_id: &str) -> PyResult<Option<Top>> {
        let Some(market) = self.inner.market(market_id) else { return Ok(None) };
        let shown = match self.shown.get_mut(market_id) {
            Some(shown) => shown,
            None => self.shown.entry(market.id().clone()).or_default(),
        };
        let (_, ids, handicaps) = match &shown.runners {
            Some(known) if known.0 == market.generation() => known,
            _ => shown.runners.insert((
                market.generation(),
                PyTuple::new(py, market.runners().map(core::Runner::id))?.unbind(),
                PyTuple::new(py, market.runners().map(core::Runner::hc))?.unbind(),
            )),
        };
        let price = |level: Option<&core::Level>| level.map(|level| level.price);
        let column = |value: &dyn Fn(&core::Runner) -> Option<f64>| -> PyResult<Py<PyTuple>> {
            Ok(PyTuple::new(py, market.runners().map(value))?.unbind())
        };
        Ok(Some(Top {
            publish_time: nanoseconds(market.publish_time()),
            market_tv: market.tv(),
            ids: ids.clone_ref(py),
            handicaps: handicaps.clone_ref(py),
            back: column(&|runner| price(runner.best_back()))?,
            lay: column(&|runner| price(runner.best_lay()))?,
            ltp: column(&core::Runner::ltp)?,
            tv: column(&core::Runner::tv)?,
        }))
    }

    fn publish_time(&self, market_id: &str) -> Option<u64> {
        self.inner.market(market_id).map(|market| nanoseconds(market.publish_time()))
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        snapshot::books(py, &self.inner)
    }

    fn errors(&self) -> Vec<Problem> {
        self.inner.problems().kept().iter().map(Problem::from).collect()
    }

    #[getter]
    fn error_count(&self) -> u64 {
        self.inner.problems().total()
    }

    #[getter]
    fn lines(&self) -> u64 {
        self.inner.lines()
    }

    #[getter]
    fn updates(&self) -> u64 {
        self.inner.updates()
    }

    #[getter]
    fn passed_over(&self) -> u64 {
        self.inner.session().passed_over()
    }

    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        self.inner.session().counts().try_for_each(|(op, count)| counts.set_item(op, count))?;
        Ok(counts)
    }

    #[getter]
    fn subscription(&self) -> Option<i64> {
        self.inner.session().subscription()
    }

    #[setter]
    fn set_subscription(&mut self, subscription: Option<i64>) {
        self.inner.session_mut().follow(subscription);
    }

    #[getter]
    fn other_subscriptions(&self) -> u64 {
        self.inner.session().other_subscriptions()
    }

    #[getter]
    fn evicted(&self) -> u64 {
        self.inner.evicted()
    }

    #[getter]
    fn clk(&self) -> Option<&str> {
        self.inner.session().clk()
    }

    #[getter]
    fn initial_clk(&self) -> Option<&str> {
        self.inner.session().initial_clk()
    }

    #[getter]
    fn late(&self) -> bool {
        self.inner.session().late()
    }

    #[getter]
    fn image_complete(&self) -> bool {
        self.inner.session().image_complete()
    }

    #[getter]
    fn top_checksum(&self) -> i64 {
        self.inner.top_checksum()
    }
}

impl Books {
    /// In strict mode a call that met a problem raises, after all its sound lines were applied.
    fn complain_since(&self, problems: u64) -> PyResult<()> {
        complain(self.inner.problems(), problems, self.strict)
    }
}

/// Best prices of a market's runners, one tuple a column.
#[pyclass(frozen, get_all, module = "pyplatform._core.feeds.betfair")]
pub struct Top {
    publish_time: u64,
    market_tv: Option<f64>,
    ids: Py<PyTuple>,
    handicaps: Py<PyTuple>,
    back: Py<PyTuple>,
    lay: Py<PyTuple>,
    ltp: Py<PyTuple>,
    tv: Py<PyTuple>,
}
