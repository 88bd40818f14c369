//! Amounts and prices as trading takes them from Python.

use ::betting::Price;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt};

use crate::betting_fields::wrong;
use crate::odds::PyPrice;

pub(super) use crate::betting_fields::price;

/// A whole number of units of money.
pub(super) fn units(name: &str, value: &Bound<'_, PyAny>) -> PyResult<u128> {
    let whole = value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>();
    let found = if whole { value.extract::<u128>().ok() } else { None };
    found.ok_or_else(|| wrong(name, "is a whole number of at least 0, below 2^128"))
}

/// A profit or loss in whole units of money.
pub(super) fn signed(name: &str, value: &Bound<'_, PyAny>) -> PyResult<i128> {
    let whole = value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>();
    let found = if whole { value.extract::<i128>().ok() } else { None };
    found.ok_or_else(|| wrong(name, "is a whole number within 2^127 of 0"))
}

/// Profits and losses.
pub(super) fn signed_all(name: &str, values: &[Bound<'_, PyAny>]) -> PyResult<Vec<i128>> {
    values.iter().map(|value| signed(name, value)).collect()
}

/// Prices as text, numbers or exact prices.
pub(super) fn prices(values: &[Bound<'_, PyAny>]) -> PyResult<Vec<Price>> {
    values.iter().map(|value| price("price", value)).collect()
}

/// A price for Python.
pub(super) fn shown(price: Price) -> PyResult<PyPrice> {
    let (numerator, denominator) = price.parts();
    let exact = ::odds::Price::from_profit((numerator - denominator).into(), denominator.into());
    exact.map(PyPrice).ok_or_else(|| wrong("price", "a decimal price is above 1"))
}
