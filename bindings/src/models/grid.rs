//! Score grids and their markets.

use super::value_error;
use crate::arguments::invalid;
use crate::odds::array;
use ::odds::models::{FiveWay, GoalModel, Leg, Line, ScoreGrid};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// Goals scores and totals are listed up to at most; no grid passes it.
const MAX_LIMIT: i64 = 510;

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.FiveWay"))]
#[pyclass(frozen, name = "FiveWay", module = "pyplatform._core.models")]
pub struct PyFiveWay(pub(crate) FiveWay);

#[pymethods]
impl PyFiveWay {
    #[getter]
    fn win(&self) -> f64 {
        self.0.win
    }

    #[getter]
    fn half_win(&self) -> f64 {
        self.0.half_win
    }

    #[getter]
    fn push(&self) -> f64 {
        self.0.push
    }

    #[getter]
    fn half_lose(&self) -> f64 {
        self.0.half_lose
    }

    #[getter]
    fn lose(&self) -> f64 {
        self.0.lose
    }

    #[getter]
    fn fair_price(&self) -> f64 {
        self.0.fair_price()
    }

    fn mirror(&self) -> Self {
        Self(self.0.mirror())
    }

    fn __repr__(&self) -> String {
        let FiveWay { win, half_win, push, half_lose, lose } = self.0;
        format!("FiveWay(win={win}, half_win={half_win}, push={push}, half_lose={half_lose}, lose={lose})")
    }
}

/// A count from Python, in words when it is none.
fn count(name: &str, value: i64) -> PyResult<usize> {
    let valid = usize::try_from(value).ok().filter(|_| value <= MAX_LIMIT);
    valid.ok_or_else(|| invalid(name, format_args!("{value} must be between 0 and {MAX_LIMIT}")))
}

pub(super) fn built(model: GoalModel, size: Option<i64>) -> PyResult<PyScoreGrid> {
    let size = size.map(|size| count("size", size)).transpose()?;
    ScoreGrid::new(model, size).map(PyScoreGrid).map_err(value_error)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.ScoreGrid"))]
#[pyclass(frozen, name = "ScoreGrid", module = "pyplatform._core.models")]
pub struct PyScoreGrid(pub(crate) ScoreGrid);

#[pymethods]
impl PyScoreGrid {
    #[staticmethod]
    #[pyo3(signature = (home_rate, away_rate, *, size = None))]
    fn poisson(home_rate: f64, away_rate: f64, size: Option<i64>) -> PyResult<Self> {
        built(GoalModel::Poisson { rates: [home_rate, away_rate] }, size)
    }

    #[staticmethod]
    #[pyo3(signature = (home_rate, away_rate, rho, *, size = None))]
    fn dixon_coles(home_rate: f64, away_rate: f64, rho: f64, size: Option<i64>) -> PyResult<Self> {
        built(GoalModel::DixonColes { rates: [home_rate, away_rate], rho }, size)
    }

    #[staticmethod]
    #[pyo3(signature = (home_rate, away_rate, shared_rate, *, size = None))]
    fn bivariate_poisson(
        home_rate: f64,
        away_rate: f64,
        shared_rate: f64,
        size: Option<i64>,
    ) -> PyResult<Self> {
        built(GoalModel::BivariatePoisson { rates: [home_rate, away_rate], shared: shared_rate }, size)
    }

    #[staticmethod]
    #[pyo3(signature = (home_rate, away_rate, dispersion, *, size = None))]
    fn negative_binomial(
        home_rate: f64,
        away_rate: f64,
        dispersion: f64,
        size: Option<i64>,
    ) -> PyResult<Self> {
        built(GoalModel::NegativeBinomial { rates: [home_rate, away_rate], dispersion }, size)
    }

    #[staticmethod]
    #[pyo3(signature = (home_rate, away_rate, zero_inflation, *, size = None))]
    fn zero_inflated_poisson(
        home_rate: f64,
        away_rate: f64,
        zero_inflation: f64,
        size: Option<i64>,
    ) -> PyResult<Self> {
        built(GoalModel::ZeroInflatedPoisson { rates: [home_rate, away_rate], zero_inflation }, size)
    }

    #[staticmethod]
    #[pyo3(signature = (home_rate, away_rate, shape, kappa, *, size = None))]
    fn weibull_copula(
        home_rate: f64,
        away_rate: f64,
        shape: f64,
        kappa: f64,
        size: Option<i64>,
    ) -> PyResult<Self> {
        built(GoalModel::WeibullCopula { rates: [home_rate, away_rate], shape, kappa }, size)
    }

    #[getter]
    fn size(&self) -> usize {
        self.0.size()
    }

    #[getter]
    fn clipped(&self) -> f64 {
        self.0.clipped()
    }

    #[getter]
    fn mass(&self) -> f64 {
        self.0.mass()
    }

    fn cells(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        array(py, self.0.cells(), &[self.0.size(), self.0.size()], "f8")
    }

    #[pyo3(signature = (handicap = 0))]
    fn result<'py>(&self, py: Python<'py>, handicap: i32) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.result(handicap.into()))
    }

    fn over(&self, line: f64) -> PyResult<PyFiveWay> {
        Ok(PyFiveWay(self.0.over(Line::new(line).map_err(value_error)?)))
    }

    fn handicap(&self, line: f64) -> PyResult<PyFiveWay> {
        Ok(PyFiveWay(self.0.handicap(Line::new(line).map_err(value_error)?)))
    }

    fn team_over(&self, line: f64) -> PyResult<(f64, f64)> {
        self.0.team_over(line).map(Into::into).map_err(value_error)
    }

    #[pyo3(signature = (limit = 5))]
    fn correct_scores<'py>(&self, py: Python<'py>, limit: i64) -> PyResult<Bound<'py, PyDict>> {
        let scores = self.0.correct_scores(count("limit", limit)?);
        let found = PyDict::new(py);
        for (at, p) in scores.listed.iter().enumerate() {
            found.set_item(format!("{}-{}", at / (scores.limit + 1), at % (scores.limit + 1)), p)?;
        }
        for (name, p) in ["any_other_home", "any_other_draw", "any_other_away"].iter().zip(scores.other) {
            found.set_item(name, p)?;
        }
        Ok(found)
    }

    #[pyo3(signature = (limit = 7))]
    fn exact_totals<'py>(&self, py: Python<'py>, limit: i64) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.exact_totals(count("limit", limit)?))
    }

    #[pyo3(signature = (*legs))]
    fn joint(&self, legs: Vec<String>) -> PyResult<f64> {
        let legs: Result<Vec<Leg>, _> = legs.iter().map(|leg| Leg::parse(leg)).collect();
        legs.map(|legs| self.0.joint(&legs)).map_err(value_error)
    }

    fn markets<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (grid, found) = (&self.0, PyDict::new(py));
        let [home, draw, away] = grid.result(0);
        let market = |name: &str, outcomes: &[(&str, f64)]| {
            let probabilities = PyDict::new(py);
            outcomes.iter().try_for_each(|(outcome, p)| probabilities.set_item(outcome, p))?;
            found.set_item(name, probabilities)
        };
        let ([yes, no], [odd, even]) = (grid.both_score(), grid.odd_even());
        let decided = home + away;
        market("1x2", &[("home", home), ("draw", draw), ("away", away)])?;
        market("double_chance", &[("1x", home + draw), ("x2", draw + away), ("12", decided)])?;
        // Where nobody can win there is no share of wins to give.
        let shares = [("push", draw), ("home", home / decided), ("away", away / decided)];
        market("draw_no_bet", if decided > 0.0 { &shares } else { &shares[..1] })?;
        market("btts", &[("yes", yes), ("no", no)])?;
        market("odd_even", &[("odd", odd), ("even", even)])?;
        for (name, [home, away]) in [("win_to_nil", grid.win_to_nil()), ("clean_sheet", grid.clean_sheet())] {
            market(name, &[("home", home), ("away", away)])?;
        }
        let by = grid.winning_margins();
        let names = ["home_1", "home_2", "home_3", "home_4+", "away_1", "away_2", "away_3", "away_4+"];
        let wins = by.home.into_iter().chain(by.away);
        let mut margins: Vec<(&str, f64)> = names.into_iter().zip(wins).collect();
        margins.extend([("score_draw", by.score_draw), ("no_goal", by.no_goal)]);
        market("winning_margin", &margins)?;
        let names = ["0", "1", "2", "3", "4", "5", "6", "7+"];
        let exact: Vec<(&str, f64)> = names.into_iter().zip(grid.exact_totals(7)).collect();
        market("exact_total", &exact)?;
        found.set_item("correct_score", self.correct_scores(py, 5)?)?;
        Ok(found)
    }

    fn __repr__(&self) -> String {
        let [home, draw, away] = self.0.result(0);
        format!("ScoreGrid(size={}, home={home}, draw={draw}, away={away})", self.0.size())
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.rho_bounds"))]
#[pyfunction]
pub(super) fn rho_bounds(home_rate: f64, away_rate: f64) -> (f64, f64) {
    ::odds::models::rho_bounds([home_rate, away_rate])
}
