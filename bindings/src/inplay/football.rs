//! Football under way.

use super::value_error;
use crate::arguments::{counts, invalid};
use crate::models::PyScoreGrid;
use ::odds::inplay::{Football, FootballState, LeadEffects, Remaining};
use pyo3::prelude::*;
use std::collections::BTreeMap;

#[doc = include_str!(concat!(env!("OUT_DIR"), "/inplay.Football"))]
#[pyclass(frozen, name = "Football", module = "pyplatform._core.inplay")]
pub struct PyFootball(Football);

fn curve(k: Option<f64>, exponent: Option<f64>) -> PyResult<Remaining> {
    match (k, exponent) {
        (Some(_), Some(_)) => Err(invalid("exponent", "give k or exponent, each is a curve of its own")),
        (_, Some(exponent)) => Ok(Remaining::Power { exponent }),
        (k, None) => Ok(Remaining::Quadratic { k: k.unwrap_or(0.2) }),
    }
}

#[pymethods]
impl PyFootball {
    #[new]
    #[pyo3(signature = (home_rate, away_rate, minute, score = (0, 0), *, rho = 0.0, length = 90.0, k = None,
        exponent = None, home_factor = 1.0, away_factor = 1.0, red_cards = (0, 0), card_factors = (0.67, 1.2),
        lead_effects = None),
        text_signature = "(home_rate, away_rate, minute, score=(0, 0), *, rho=0.0, length=90.0, k=None, exponent=None, home_factor=1.0, away_factor=1.0, red_cards=(0, 0), card_factors=(0.67, 1.2), lead_effects=None)")]
    #[allow(clippy::too_many_arguments)] // the facts of a match, named in Python
    fn new(
        home_rate: f64,
        away_rate: f64,
        minute: f64,
        score: (i64, i64),
        rho: f64,
        length: f64,
        k: Option<f64>,
        exponent: Option<f64>,
        home_factor: f64,
        away_factor: f64,
        red_cards: (i64, i64),
        card_factors: (f64, f64),
        lead_effects: Option<BTreeMap<i64, (f64, f64)>>,
    ) -> PyResult<Self> {
        let effects = lead_effects.map(|effects| {
            LeadEffects::new(effects.into_iter().map(|(lead, factors)| (lead, factors.into())).collect())
        });
        let state = FootballState {
            rates: [home_rate, away_rate],
            rho,
            minute,
            length,
            score: counts("score", score)?,
            remaining: curve(k, exponent)?,
            factors: [home_factor, away_factor],
            red_cards: counts("red_cards", red_cards)?,
            card_factors: card_factors.into(),
            lead_effects: effects.transpose().map_err(value_error)?,
        };
        Football::new(&state).map(Self).map_err(value_error)
    }

    #[getter]
    fn remaining_share(&self) -> f64 {
        self.0.share()
    }

    #[getter]
    fn home_rate(&self) -> f64 {
        self.0.rates()[0]
    }

    #[getter]
    fn away_rate(&self) -> f64 {
        self.0.rates()[1]
    }

    #[getter]
    fn rho(&self) -> f64 {
        self.0.rho()
    }

    fn grid(&self) -> PyScoreGrid {
        PyScoreGrid(self.0.grid().clone())
    }

    fn rest(&self) -> PyScoreGrid {
        PyScoreGrid(self.0.rest().clone())
    }

    fn result(&self) -> (f64, f64, f64) {
        self.0.grid().result(0).into()
    }

    fn next_goal(&self) -> (f64, f64, f64) {
        self.0.next_goal().into()
    }

    fn __repr__(&self) -> String {
        let ([home, draw, away], share) = (self.0.grid().result(0), self.0.share());
        format!("Football(remaining_share={share}, home={home}, draw={draw}, away={away})")
    }
}
