//! State of Sportradar's feed for Python.

use feeds::uof as core;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use super::problems::{Problem, complain};
use super::uof_descriptions::unreadable;
use super::uof_details;

/// The state of every event of one feed.
#[pyclass(name = "State", module = "pyplatform._core.feeds.uof")]
pub struct UofState {
    inner: core::State,
    strict: bool,
}

#[pymethods]
impl UofState {
    #[new]
    #[pyo3(signature = (
        descriptions = None, *, strict = false, max_message = None, max_problems = None, max_events = None,
        max_lines = None,
    ))]
    fn new(
        descriptions: Option<&[u8]>,
        strict: bool,
        max_message: Option<usize>,
        max_problems: Option<usize>,
        max_events: Option<usize>,
        max_lines: Option<usize>,
    ) -> PyResult<Self> {
        let default = core::Options::default();
        let options = core::Options {
            max_message: max_message.unwrap_or(default.max_message),
            max_problems: max_problems.unwrap_or(default.max_problems),
            max_events: max_events.unwrap_or(default.max_events),
            max_lines: max_lines.unwrap_or(default.max_lines),
        };
        let descriptions = match descriptions {
            None => core::Descriptions::default(),
            Some(document) => core::Descriptions::read(document).map_err(unreadable)?,
        };
        Ok(Self { inner: core::State::new(descriptions, &options), strict })
    }

    fn apply(&mut self, routing_key: &str, xml: &[u8]) -> PyResult<bool> {
        let problems = self.inner.problems().total();
        let applied = self.inner.apply(routing_key, xml);
        complain(self.inner.problems(), problems, self.strict)?;
        Ok(applied)
    }

    fn event_ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let mut ids: Vec<&str> = self.inner.events().map(|(urn, _)| urn).collect();
        ids.sort_unstable();
        PyTuple::new(py, ids)
    }

    #[pyo3(signature = (event_id, *, since = 0))]
    fn event<'py>(
        &self,
        py: Python<'py>,
        event_id: &str,
        since: u64,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.inner.event(event_id).map(|event| shown(py, event, since)).transpose()
    }

    fn details<'py>(&self, py: Python<'py>, event_id: &str) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.inner.event(event_id).map(|event| uof_details::event(py, event)).transpose()
    }

    #[pyo3(signature = (event_id, *, since = 0))]
    fn results<'py>(
        &self,
        py: Python<'py>,
        event_id: &str,
        since: u64,
    ) -> PyResult<Option<Bound<'py, PyList>>> {
        self.inner.event(event_id).map(|event| uof_details::results(py, event, since)).transpose()
    }

    fn forget_over(&mut self, before_ms: i64) -> usize {
        self.inner.forget_over(before_ms)
    }

    fn forget(&mut self, event_id: &str) -> bool {
        self.inner.forget(event_id)
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let snapshot = PyDict::new(py);
        for (urn, event) in self.inner.events() {
            snapshot.set_item(urn, shown(py, event, 0)?)?;
        }
        Ok(snapshot)
    }

    fn errors(&self) -> Vec<Problem> {
        self.inner.problems().kept().iter().map(Problem::from).collect()
    }

    #[getter]
    fn error_count(&self) -> u64 {
        self.inner.problems().total()
    }

    #[getter]
    fn messages(&self) -> u64 {
        self.inner.messages()
    }

    #[getter]
    fn passed_over(&self) -> u64 {
        self.inner.passed_over()
    }

    #[getter]
    fn late(&self) -> u64 {
        self.inner.late()
    }
}

fn shown<'py>(py: Python<'py>, event: &core::Event, since: u64) -> PyResult<Bound<'py, PyDict>> {
    let markets = PyDict::new(py);
    for line in event.lines_since(since) {
        markets.set_item(format!("{}/{}", line.market(), line.specifiers()), self::line(py, line)?)?;
    }
    let status = event.status().map(|status| {
        let core::Status { status, match_status, home_score, away_score } = *status;
        (status, match_status, home_score, away_score)
    });
    let shown = PyDict::new(py);
    shown.set_item("status", status.map(|status| list(py, status)).transpose()?)?;
    shown.set_item("ts", event.timestamp())?;
    shown.set_item("markets", markets)?;
    Ok(shown)
}

fn list<'py>(
    py: Python<'py>,
    values: impl IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
) -> PyResult<Bound<'py, PyList>> {
    Ok(values.into_pyobject(py)?.to_list())
}

fn line<'py>(py: Python<'py>, line: &core::Line) -> PyResult<Bound<'py, PyDict>> {
    let outcomes = PyDict::new(py);
    for offer in line.offers() {
        let values = (offer.odds, i64::from(offer.active), offer.probability);
        outcomes.set_item(&*offer.id, list(py, values)?)?;
    }
    let settled = PyDict::new(py);
    for outcome in line.settled() {
        let values = (outcome.result, outcome.void_factor, outcome.dead_heat_factor);
        settled.set_item(&*outcome.id, list(py, values)?)?;
    }
    let cancels = PyList::empty(py);
    for window in line.cancels() {
        cancels.append(list(py, (window.start, window.end))?)?;
    }
    let shown = PyDict::new(py);
    shown.set_item("status", line.status())?;
    shown.set_item("product", line.product())?;
    shown.set_item("outcomes", outcomes)?;
    shown.set_item("settled", settled)?;
    shown.set_item("certainty", line.certainty())?;
    shown.set_item("cancels", cancels)?;
    Ok(shown)
}
