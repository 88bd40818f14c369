//! Market descriptions for Python.

use std::collections::BTreeMap;

use feeds::uof as core;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

type Profiles = BTreeMap<String, String>;

/// Descriptions of markets and of their variants.
#[pyclass(name = "Descriptions", module = "pyplatform._core.feeds.uof")]
pub struct UofDescriptions {
    inner: core::Descriptions,
}

#[pymethods]
impl UofDescriptions {
    #[new]
    fn new(document: &[u8]) -> PyResult<Self> {
        Ok(Self { inner: core::Descriptions::read(document).map_err(unreadable)? })
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
        let subject = core::Subject { specifiers, competitor1, competitor2, event, profile: &profile };
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
        let subject = core::Subject { specifiers, competitor1, competitor2, event, profile: &profile };
        let name = self.inner.outcome_name(market_id, outcome_id, &subject);
        name.map_err(|missing| unnamed(market_id, &format!(" outcome {outcome_id}"), &missing))
    }
}

pub(super) fn unreadable(problem: feeds::Problem) -> PyErr {
    let feeds::Problem { at, reason, .. } = problem;
    PyValueError::new_err(format!("the market descriptions cannot be read: byte {at}: {reason}"))
}

fn unnamed(market: i64, outcome: &str, missing: &core::Missing) -> PyErr {
    PyValueError::new_err(format!("market {market}{outcome} cannot be named: {missing}"))
}
