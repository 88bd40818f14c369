//! `pyplatform._core.betting`.

mod columns;

use ::betting::{BettingError, DeadHeat, LegResult, Rounding, Settlement};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The one place where a betting error becomes a Python exception.
pub(crate) fn value_error(error: BettingError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn rounding(name: &str) -> PyResult<Rounding> {
    match name {
        "half_up" => Ok(Rounding::HalfUp),
        "down" => Ok(Rounding::Down),
        "half_even" => Ok(Rounding::HalfEven),
        _ => Err(PyValueError::new_err(format!(
            "unknown rounding {name:?}: known modes are half_up, down, half_even"
        ))),
    }
}

fn won(result: &str) -> PyResult<bool> {
    match result {
        "won" => Ok(true),
        "lost" => Ok(false),
        _ => Err(PyValueError::new_err(format!(
            "unknown result {result:?}: known results are won, lost; a void or half result is said by void_halves"
        ))),
    }
}

/// A small count or price, in words when it does not fit.
fn small<T: TryFrom<i64>>(name: &str, value: i64) -> PyResult<T> {
    T::try_from(value).map_err(|_| PyValueError::new_err(format!("{name} {value} is out of range")))
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.SingleSettlement"))]
#[pyclass(frozen, name = "SingleSettlement", module = "pyplatform._core.betting")]
pub struct PySingleSettlement {
    stake: i128,
    settlement: Settlement,
}

#[pymethods]
impl PySingleSettlement {
    #[getter]
    fn returns_minor(&self) -> i128 {
        self.settlement.returns
    }

    #[getter]
    fn total_stake_minor(&self) -> i128 {
        self.stake
    }

    #[getter]
    fn exact_returns(&self) -> (i128, i128) {
        self.settlement.exact()
    }

    fn __repr__(&self) -> String {
        format!(
            "SingleSettlement(returns_minor={}, total_stake_minor={})",
            self.settlement.returns, self.stake
        )
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.settle_single"))]
#[pyfunction]
#[pyo3(signature = (stake_minor, price_e4, result, void_halves = 0, places = 1, tied = 1, rounding = "half_up", unit = 1))]
#[allow(clippy::too_many_arguments)] // the facts of one settlement; a struct would only move them
fn settle_single(
    stake_minor: i128,
    price_e4: i64,
    result: &str,
    void_halves: i64,
    places: i64,
    tied: i64,
    rounding: &str,
    unit: i128,
) -> PyResult<PySingleSettlement> {
    let won = won(result)?;
    let rounding = self::rounding(rounding)?;
    let (price_e4, void_halves) = (small("price_e4", price_e4)?, small("void_halves", void_halves)?);
    let (places, tied) = (small("places", places)?, small("tied", tied)?);
    let settle = || {
        let leg = LegResult::new(won, void_halves, DeadHeat::new(places, tied)?)?;
        ::betting::settle_single(stake_minor, price_e4, leg, rounding, unit)
    };
    let settlement = settle().map_err(value_error)?;
    Ok(PySingleSettlement { stake: stake_minor, settlement })
}

#[pymodule(submodule)]
pub mod betting {
    #[pymodule_export]
    use super::columns::{SettledColumns, settle_columns};
    #[pymodule_export]
    use super::{PySingleSettlement, settle_single};
    #[pymodule_export]
    use crate::betting_related::{Relation, related};
    #[pymodule_export]
    use crate::betting_settle::{
        BetSettlement, CashOut, Progress, cash_out, each_way_terms, handicap_result, line_count, lines,
        progress, resettle, rule4_pence, settle, settle_batch,
    };
    use pyo3::prelude::*;
    use pyo3::types::PyTuple;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let results = PyTuple::new(module.py(), crate::betting_leg::FINISHES.map(|(name, _)| name))?;
        module.add("RESULTS", results)
    }
}
