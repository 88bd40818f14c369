//! Games of many points.

use super::value_error;
use crate::arguments::invalid;
use crate::models::PyFiveWay;
use ::odds::inplay::{Stern, SternState};
use ::odds::models::Line;
use pyo3::prelude::*;

#[doc = include_str!(concat!(env!("OUT_DIR"), "/inplay.SternGame"))]
#[pyclass(frozen, name = "SternGame", module = "pyplatform._core.inplay")]
pub struct PySternGame {
    game: Stern,
    overtime: f64,
}

fn line(line: f64) -> PyResult<Line> {
    Line::new(line).map_err(|error| value_error(error.into()))
}

#[pymethods]
impl PySternGame {
    #[new]
    #[pyo3(signature = (mu, sigma, lead = 0, remaining = 1.0, *, overtime = 0.104_166_666_666_666_67, total_mu = None,
        total_sigma = None, points = 0))]
    #[allow(clippy::too_many_arguments)] // the facts of a game, named in Python
    fn new(
        mu: f64,
        sigma: f64,
        lead: i32,
        remaining: f64,
        overtime: f64,
        total_mu: Option<f64>,
        total_sigma: Option<f64>,
        points: i32,
    ) -> PyResult<Self> {
        let total = match (total_mu, total_sigma) {
            (None, None) => None,
            (Some(mu), Some(sigma)) => Some((points, mu, sigma)),
            _ => return Err(invalid("total_mu", "give it together with total_sigma")),
        };
        let state = SternState { mean: mu, spread: sigma, lead, remaining, overtime, total };
        let game = Stern::new(state).map_err(value_error)?;
        Ok(Self { game, overtime })
    }

    #[getter]
    fn home_win_continuous(&self) -> f64 {
        self.game.continuous()
    }

    fn result(&self) -> (f64, f64, f64) {
        self.game.result().into()
    }

    fn moneyline(&self) -> PyResult<(f64, f64)> {
        if self.overtime == 0.0 {
            return Err(invalid("overtime", "without one a tie stands: ask for result()"));
        }
        let [home, _, away] = self.game.moneyline();
        Ok((home, away))
    }

    #[pyo3(signature = (line, *, with_overtime = false))]
    fn handicap(&self, line: f64, with_overtime: bool) -> PyResult<PyFiveWay> {
        let line = self::line(line)?;
        let game = &self.game;
        Ok(PyFiveWay(if with_overtime { game.handicap_with_overtime(line) } else { game.handicap(line) }))
    }

    #[pyo3(signature = (line, *, with_overtime = false))]
    fn over(&self, line: f64, with_overtime: bool) -> PyResult<PyFiveWay> {
        let line = self::line(line)?;
        let game = &self.game;
        let five = if with_overtime { game.over_with_overtime(line) } else { game.over(line) };
        five.map(PyFiveWay).map_err(value_error)
    }

    fn __repr__(&self) -> String {
        let [home, tie, away] = self.game.result();
        format!("SternGame(home={home}, tie={tie}, away={away})")
    }
}
