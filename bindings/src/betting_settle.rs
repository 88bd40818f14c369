//! Settlement, progress and cash-out of whole bets for Python.

use ::betting::{
    self as core, Band, Bet, BettingError, EachWayTerms, Finish, Price, Share, Structure, TATTERSALLS,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyBytes, PyInt, PyTuple};

use crate::betting::value_error;
use crate::betting_fields::{fraction, items, price, share, whole, wholes, wrong};
use crate::betting_leg::FINISHES;
use crate::betting_read::read;
use crate::odds::truth;

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.BetSettlement"))]
#[pyclass(frozen, module = "pyplatform._core.betting")]
pub struct BetSettlement {
    bet: Bet,
    settled: core::BetSettlement,
}

impl BetSettlement {
    fn of(bet: Bet) -> PyResult<Self> {
        let settled = core::settle(&bet).map_err(value_error)?;
        Ok(Self { bet, settled })
    }
}

#[pymethods]
impl BetSettlement {
    #[getter]
    fn returns_minor(&self) -> u128 {
        self.settled.returns
    }

    #[getter]
    fn lines(&self) -> u128 {
        self.settled.lines
    }

    #[getter]
    fn total_stake_minor(&self) -> u128 {
        self.settled.total_stake
    }

    #[getter]
    fn exact_returns<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let (above, below) = core::exact_returns(&self.bet).map_err(value_error)?;
        let integer = |bytes: &[u8]| {
            py.get_type::<PyInt>().call_method1("from_bytes", (PyBytes::new(py, bytes), "big"))
        };
        Ok((integer(&above)?, integer(&below)?))
    }

    fn __repr__(&self) -> String {
        let core::BetSettlement { returns, lines, total_stake } = self.settled;
        format!("BetSettlement(returns_minor={returns}, lines={lines}, total_stake_minor={total_stake})")
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.Progress"))]
#[pyclass(frozen, get_all, module = "pyplatform._core.betting")]
pub struct Progress {
    lines: u128,
    open_lines: u128,
    settleable: bool,
    secured_minor: u128,
}

#[pymethods]
impl Progress {
    fn __repr__(&self) -> String {
        let Self { lines, open_lines, settleable, secured_minor } = self;
        let settleable = truth(*settleable);
        format!(
            "Progress(lines={lines}, open_lines={open_lines}, settleable={settleable}, secured_minor={secured_minor})"
        )
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.CashOut"))]
#[pyclass(frozen, get_all, module = "pyplatform._core.betting")]
pub struct CashOut {
    available: bool,
    value_minor: Option<u128>,
    remaining_unit_stake: (u128, u128),
}

#[pymethods]
impl CashOut {
    fn __repr__(&self) -> String {
        let value = self.value_minor.map_or("None".to_owned(), |value| value.to_string());
        let (available, remaining) = (truth(self.available), self.remaining_unit_stake);
        format!("CashOut(available={available}, value_minor={value}, remaining_unit_stake={remaining:?})")
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.settle"))]
#[pyfunction]
#[pyo3(signature = (bet, /))]
pub(crate) fn settle(bet: &Bound<'_, PyAny>) -> PyResult<BetSettlement> {
    BetSettlement::of(read(bet)?.bet)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.settle_batch"))]
#[pyfunction]
#[pyo3(signature = (bets, /))]
pub(crate) fn settle_batch(py: Python<'_>, bets: Vec<Bound<'_, PyAny>>) -> PyResult<Vec<BetSettlement>> {
    let said = |at: usize, error: &PyErr| PyValueError::new_err(format!("bet {at}: {}", error.value(py)));
    let read = |(at, bet)| read(bet).map(|read| read.bet).map_err(|error| said(at, &error));
    let bets = bets.iter().enumerate().map(read).collect::<PyResult<Vec<Bet>>>()?;
    let settled: Vec<_> =
        py.detach(|| bets.into_iter().map(|bet| (core::settle(&bet), bet)).collect::<Vec<_>>());
    let one = |(at, (settled, bet)): (usize, (Result<_, core::BettingError>, Bet))| match settled {
        Ok(settled) => Ok(BetSettlement { bet, settled }),
        Err(error) => Err(said(at, &value_error(error))),
    };
    settled.into_iter().enumerate().map(one).collect()
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.resettle"))]
#[pyfunction]
#[pyo3(signature = (bet, /, paid_minor))]
pub(crate) fn resettle(bet: &Bound<'_, PyAny>, paid_minor: u128) -> PyResult<(BetSettlement, i128)> {
    let bet = read(bet)?.bet;
    let (settled, difference) = core::resettle(&bet, paid_minor).map_err(value_error)?;
    Ok((BetSettlement { bet, settled }, difference))
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.progress"))]
#[pyfunction]
#[pyo3(signature = (bet, /))]
pub(crate) fn progress(bet: &Bound<'_, PyAny>) -> PyResult<Progress> {
    let bet = read(bet)?.bet;
    let open_lines = bet.open_lines().map_err(value_error)?;
    let secured = core::secured(&bet).map_err(value_error)?;
    Ok(Progress {
        lines: secured.lines,
        open_lines,
        settleable: open_lines == 0,
        secured_minor: secured.returns,
    })
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.cash_out"))]
#[pyfunction]
#[pyo3(signature = (bet, /, margin, fraction = None))]
pub(crate) fn cash_out(
    bet: &Bound<'_, PyAny>,
    margin: &Bound<'_, PyAny>,
    fraction: Option<&Bound<'_, PyAny>>,
) -> PyResult<CashOut> {
    let running = read(bet)?;
    let margin = share("margin", margin)?;
    let fraction = fraction.map_or(Ok(Share::WHOLE), |part| share("fraction", part))?;
    let offer = core::cash_out(&running.bet, &running.chances, margin, fraction).map_err(value_error)?;
    Ok(CashOut {
        available: offer.value.is_some(),
        value_minor: offer.value,
        remaining_unit_stake: offer.remaining_unit,
    })
}

/// The lines of a type by its name.
fn structure(
    name: &str,
    n: Option<&Bound<'_, PyAny>>,
    sizes: Option<&Bound<'_, PyAny>>,
    bankers: Option<&Bound<'_, PyAny>>,
) -> PyResult<Structure> {
    let numbers = |field, given: Option<&Bound<'_, PyAny>>| {
        given.map_or_else(|| Ok(Vec::new()), |given| wholes(field, given))
    };
    let (sizes, bankers) = (numbers("sizes", sizes)?, numbers("bankers", bankers)?);
    let n = n.map(|n| whole::<usize>("n", n)).transpose()?;
    let Some(n) = n.or_else(|| Structure::usual_legs(name)) else {
        // A name that is no type says so whatever the number of legs.
        let unknown = |error: &BettingError| matches!(error, BettingError::Field { field: "type", .. });
        let unknown = Structure::new(name, 1, &[], &[]).err().filter(unknown);
        return Err(unknown.map_or_else(|| wrong("n", "is needed for this type"), value_error));
    };
    Structure::new(name, n, &sizes, &bankers).map_err(value_error)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.line_count"))]
#[pyfunction]
#[pyo3(signature = (kind, n = None, sizes = None, bankers = None))]
pub(crate) fn line_count(
    kind: &str,
    n: Option<&Bound<'_, PyAny>>,
    sizes: Option<&Bound<'_, PyAny>>,
    bankers: Option<&Bound<'_, PyAny>>,
) -> PyResult<u128> {
    structure(kind, n, sizes, bankers).map(|structure| structure.line_count())
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.lines"))]
#[pyfunction]
#[pyo3(signature = (kind, n = None, sizes = None, bankers = None))]
pub(crate) fn lines<'py>(
    py: Python<'py>,
    kind: &str,
    n: Option<&Bound<'_, PyAny>>,
    sizes: Option<&Bound<'_, PyAny>>,
    bankers: Option<&Bound<'_, PyAny>>,
) -> PyResult<Vec<Bound<'py, PyTuple>>> {
    let lines = structure(kind, n, sizes, bankers)?.lines().map_err(value_error)?;
    lines.iter().map(|line| PyTuple::new(py, line)).collect()
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.rule4_pence"))]
#[pyfunction]
#[pyo3(signature = (withdrawn_price, bands = None))]
pub(crate) fn rule4_pence(
    withdrawn_price: &Bound<'_, PyAny>,
    bands: Option<&Bound<'_, PyAny>>,
) -> PyResult<u8> {
    let withdrawn: Price = price("withdrawn_price", withdrawn_price)?;
    let Some(bands) = bands else {
        return Ok(core::rule4_pence(withdrawn, &TATTERSALLS));
    };
    let band = |item: &Bound<'_, PyAny>| {
        let (upto, pence): (Bound<'_, PyAny>, u8) =
            item.extract().map_err(|_| wrong("bands", "are pairs of the longest price and the pence"))?;
        let (winnings, stake) = fraction("bands", &upto)?;
        Ok(Band { winnings, stake, pence })
    };
    let bands = items("bands", bands)?.iter().map(band).collect::<PyResult<Vec<Band>>>()?;
    Ok(core::rule4_pence(withdrawn, &bands))
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.each_way_terms"))]
#[pyfunction]
#[pyo3(signature = (runners, handicap = false))]
pub(crate) fn each_way_terms(runners: &Bound<'_, PyAny>, handicap: bool) -> PyResult<(u32, (u32, u32))> {
    let terms = EachWayTerms::uk(whole("runners", runners)?, handicap).map_err(value_error)?;
    Ok((terms.places(), terms.fraction()))
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.handicap_result"))]
#[pyfunction]
pub(crate) fn handicap_result(lead: i32, line: f64) -> PyResult<&'static str> {
    let quarters = line * 4.0;
    if quarters.fract() != 0.0 || quarters.abs() > 1e6 {
        return Err(wrong("line", "is a multiple of a quarter of a goal"));
    }
    #[allow(clippy::cast_possible_truncation)] // checked above
    let finish = Finish::of_handicap(lead, quarters as i32);
    let known = FINISHES.iter().find(|(_, known)| *known == finish);
    known.map(|(name, _)| *name).ok_or_else(|| wrong("line", "has no result"))
}
