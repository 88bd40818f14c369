//! Whole books as plain dicts and lists, for tests, files and eyes; nothing on a hot path asks for them.

use feeds::betfair::{Books, Level, Market, Offers, Runner};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

type Object<'py> = Bound<'py, PyAny>;

pub(super) fn books<'py>(py: Python<'py>, books: &Books) -> PyResult<Bound<'py, PyDict>> {
    let markets = PyDict::new(py);
    for market in books.markets() {
        markets.set_item(&**market.id(), self::market(py, market)?)?;
    }
    let snapshot = PyDict::new(py);
    snapshot.set_item("after_line", books.lines())?;
    snapshot.set_item("markets", markets)?;
    Ok(snapshot)
}

fn market<'py>(py: Python<'py>, market: &Market) -> PyResult<Bound<'py, PyDict>> {
    let definition = market.definition();
    let status = definition.map(|definition| &*definition.status).filter(|status| !status.is_empty());
    let runners = market.runners().map(|runner| self::runner(py, runner)).collect::<PyResult<Vec<_>>>()?;
    let book = PyDict::new(py);
    book.set_item("publish_time", market.publish_time())?;
    book.set_item("tv", quantity(py, market.tv())?)?;
    book.set_item("status", status)?;
    book.set_item("inPlay", definition.and_then(|definition| definition.in_play))?;
    book.set_item("version", definition.and_then(|definition| definition.version))?;
    book.set_item("runners", runners)?;
    Ok(book)
}

fn runner<'py>(py: Python<'py>, runner: &Runner) -> PyResult<Bound<'py, PyDict>> {
    let book = PyDict::new(py);
    book.set_item("id", runner.id())?;
    book.set_item("hc", runner.hc())?;
    book.set_item("status", runner.status())?;
    book.set_item("ltp", quantity(py, runner.ltp())?)?;
    book.set_item("tv", quantity(py, runner.tv())?)?;
    book.set_item("spn", quantity(py, runner.spn())?)?;
    book.set_item("spf", quantity(py, runner.spf())?)?;
    book.set_item("bsp", quantity(py, runner.bsp())?)?;
    // The core keeps the best price of `atb` and `atl` last and the others rising.
    book.set_item("atb", ladder(py, runner.available_to_back().iter().rev())?)?;
    book.set_item("atl", ladder(py, runner.available_to_lay().iter().rev())?)?;
    book.set_item("trd", ladder(py, runner.traded().iter())?)?;
    book.set_item("spb", ladder(py, runner.starting_price_back().iter().rev())?)?;
    book.set_item("spl", ladder(py, runner.starting_price_lay().iter())?)?;
    for (name, offers) in ["batb", "batl", "bdatb", "bdatl"].into_iter().zip(runner.offers()) {
        book.set_item(name, self::offers(py, offers)?)?;
    }
    Ok(book)
}

fn ladder<'py, 'a>(py: Python<'py>, levels: impl Iterator<Item = &'a Level>) -> PyResult<Bound<'py, PyList>> {
    let ladder = PyList::empty(py);
    for level in levels {
        ladder.append(PyList::new(py, [level.price, level.size])?)?;
    }
    Ok(ladder)
}

fn offers<'py>(py: Python<'py>, offers: &Offers) -> PyResult<Bound<'py, PyDict>> {
    let positions = PyDict::new(py);
    for offer in offers.offers() {
        let level = PyList::new(py, [offer.level.price, offer.level.size])?;
        positions.set_item(offer.position.to_string(), level)?;
    }
    Ok(positions)
}

/// JSON has no NaN and no infinity: they are text, as in the feed.
fn quantity(py: Python<'_>, value: Option<f64>) -> PyResult<Object<'_>> {
    let text = match value {
        Some(value) if value.is_nan() => "NaN",
        Some(f64::INFINITY) => "Infinity",
        Some(f64::NEG_INFINITY) => "-Infinity",
        finite => return Ok(finite.into_pyobject(py)?.into_any()),
    };
    Ok(PyString::intern(py, text).into_any())
}
