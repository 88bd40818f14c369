//! How much a customer may stake.

use ::betting::trading::{self as core, Limit, RelevantLeg, StakeLimits};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::arguments::{price, prices, signed, signed_all, units};
use super::shares::Apportionment;
use crate::betting::value_error;
use crate::betting_fields::{fraction, share, wrong};

#[doc = include_str!(concat!(env!("OUT_DIR"), "/trading.Limits"))]
#[pyclass(frozen, module = "pyplatform._core.trading")]
pub struct Limits(pub(super) StakeLimits);

#[pymethods]
impl Limits {
    #[new]
    #[pyo3(signature = (
        *, market = None, bet_liability = None, selection_liability = None, used = None, stake = None,
        payout = None, day_payout = None, paid_today = None, factor = None, step = None
    ))]
    #[allow(clippy::too_many_arguments)] // the limits by their names
    fn new(
        market: Option<&Bound<'_, PyAny>>,
        bet_liability: Option<&Bound<'_, PyAny>>,
        selection_liability: Option<&Bound<'_, PyAny>>,
        used: Option<&Bound<'_, PyAny>>,
        stake: Option<&Bound<'_, PyAny>>,
        payout: Option<&Bound<'_, PyAny>>,
        day_payout: Option<&Bound<'_, PyAny>>,
        paid_today: Option<&Bound<'_, PyAny>>,
        factor: Option<&Bound<'_, PyAny>>,
        step: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let some = |name, value: Option<&Bound<'_, PyAny>>| value.map(|value| units(name, value)).transpose();
        let limits = StakeLimits {
            market: some("market", market)?,
            bet_liability: some("bet_liability", bet_liability)?,
            selection_liability: some("selection_liability", selection_liability)?,
            used: some("used", used)?.unwrap_or(0),
            stake: some("stake", stake)?,
            payout: some("payout", payout)?,
            day_payout: some("day_payout", day_payout)?,
            paid_today: some("paid_today", paid_today)?.unwrap_or(0),
            factor: factor.map_or(Ok((1, 1)), |value| fraction("factor", value))?,
            step: some("step", step)?.unwrap_or(1),
        };
        if limits.step == 0 { Err(wrong("step", "must be above 0")) } else { Ok(Self(limits)) }
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/trading.MaxStake"))]
#[pyclass(frozen, get_all, eq, module = "pyplatform._core.trading")]
#[derive(PartialEq)]
pub struct MaxStake {
    stake: u128,
    limit: &'static str,
    leg: Option<usize>,
}

impl From<core::MaxStake> for MaxStake {
    fn from(found: core::MaxStake) -> Self {
        let limit = match found.limit {
            Limit::Market => "market",
            Limit::BetLiability => "bet_liability",
            Limit::SelectionLiability => "selection_liability",
            Limit::Stake => "stake",
            Limit::Payout => "payout",
            Limit::DayPayout => "day_payout",
        };
        Self { stake: found.stake, limit, leg: found.leg }
    }
}

#[pymethods]
impl MaxStake {
    fn __repr__(&self) -> String {
        let Self { stake, limit, leg } = self;
        let leg = leg.map_or_else(|| "None".to_owned(), |leg| leg.to_string());
        format!("MaxStake(stake={stake}, limit={limit:?}, leg={leg})")
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/trading.max_stake"))]
#[pyfunction]
#[pyo3(signature = (price, limits, pnl = None))]
pub(super) fn max_stake(
    price: &Bound<'_, PyAny>,
    limits: &Limits,
    pnl: Option<&Bound<'_, PyAny>>,
) -> PyResult<MaxStake> {
    let pnl = pnl.map_or(Ok(0), |pnl| signed("pnl", pnl))?;
    core::max_stake(self::price("price", price)?, &limits.0, pnl).map(MaxStake::from).map_err(value_error)
}

/// One set of limits for all, or one for each.
fn limits_of(limits: &Bound<'_, PyAny>, count: usize) -> PyResult<Vec<StakeLimits>> {
    if let Ok(one) = limits.cast::<Limits>() {
        return Ok(vec![one.get().0; count]);
    }
    let each: Vec<PyRef<'_, Limits>> =
        limits.extract().map_err(|_| wrong("limits", "is one Limits, or a list of them"))?;
    if each.len() == count {
        return Ok(each.iter().map(|limits| limits.0).collect());
    }
    Err(wrong("limits", "is one for all, or one for each"))
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/trading.max_stakes"))]
#[pyfunction]
#[pyo3(signature = (prices, limits, pnl))]
pub(super) fn max_stakes<'py>(
    py: Python<'py>,
    prices: Vec<Bound<'py, PyAny>>,
    limits: &Bound<'py, PyAny>,
    pnl: Vec<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    if pnl.len() != prices.len() {
        return Err(wrong("pnl", "needs one entry for each price"));
    }
    let limits = limits_of(limits, prices.len())?;
    let found = PyList::empty(py);
    for (at, ((price, limits), pnl)) in prices.iter().zip(&limits).zip(&pnl).enumerate() {
        let stake = self::price("price", price).and_then(|price| {
            core::max_stake(price, limits, signed("pnl", pnl)?).map(MaxStake::from).map_err(value_error)
        });
        let said = |error: PyErr| PyValueError::new_err(format!("selection {at}: {}", error.value(py)));
        found.append(Py::new(py, stake.map_err(said)?)?)?;
    }
    Ok(found)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/trading.max_stake_multiple"))]
#[pyfunction]
#[pyo3(signature = (carried, legs, pnl, limits, limits_pnl = None))]
pub(super) fn max_stake_multiple(
    carried: &Apportionment,
    legs: &Bound<'_, PyAny>,
    pnl: Vec<Bound<'_, PyAny>>,
    limits: &Limits,
    limits_pnl: Option<&Bound<'_, PyAny>>,
) -> PyResult<MaxStake> {
    let count = carried.0.legs();
    if pnl.len() != count {
        return Err(wrong("pnl", "needs one entry for each leg"));
    }
    let legs: Vec<_> = limits_of(legs, count)?.into_iter().zip(signed_all("pnl", &pnl)?).collect();
    let own = limits_pnl.map_or(Ok(0), |pnl| signed("limits_pnl", pnl))?;
    let found = core::max_stake_multiple(&carried.0, &legs, (&limits.0, own));
    found.map(MaxStake::from).map_err(value_error)
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/trading.parlay_limit"))]
#[pyfunction]
#[pyo3(signature = (liabilities, prices, probabilities, *, step = None))]
pub(super) fn parlay_limit(
    liabilities: Vec<Bound<'_, PyAny>>,
    prices: Vec<Bound<'_, PyAny>>,
    probabilities: Vec<Bound<'_, PyAny>>,
    step: Option<&Bound<'_, PyAny>>,
) -> PyResult<u128> {
    let prices = self::prices(&prices)?;
    if [liabilities.len(), probabilities.len()] != [prices.len(); 2] {
        return Err(wrong("liabilities, probabilities", "need one entry for each price"));
    }
    let mut legs = Vec::with_capacity(prices.len());
    for ((liability, price), probability) in liabilities.iter().zip(prices).zip(&probabilities) {
        let liability = units("liability", liability)?;
        legs.push(RelevantLeg { liability, price, probability: share("probability", probability)? });
    }
    core::parlay_limit(&legs, step.map_or(Ok(1), |step| units("step", step))?).map_err(value_error)
}
