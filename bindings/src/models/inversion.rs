//! Prices back to scoring rates.

use super::value_error;
use ::odds::models::{GoalExpectancy, MarketView};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.GoalExpectancy"))]
#[pyclass(frozen, name = "GoalExpectancy", module = "pyplatform._core.models")]
pub struct PyGoalExpectancy(GoalExpectancy);

#[pymethods]
impl PyGoalExpectancy {
    #[getter]
    fn home_rate(&self) -> f64 {
        self.0.rates[0]
    }

    #[getter]
    fn away_rate(&self) -> f64 {
        self.0.rates[1]
    }

    #[getter]
    fn rho(&self) -> f64 {
        self.0.rho
    }

    #[getter]
    fn iterations(&self) -> u32 {
        self.0.iterations
    }

    fn __repr__(&self) -> String {
        let GoalExpectancy { rates: [home, away], rho, iterations } = self.0;
        format!("GoalExpectancy(home_rate={home}, away_rate={away}, rho={rho}, iterations={iterations})")
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.goal_expectancy"))]
#[pyfunction]
#[pyo3(signature = (result, over = None, *, line = 2.5, rho = None))]
pub(super) fn goal_expectancy(
    result: Vec<f64>,
    over: Option<f64>,
    line: f64,
    rho: Option<f64>,
) -> PyResult<PyGoalExpectancy> {
    let Ok(result) = <[f64; 3]>::try_from(result) else {
        return Err(PyValueError::new_err("result must be the probabilities of home, draw and away"));
    };
    let view = MarketView { result, over: over.map(|over| (line, over)), rho };
    ::odds::models::goal_expectancy(&view).map(PyGoalExpectancy).map_err(value_error)
}
