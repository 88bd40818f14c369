//! Settlement of many bets in columns: numpy in, numpy out, the GIL let go while the core works.

use ::betting::{
    BetSettlement, BettingError, Columns, Finish, Kind, LegColumns, Rounding, settle_columns as core,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::betting_fields::wrong;
use crate::betting_leg::FINISHES;
use crate::betting_read::ROUNDINGS;
use crate::odds::{array, whole_values, without_gil};

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.SettledColumns"))]
#[pyclass(frozen, get_all, module = "pyplatform._core.betting")]
pub struct SettledColumns {
    returns_minor: Py<PyAny>,
    lines: Py<PyAny>,
    total_stake_minor: Py<PyAny>,
}

#[pymethods]
impl SettledColumns {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (returns, stakes) =
            (self.returns_minor.bind(py).repr()?, self.total_stake_minor.bind(py).repr()?);
        Ok(format!("SettledColumns(returns_minor={returns}, total_stake_minor={stakes})"))
    }
}

/// A column of whole numbers that are not negative.
fn column(name: &str, given: &Bound<'_, PyAny>) -> PyResult<Vec<u64>> {
    let (found, shape) = whole_values(name, given)?;
    if shape.len() != 1 {
        return Err(wrong(name, "is a column: one dimension"));
    }
    let whole =
        |value: i64| u64::try_from(value).map_err(|_| wrong(name, "are not negative, and fit 63 bits"));
    found.into_iter().map(whole).collect()
}

fn optional(name: &str, given: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<u64>> {
    given.map_or_else(|| Ok(Vec::new()), |given| column(name, given))
}

/// A type by its name, or `(name, sizes)`, or `(name, sizes, bankers)`.
fn kind(given: &Bound<'_, PyAny>) -> PyResult<Kind> {
    if let Ok(name) = given.cast::<PyString>() {
        return Ok(Kind { name: name.extract()?, sizes: Vec::new(), bankers: Vec::new() });
    }
    let unreadable = || wrong("kinds", "are names, or tuples of name, sizes and bankers");
    let parts = given.cast::<PyTuple>().map_err(|_| unreadable())?;
    let bankers = if parts.len() == 3 { parts.get_item(2)?.extract() } else { Ok(Vec::new()) };
    match (parts.len(), parts.get_item(0)?.extract(), parts.get_item(1)?.extract(), bankers) {
        (2 | 3, Ok(name), Ok(sizes), Ok(bankers)) => Ok(Kind { name, sizes, bankers }),
        _ => Err(unreadable()),
    }
}

fn finishes(codes: &[u64]) -> PyResult<Vec<Finish>> {
    let finish = |code: &u64| {
        let known = usize::try_from(*code).ok().and_then(|code| FINISHES.get(code));
        known.map(|(_, finish)| *finish).ok_or_else(|| wrong("result", "are places in RESULTS"))
    };
    codes.iter().map(finish).collect()
}

/// Settled bets in signed columns.
#[derive(Default)]
struct Found {
    returns: Vec<i64>,
    lines: Vec<i64>,
    stakes: Vec<i64>,
}

impl Found {
    fn push(&mut self, settled: &BetSettlement) -> Option<()> {
        self.returns.push(i64::try_from(settled.returns).ok()?);
        self.lines.push(i64::try_from(settled.lines).ok()?);
        self.stakes.push(i64::try_from(settled.total_stake).ok()?);
        Some(())
    }
}

fn settled(columns: &Columns<'_>) -> Result<Found, (usize, BettingError)> {
    let (mut found, mut too_large) = (Found::default(), None);
    core(columns, |settled| {
        let at = found.returns.len();
        if too_large.is_none() && found.push(&settled).is_none() {
            too_large = Some(at);
        }
    })?;
    too_large.map_or(Ok(found), |at| Err((at, BettingError::Overflow)))
}

#[doc = include_str!(concat!(env!("OUT_DIR"), "/betting.settle_columns"))]
#[pyfunction]
#[pyo3(signature = (
    kinds, kind, offsets, price, result, unit_stake_minor, *, price_below = None, each_way = None, places = None,
    fraction_above = None, fraction_below = None, rule4 = None, tied = None, position = None, void_halves = None,
    rounding = "HALF_UP", rounding_unit_minor = 1, max_payout_minor = None,
))]
#[allow(clippy::too_many_arguments)] // a column each
pub(super) fn settle_columns(
    py: Python<'_>,
    kinds: Vec<Bound<'_, PyAny>>,
    kind: &Bound<'_, PyAny>,
    offsets: &Bound<'_, PyAny>,
    price: &Bound<'_, PyAny>,
    result: &Bound<'_, PyAny>,
    unit_stake_minor: &Bound<'_, PyAny>,
    price_below: Option<&Bound<'_, PyAny>>,
    each_way: Option<&Bound<'_, PyAny>>,
    places: Option<&Bound<'_, PyAny>>,
    fraction_above: Option<&Bound<'_, PyAny>>,
    fraction_below: Option<&Bound<'_, PyAny>>,
    rule4: Option<&Bound<'_, PyAny>>,
    tied: Option<&Bound<'_, PyAny>>,
    position: Option<&Bound<'_, PyAny>>,
    void_halves: Option<&Bound<'_, PyAny>>,
    rounding: &str,
    rounding_unit_minor: u64,
    max_payout_minor: Option<u64>,
) -> PyResult<SettledColumns> {
    let rounding = ROUNDINGS.iter().find(|(name, _)| *name == rounding).map(|(_, mode)| *mode);
    let rounding: Rounding = rounding.ok_or_else(|| wrong("rounding", "is HALF_UP, HALF_EVEN or DOWN"))?;
    let kinds = kinds.iter().map(self::kind).collect::<PyResult<Vec<Kind>>>()?;
    let each_way: Vec<bool> = optional("each_way", each_way)?.into_iter().map(|flag| flag != 0).collect();
    let columns = Columns {
        kinds: &kinds,
        kind: &column("kind", kind)?,
        offsets: &column("offsets", offsets)?,
        unit_stake: &column("unit_stake_minor", unit_stake_minor)?,
        each_way: &each_way,
        legs: LegColumns {
            price: &column("price", price)?,
            price_below: &optional("price_below", price_below)?,
            finish: &finishes(&column("result", result)?)?,
            void_halves: &optional("void_halves", void_halves)?,
            tied: &optional("tied", tied)?,
            position: &optional("position", position)?,
            rule4: &optional("rule4", rule4)?,
            places: &optional("places", places)?,
            fraction: [
                &optional("fraction_above", fraction_above)?,
                &optional("fraction_below", fraction_below)?,
            ],
        },
        rounding,
        unit: rounding_unit_minor,
        max_payout: max_payout_minor,
    };
    let found = without_gil(py, columns.legs.price.len(), || settled(&columns));
    let found = found.map_err(|(bet, error)| PyValueError::new_err(format!("bet {bet}: {error}")))?;
    let made = |column: &[i64]| array(py, column, &[column.len()], "i8");
    Ok(SettledColumns {
        returns_minor: made(&found.returns)?,
        lines: made(&found.lines)?,
        total_stake_minor: made(&found.stakes)?,
    })
}
