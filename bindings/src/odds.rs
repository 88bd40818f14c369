//! `pyplatform._core.odds`.

use pyo3::pymodule;

#[pymodule(submodule)]
pub mod odds {}
