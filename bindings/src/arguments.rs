//! Python arguments as the core's types; every failure is a `ValueError` that names the argument.

use money::{Amount, Currency};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::fmt::Display;

/// The error of an argument that breaks a rule.
pub(crate) fn invalid(name: &str, why: impl Display) -> PyErr {
    PyValueError::new_err(format!("{name}: {why}"))
}

/// Exactly `N` bytes.
pub(crate) fn array<const N: usize>(name: &str, bytes: &[u8]) -> PyResult<[u8; N]> {
    bytes.try_into().map_err(|_| invalid(name, format_args!("expected {N} bytes, got {}", bytes.len())))
}

/// A currency by its code.
pub(crate) fn currency(code: &str) -> PyResult<Currency> {
    Currency::from_code(code).map_err(|error| invalid("currency", error))
}

/// An amount at the currency's scale; small integers take the short way.
pub(crate) fn amount(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Amount> {
    if let Ok(small) = value.extract::<i64>() {
        return Ok(Amount::from_i64(small));
    }
    let units = value.extract::<i128>()?;
    Amount::new(units).ok_or_else(|| invalid(name, "beyond the range of an amount"))
}

/// An amount as a Python integer; small ones take the short way.
pub(crate) fn integer(py: Python<'_>, amount: Amount) -> PyResult<Py<PyAny>> {
    let units = amount.units();
    let object = match i64::try_from(units) {
        Ok(small) => small.into_pyobject(py)?.into_any(),
        Err(_) => units.into_pyobject(py)?.into_any(),
    };
    Ok(object.unbind())
}

/// Counts of two sides: a score.
pub(crate) fn counts(name: &str, (first, second): (i64, i64)) -> PyResult<[u32; 2]> {
    let count = |value: i64| {
        u32::try_from(value).map_err(|_| invalid(name, format_args!("{value} is not a count of at least 0")))
    };
    Ok([count(first)?, count(second)?])
}
