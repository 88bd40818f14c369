//! Same-game multiples.

use super::grid::PyScoreGrid;
use super::value_error;
use crate::arguments::invalid;
use ::odds::models::{CountLeg, CountModel, GameLeg, GoalsOf, Leg, Line, PricedLeg, SameGame, Scorer};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.Scorer"))]
#[pyclass(frozen, eq, name = "Scorer", module = "pyplatform._core.models")]
#[derive(PartialEq)]
pub struct PyScorer(Scorer);

#[pymethods]
impl PyScorer {
    #[new]
    #[pyo3(signature = (side, player, share, *, goals = 1, scores = true))]
    fn new(side: &str, player: String, share: f64, goals: i64, scores: bool) -> PyResult<Self> {
        let home = match side {
            "home" => true,
            "away" => false,
            _ => return Err(invalid("side", format_args!("unknown {side:?}, known are home, away"))),
        };
        let wrong = || invalid("goals", format_args!("{goals} must be between 1 and 20"));
        let goals = u32::try_from(goals).ok().filter(|goals| (1..=20).contains(goals)).ok_or_else(wrong)?;
        let (least, most) = if scores { (goals, None) } else { (0, Some(goals - 1)) };
        if !(share > 0.0 && share <= 1.0) {
            return Err(invalid("share", format_args!("{share} must be above 0 and at most 1")));
        }
        Ok(Self(Scorer { home, player, share, least, most }))
    }

    #[getter]
    fn side(&self) -> &'static str {
        if self.0.home { "home" } else { "away" }
    }

    #[getter]
    fn player(&self) -> &str {
        &self.0.player
    }

    #[getter]
    fn share(&self) -> f64 {
        self.0.share
    }

    fn __repr__(&self) -> String {
        format!("Scorer({}, {}, share={})", self.side(), self.0, self.0.share)
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.Count"))]
#[pyclass(frozen, eq, name = "Count", module = "pyplatform._core.models")]
#[derive(PartialEq)]
pub struct PyCount(CountLeg);

#[pymethods]
impl PyCount {
    #[new]
    #[pyo3(signature = (what, mean, *, over = None, under = None, goals = "both", correlation = 0.0,
        dispersion = None))]
    fn new(
        what: String,
        mean: f64,
        over: Option<f64>,
        under: Option<f64>,
        goals: &str,
        correlation: f64,
        dispersion: Option<f64>,
    ) -> PyResult<Self> {
        let goals = match goals {
            "home" => GoalsOf::Home,
            "away" => GoalsOf::Away,
            "both" => GoalsOf::Both,
            _ => {
                return Err(invalid("goals", format_args!("unknown {goals:?}, known are home, away, both")));
            }
        };
        let (line, over) = match (over, under) {
            (Some(line), None) => (line, true),
            (None, Some(line)) => (line, false),
            _ => return Err(invalid("over, under", "give one of them")),
        };
        let line = Line::half(line).map_err(value_error)?;
        let model = CountModel { mean, dispersion, goals, correlation };
        model.check().map_err(value_error)?;
        Ok(Self(CountLeg { what, model, line, over }))
    }

    #[getter]
    fn what(&self) -> &str {
        &self.0.what
    }

    #[getter]
    fn mean(&self) -> f64 {
        self.0.model.mean
    }

    #[getter]
    fn correlation(&self) -> f64 {
        self.0.model.correlation
    }

    fn __repr__(&self) -> String {
        format!("Count({}, mean={}, correlation={})", self.0, self.mean(), self.correlation())
    }
}

/// What Python names a leg by.
#[derive(FromPyObject)]
enum Named {
    Text(String),
    Scorer(Py<PyScorer>),
    Count(Py<PyCount>),
}

impl Named {
    fn leg(self) -> PyResult<GameLeg> {
        match self {
            Self::Text(text) => Leg::parse(&text).map(GameLeg::Score).map_err(value_error),
            Self::Scorer(scorer) => Ok(GameLeg::Scorer(scorer.get().0.clone())),
            Self::Count(count) => Ok(GameLeg::Count(count.get().0.clone())),
        }
    }
}

/// One margin for every leg, or one for each.
#[derive(FromPyObject)]
enum Margins {
    Same(f64),
    Each(Vec<f64>),
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/models.SameGame"))]
#[pyclass(frozen, name = "SameGame", module = "pyplatform._core.models")]
pub struct PySameGame(SameGame);

#[pymethods]
impl PySameGame {
    #[new]
    #[pyo3(signature = (grid, legs, *, margin, cap = 0.25, score = (0, 0)),
        text_signature = "(grid, legs, *, margin, cap=0.25, score=(0, 0))")]
    fn new(
        grid: &PyScoreGrid,
        legs: Vec<Named>,
        margin: Margins,
        cap: f64,
        score: (i64, i64),
    ) -> PyResult<Self> {
        let margins = match margin {
            Margins::Same(margin) => vec![margin; legs.len()],
            Margins::Each(margins) => margins,
        };
        if margins.len() != legs.len() {
            let (margins, legs) = (margins.len(), legs.len());
            return Err(invalid("margin", format_args!("{margins} margins for {legs} legs")));
        }
        let priced = |(leg, margin): (Named, f64)| Ok(PricedLeg { leg: leg.leg()?, margin });
        let legs = legs.into_iter().zip(margins).map(priced).collect::<PyResult<Vec<PricedLeg>>>()?;
        let score = crate::arguments::counts("score", score)?;
        SameGame::new(grid.0.clone(), score, legs, cap).map(Self).map_err(value_error)
    }

    #[getter]
    fn legs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.legs().iter().map(|leg| leg.leg.to_string()))
    }

    #[getter]
    fn probability(&self) -> f64 {
        self.0.probability()
    }

    #[getter]
    fn leg_probabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.each())
    }

    #[getter]
    fn independent(&self) -> f64 {
        self.0.each().iter().product()
    }

    #[getter]
    fn bounds(&self) -> (f64, f64) {
        self.0.bounds().into()
    }

    #[getter]
    fn counted<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.counted())
    }

    #[getter]
    fn margin(&self) -> f64 {
        self.0.margin()
    }

    #[getter]
    fn fair_price(&self) -> f64 {
        1.0 / self.0.probability()
    }

    #[getter]
    fn price(&self) -> f64 {
        self.0.price()
    }

    #[pyo3(signature = (*legs))]
    fn without(&self, legs: Vec<Named>) -> PyResult<Self> {
        let void = legs.into_iter().map(Named::leg).collect::<PyResult<Vec<GameLeg>>>()?;
        for leg in &void {
            if !self.0.legs().iter().any(|known| known.leg == *leg) {
                return Err(invalid("legs", format_args!("{leg} is no leg of this multiple")));
            }
        }
        self.0.without(|leg| void.contains(leg)).map(Self).map_err(value_error)
    }

    fn __repr__(&self) -> String {
        let legs: Vec<String> = self.0.legs().iter().map(|leg| leg.leg.to_string()).collect();
        format!(
            "SameGame({}, probability={}, price={})",
            legs.join(" & "),
            self.0.probability(),
            self.0.price()
        )
    }
}
