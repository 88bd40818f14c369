//! Prices that changed, and prices that an exchange reduces.

use ::betting::reduce_exchange_price;
use ::betting::trading::{self as core, Better, PricePolicy};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::arguments::{price, shown};
use crate::betting::value_error;
use crate::betting_fields::{fraction, share, word, wrong};
use crate::odds::PyPrice;

#[doc = include_str!(concat!(env!("OUT_DIR"), "/moves.PriceDecision"))]
#[pyclass(frozen, get_all, module = "pyplatform._core.moves")]
pub struct PriceDecision {
    accepted: bool,
    decision: &'static str,
    price: Py<PyPrice>,
}

#[pymethods]
impl PriceDecision {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("PriceDecision({:?}, {})", self.decision, self.price.bind(py).repr()?))
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/moves.price_change"))]
#[pyfunction]
#[pyo3(signature = (policy, requested, current, tolerance = None, *, better = "current"))]
pub(super) fn price_change(
    py: Python<'_>,
    policy: &Bound<'_, PyString>,
    requested: &Bound<'_, PyAny>,
    current: &Bound<'_, PyAny>,
    tolerance: Option<&Bound<'_, PyAny>>,
    better: &str,
) -> PyResult<PriceDecision> {
    let known = [
        ("NONE", Some(PricePolicy::None)),
        ("HIGHER", Some(PricePolicy::Higher)),
        ("ANY", Some(PricePolicy::Any)),
    ];
    let known = known.into_iter().chain([("WITHIN", None)]).collect::<Vec<_>>();
    let policy = match (word("policy", policy, &known)?, tolerance) {
        (Some(policy), _) => policy,
        (None, Some(tolerance)) => PricePolicy::Within(share("tolerance", tolerance)?),
        (None, None) => return Err(wrong("tolerance", "is needed for WITHIN")),
    };
    let better = match better {
        "current" => Better::Current,
        "requested" => Better::Requested,
        _ => return Err(wrong("better", "is current or requested")),
    };
    let (requested, current) = (price("requested", requested)?, price("current", current)?);
    let decided = core::judge_price(policy, requested, current, better);
    let decision = if decided.accepted { "ACCEPT" } else { "REOFFER" };
    Ok(PriceDecision { accepted: decided.accepted, decision, price: Py::new(py, shown(decided.price)?)? })
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/moves.exchange_price"))]
#[pyfunction]
#[pyo3(signature = (price, reduction_factor, market = "WIN"))]
pub(super) fn exchange_price(
    price: &Bound<'_, PyAny>,
    reduction_factor: &Bound<'_, PyAny>,
    market: &str,
) -> PyResult<PyPrice> {
    let win = match market {
        "WIN" => true,
        "PLACE" => false,
        _ => return Err(wrong("market", "is WIN or PLACE")),
    };
    let factor = fraction("reduction_factor", reduction_factor)?;
    let reduced = reduce_exchange_price(self::price("price", price)?, factor, win).map_err(value_error)?;
    shown(reduced)
}
