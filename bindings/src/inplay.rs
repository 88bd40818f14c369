//! `pyplatform._core.inplay`.

mod football;
mod stern;
mod tennis;

use ::odds::inplay::InplayError;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The one place where an in-play error becomes a Python exception.
fn value_error(error: InplayError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/inplay.skellam"))]
#[pyfunction]
#[pyo3(signature = (home_rate, away_rate, lead = 0))]
fn skellam(home_rate: f64, away_rate: f64, lead: i32) -> PyResult<(f64, f64, f64)> {
    let found = ::odds::inplay::skellam([home_rate, away_rate], lead);
    found.map(Into::into).map_err(|error| value_error(error.into()))
}

#[pymodule(submodule)]
pub mod inplay {
    #[pymodule_export]
    use super::football::PyFootball;
    #[pymodule_export]
    use super::skellam;
    #[pymodule_export]
    use super::stern::PySternGame;
    #[pymodule_export]
    use super::tennis::{PyTennisMatch, tennis_game, tennis_set, tennis_tiebreak};
}
