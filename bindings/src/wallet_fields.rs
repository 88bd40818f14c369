//! Fields of commands and records, to and from Python.

use crate::arguments::{array, integer, invalid};
use crate::wallet_codec::{self, Context};
use money::Amount;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use wallet::{Command, Kind, ObjectId, Shown, Value};

/// A Python argument as the value of a field.
pub(crate) trait IntoValue<'a> {
    fn value(self) -> Value<'a>;
}

impl<'a> IntoValue<'a> for &'a str {
    fn value(self) -> Value<'a> {
        Value::Text(self)
    }
}

impl<'a> IntoValue<'a> for &'a [u8] {
    fn value(self) -> Value<'a> {
        Value::Bytes(self)
    }
}

impl<'a> IntoValue<'a> for i128 {
    fn value(self) -> Value<'a> {
        Value::Number(self)
    }
}

impl<'a> IntoValue<'a> for bool {
    fn value(self) -> Value<'a> {
        Value::Number(i128::from(self))
    }
}

impl<'a> IntoValue<'a> for (u32, u32) {
    fn value(self) -> Value<'a> {
        Value::Ratio(self.0, self.1)
    }
}

impl<'a, T: IntoValue<'a>> IntoValue<'a> for Option<T> {
    fn value(self) -> Value<'a> {
        self.map_or(Value::Nothing, IntoValue::value)
    }
}

/// The bytes of a command made of named fields.
pub(crate) fn encode<'py>(
    context: &Bound<'py, Context>,
    key: &str,
    kind: Kind,
    fields: &[(&'static str, Value<'_>)],
) -> PyResult<Bound<'py, PyBytes>> {
    let value_of = |name: &'static str| {
        fields.iter().find(|(known, _)| *known == name).map_or(Value::Nothing, |(_, value)| *value)
    };
    let command = Command::build(kind, wallet_codec::key(key)?, &mut { value_of })
        .map_err(|error| invalid(error.field, format_args!("expected {}", error.expected)))?;
    wallet_codec::encode(context.py(), context, &command)
}

/// A field as a Python object.
fn shown(py: Python<'_>, field: &Shown) -> PyResult<Py<PyAny>> {
    Ok(match field {
        Shown::Nothing => py.None(),
        Shown::Number(units) => match Amount::new(*units) {
            Some(amount) => integer(py, amount)?,
            None => units.into_pyobject(py)?.into_any().unbind(),
        },
        Shown::Text(text) => PyString::new(py, text).into_any().unbind(),
        Shown::Bytes(bytes) => PyBytes::new(py, bytes).into_any().unbind(),
        Shown::Ratio(part, whole) => (*part, *whole).into_pyobject(py)?.into_any().unbind(),
    })
}

/// Fields by name as a dictionary.
pub(crate) fn dictionary<'py>(
    py: Python<'py>,
    fields: &[(&'static str, Shown)],
) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    for (name, field) in fields {
        out.set_item(name, shown(py, field)?)?;
    }
    Ok(out)
}

/// Number of an account, its owner, its currency and its balance on its own side.
pub(crate) type Standing<'py> = (u16, Bound<'py, PyBytes>, &'static str, Py<PyAny>);

/// Every account of a wallet that money has been on.
pub(crate) fn accounts<'py>(py: Python<'py>, wallet: &wallet::Wallet) -> PyResult<Vec<Standing<'py>>> {
    wallet
        .accounts()
        .map(|(key, balance)| {
            let owner = PyBytes::new(py, key.owner.bytes());
            Ok((key.code.number(), owner, key.currency.code(), integer(py, balance)?))
        })
        .collect()
}

/// A record of a wallet, as a dictionary.
pub(crate) fn record<'py>(
    py: Python<'py>,
    wallet: &wallet::Wallet,
    kind: &str,
    id: &[u8],
) -> PyResult<Option<Bound<'py, PyDict>>> {
    if !wallet::Object::KINDS.contains(&kind) {
        return Err(invalid("kind", format!("{kind:?} is none of {}", wallet::Object::KINDS.join(", "))));
    }
    let id = ObjectId::new(array("id", id)?).map_err(|error| invalid("id", error))?;
    wallet.record(kind, &id).map(|fields| dictionary(py, &fields)).transpose()
}

/// Encoders of keyed commands: a Python function for each kind, its fields by keyword.
macro_rules! encoders {
    ($($(#[doc = $what:literal])* $function:ident = $kind:ident {
        $($field:ident: $type:ty $(= $default:tt)?),* $(,)?
    })*) => {
        $(
            $(#[doc = $what])*
            #[pyo3::pyfunction]
            #[pyo3(signature = (context, key, *, $($field $(= $default)?),*))]
            #[allow(clippy::too_many_arguments, reason = "a command has as many fields as it has")]
            pub fn $function<'py>(
                context: &pyo3::Bound<'py, $crate::wallet_codec::Context>,
                key: &str,
                $($field: $type),*
            ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::types::PyBytes>> {
                let fields = [$((stringify!($field), $crate::wallet_fields::IntoValue::value($field))),*];
                $crate::wallet_fields::encode(context, key, wallet::Kind::$kind, &fields)
            }
        )*
    };
}

pub(crate) use encoders;
