//! Fields of a bet as they come from Python: a dict in the shape of the golden files, or a typed struct.

use std::fmt::Debug;

use ::betting::{BettingError, Price, Share, decimal};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::betting::value_error;
use crate::odds::PyPrice;

/// A field that cannot be read.
pub(crate) fn wrong(field: &str, rule: &str) -> PyErr {
    PyValueError::new_err(format!("{field}: {rule}"))
}

/// A number as it is written: text, an integer, a float (its shortest decimal) or a Decimal.
pub(crate) fn with_text<T>(
    field: &str,
    value: &Bound<'_, PyAny>,
    read: impl FnOnce(&str) -> PyResult<T>,
) -> PyResult<T> {
    if let Ok(text) = value.cast::<PyString>() {
        return read(text.to_str()?);
    }
    let number = value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>();
    if value.is_instance_of::<PyBool>() || !(number || value.get_type().name()? == "Decimal") {
        return Err(wrong(field, "is text or a number"));
    }
    read(value.str()?.to_str()?)
}

/// A price: text in any of its forms, a number as the decimal price it is, or an exact `Price`.
pub(crate) fn price(field: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Price> {
    let named = |price: Result<Price, BettingError>, given: &dyn Debug| {
        price.map_err(|error| match error {
            BettingError::Field { rule, .. } => PyValueError::new_err(format!("{field}: {given:?} {rule}")),
            other => value_error(other),
        })
    };
    if let Ok(text) = value.cast::<PyString>() {
        let text = text.to_str()?;
        return named(Price::parse(text), &text);
    }
    if let Ok(exact) = value.cast::<PyPrice>() {
        let (profit, stake) = exact.get().0.profit();
        return named(Price::new(profit.saturating_add(stake), stake), &(profit, stake));
    }
    // A Fraction's text would read as a fractional price.
    if value.get_type().name()? == "Fraction" {
        let part = |name| value.getattr(name)?.extract::<u64>().map_err(|_| wrong(field, NOT_DECIMAL));
        let (above, below) = (part("numerator")?, part("denominator")?);
        return named(Price::new(above, below), &(above, below));
    }
    with_text(field, value, |text| {
        let (above, below) = decimal(text).ok_or_else(|| wrong(field, NOT_DECIMAL))?;
        named(Price::new(above, below), &text)
    })
}

const NOT_DECIMAL: &str = "a number is a decimal price above 1; fractional and American prices are text";

/// A number that is not negative, `1/5` or `0.2`, as a fraction.
pub(crate) fn fraction(field: &str, value: &Bound<'_, PyAny>) -> PyResult<(u64, u64)> {
    with_text(field, value, |text| {
        let found = match text.split_once('/') {
            Some((above, below)) => above.trim().parse().ok().zip(below.trim().parse().ok()),
            None => decimal(text.trim()),
        };
        match found {
            Some((above, below)) if below > 0 => Ok((above, below)),
            _ => Err(wrong(field, "is a number of at least 0, written 0.2 or 1/5")),
        }
    })
}

/// A number between 0 and 1; a float, such as a model's probability, to twelve decimals.
pub(crate) fn share(field: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Share> {
    let float = value.cast::<PyFloat>().ok().map(PyFloatMethods::value);
    let rounded = float.filter(|p| (0.0..=1.0).contains(p)).and_then(|p| decimal(&format!("{p:.12}")));
    let (above, below) = rounded.map_or_else(|| fraction(field, value), Ok)?;
    Share::new(above, below, field).map_err(value_error)
}

/// A whole number that fits.
pub(crate) fn whole<T: TryFrom<u64>>(field: &str, value: &Bound<'_, PyAny>) -> PyResult<T> {
    let found = if value.is_instance_of::<PyBool>() { None } else { value.extract::<u64>().ok() };
    let fits = found.and_then(|number| T::try_from(number).ok());
    fits.ok_or_else(|| wrong(field, "is a whole number, not negative, in range"))
}

/// A name, given as text or as a number.
pub(crate) fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(value.str()?.to_str()?.to_owned())
}

/// Names in a list or tuple.
pub(crate) fn texts(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    items(field, value)?.iter().map(text).collect()
}

/// A truth value.
pub(crate) fn flag(field: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if let Ok(plain) = value.cast::<PyBool>() {
        return Ok(plain.is_true());
    }
    value.extract::<bool>().map_err(|_| wrong(field, "is true or false"))
}

/// Whole numbers in a list or tuple.
pub(crate) fn wholes(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<usize>> {
    items(field, value)?.iter().map(|item| whole(field, item)).collect()
}

/// The items of a list or tuple.
pub(crate) fn items<'py>(field: &str, value: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    if let Ok(list) = value.cast::<PyList>() {
        return Ok(list.iter().collect());
    }
    match value.cast::<PyTuple>() {
        Ok(tuple) => Ok(tuple.iter().collect()),
        Err(_) => Err(wrong(field, "is a list")),
    }
}

/// One of some words.
pub(crate) fn word<T: Copy>(field: &str, value: &Bound<'_, PyAny>, known: &[(&str, T)]) -> PyResult<T> {
    let text = value.cast::<PyString>().map_err(|_| wrong(field, "is text"))?.to_str()?;
    known.iter().find(|(name, _)| *name == text).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        PyValueError::new_err(format!("{field}: unknown {text:?}, known are {}", names.join(", ")))
    })
}
