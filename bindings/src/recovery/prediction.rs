//! The recovery machines of prediction markets for Python.

use feeds::recovery::{kalshi, polymarket};
use pyo3::prelude::*;

type KalshiAction = (&'static str, Py<PyAny>);

fn kalshi_actions(py: Python<'_>, actions: Vec<kalshi::Action>) -> PyResult<Vec<KalshiAction>> {
    let shown = |action| {
        Ok(match action {
            kalshi::Action::Stale(ticker) => ("stale", ticker.into_pyobject(py)?.into_any().unbind()),
            kalshi::Action::Whole(ticker) => ("whole", ticker.into_pyobject(py)?.into_any().unbind()),
            kalshi::Action::Resubscribe(sid) => ("resubscribe", sid.into_pyobject(py)?.into_any().unbind()),
        })
    };
    actions.into_iter().map(shown).collect()
}

/// Which Kalshi books may be used.
#[pyclass(module = "pyplatform._core.recovery")]
#[derive(Default)]
pub struct Kalshi(kalshi::Recovery);

#[pymethods]
impl Kalshi {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn snapshot(
        &mut self,
        py: Python<'_>,
        sid: i64,
        seq: i64,
        ticker: &str,
        now: u64,
    ) -> PyResult<Vec<KalshiAction>> {
        kalshi_actions(py, self.0.frame(sid, seq, kalshi::Frame::Snapshot(ticker), now))
    }

    fn delta(
        &mut self,
        py: Python<'_>,
        sid: i64,
        seq: i64,
        ticker: &str,
        now: u64,
    ) -> PyResult<Vec<KalshiAction>> {
        kalshi_actions(py, self.0.frame(sid, seq, kalshi::Frame::Delta(ticker), now))
    }

    fn disconnected(&mut self, py: Python<'_>, now: u64) -> PyResult<Vec<KalshiAction>> {
        kalshi_actions(py, self.0.disconnected(now))
    }

    fn tick(&mut self, py: Python<'_>, now: u64) -> PyResult<Vec<KalshiAction>> {
        kalshi_actions(py, self.0.tick(now))
    }

    fn whole(&self, ticker: &str) -> bool {
        self.0.is_whole(ticker)
    }

    fn tickers(&self, sid: i64) -> Vec<&str> {
        self.0.tickers(sid).collect()
    }
}

fn polymarket_actions(actions: Vec<polymarket::Action>) -> Vec<(&'static str, String)> {
    let shown = |action| match action {
        polymarket::Action::Stale(asset) => ("stale", asset.to_string()),
        polymarket::Action::Refetch(asset) => ("refetch", asset.to_string()),
        polymarket::Action::Whole(asset) => ("whole", asset.to_string()),
    };
    actions.into_iter().map(shown).collect()
}

/// Which Polymarket books may be used.
#[pyclass(module = "pyplatform._core.recovery")]
#[derive(Default)]
pub struct Polymarket(polymarket::Recovery);

#[pymethods]
impl Polymarket {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn connected(&mut self, now: u64) -> Vec<(&'static str, String)> {
        polymarket_actions(self.0.connected(now))
    }

    fn disconnected(&mut self, now: u64) -> Vec<(&'static str, String)> {
        polymarket_actions(self.0.disconnected(now))
    }

    fn mismatch(&mut self, asset_id: &str, now: u64) -> Vec<(&'static str, String)> {
        polymarket_actions(self.0.mismatch(asset_id, now))
    }

    fn book(&mut self, asset_id: &str, now: u64) -> Vec<(&'static str, String)> {
        polymarket_actions(self.0.book(asset_id, now))
    }

    fn tick(&mut self, now: u64) -> Vec<(&'static str, String)> {
        polymarket_actions(self.0.tick(now))
    }

    fn whole(&self, asset_id: &str) -> bool {
        self.0.is_whole(asset_id)
    }
}
