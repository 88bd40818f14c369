//! The book of an event.

use ::betting::trading::{self as core, Phase, ScoreSelection, Scores};
use ::betting::{LegResult, Outcome, Price};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString, PyTuple};

use super::arguments::{price, units};
use super::limits::{Limits, MaxStake};
use crate::betting::value_error;
use crate::betting_fields::{items, word, wrong};
use crate::betting_leg::{FINISHES, terms};

#[doc = include_str!(concat!(env!("OUT_DIR"), "/trading.Payoff"))]
#[pyclass(frozen, module = "pyplatform._core.trading")]
pub struct Payoff(core::Payoff);

#[pymethods]
impl Payoff {
    #[new]
    fn new(stake: &Bound<'_, PyAny>, returns: Vec<Bound<'_, PyAny>>) -> PyResult<Self> {
        let returns = returns.iter().map(|value| units("returns", value)).collect::<PyResult<_>>()?;
        core::Payoff::vector(units("stake", stake)?, returns).map(Self).map_err(value_error)
    }

    #[staticmethod]
    fn single(
        stake: &Bound<'_, PyAny>,
        returns: &Bound<'_, PyAny>,
        outcome: usize,
        outcomes: usize,
    ) -> PyResult<Self> {
        let (stake, returns) = (units("stake", stake)?, units("returns", returns)?);
        core::Payoff::single(stake, returns, outcome, outcomes).map(Self).map_err(value_error)
    }

    #[staticmethod]
    #[pyo3(signature = (returns, outcome, outcomes, *, winners=None))]
    fn unstaked(
        returns: &Bound<'_, PyAny>,
        outcome: usize,
        outcomes: usize,
        winners: Option<u32>,
    ) -> PyResult<Self> {
        let returns = units("returns", returns)?;
        core::Payoff::unstaked(returns, outcome, winners, outcomes).map(Self).map_err(value_error)
    }

    #[getter]
    fn stake(&self) -> i128 {
        self.0.stake()
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/trading.Position"))]
#[pyclass(frozen, module = "pyplatform._core.trading")]
pub struct Position {
    names: Py<PyTuple>,
    position: core::Position,
}

#[pymethods]
impl Position {
    #[getter]
    fn pnl<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.position.pnl)
    }

    #[getter]
    fn pnl_by_outcome<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let by_outcome = PyDict::new(py);
        for (name, pnl) in self.names.bind(py).iter().zip(&self.position.pnl) {
            by_outcome.set_item(name, pnl)?;
        }
        Ok(by_outcome)
    }

    #[getter]
    fn worst(&self) -> i128 {
        self.position.worst().1
    }

    #[getter]
    fn worst_outcome<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.names.bind(py).get_item(self.position.worst().0)
    }

    #[getter]
    fn best(&self) -> i128 {
        self.position.best()
    }

    #[getter]
    fn exposure(&self) -> i128 {
        self.position.exposure()
    }

    #[getter]
    fn stakes(&self) -> i128 {
        self.position.stakes
    }

    #[getter]
    fn bets(&self) -> u64 {
        self.position.bets
    }

    fn __repr__(&self) -> String {
        let core::Position { stakes, bets, .. } = &self.position;
        format!("Position(worst={}, best={}, stakes={stakes}, bets={bets})", self.worst(), self.best())
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/trading.Book"))]
#[pyclass(module = "pyplatform._core.trading")]
pub struct Book {
    names: Py<PyTuple>,
    scores: Option<Scores>,
    liability: core::Book,
}

fn phase(in_play: bool) -> Phase {
    if in_play { Phase::InPlay } else { Phase::PreMatch }
}

#[pymethods]
impl Book {
    #[new]
    fn new(py: Python<'_>, outcomes: Vec<String>) -> PyResult<Self> {
        if (0..outcomes.len()).any(|at| outcomes[..at].contains(&outcomes[at])) {
            return Err(wrong("outcomes", "must be distinct"));
        }
        let liability = core::Book::new(outcomes.len()).map_err(value_error)?;
        Ok(Self { names: PyTuple::new(py, outcomes)?.unbind(), scores: None, liability })
    }

    #[staticmethod]
    #[pyo3(signature = (size = 15))]
    fn scores(py: Python<'_>, size: i32) -> PyResult<Self> {
        let scores = Scores::new(size).map_err(value_error)?;
        let names: Vec<String> = scores.cells().map(|(home, away)| format!("{home}-{away}")).collect();
        let liability = core::Book::new(names.len()).map_err(value_error)?;
        Ok(Self { names: PyTuple::new(py, names)?.unbind(), scores: Some(scores), liability })
    }

    #[getter]
    fn outcomes(&self, py: Python<'_>) -> Py<PyTuple> {
        self.names.clone_ref(py)
    }

    #[getter]
    fn reserved<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.liability.held().collect::<Vec<_>>())
    }

    #[pyo3(signature = (selection, stake, price, *, each_way = None, winners = None))]
    fn payoff(
        &self,
        selection: &Bound<'_, PyAny>,
        stake: &Bound<'_, PyAny>,
        price: &Bound<'_, PyAny>,
        each_way: Option<&Bound<'_, PyAny>>,
        winners: Option<u32>,
    ) -> PyResult<Payoff> {
        let (stake, price) = (units("stake", stake)?, self::price("price", price)?);
        let outcomes = self.liability.outcomes();
        let payoff = match (each_way, winners) {
            (None, None) => core::Payoff::results(stake, price, &self.results(selection)?),
            (Some(each_way), None) => {
                core::Payoff::each_way(stake, price, terms(each_way)?, self.runner(selection)?, outcomes)
            }
            (None, Some(winners)) => {
                core::Payoff::place(stake, price, winners, self.runner(selection)?, outcomes)
            }
            (Some(_), Some(_)) => {
                return Err(wrong("winners", "contradicts each_way, whose terms say the places"));
            }
        };
        payoff.map(Payoff).map_err(value_error)
    }

    #[pyo3(signature = (payoff, *, in_play = false))]
    fn add(&mut self, payoff: &Payoff, in_play: bool) -> PyResult<()> {
        self.liability.add(phase(in_play), &payoff.0).map_err(value_error)
    }

    #[pyo3(signature = (payoff, *, in_play = false))]
    fn remove(&mut self, payoff: &Payoff, in_play: bool) -> PyResult<()> {
        self.liability.remove(phase(in_play), &payoff.0).map_err(value_error)
    }

    #[pyo3(signature = (key, payoff, *, in_play = false))]
    fn reserve(&mut self, key: &str, payoff: &Payoff, in_play: bool) -> PyResult<()> {
        self.liability.reserve(key, phase(in_play), payoff.0.clone()).map_err(value_error)
    }

    fn accept(&mut self, key: &str) -> PyResult<()> {
        self.liability.accept(key).map_err(value_error)
    }

    fn release(&mut self, key: &str) -> PyResult<()> {
        self.liability.release(key).map_err(value_error)
    }

    #[pyo3(signature = (in_play = None, *, reserved = true))]
    fn position(&self, py: Python<'_>, in_play: Option<bool>, reserved: bool) -> Position {
        let position = self.liability.position(in_play.map(phase), reserved);
        Position { names: self.names.clone_ref(py), position }
    }

    fn room(&self, outcome: usize) -> PyResult<i128> {
        self.liability.room(outcome).map_err(value_error)
    }

    #[pyo3(signature = (selection, price, limits, *, in_play = None, each_way = None))]
    fn max_stake(
        &self,
        selection: &Bound<'_, PyAny>,
        price: &Bound<'_, PyAny>,
        limits: &Limits,
        in_play: Option<bool>,
        each_way: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<MaxStake> {
        let price: Price = self::price("price", price)?;
        let (limits, phase) = (&limits.0, in_play.map(phase));
        let found = match each_way {
            None => self.liability.max_stake(&self.results(selection)?, price, limits, phase),
            Some(each_way) => {
                let (runner, terms) = (self.runner(selection)?, terms(each_way)?);
                self.liability.max_stake_each_way(runner, price, terms, limits, phase)
            }
        };
        found.map(MaxStake::from).map_err(value_error)
    }
}

/// One text or several.
fn words<'py>(selection: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyString>>> {
    if let Ok(word) = selection.cast::<PyString>() {
        return Ok(vec![word.clone()]);
    }
    let mut words = Vec::new();
    for item in &items("selection", selection)? {
        let word = item.cast::<PyString>();
        let word = word.map_err(|_| wrong("selection", "is text, a list of texts, or results by outcome"))?;
        words.push(word.clone());
    }
    Ok(words)
}

impl Book {
    /// The place of an outcome.
    fn place(&self, name: &Bound<'_, PyString>) -> PyResult<usize> {
        let names = self.names.bind(name.py());
        names.index(name).map_err(|_| wrong("selection", &format!("{name} is no outcome of the book")))
    }

    /// The one outcome that an each-way or place bet names.
    fn runner(&self, selection: &Bound<'_, PyAny>) -> PyResult<usize> {
        match selection.cast::<PyString>() {
            Ok(name) if self.scores.is_none() => self.place(name),
            _ => Err(wrong("selection", "of an each-way or place bet is one outcome of the book")),
        }
    }

    /// The result of a selection in every outcome.
    fn results(&self, selection: &Bound<'_, PyAny>) -> PyResult<Vec<LegResult>> {
        if let Ok(by_outcome) = selection.cast::<PyMapping>() {
            return self.named_results(by_outcome);
        }
        let words = words(selection)?;
        if let Some(scores) = self.scores {
            let read = |word: &Bound<'_, PyString>| {
                ScoreSelection::parse(word.to_str()?)
                    .map_err(|error| wrong("selection", &format!("{word:?}: {}", value_error(error))))
            };
            let selections = words.iter().map(read).collect::<PyResult<Vec<_>>>()?;
            return scores.results(&selections).map_err(value_error);
        }
        let mut results = vec![LegResult::LOST; self.liability.outcomes()];
        for word in &words {
            results[self.place(word)?] = LegResult::WON;
        }
        Ok(results)
    }

    /// Results by outcome; an outcome that is not named is lost.
    fn named_results(&self, by_outcome: &Bound<'_, PyMapping>) -> PyResult<Vec<LegResult>> {
        let mut results = vec![LegResult::LOST; self.liability.outcomes()];
        for pair in by_outcome.items()? {
            let (name, result): (Bound<'_, PyString>, Bound<'_, PyAny>) = pair.extract()?;
            let outcome = Outcome::of(word("selection", &result, &FINISHES)?);
            let result = outcome.win().map_err(value_error)?;
            results[self.place(&name)?] =
                result.ok_or_else(|| wrong("selection", "has no result in an outcome that is OPEN"))?;
        }
        Ok(results)
    }
}
