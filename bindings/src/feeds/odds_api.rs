//! The Odds API's prices for Python.

use feeds::Decimal;
use feeds::odds_api as core;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use super::problems::{Problem, complain};

/// The prices of all events polled.
#[pyclass(module = "pyplatform._core.feeds.odds_api", name = "Books")]
pub struct OddsApiBooks {
    inner: core::Books,
    strict: bool,
}

#[pymethods]
impl OddsApiBooks {
    #[new]
    #[pyo3(signature = (
        *, american = false, strict = false, max_document = None, max_problems = None, max_events = None,
    ))]
    fn new(
        american: bool,
        strict: bool,
        max_document: Option<usize>,
        max_problems: Option<usize>,
        max_events: Option<usize>,
    ) -> Self {
        let options = super::frame_options(max_document, max_problems, max_events);
        Self { inner: core::Books::new(&options, american), strict }
    }

    #[pyo3(signature = (document, *, sport_key = None))]
    fn apply<'py>(
        &mut self,
        py: Python<'py>,
        document: &[u8],
        sport_key: Option<&str>,
    ) -> PyResult<Bound<'py, PyList>> {
        let problems = self.inner.problems().total();
        let changes = self.inner.apply(document, sport_key);
        complain(self.inner.problems(), problems, self.strict)?;
        let changes = changes.iter().map(|change| self::change(py, change));
        PyList::new(py, changes.collect::<PyResult<Vec<_>>>()?)
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let snapshot = PyDict::new(py);
        for (id, event) in self.inner.events() {
            let prices = PyDict::new(py);
            for (key, price) in event.prices() {
                prices.set_item(self::key(py, key)?, price)?;
            }
            let shown = PyDict::new(py);
            shown.set_item("sport_key", event.sport())?;
            shown.set_item("commence_time", event.commence_time())?;
            shown.set_item("home_team", event.home_team())?;
            shown.set_item("away_team", event.away_team())?;
            shown.set_item("prices", prices)?;
            snapshot.set_item(id, shown)?;
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
    fn documents(&self) -> u64 {
        self.inner.documents()
    }
}

fn key<'py>(py: Python<'py>, key: &core::Key) -> PyResult<Bound<'py, PyTuple>> {
    let point = key.point.map(|value| Decimal { value, places: core::POINT_PLACES }.to_string());
    (&*key.bookmaker, &*key.market, &*key.name, &*key.description, point).into_pyobject(py)
}

fn change<'py>(py: Python<'py>, change: &core::Change) -> PyResult<Bound<'py, PyTuple>> {
    let core::Change { event, before, after, last_update, .. } = change;
    (&**event, key(py, &change.key)?, *before, *after, &**last_update).into_pyobject(py)
}
