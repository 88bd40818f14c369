//! Market descriptions for Python.

use std::collections::BTreeMap;

use feeds::uof as core;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

type Profiles = BTreeMap<String, String>;

/// Descriptions of markets and of their variants.
#[pyclass(name = "Descriptions", module = "pyplatform._core.feeds.uof")]
pub struct UofDescriptions {
    inner: core::Descriptions,
    language: core::Language,
}

#[pymethods]
impl UofDescriptions {
    #[new]
    #[pyo3(signature = (document, *, language = "en"))]
    fn new(document: &[u8], language: &str) -> PyResult<Self> {
        let inner = core::Descriptions::read(document).map_err(unreadable)?;
        Ok(Self { inner, language: core::Language::of(language) })
    }

    #[pyo3(signature = (market_id, specifiers = ""))]
    fn missing_variant(&self, market_id: i64, specifiers: &str) -> Option<String> {
        self.inner.missing_variant(market_id, specifiers).map(str::to_owned)
    }

    #[pyo3(signature = (market_id, product, sport_id, specifiers = ""))]
    fn mapping<'py>(
        &self,
        py: Python<'py>,
        market_id: i64,
        product: i64,
        sport_id: &str,
        specifiers: &str,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(mapping) = self.inner.mapping(market_id, product, sport_id, specifiers) else {
            return Ok(None);
        };
        let subject = self.subject(specifiers, (None, None, None), &|_| None);
        let sov = mapping.special_odds_value(&subject).transpose();
        let sov = sov.map_err(|missing| unnamed(market_id, "", &missing))?;
        let outcomes = PyDict::new(py);
        for outcome in mapping.outcomes() {
            let mapped = (&*outcome.product_outcome_id, &*outcome.product_outcome_name);
            outcomes.set_item(&*outcome.outcome_id, mapped)?;
        }
        let (kind, subtype) = mapping.market();
        let shown = PyDict::new(py);
        shown.set_item("market_type", kind)?;
        shown.set_item("market_subtype", subtype)?;
        shown.set_item("special_odds_value", sov)?;
        shown.set_item("outcomes", outcomes)?;
        Ok(Some(shown))
    }

    fn add(&mut self, document: &[u8]) -> PyResult<()> {
        self.inner.add(document).map_err(unreadable)
    }

    #[pyo3(signature = (
        market_id, specifiers = "", *, competitor1 = None, competitor2 = None, event = None, profiles = None,
    ))]
    fn market_name(
        &self,
        market_id: i64,
        specifiers: &str,
        competitor1: Option<&str>,
        competitor2: Option<&str>,
        event: Option<&str>,
        profiles: Option<Profiles>,
    ) -> PyResult<String> {
        let profile = |urn: &str| profiles.as_ref()?.get(urn).cloned();
        let subject = self.subject(specifiers, (competitor1, competitor2, event), &profile);
        self.inner.market_name(market_id, &subject).map_err(|missing| unnamed(market_id, "", &missing))
    }

    #[pyo3(signature = (
        market_id, outcome_id, specifiers = "", *, competitor1 = None, competitor2 = None, event = None,
        profiles = None,
    ))]
    #[allow(clippy::too_many_arguments)] // keywords of one Python call
    fn outcome_name(
        &self,
        market_id: i64,
        outcome_id: &str,
        specifiers: &str,
        competitor1: Option<&str>,
        competitor2: Option<&str>,
        event: Option<&str>,
        profiles: Option<Profiles>,
    ) -> PyResult<String> {
        let profile = |urn: &str| profiles.as_ref()?.get(urn).cloned();
        let subject = self.subject(specifiers, (competitor1, competitor2, event), &profile);
        let name = self.inner.outcome_name(market_id, outcome_id, &subject);
        name.map_err(|missing| unnamed(market_id, &format!(" outcome {outcome_id}"), &missing))
    }
}

type Names<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>);

impl UofDescriptions {
    fn subject<'a>(
        &self,
        specifiers: &'a str,
        (competitor1, competitor2, event): Names<'a>,
        profile: &'a dyn Fn(&str) -> Option<String>,
    ) -> core::Subject<'a> {
        core::Subject { specifiers, language: self.language, competitor1, competitor2, event, profile }
    }
}

/// Reads a list of the API by number.
#[pyfunction]
pub fn read_list<'py>(py: Python<'py>, document: &[u8]) -> PyResult<Bound<'py, PyDict>> {
    let items = core::read_list(document).map_err(|problem| {
        PyValueError::new_err(format!("the list cannot be read: byte {}: {}", problem.at, problem.reason))
    })?;
    let list = PyDict::new(py);
    for item in items {
        let shown = PyDict::new(py);
        for (name, value) in &item.attributes {
            shown.set_item(&**name, &**value)?;
        }
        if let Some(sports) = &item.sports {
            shown.set_item("sports", sports.iter().map(|sport| &**sport).collect::<Vec<_>>())?;
        }
        list.set_item(item.id, shown)?;
    }
    Ok(list)
}

/// Vendor, name and scope of a producer.
#[pyfunction]
#[pyo3(signature = (product, event_id = ""))]
pub fn producer(product: i64, event_id: &str) -> (&'static str, Option<&'static str>, Option<&'static str>) {
    let dialect = core::Dialect::of(event_id);
    let known = dialect.producer(product);
    (dialect.name(), known.map(|known| known.name), known.map(|known| known.scope.name()))
}

pub(super) fn unreadable(problem: feeds::Problem) -> PyErr {
    let feeds::Problem { at, reason, .. } = problem;
    PyValueError::new_err(format!("the market descriptions cannot be read: byte {at}: {reason}"))
}

fn unnamed(market: i64, outcome: &str, missing: &core::Missing) -> PyErr {
    PyValueError::new_err(format!("market {market}{outcome} cannot be named: {missing}"))
}
