//! Snapshots for Python: chunks of bytes in, a replayer out.

use crate::guard::AbortOnPanic;
use crate::shard_replayer::Replayer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use std::sync::{Mutex, MutexGuard};

/// Puts a replayer together from the chunks of a snapshot.
#[pyclass(frozen, module = "pyplatform._core.shard")]
pub struct SnapshotReader(Mutex<Option<shard::SnapshotReader>>);

impl SnapshotReader {
    fn reader(&self) -> MutexGuard<'_, Option<shard::SnapshotReader>> {
        self.0.lock().expect("a panic in the reader ends the process")
    }
}

fn used() -> PyErr {
    PyValueError::new_err("this reader has given its replayer away: make another")
}

#[pymethods]
impl SnapshotReader {
    #[new]
    fn new(shard: &str) -> PyResult<Self> {
        let reader = shard::SnapshotReader::new(shard).map_err(PyValueError::new_err)?;
        Ok(Self(Mutex::new(Some(reader))))
    }

    fn take(&self, py: Python<'_>, chunks: Vec<PyBackedBytes>) -> PyResult<()> {
        py.detach(|| {
            let _guard = AbortOnPanic;
            let mut slot = self.reader();
            let reader = slot.as_mut().ok_or_else(used)?;
            chunks.iter().try_for_each(|chunk| reader.take(chunk)).map_err(PyValueError::new_err)
        })
    }

    #[getter]
    fn digest<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.reader().as_ref().map(|reader| PyBytes::new(py, &reader.digest())).ok_or_else(used)
    }

    fn finish(&self, py: Python<'_>) -> PyResult<Replayer> {
        py.detach(|| {
            let reader = self.reader().take().ok_or_else(used)?;
            reader.finish().map(Replayer::at).map_err(PyValueError::new_err)
        })
    }
}
