//! Price ladders.

use super::batch::{array, whole_values, without_gil};
use super::price::PyPrice;
use super::{e4, value_error};
use ::odds::fractional::{self, Rung};
use ::odds::{Ladder, Side};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// A ladder that everybody knows, or a house's own.
enum Kind {
    Known(&'static Ladder),
    House(Ladder),
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.Ladder"))]
#[pyclass(frozen, name = "Ladder", module = "pyplatform._core.odds")]
pub struct PyLadder(Kind);

impl PyLadder {
    pub(super) const fn known(ladder: &'static Ladder) -> Self {
        Self(Kind::Known(ladder))
    }

    pub(crate) fn ladder(&self) -> &Ladder {
        match &self.0 {
            Kind::Known(ladder) => ladder,
            Kind::House(ladder) => ladder,
        }
    }
}

/// A way to bring a price onto a ladder.
fn snapper(how: &str) -> PyResult<fn(&Ladder, u32) -> u32> {
    match how {
        "floor" => Ok(Ladder::floor),
        "ceil" => Ok(Ladder::ceil),
        "nearest" => Ok(Ladder::nearest),
        _ => Err(PyValueError::new_err(format!("unknown how {how:?}: known ways are floor, ceil, nearest"))),
    }
}

#[pymethods]
impl PyLadder {
    #[new]
    fn new(tiers: Vec<(i64, i64, i64)>) -> PyResult<Self> {
        let mut checked = Vec::with_capacity(tiers.len());
        for (start, stop, step) in tiers {
            checked.push((e4("start", start)?, e4("stop", stop)?, e4("step", step)?));
        }
        Ladder::from_tiers(&checked).map(|ladder| Self(Kind::House(ladder))).map_err(value_error)
    }

    fn prices<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.ladder().prices().collect::<Vec<u32>>())
    }

    fn __repr__(&self) -> String {
        let ladder = self.ladder();
        format!("<Ladder of {} prices, {} to {}>", ladder.len(), ladder.ceil(0), ladder.floor(u32::MAX))
    }

    fn __len__(&self) -> usize {
        self.ladder().len() as usize
    }

    fn is_valid(&self, price_e4: i64) -> PyResult<bool> {
        Ok(self.ladder().is_valid(e4("price_e4", price_e4)?))
    }

    fn floor(&self, price_e4: i64) -> PyResult<u32> {
        Ok(self.ladder().floor(e4("price_e4", price_e4)?))
    }

    fn ceil(&self, price_e4: i64) -> PyResult<u32> {
        Ok(self.ladder().ceil(e4("price_e4", price_e4)?))
    }

    fn nearest(&self, price_e4: i64) -> PyResult<u32> {
        Ok(self.ladder().nearest(e4("price_e4", price_e4)?))
    }

    fn offset(&self, price_e4: i64, ticks: i32) -> PyResult<u32> {
        Ok(self.ladder().offset(e4("price_e4", price_e4)?, ticks))
    }

    fn distance(&self, from_e4: i64, to_e4: i64) -> PyResult<i32> {
        Ok(self.ladder().distance(e4("from_e4", from_e4)?, e4("to_e4", to_e4)?))
    }

    fn limit(&self, price_e4: i64, side: &str) -> PyResult<u32> {
        let side = match side {
            "back" => Side::Back,
            "lay" => Side::Lay,
            _ => {
                let message = format!("unknown side {side:?}: known sides are back, lay");
                return Err(PyValueError::new_err(message));
            }
        };
        Ok(self.ladder().limit(e4("price_e4", price_e4)?, side))
    }

    #[pyo3(signature = (prices_e4, how = "floor"))]
    fn snap(&self, prices_e4: &Bound<'_, PyAny>, how: &str) -> PyResult<Py<PyAny>> {
        let (snap, ladder) = (snapper(how)?, self.ladder());
        let (mut prices, shape) = whole_values("prices_e4", prices_e4)?;
        if let Some(price) = prices.iter().find(|price| u32::try_from(**price).is_err()) {
            e4("prices_e4", *price)?;
        }
        let count = prices.len();
        without_gil(prices_e4.py(), count, || {
            for price in &mut prices {
                // Every price was found to fit above.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let narrow = *price as u32;
                *price = i64::from(snap(ladder, narrow));
            }
        });
        array(prices_e4.py(), &prices, &shape, "i8")
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.FractionalLadder"))]
#[pyclass(frozen, name = "FractionalLadder", module = "pyplatform._core.odds")]
pub struct PyFractionalLadder;

/// A rung in its customary spelling.
pub(crate) fn spelt((numerator, denominator): Rung) -> String {
    format!("{numerator}/{denominator}")
}

#[pymethods]
impl PyFractionalLadder {
    #[staticmethod]
    fn rungs(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, fractional::RUNGS.map(spelt))
    }

    #[staticmethod]
    fn is_valid(price: &PyPrice) -> bool {
        fractional::is_valid(price.0)
    }

    #[staticmethod]
    fn floor(price: &PyPrice) -> Option<String> {
        fractional::floor(price.0).map(spelt)
    }

    #[staticmethod]
    fn ceil(price: &PyPrice) -> Option<String> {
        fractional::ceil(price.0).map(spelt)
    }

    #[staticmethod]
    fn nearest(price: &PyPrice) -> String {
        spelt(fractional::nearest(price.0))
    }

    #[staticmethod]
    fn offset(price: &PyPrice, ticks: i32) -> String {
        spelt(fractional::offset(price.0, ticks))
    }

    #[staticmethod]
    fn distance(from_price: &PyPrice, to_price: &PyPrice) -> i32 {
        fractional::distance(from_price.0, to_price.0)
    }
}
