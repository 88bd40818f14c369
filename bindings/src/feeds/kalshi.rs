//! Kalshi's books for Python.

use feeds::kalshi as core;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use super::problems::{Problem, complain};

type Levels = Vec<(i64, i64)>;

/// The books of one Kalshi connection.
#[pyclass(name = "Books", module = "pyplatform._core.feeds.kalshi")]
pub struct KalshiBooks {
    inner: core::Books,
    strict: bool,
}

#[pymethods]
impl KalshiBooks {
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

    fn tickers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.inner.books().iter().map(core::Book::ticker))
    }

    fn stale<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let stale = self.inner.books().iter().filter(|book| self.inner.is_stale(book));
        PyTuple::new(py, stale.map(core::Book::ticker).collect::<Vec<_>>())
    }

    fn book(&self, ticker: &str) -> Option<(Levels, Levels)> {
        let levels = |side: &feeds::Side| -> Levels {
            side.levels().into_iter().rev().map(|level| (level.price, level.size)).collect()
        };
        self.inner.book(ticker).map(|book| (levels(book.yes()), levels(book.no())))
    }

    fn top(&self, ticker: &str) -> Option<(Option<i64>, Option<i64>)> {
        self.inner.book(ticker).map(|book| (book.yes().best_price(), book.no().best_price()))
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let books = PyDict::new(py);
        for book in self.inner.books() {
            let sides = PyDict::new(py);
            for (name, side) in [("yes", book.yes()), ("no", book.no())] {
                let levels = PyDict::new(py);
                for level in side.levels() {
                    levels.set_item(level.price.to_string(), level.size)?;
                }
                sides.set_item(name, levels)?;
            }
            books.set_item(book.ticker(), sides)?;
        }
        let snapshot = PyDict::new(py);
        snapshot.set_item("books", books)?;
        let gaps = self.inner.gaps().iter().map(|gap| vec![gap.sid, gap.expected, gap.got]);
        snapshot.set_item("gaps", gaps.collect::<Vec<_>>())?;
        let stale = self.inner.books().iter().filter(|book| self.inner.is_stale(book));
        let mut stale = stale.map(core::Book::ticker).collect::<Vec<_>>();
        stale.sort_unstable();
        snapshot.set_item("stale", stale)?;
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
    fn ignored(&self) -> u64 {
        self.inner.ignored()
    }

    #[getter]
    fn gap_count(&self) -> u64 {
        self.inner.gap_count()
    }
}
