//! One's own orders for Python: plain dicts with the feed's own keys.

use feeds::betfair as core;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::feeds::problems::{Problem, complain};

type Dict<'py> = Bound<'py, PyDict>;

/// Orders of one Betfair order stream.
#[pyclass(module = "pyplatform._core.feeds.orders")]
pub struct Orders {
    inner: core::Orders,
    strict: bool,
}

#[pymethods]
impl Orders {
    #[new]
    #[pyo3(signature = (*, strict = false, max_line = None, max_problems = None, max_held = None, subscription = None))]
    fn new(
        strict: bool,
        max_line: Option<usize>,
        max_problems: Option<usize>,
        max_held: Option<usize>,
        subscription: Option<i64>,
    ) -> Self {
        let default = core::OrderOptions::default();
        let options = core::OrderOptions {
            strict,
            max_line: max_line.unwrap_or(default.max_line),
            max_problems: max_problems.unwrap_or(default.max_problems),
            max_held: max_held.unwrap_or(default.max_held),
            subscription,
        };
        Self { inner: core::Orders::new(&options), strict }
    }

    fn apply(&mut self, data: &[u8]) -> PyResult<u64> {
        let problems = self.inner.problems().total();
        let updates = self.inner.apply(data);
        complain(self.inner.problems(), problems, self.strict)?;
        Ok(updates)
    }

    fn finish(&mut self) -> PyResult<()> {
        let problems = self.inner.problems().total();
        self.inner.finish();
        complain(self.inner.problems(), problems, self.strict)
    }

    fn market<'py>(&self, py: Python<'py>, market_id: &str) -> PyResult<Option<Dict<'py>>> {
        self.inner.market(market_id).map(|found| market(py, found)).transpose()
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Dict<'py>> {
        let markets = PyDict::new(py);
        self.inner.markets().try_for_each(|(id, found)| markets.set_item(id, market(py, found)?))?;
        Ok(markets)
    }

    fn completed<'py>(&mut self, py: Python<'py>) -> PyResult<Vec<(String, i64, f64, Dict<'py>)>> {
        let taken = self.inner.take_completed().into_iter();
        taken.map(|(market, id, hc, done)| Ok((market.to_string(), id, hc, order(py, &done)?))).collect()
    }

    fn forget(&mut self, market_id: &str) -> bool {
        self.inner.forget(market_id)
    }

    fn errors(&self) -> Vec<Problem> {
        self.inner.problems().kept().iter().map(Problem::from).collect()
    }

    #[getter]
    fn error_count(&self) -> u64 {
        self.inner.problems().total()
    }

    #[getter]
    fn lines(&self) -> u64 {
        self.inner.lines()
    }

    #[getter]
    fn updates(&self) -> u64 {
        self.inner.updates()
    }

    #[getter]
    fn passed_over(&self) -> u64 {
        self.inner.session().passed_over()
    }

    #[getter]
    fn subscription(&self) -> Option<i64> {
        self.inner.session().subscription()
    }

    #[setter]
    fn set_subscription(&mut self, subscription: Option<i64>) {
        self.inner.session_mut().follow(subscription);
    }

    #[getter]
    fn other_subscriptions(&self) -> u64 {
        self.inner.session().other_subscriptions()
    }

    #[getter]
    fn clk(&self) -> Option<&str> {
        self.inner.session().clk()
    }

    #[getter]
    fn initial_clk(&self) -> Option<&str> {
        self.inner.session().initial_clk()
    }

    #[getter]
    fn late(&self) -> bool {
        self.inner.session().late()
    }

    #[getter]
    fn image_complete(&self) -> bool {
        self.inner.session().image_complete()
    }
}

fn market<'py>(py: Python<'py>, market: &core::OrderMarket) -> PyResult<Dict<'py>> {
    let runners = PyList::empty(py);
    for (id, hc, found) in market.runners() {
        let orders = found.orders().map(|found| order(py, found)).collect::<PyResult<Vec<_>>>()?;
        let strategies = PyDict::new(py);
        found.strategies().try_for_each(|(name, found)| strategies.set_item(name, matches(py, found)?))?;
        let runner = matches(py, found.matches())?;
        runner.set_item("id", id)?;
        runner.set_item("hc", hc)?;
        runner.set_item("uo", orders)?;
        runner.set_item("smc", strategies)?;
        runners.append(runner)?;
    }
    let book = PyDict::new(py);
    book.set_item("publish_time", market.publish_time())?;
    book.set_item("closed", market.is_closed())?;
    book.set_item("account_id", text(market.account_id()))?;
    book.set_item("runners", runners)?;
    Ok(book)
}

fn matches<'py>(py: Python<'py>, matches: &core::StrategyMatches) -> PyResult<Dict<'py>> {
    let levels = |levels: &[core::Level]| -> Vec<[f64; 2]> {
        levels.iter().map(|level| [level.price, level.size]).collect()
    };
    let made = PyDict::new(py);
    made.set_item("mb", levels(matches.backs()))?;
    made.set_item("ml", levels(matches.lays()))?;
    Ok(made)
}

/// Text the feed left out is `None`.
fn text(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn order<'py>(py: Python<'py>, order: &core::Order) -> PyResult<Dict<'py>> {
    let made = PyDict::new(py);
    made.set_item("id", &*order.id)?;
    made.set_item("p", order.price)?;
    made.set_item("s", order.size)?;
    made.set_item("bsp", order.bsp_liability)?;
    made.set_item("side", text(&order.side))?;
    made.set_item("status", text(&order.status))?;
    made.set_item("pt", text(&order.persistence_type))?;
    made.set_item("ot", text(&order.order_type))?;
    made.set_item("pd", order.placed)?;
    made.set_item("md", order.matched)?;
    made.set_item("cd", order.cancelled)?;
    made.set_item("ld", order.lapsed)?;
    made.set_item("lsrc", text(&order.lapse_reason))?;
    made.set_item("avp", order.average_price)?;
    made.set_item("sm", order.size_matched)?;
    made.set_item("sr", order.size_remaining)?;
    made.set_item("sl", order.size_lapsed)?;
    made.set_item("sc", order.size_cancelled)?;
    made.set_item("sv", order.size_voided)?;
    made.set_item("rac", text(&order.regulator_auth_code))?;
    made.set_item("rc", text(&order.regulator_code))?;
    made.set_item("rfo", text(&order.order_ref))?;
    made.set_item("rfs", text(&order.strategy_ref))?;
    Ok(made)
}
