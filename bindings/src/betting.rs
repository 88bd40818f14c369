//! `pyplatform._core.betting`.

use pyo3::pymodule;

#[pymodule(submodule)]
pub mod betting {}
