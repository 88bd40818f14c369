//! Polymarket's books for Python.

use feeds::polymarket as core;
use feeds::{Decimal, Side};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use super::problems::{Problem, complain};

/// The books of one Polymarket connection.
#[pyclass(name = "Books", module = "pyplatform._core.feeds.polymarket")]
pub struct PolymarketBooks {
    inner: core::Books,
    strict: bool,
}

#[pymethods]
impl PolymarketBooks {
    #[new]
    #[pyo3(signature = (*, strict = false, max_frame = None, max_problems = None, max_books = None))]
    fn new(
        strict: bool,
        max_frame: Option<usize>,
        max_problems: Option<usize>,
        max_books: Option<usize>,
    ) -> Self {
        let options = super::frame_options(max_frame, max_problems, max_books);
        Self { inner: core::Books::new(&options), strict }
    }

    fn apply(&mut self, frame: &[u8]) -> PyResult<u64> {
        let problems = self.inner.problems().total();
        let updates = self.inner.apply(frame);
        complain(self.inner.problems(), problems, self.strict)?;
        Ok(updates)
    }

    fn apply_all(&mut self, frames: &Bound<'_, PyAny>) -> PyResult<u64> {
        let mut updates = 0;
        for frame in frames.try_iter()? {
            updates += self.apply(frame?.cast::<PyBytes>()?.as_bytes())?;
        }
        Ok(updates)
    }

    fn asset_ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.inner.books().iter().map(core::Book::asset))
    }

    fn suspect<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let suspect = self.inner.books().iter().filter(|book| book.is_suspect());
        PyTuple::new(py, suspect.map(core::Book::asset).collect::<Vec<_>>())
    }

    fn top(&self, asset_id: &str) -> Option<(Option<i64>, Option<i64>)> {
        self.inner.book(asset_id).map(|book| (book.bids().best_price(), book.asks().best_price()))
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let snapshot = PyDict::new(py);
        for book in self.inner.books() {
            let shown = PyDict::new(py);
            shown.set_item("bids", side(py, book.bids())?)?;
            shown.set_item("asks", side(py, book.asks())?)?;
            shown.set_item("tick", book.tick().map(text))?;
            shown.set_item("last", book.last().map(text))?;
            snapshot.set_item(book.asset(), shown)?;
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
    fn frames(&self) -> u64 {
        self.inner.frames()
    }

    #[getter]
    fn updates(&self) -> u64 {
        self.inner.updates()
    }

    #[getter]
    fn passed_over(&self) -> u64 {
        self.inner.passed_over()
    }

    #[getter]
    fn mismatches(&self) -> u64 {
        self.inner.mismatches()
    }
}

fn text(value: i64) -> String {
    Decimal { value, places: core::PLACES }.to_string()
}

fn side<'py>(py: Python<'py>, side: &Side) -> PyResult<Bound<'py, PyDict>> {
    let levels = PyDict::new(py);
    for level in side.levels() {
        levels.set_item(text(level.price), text(level.size))?;
    }
    Ok(levels)
}
