//! `pyplatform._core.wallet`.

use pyo3::pymodule;

#[pymodule(submodule)]
pub mod wallet {}
