//! Everything held of an event, and its results, as plain data.

use feeds::uof as core;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use super::uof_message::{generation, metadata, probabilities, put, status};

type Dict<'py> = Bound<'py, PyDict>;

pub(super) fn event<'py>(py: Python<'py>, event: &core::Event) -> PyResult<Dict<'py>> {
    let shown = PyDict::new(py);
    if let Some(details) = event.status_details() {
        shown.set_item("sport_event_status", status(py, &details)?)?;
    }
    put(&shown, "betting_status", event.betting_status())?;
    put(&shown, "betstop_reason", event.betstop_reason())?;
    if let Some(given) = event.generation() {
        shown.set_item("odds_generation_properties", generation(py, given)?)?;
    }
    let lines = event.lines().iter().map(|line| self::line(py, line)).collect::<PyResult<Vec<_>>>()?;
    shown.set_item("markets", PyList::new(py, lines)?)?;
    Ok(shown)
}

fn line<'py>(py: Python<'py>, line: &core::Line) -> PyResult<Dict<'py>> {
    let shown = PyDict::new(py);
    shown.set_item("id", line.market())?;
    shown.set_item("specifiers", line.specifiers())?;
    shown.set_item("status", line.status())?;
    shown.set_item("product", line.product())?;
    shown.set_item("favourite", line.favourite())?;
    shown.set_item("cashout_status", line.cashout_status())?;
    put(&shown, "extended_specifiers", Some(line.extended_specifiers()).filter(|text| !text.is_empty()))?;
    put(&shown, "void_reason", line.void_reason())?;
    if let Some(given) = line.metadata() {
        shown.set_item("metadata", metadata(py, given)?)?;
    }
    let outcomes = line.offers().iter().map(|offer| self::offer(py, offer)).collect::<PyResult<Vec<_>>>()?;
    shown.set_item("outcomes", PyList::new(py, outcomes)?)?;
    let cancels = line.cancels().iter().map(|given| cancel(py, given)).collect::<PyResult<Vec<_>>>()?;
    shown.set_item("cancels", PyList::new(py, cancels)?)?;
    Ok(shown)
}

fn offer<'py>(py: Python<'py>, offer: &core::Offer) -> PyResult<Dict<'py>> {
    let shown = PyDict::new(py);
    shown.set_item("id", &*offer.id)?;
    shown.set_item("active", offer.active)?;
    put(&shown, "odds", offer.odds)?;
    put(&shown, "probability", offer.probability)?;
    put(&shown, "team", offer.team)?;
    if let Some(given) = &offer.probabilities {
        shown.set_item("probabilities", probabilities(py, given)?)?;
    }
    Ok(shown)
}

fn cancel<'py>(py: Python<'py>, cancel: &core::Cancel) -> PyResult<Dict<'py>> {
    let shown = PyDict::new(py);
    put(&shown, "start_time", cancel.start)?;
    put(&shown, "end_time", cancel.end)?;
    put(&shown, "void_reason", cancel.void_reason)?;
    put(&shown, "superceded_by", cancel.superceded_by.as_deref())?;
    let outcomes = cancel.outcomes.iter().map(|outcome| &**outcome);
    shown.set_item("outcomes", PyList::new(py, outcomes)?)?;
    Ok(shown)
}

/// (market, specifiers, outcome, won, halves void, dead heat factor, certainty) of every outcome with a result.
pub(super) fn results<'py>(py: Python<'py>, event: &core::Event, since: u64) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for line in event.lines_since(since) {
        for settled in line.settled() {
            let (won, void_halves, dead_heat) = match settled.verdict() {
                core::Verdict::Decided { won, void_halves, dead_heat } => (Some(won), void_halves, dead_heat),
                core::Verdict::Undecided | core::Verdict::Unsupported => (None, 0, 1.0),
            };
            let result = (
                line.market(),
                line.specifiers(),
                &*settled.id,
                won,
                void_halves,
                dead_heat,
                line.certainty(),
            );
            let result: Bound<'py, PyTuple> = result.into_pyobject(py)?;
            list.append(result)?;
        }
    }
    Ok(list)
}
