//! Related legs for Python.

use ::betting as core;
use pyo3::prelude::*;

use crate::betting_read::read_related;

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.Relation"))]
#[pyclass(frozen, get_all, module = "pyplatform._core.betting")]
pub struct Relation {
    first: usize,
    second: usize,
    reason: &'static str,
}

#[pymethods]
impl Relation {
    fn __repr__(&self) -> String {
        let Self { first, second, reason } = self;
        format!("Relation(first={first}, second={second}, reason={reason:?})")
    }
}

fn name(reason: core::Reason) -> &'static str {
    match reason {
        core::Reason::SameSelection => "same_selection",
        core::Reason::Exclusive => "exclusive",
        core::Reason::SameEvent => "same_event",
        core::Reason::CauseAndConsequence => "cause_and_consequence",
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.related"))]
#[pyfunction]
#[pyo3(signature = (bet, /))]
pub(crate) fn related(bet: &Bound<'_, PyAny>) -> PyResult<Vec<Relation>> {
    let one = |relation: core::Relation| {
        let core::Relation { first, second, reason } = relation;
        Relation { first, second, reason: name(reason) }
    };
    Ok(read_related(bet)?.into_iter().map(one).collect())
}
