//! Margin out of and into many markets: numpy in, numpy out, the GIL let go while the core works.

use super::{method, on_invalid, value_error};
use ::odds::{Batch, Found, Markets, Method, OddsError};
use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Values from which on other threads get to run meanwhile; fewer are done before a thread could wake up.
const BIG: usize = 2_048;

/// Do `work` over `values` values, without the GIL if that is worth it.
pub(crate) fn without_gil<T: Send>(py: Python<'_>, values: usize, work: impl FnOnce() -> T + Send) -> T {
    if values >= BIG { py.detach(work) } else { work() }
}

/// Whatever numpy can make an array of, as its values and its shape.
pub(crate) fn values<T: Element>(given: &Bound<'_, PyAny>, dtype: &str) -> PyResult<(Vec<T>, Vec<usize>)> {
    let numpy = given.py().import("numpy")?;
    let buffer = PyBuffer::<T>::get(&numpy.call_method1("ascontiguousarray", (given, dtype))?)?;
    Ok((buffer.to_vec(given.py())?, buffer.shape().to_vec()))
}

/// Whole numbers and their shape; floats are refused, for they would be cut.
pub(crate) fn whole_values(name: &str, given: &Bound<'_, PyAny>) -> PyResult<(Vec<i64>, Vec<usize>)> {
    let given = given.py().import("numpy")?.call_method1("asarray", (given,))?;
    let kind: String = given.getattr("dtype")?.getattr("kind")?.extract()?;
    if !matches!(kind.as_str(), "i" | "u" | "b") && given.getattr("size")?.extract::<usize>()? > 0 {
        return Err(PyValueError::new_err(format!("{name}: are whole numbers")));
    }
    values::<i64>(&given, "i8")
}

/// A new numpy array.
pub(crate) fn array<T: Element>(
    py: Python<'_>,
    data: &[T],
    shape: &[usize],
    dtype: &str,
) -> PyResult<Py<PyAny>> {
    let made = py.import("numpy")?.call_method1("empty", (shape, dtype))?;
    if !data.is_empty() {
        PyBuffer::<T>::get(&made)?.copy_from_slice(py, data)?;
    }
    Ok(made.unbind())
}

/// The values of many markets; lists of different lengths are no array.
fn market_values(name: &str, given: &Bound<'_, PyAny>) -> PyResult<(Vec<f64>, Vec<usize>)> {
    values::<f64>(given, "f8").map_err(|error| {
        let py = given.py();
        if !error.is_instance_of::<PyValueError>(py) {
            return error;
        }
        let rule = "is no array of numbers: markets of different lengths go in one dimension, with offsets";
        let named = PyValueError::new_err(format!("{name}: {rule}"));
        named.set_cause(py, Some(error));
        named
    })
}

/// How the values given are cut into markets.
struct Layout {
    shape: Vec<usize>,
    offsets: Option<Vec<usize>>,
}

impl Layout {
    /// Two dimensions are a market a row; one dimension needs offsets.
    fn new(name: &str, shape: Vec<usize>, offsets: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let wanted = if offsets.is_some() { 1 } else { 2 };
        if shape.len() != wanted {
            return Err(PyValueError::new_err(format!(
                "{name} must have two dimensions (a market a row), or one together with offsets, not {}",
                shape.len()
            )));
        }
        let Some(given) = offsets else { return Ok(Self { shape, offsets: None }) };
        let (offsets, _) = whole_values("offsets", given)?;
        let offsets = offsets.into_iter().map(usize::try_from).collect::<Result<Vec<usize>, _>>();
        let offsets = offsets.map_err(|_| PyValueError::new_err("offsets must not be negative"))?;
        Ok(Self { shape, offsets: Some(offsets) })
    }

    fn markets(&self) -> Markets<'_> {
        match &self.offsets {
            Some(offsets) => Markets::Ragged(offsets),
            None => Markets::Wide(self.shape[1]),
        }
    }
}

/// One figure of every market.
fn column<T: Element>(
    py: Python<'_>,
    found: &[Found],
    dtype: &str,
    figure: impl Fn(&Found) -> T,
) -> PyResult<Py<PyAny>> {
    array(py, &found.iter().map(figure).collect::<Vec<T>>(), &[found.len()], dtype)
}

/// A yes or no of every market.
fn flags(py: Python<'_>, found: &[Found], flag: impl Fn(&Found) -> bool) -> PyResult<Py<PyAny>> {
    column(py, found, "u1", |found| u8::from(flag(found)))?.call_method1(py, "view", ("?",))
}

/// What both batches tell of their markets.
struct Columns {
    values: Py<PyAny>,
    parameter: Py<PyAny>,
    booksum: Py<PyAny>,
    iterations: Py<PyAny>,
    valid: Py<PyAny>,
    fallback: Py<PyAny>,
}

impl Columns {
    fn new(py: Python<'_>, batch: &Batch, layout: &Layout, asked: Method) -> PyResult<Self> {
        let found = &batch.found;
        Ok(Self {
            values: array(py, &batch.values, &layout.shape, "f8")?,
            parameter: column(py, found, "f8", |found| found.parameter.unwrap_or(f64::NAN))?,
            booksum: column(py, found, "f8", |found| found.booksum)?,
            iterations: column(py, found, "i8", |found| i64::from(found.iterations))?,
            valid: flags(py, found, |found| found.valid)?,
            fallback: flags(py, found, |found| found.method != asked)?,
        })
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.RemovalBatch"))]
#[pyclass(frozen, name = "RemovalBatch", module = "pyplatform._core.odds")]
pub struct PyRemovalBatch {
    #[pyo3(get)]
    probabilities: Py<PyAny>,
    #[pyo3(get)]
    parameter: Py<PyAny>,
    #[pyo3(get)]
    booksum: Py<PyAny>,
    #[pyo3(get)]
    iterations: Py<PyAny>,
    #[pyo3(get)]
    valid: Py<PyAny>,
    #[pyo3(get)]
    fallback: Py<PyAny>,
    #[pyo3(get)]
    underround: Py<PyAny>,
}

#[pymethods]
impl PyRemovalBatch {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (probabilities, valid) = (self.probabilities.bind(py).repr()?, self.valid.bind(py).repr()?);
        Ok(format!("RemovalBatch(probabilities={probabilities}, valid={valid})"))
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.ApplicationBatch"))]
#[pyclass(frozen, name = "ApplicationBatch", module = "pyplatform._core.odds")]
pub struct PyApplicationBatch {
    #[pyo3(get)]
    prices: Py<PyAny>,
    #[pyo3(get)]
    parameter: Py<PyAny>,
    #[pyo3(get)]
    booksum: Py<PyAny>,
    #[pyo3(get)]
    iterations: Py<PyAny>,
    #[pyo3(get)]
    valid: Py<PyAny>,
    #[pyo3(get)]
    fallback: Py<PyAny>,
}

#[pymethods]
impl PyApplicationBatch {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (prices, valid) = (self.prices.bind(py).repr()?, self.valid.bind(py).repr()?);
        Ok(format!("ApplicationBatch(prices={prices}, valid={valid})"))
    }
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.remove_margins"))]
#[pyfunction]
#[pyo3(signature = (prices, method = "shin", target = 1.0, on_invalid = "error", offsets = None))]
pub(super) fn remove_margins(
    prices: &Bound<'_, PyAny>,
    method: &str,
    target: f64,
    on_invalid: &str,
    offsets: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyRemovalBatch> {
    let (method, on_invalid) = (self::method(method)?, self::on_invalid(on_invalid)?);
    let py = prices.py();
    let (given, shape) = market_values("prices", prices)?;
    let layout = Layout::new("prices", shape, offsets)?;
    let work = || ::odds::remove_margins(&given, layout.markets(), method, target, on_invalid);
    let batch: Result<Batch, OddsError> = without_gil(py, given.len(), work);
    let batch = batch.map_err(value_error)?;
    let columns = Columns::new(py, &batch, &layout, method)?;
    Ok(PyRemovalBatch {
        probabilities: columns.values,
        parameter: columns.parameter,
        booksum: columns.booksum,
        iterations: columns.iterations,
        valid: columns.valid,
        fallback: columns.fallback,
        underround: flags(py, &batch.found, |found| found.underround)?,
    })
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/odds.apply_margins"))]
#[pyfunction]
#[pyo3(signature = (probabilities, margin, method = "shin", target = 1.0, on_invalid = "allow", offsets = None))]
pub(super) fn apply_margins(
    probabilities: &Bound<'_, PyAny>,
    margin: &Bound<'_, PyAny>,
    method: &str,
    target: f64,
    on_invalid: &str,
    offsets: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyApplicationBatch> {
    let (method, on_invalid) = (self::method(method)?, self::on_invalid(on_invalid)?);
    let py = probabilities.py();
    let (given, shape) = market_values("probabilities", probabilities)?;
    let (margins, _) = values::<f64>(margin, "f8")?;
    let layout = Layout::new("probabilities", shape, offsets)?;
    let work = || ::odds::apply_margins(&given, layout.markets(), &margins, method, target, on_invalid);
    let batch: Result<Batch, OddsError> = without_gil(py, given.len(), work);
    let batch = batch.map_err(value_error)?;
    let columns = Columns::new(py, &batch, &layout, method)?;
    Ok(PyApplicationBatch {
        prices: columns.values,
        parameter: columns.parameter,
        booksum: columns.booksum,
        iterations: columns.iterations,
        valid: columns.valid,
        fallback: columns.fallback,
    })
}
