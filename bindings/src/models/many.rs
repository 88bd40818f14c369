//! Many matches in one call: numpy in, numpy out, the GIL let go while the core works.

use super::value_error;
use crate::arguments::invalid;
use crate::odds::{array, values, whole_values, without_gil};
use ::odds::models::{GoalExpectancy, Market, MarketView, Match};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// What a grid costs next to a value that is only copied: other threads run during a few dozen of them.
const WORK: usize = 64;

/// A column of as many values as there are rows, or one value for all.
fn column(name: &str, given: &Bound<'_, PyAny>, rows: usize) -> PyResult<Vec<f64>> {
    let (found, shape) = values::<f64>(given, "f8")?;
    match shape.as_slice() {
        // numpy makes one value of a number.
        [1] => Ok(vec![found[0]; rows]),
        [length] if *length == rows => Ok(found),
        _ => Err(invalid(name, format_args!("shape {shape:?} for {rows} rows: give one value for each"))),
    }
}

/// The first column, which says how many rows there are.
fn first_column(name: &str, given: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let (found, shape) = values::<f64>(given, "f8")?;
    if shape.len() == 1 { Ok(found) } else { Err(invalid(name, "one dimension is needed, a match a value")) }
}

/// Scores of matches under way, two columns.
fn scores(given: &Bound<'_, PyAny>, rows: usize) -> PyResult<Vec<[u32; 2]>> {
    let (found, shape) = whole_values("scores", given)?;
    if shape != [rows, 2] {
        return Err(invalid("scores", format_args!("shape {shape:?} must be ({rows}, 2)")));
    }
    found.chunks_exact(2).map(|pair| crate::arguments::counts("scores", (pair[0], pair[1]))).collect()
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.grid_markets"))]
#[pyfunction]
#[pyo3(signature = (home_rates, away_rates, rhos = None, *, markets, scores = None))]
pub(super) fn grid_markets<'py>(
    py: Python<'py>,
    home_rates: &Bound<'py, PyAny>,
    away_rates: &Bound<'py, PyAny>,
    rhos: Option<&Bound<'py, PyAny>>,
    markets: Vec<String>,
    scores: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let home = first_column("home_rates", home_rates)?;
    let rows = home.len();
    let away = column("away_rates", away_rates, rows)?;
    let rhos = rhos.map_or_else(|| Ok(vec![0.0; rows]), |rhos| column("rhos", rhos, rows))?;
    let scores = scores.map(|given| self::scores(given, rows)).transpose()?;
    let matches: Vec<Match> = (0..rows)
        .map(|row| Match {
            rates: [home[row], away[row]],
            rho: rhos[row],
            score: scores.as_ref().map(|scores| scores[row]),
        })
        .collect();
    let asked = markets.iter().map(|name| Market::parse(name)).collect::<Result<Vec<Market>, _>>();
    let asked = asked.map_err(value_error)?;
    let work = || ::odds::models::grid_markets(&matches, &asked);
    let columns = without_gil(py, rows * WORK, work).map_err(value_error)?;
    let found = PyDict::new(py);
    for ((name, market), column) in markets.iter().zip(&asked).zip(columns) {
        let width = market.outcomes().len();
        let shape = if width == 1 { vec![rows] } else { vec![rows, width] };
        found.set_item(name, array(py, &column, &shape, "f8")?)?;
    }
    Ok(found)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.market_outcomes"))]
#[pyfunction]
pub(super) fn market_outcomes<'py>(py: Python<'py>, market: &str) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, Market::parse(market).map_err(value_error)?.outcomes())
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.GoalExpectancyBatch"))]
#[pyclass(frozen, name = "GoalExpectancyBatch", module = "pyplatform._core.models")]
pub struct PyGoalExpectancyBatch {
    #[pyo3(get)]
    home_rate: Py<PyAny>,
    #[pyo3(get)]
    away_rate: Py<PyAny>,
    #[pyo3(get)]
    rho: Py<PyAny>,
    #[pyo3(get)]
    iterations: Py<PyAny>,
    #[pyo3(get)]
    valid: Py<PyAny>,
}

#[pymethods]
impl PyGoalExpectancyBatch {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (home, away) = (self.home_rate.bind(py).repr()?, self.away_rate.bind(py).repr()?);
        Ok(format!("GoalExpectancyBatch(home_rate={home}, away_rate={away})"))
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.goal_expectancies"))]
#[pyfunction]
#[pyo3(signature = (results, over = None, *, line = 2.5, rho = None, on_invalid = "error"))]
pub(super) fn goal_expectancies(
    py: Python<'_>,
    results: &Bound<'_, PyAny>,
    over: Option<&Bound<'_, PyAny>>,
    line: f64,
    rho: Option<&Bound<'_, PyAny>>,
    on_invalid: &str,
) -> PyResult<PyGoalExpectancyBatch> {
    let allow = match on_invalid {
        "error" => false,
        "allow" => true,
        _ => {
            return Err(invalid(
                "on_invalid",
                format_args!("unknown {on_invalid:?}, known are error, allow"),
            ));
        }
    };
    let (result, shape) = values::<f64>(results, "f8")?;
    let [rows, 3] = shape[..] else {
        return Err(invalid(
            "results",
            format_args!("shape {shape:?} must be (matches, 3): home, draw, away"),
        ));
    };
    let over = over.map(|over| column("over", over, rows)).transpose()?;
    let rho = rho.map(|rho| column("rho", rho, rows)).transpose()?;
    let view = |(row, result): (usize, &[f64])| MarketView {
        result: [result[0], result[1], result[2]],
        over: over.as_ref().map(|over| (line, over[row])),
        rho: rho.as_ref().map(|rho| rho[row]),
    };
    let views: Vec<MarketView> = result.chunks_exact(3).enumerate().map(view).collect();
    let work = || ::odds::models::goal_expectancies(&views, allow);
    let found = without_gil(py, rows * WORK, work).map_err(value_error)?;
    let figures = |figure: fn(&GoalExpectancy) -> f64| {
        let column: Vec<f64> = found.iter().map(|one| one.as_ref().map_or(f64::NAN, figure)).collect();
        array(py, &column, &[rows], "f8")
    };
    let iterations: Vec<i64> =
        found.iter().map(|one| one.map_or(0, |one| i64::from(one.iterations))).collect();
    let valid: Vec<u8> = found.iter().map(|one| u8::from(one.is_some())).collect();
    Ok(PyGoalExpectancyBatch {
        home_rate: figures(|one| one.rates[0])?,
        away_rate: figures(|one| one.rates[1])?,
        rho: figures(|one| one.rho)?,
        iterations: array(py, &iterations, &[rows], "i8")?,
        valid: array(py, &valid, &[rows], "u1")?.call_method1(py, "view", ("?",))?,
    })
}
