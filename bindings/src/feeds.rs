//! `pyplatform._core.feeds`.

use pyo3::pymodule;

#[pymodule(submodule)]
pub mod feeds {}
