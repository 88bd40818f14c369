//! Best prices after every update as numpy columns.

use feeds::betfair::Columns;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::odds::array;

/// Rows, a numpy array a column.
#[pyclass(frozen, get_all, module = "pyplatform._core.feeds.betfair")]
pub struct Rows {
    market_ids: Py<PyTuple>,
    publish_time: Py<PyAny>,
    market: Py<PyAny>,
    runner: Py<PyAny>,
    handicap: Py<PyAny>,
    back: Py<PyAny>,
    back_size: Py<PyAny>,
    lay: Py<PyAny>,
    lay_size: Py<PyAny>,
    ltp: Py<PyAny>,
    tv: Py<PyAny>,
}

impl Rows {
    pub(super) fn new(py: Python<'_>, rows: &Columns) -> PyResult<Self> {
        let floats = |column: &[f64]| array(py, column, &[column.len()], "f8");
        let [back, back_size, lay, lay_size, ltp, tv] = &rows.figures;
        Ok(Self {
            market_ids: PyTuple::new(py, rows.markets.iter().map(|id| &**id))?.unbind(),
            publish_time: array(py, &rows.publish_time, &[rows.len()], "i8")?,
            market: array(py, &rows.market, &[rows.len()], "u4")?,
            runner: array(py, &rows.runner, &[rows.len()], "i8")?,
            handicap: floats(&rows.handicap)?,
            back: floats(back)?,
            back_size: floats(back_size)?,
            lay: floats(lay)?,
            lay_size: floats(lay_size)?,
            ltp: floats(ltp)?,
            tv: floats(tv)?,
        })
    }
}

#[pymethods]
impl Rows {
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.runner.bind(py).len()
    }
}
