//! One message of the feed as plain data: what it says and nothing else.

use feeds::uof as core;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

type Dict<'py> = Bound<'py, PyDict>;

/// Reads one message.
#[pyfunction]
pub fn parse<'py>(py: Python<'py>, routing_key: &str, xml: &[u8]) -> PyResult<Dict<'py>> {
    let message = core::Message::parse(xml).map_err(|problem| {
        PyValueError::new_err(format!("the message cannot be read: byte {}: {}", problem.at, problem.reason))
    })?;
    let shown = PyDict::new(py);
    shown.set_item("type", message.kind.name())?;
    shown.set_item("product", message.product)?;
    shown.set_item("timestamp", message.timestamp)?;
    if message.kind.has_event() {
        shown.set_item("event_id", &*message.event)?;
    }
    if !routing_key.is_empty() {
        shown.set_item("routing", routing(py, routing_key)?)?;
    }
    envelope(&shown, &message)?;
    if let Some(details) = message.status_details() {
        shown.set_item("sport_event_status", status(py, &details)?)?;
    }
    if let Some(generation) = &message.generation {
        shown.set_item("odds_generation_properties", self::generation(py, generation)?)?;
    }
    if !message.markets.is_empty() {
        let markets = message.markets.iter().map(|market| self::market(py, &message, market));
        shown.set_item("markets", PyList::new(py, markets.collect::<PyResult<Vec<_>>>()?)?)?;
    }
    Ok(shown)
}

/// What a routing key says.
fn routing<'py>(py: Python<'py>, key: &str) -> PyResult<Dict<'py>> {
    let Some(key) = core::RoutingKey::parse(key) else {
        return Err(PyValueError::new_err(format!("{key:?} is no routing key of seven or eight words")));
    };
    let shown = PyDict::new(py);
    shown.set_item("priority", key.priority)?;
    shown.set_item("prematch", key.prematch)?;
    shown.set_item("live", key.live)?;
    shown.set_item("type", key.kind)?;
    shown.set_item("sport", key.sport.map(|sport| format!("sr:sport:{sport}")))?;
    shown.set_item("event_id", key.event.map(|(kind, number)| format!("{kind}:{number}")))?;
    shown.set_item("node_id", key.node)?;
    Ok(shown)
}

fn envelope(shown: &Dict<'_>, message: &core::Message<'_>) -> PyResult<()> {
    let stops = message.kind == core::Kind::BetStop;
    put(shown, "request_id", message.request_id)?;
    put(shown, "subscribed", message.subscribed)?;
    put(shown, "groups", stops.then(|| message.groups.split('|').collect::<Vec<_>>()))?;
    put(shown, "market_status", stops.then_some(message.market_status))?;
    put(shown, "certainty", message.certainty)?;
    put(shown, "start_time", message.start_time)?;
    put(shown, "end_time", message.end_time)?;
    put(shown, "superceded_by", message.superceded_by.as_deref())?;
    put(shown, "change_type", message.change_type)?;
    put(shown, "next_live_time", message.next_live_time)?;
    put(shown, "odds_change_reason", message.odds_change_reason)?;
    put(shown, "betting_status", message.betting_status)?;
    put(shown, "betstop_reason", message.betstop_reason)
}

/// Sets what is there.
pub(super) fn put<'py>(shown: &Dict<'py>, name: &str, value: Option<impl IntoPyObject<'py>>) -> PyResult<()> {
    value.map_or(Ok(()), |value| shown.set_item(name, value))
}

fn market<'py>(
    py: Python<'py>,
    message: &core::Message<'_>,
    market: &core::Market<'_>,
) -> PyResult<Dict<'py>> {
    let has_odds = matches!(message.kind, core::Kind::OddsChange | core::Kind::Cashout);
    let shown = PyDict::new(py);
    shown.set_item("id", market.id)?;
    shown.set_item("specifiers", &*market.specifiers)?;
    put(&shown, "extended_specifiers", Some(&*market.extended_specifiers).filter(|text| !text.is_empty()))?;
    put(&shown, "status", has_odds.then_some(market.status))?;
    put(&shown, "favourite", market.favourite.then_some(true))?;
    put(&shown, "cashout_status", market.cashout_status)?;
    put(&shown, "void_reason", market.void_reason)?;
    put(&shown, "result", market.result.as_deref())?;
    if let Some(metadata) = &market.metadata {
        shown.set_item("metadata", self::metadata(py, metadata)?)?;
    }
    let outcomes = message.outcomes[market.outcomes.clone()].iter();
    let outcomes = outcomes.map(|outcome| self::outcome(py, outcome, message.kind, has_odds));
    shown.set_item("outcomes", PyList::new(py, outcomes.collect::<PyResult<Vec<_>>>()?)?)?;
    Ok(shown)
}

fn outcome<'py>(
    py: Python<'py>,
    outcome: &core::Outcome<'_>,
    kind: core::Kind,
    has_odds: bool,
) -> PyResult<Dict<'py>> {
    let shown = PyDict::new(py);
    shown.set_item("id", &*outcome.id)?;
    if has_odds {
        shown.set_item("active", outcome.active)?;
    }
    put(&shown, "odds", outcome.odds)?;
    put(&shown, "probability", outcome.probability)?;
    put(&shown, "team", outcome.team)?;
    if let Some(probabilities) = &outcome.probabilities {
        shown.set_item("probabilities", self::probabilities(py, probabilities)?)?;
    }
    if kind == core::Kind::BetSettlement {
        shown.set_item("result", outcome.result)?;
        shown.set_item("void_factor", outcome.void_factor)?;
        shown.set_item("dead_heat_factor", outcome.dead_heat_factor)?;
    }
    Ok(shown)
}

pub(super) fn metadata<'py>(py: Python<'py>, metadata: &core::Metadata) -> PyResult<Dict<'py>> {
    let shown = PyDict::new(py);
    put(&shown, "next_betstop", metadata.next_betstop)?;
    put(&shown, "start_time", metadata.start_time)?;
    put(&shown, "end_time", metadata.end_time)?;
    put(&shown, "aams_id", metadata.aams_id)?;
    Ok(shown)
}

pub(super) fn probabilities<'py>(py: Python<'py>, given: &core::Probabilities) -> PyResult<Dict<'py>> {
    let shown = PyDict::new(py);
    put(&shown, "win", given.win)?;
    put(&shown, "lose", given.lose)?;
    put(&shown, "refund", given.refund)?;
    put(&shown, "half_win", given.half_win)?;
    put(&shown, "half_lose", given.half_lose)?;
    Ok(shown)
}

pub(super) fn generation<'py>(py: Python<'py>, given: &core::Generation) -> PyResult<Dict<'py>> {
    let shown = PyDict::new(py);
    put(&shown, "expected_totals", given.expected_totals)?;
    put(&shown, "expected_supremacy", given.expected_supremacy)?;
    Ok(shown)
}

/// All that is said of where an event stands.
pub(super) fn status<'py>(py: Python<'py>, details: &core::StatusDetails<'_>) -> PyResult<Dict<'py>> {
    let shown = attributes(py, &details.attributes)?;
    for (name, part) in &details.parts {
        shown.set_item(name, attributes(py, part)?)?;
    }
    for (name, list) in [("period_scores", &details.periods), ("results", &details.results)] {
        if !list.is_empty() {
            let list = list.iter().map(|item| attributes(py, item)).collect::<PyResult<Vec<_>>>()?;
            shown.set_item(name, PyList::new(py, list)?)?;
        }
    }
    if !details.statistics.is_empty() {
        let statistics = PyDict::new(py);
        for (name, item) in &details.statistics {
            statistics.set_item(name, attributes(py, item)?)?;
        }
        shown.set_item("statistics", statistics)?;
    }
    Ok(shown)
}

fn attributes<'py>(py: Python<'py>, given: &core::Attributes<'_>) -> PyResult<Dict<'py>> {
    let shown = PyDict::new(py);
    for (name, value) in given {
        match value {
            core::Attribute::Integer(value) => shown.set_item(name, value)?,
            core::Attribute::Decimal(value) => shown.set_item(name, value)?,
            core::Attribute::Flag(value) => shown.set_item(name, value)?,
            core::Attribute::Text(value) => shown.set_item(name, &**value)?,
        }
    }
    Ok(shown)
}
