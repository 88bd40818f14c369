//! `pyplatform._core.models`.

mod fit;
mod grid;
mod inversion;
mod many;
mod same_game;

use ::odds::models::ModelError;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

pub(crate) use grid::{PyFiveWay, PyScoreGrid};

/// The one place where a model error becomes a Python exception.
fn value_error(error: ModelError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

#[pymodule(submodule)]
pub mod models {
    #[pymodule_export]
    use super::fit::{PyDixonColesFit, fit_dixon_coles};
    #[pymodule_export]
    use super::grid::{PyFiveWay, PyScoreGrid, rho_bounds};
    #[pymodule_export]
    use super::inversion::{PyGoalExpectancy, goal_expectancy};
    #[pymodule_export]
    use super::many::{PyGoalExpectancyBatch, goal_expectancies, grid_markets, market_outcomes};
    #[pymodule_export]
    use super::same_game::{PyCount, PySameGame, PyScorer};
}
