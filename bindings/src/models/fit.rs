//! Strengths of teams from results.

use super::grid::{PyScoreGrid, built};
use super::value_error;
use crate::arguments::invalid;
use ::odds::models::{Fit, GoalModel, MatchResult};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.DixonColesFit"))]
#[pyclass(frozen, name = "DixonColesFit", module = "pyplatform._core.models")]
pub struct PyDixonColesFit {
    teams: Vec<String>,
    fit: Fit,
}

impl PyDixonColesFit {
    fn position(&self, name: &str, team: &str) -> PyResult<usize> {
        let found = self.teams.binary_search_by(|known| known.as_str().cmp(team));
        found.map_err(|_| invalid(name, format_args!("{team:?} has no result in this fit")))
    }

    fn both(&self, home: &str, away: &str, neutral: bool) -> PyResult<[f64; 2]> {
        Ok(self.fit.rates(self.position("home", home)?, self.position("away", away)?, neutral))
    }
}

#[pymethods]
impl PyDixonColesFit {
    #[getter]
    fn teams<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.teams)
    }

    #[getter]
    fn attack<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.fit.attack)
    }

    #[getter]
    fn defence<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.fit.defence)
    }

    #[getter]
    fn home_advantage(&self) -> f64 {
        self.fit.home_advantage
    }

    #[getter]
    fn rho(&self) -> f64 {
        self.fit.rho
    }

    #[getter]
    fn log_likelihood(&self) -> f64 {
        self.fit.log_likelihood
    }

    #[getter]
    fn evaluations(&self) -> u32 {
        self.fit.evaluations
    }

    #[pyo3(signature = (home, away, *, neutral = false))]
    fn rates(&self, home: &str, away: &str, neutral: bool) -> PyResult<(f64, f64)> {
        self.both(home, away, neutral).map(Into::into)
    }

    #[pyo3(signature = (home, away, *, neutral = false, size = None))]
    fn grid(&self, home: &str, away: &str, neutral: bool, size: Option<i64>) -> PyResult<PyScoreGrid> {
        let rates = self.both(home, away, neutral)?;
        built(GoalModel::DixonColes { rates, rho: self.fit.rho }, size)
    }

    fn __repr__(&self) -> String {
        let Fit { home_advantage, rho, log_likelihood, .. } = self.fit;
        let teams = self.teams.len();
        format!(
            "DixonColesFit({teams} teams, home_advantage={home_advantage}, rho={rho}, log_likelihood={log_likelihood})"
        )
    }
}

/// As many values as there are matches.
fn each<T>(name: &str, values: &[T], matches: usize) -> PyResult<()> {
    if values.len() == matches {
        return Ok(());
    }
    Err(invalid(name, format_args!("{} values for {matches} matches: give one for each", values.len())))
}

/// `exp(−ξ·days before the last match)`, 1 without days.
fn weights(days: Option<Vec<f64>>, xi: f64, matches: usize) -> PyResult<Vec<f64>> {
    let Some(days) = days else { return Ok(vec![1.0; matches]) };
    each("days", &days, matches)?;
    if !(xi >= 0.0 && xi.is_finite()) {
        return Err(invalid("xi", format_args!("{xi} must be a finite number of at least 0 (a day)")));
    }
    if let Some(day) = days.iter().find(|day| !day.is_finite()) {
        return Err(invalid("days", format_args!("{day} is not the number of a day")));
    }
    let last = days.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Ok(days.into_iter().map(|day| (-xi * (last - day)).exp()).collect())
}

fn goals(name: &str, value: i64) -> PyResult<u32> {
    u32::try_from(value).map_err(|_| invalid(name, format_args!("{value} is not a number of goals")))
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.fit_dixon_coles"))]
#[pyfunction]
#[pyo3(signature = (home, away, home_goals, away_goals, *, days = None, xi = 0.0018, neutral = None, rho = None))]
#[allow(clippy::too_many_arguments)] // one a column of the results, named in Python
pub(super) fn fit_dixon_coles(
    py: Python<'_>,
    home: Vec<String>,
    away: Vec<String>,
    home_goals: Vec<i64>,
    away_goals: Vec<i64>,
    days: Option<Vec<f64>>,
    xi: f64,
    neutral: Option<Vec<bool>>,
    rho: Option<f64>,
) -> PyResult<PyDixonColesFit> {
    let played = home.len();
    each("away", &away, played)?;
    each("home_goals", &home_goals, played)?;
    each("away_goals", &away_goals, played)?;
    let neutral = neutral.unwrap_or_else(|| vec![false; played]);
    each("neutral", &neutral, played)?;
    let weights = weights(days, xi, played)?;
    let mut teams: Vec<String> = home.iter().chain(&away).cloned().collect();
    teams.sort_unstable();
    teams.dedup();
    // Every name is in the list it was taken from; the core refuses a position that is not.
    let position = |team: &String| teams.binary_search(team).unwrap_or(usize::MAX);
    let results: PyResult<Vec<MatchResult>> = (0..played)
        .map(|i| {
            Ok(MatchResult {
                teams: [position(&home[i]), position(&away[i])],
                goals: [goals("home_goals", home_goals[i])?, goals("away_goals", away_goals[i])?],
                weight: weights[i],
                neutral: neutral[i],
            })
        })
        .collect();
    let results = results?;
    let fit = py.detach(|| ::odds::models::fit_dixon_coles(&results, &teams, rho)).map_err(value_error)?;
    Ok(PyDixonColesFit { teams, fit })
}
