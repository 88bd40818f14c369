//! `pyplatform._core.money`.

use pyo3::pymodule;

#[pymodule(submodule)]
pub mod money {}
