//! Tennis from any score.

use super::value_error;
use crate::arguments::{counts, invalid};
use crate::models::PyScoreGrid;
use ::odds::inplay::tennis::{Player, SetRules, SetState, Tennis, TennisState, game, set, tiebreak};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Games all at which a tie-break is played by default.
const ALL: u32 = 6;
/// Games all at which Wimbledon's final sets of 2019 to 2021 had theirs.
const ALL_LONG: u32 = 12;

fn player(name: &str, letter: &str) -> PyResult<Player> {
    match letter {
        "A" => Ok(Player::A),
        "B" => Ok(Player::B),
        _ => Err(invalid(name, format_args!("unknown {letter:?}, known are A, B"))),
    }
}

fn points(name: &str, value: i64) -> PyResult<u32> {
    u32::try_from(value).map_err(|_| invalid(name, format_args!("{value} is not a number of points")))
}

fn rules(tiebreak: bool, to: i64, no_ad: bool) -> PyResult<SetRules> {
    let tiebreak_to = points("tiebreak_to", to)?;
    Ok(SetRules { tiebreak_at: tiebreak.then_some(ALL), tiebreak_to, no_ad })
}

/// How the last possible set ends.
fn final_rules(rules: SetRules, final_set: Option<&str>, to: Option<i64>) -> PyResult<SetRules> {
    let (at, usual) = match final_set {
        None => (rules.tiebreak_at, rules.tiebreak_to),
        Some("tiebreak") => (Some(ALL), rules.tiebreak_to),
        Some("tiebreak_at_12") => (Some(ALL_LONG), rules.tiebreak_to),
        Some("advantage") => (None, rules.tiebreak_to),
        // A set that begins with its tie-break, and ends with it.
        Some("match_tiebreak") => (Some(0), 10),
        Some(other) => {
            let known = "tiebreak, tiebreak_at_12, advantage, match_tiebreak";
            return Err(invalid("final_set", format_args!("unknown {other:?}, known are {known}")));
        }
    };
    let to = to.map(|to| points("final_tiebreak_to", to)).transpose()?;
    Ok(SetRules { tiebreak_at: at, tiebreak_to: to.unwrap_or(usual), no_ad: rules.no_ad })
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/inplay.tennis_game"))]
#[pyfunction]
#[pyo3(signature = (p_serve, points = (0, 0), *, no_ad = false),
    text_signature = "(p_serve, points=(0, 0), *, no_ad=False)")]
pub(super) fn tennis_game(p_serve: f64, points: (i64, i64), no_ad: bool) -> PyResult<f64> {
    game(p_serve, counts("points", points)?, no_ad).map_err(value_error)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/inplay.tennis_tiebreak"))]
#[pyfunction]
#[pyo3(signature = (pa, pb, points = (0, 0), *, first_server = "A", to = 7),
    text_signature = "(pa, pb, points=(0, 0), *, first_server='A', to=7)")]
pub(super) fn tennis_tiebreak(
    pa: f64,
    pb: f64,
    points: (i64, i64),
    first_server: &str,
    to: i64,
) -> PyResult<f64> {
    let (first, to) = (player("first_server", first_server)?, self::points("to", to)?);
    tiebreak([pa, pb], counts("points", points)?, first, to).map_err(value_error)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/inplay.tennis_set"))]
#[pyfunction]
#[pyo3(signature = (pa, pb, games = (0, 0), points = (0, 0), *, server = "A", tiebreak = true, tiebreak_to = 7,
    no_ad = false),
    text_signature = "(pa, pb, games=(0, 0), points=(0, 0), *, server='A', tiebreak=True, tiebreak_to=7, no_ad=False)")]
#[allow(clippy::too_many_arguments)] // a score and the rules, named in Python
pub(super) fn tennis_set(
    pa: f64,
    pb: f64,
    games: (i64, i64),
    points: (i64, i64),
    server: &str,
    tiebreak: bool,
    tiebreak_to: i64,
    no_ad: bool,
) -> PyResult<f64> {
    let state = SetState {
        games: counts("games", games)?,
        points: counts("points", points)?,
        server: player("server", server)?,
    };
    set([pa, pb], state, rules(tiebreak, tiebreak_to, no_ad)?).map_err(value_error)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/inplay.TennisMatch"))]
#[pyclass(frozen, name = "TennisMatch", module = "pyplatform._core.inplay")]
pub struct PyTennisMatch(Tennis);

/// Scores as text, in the order given.
fn scores<'py>(py: Python<'py>, found: &[([u32; 2], f64)]) -> PyResult<Bound<'py, PyDict>> {
    let named = PyDict::new(py);
    for ([a, b], p) in found {
        named.set_item(format!("{a}-{b}"), p)?;
    }
    Ok(named)
}

#[pymethods]
impl PyTennisMatch {
    #[new]
    #[pyo3(signature = (pa, pb, *, best_of = 3, sets = (0, 0), games = (0, 0), points = (0, 0), server = "A",
        tiebreak = true, tiebreak_to = 7, final_set = None, final_tiebreak_to = None, no_ad = false),
        text_signature = "(pa, pb, *, best_of=3, sets=(0, 0), games=(0, 0), points=(0, 0), server='A', tiebreak=True, tiebreak_to=7, final_set=None, final_tiebreak_to=None, no_ad=False)")]
    #[allow(clippy::too_many_arguments)] // a score and the rules, named in Python
    fn new(
        pa: f64,
        pb: f64,
        best_of: u32,
        sets: (i64, i64),
        games: (i64, i64),
        points: (i64, i64),
        server: &str,
        tiebreak: bool,
        tiebreak_to: i64,
        final_set: Option<&str>,
        final_tiebreak_to: Option<i64>,
        no_ad: bool,
    ) -> PyResult<Self> {
        let rules = self::rules(tiebreak, tiebreak_to, no_ad)?;
        let state = TennisState {
            serve: [pa, pb],
            best_of,
            sets: counts("sets", sets)?,
            set: SetState {
                games: counts("games", games)?,
                points: counts("points", points)?,
                server: player("server", server)?,
            },
            rules,
            final_rules: final_rules(rules, final_set, final_tiebreak_to)?,
        };
        Tennis::new(state).map(Self).map_err(value_error)
    }

    #[getter]
    fn point(&self) -> f64 {
        self.0.point()
    }

    #[getter]
    fn game(&self) -> f64 {
        self.0.game()
    }

    #[getter]
    fn set(&self) -> f64 {
        self.0.set()
    }

    #[getter(r#match)]
    fn won(&self) -> f64 {
        self.0.won()
    }

    fn set_scores<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        scores(py, &self.0.set_scores())
    }

    fn game_scores<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        scores(py, &self.0.game_scores().map_err(value_error)?)
    }

    #[pyo3(signature = (finished = (0, 0)), text_signature = "(self, /, finished=(0, 0))")]
    fn games(&self, finished: (i64, i64)) -> PyResult<PyScoreGrid> {
        self.0.games(counts("finished", finished)?).map(PyScoreGrid).map_err(value_error)
    }

    fn __repr__(&self) -> String {
        let (point, game, set, won) = (self.point(), self.game(), self.set(), self.won());
        format!("TennisMatch(point={point}, game={game}, set={set}, match={won})")
    }
}
