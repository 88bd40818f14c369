//! Replies for Python.

use crate::arguments::{integer, invalid};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use wallet::Status;

/// The statuses under their Python names.
pub const STATUSES: [(&str, Status); 5] = [
    ("ACCEPTED", Status::Accepted),
    ("REFUSED", Status::Refused),
    ("CONFLICT", Status::Conflict),
    ("RETRY", Status::Retry),
    ("MALFORMED", Status::Malformed),
];

type Integer = Py<PyAny>;

/// Answer to one command.
#[pyclass(frozen, module = "pyplatform._core.wallet")]
pub struct Reply(pub(crate) wallet::Reply);

#[pymethods]
impl Reply {
    #[getter]
    fn status(&self) -> u8 {
        self.0.status as u8
    }

    #[getter]
    fn code(&self) -> u16 {
        self.0.code
    }

    #[getter]
    fn name(&self) -> &'static str {
        wallet::code_name(self.0.code)
    }

    #[getter]
    fn replayed(&self) -> bool {
        self.0.replayed
    }

    #[getter]
    fn seq(&self) -> u64 {
        self.0.seq
    }

    #[getter]
    fn at(&self) -> u64 {
        self.0.at
    }

    #[getter]
    fn object_id<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let id = self.0.object_id.as_ref().map_or(&[0; 16], wallet::ObjectId::bytes);
        PyBytes::new(py, id)
    }

    #[getter]
    fn version(&self) -> u32 {
        self.0.version
    }

    #[getter]
    fn decision(&self) -> &'static str {
        self.0.decision.name()
    }

    #[getter]
    fn reject_code(&self) -> u16 {
        self.0.decision.reject_code()
    }

    #[getter]
    fn terms<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.terms.as_bytes())
    }

    #[getter]
    fn purse(&self, py: Python<'_>) -> PyResult<Option<(Integer, Integer, Integer)>> {
        let Some(purse) = self.0.purse else { return Ok(None) };
        Ok(Some((integer(py, purse.real)?, integer(py, purse.bonus)?, integer(py, purse.bonus_staked)?)))
    }

    #[getter]
    fn field(&self) -> &'static str {
        self.0.field.name()
    }

    fn __repr__(&self) -> String {
        format!(
            "Reply(status={}, code={}, name={:?}, replayed={}, seq={}, version={}, field={:?})",
            self.status(),
            self.0.code,
            self.name(),
            if self.0.replayed { "True" } else { "False" },
            self.0.seq,
            self.0.version,
            self.field()
        )
    }
}

/// Stable name of a refusal code of the wallet, "" for any other.
#[pyfunction]
pub fn code_name(code: u16) -> &'static str {
    wallet::code_name(code)
}

/// Read a reply; raises `ValueError` when the bytes are not one.
#[pyfunction]
pub fn decode_reply(data: &[u8]) -> PyResult<Reply> {
    wallet::Reply::decode(data).map(Reply).map_err(|error| invalid("reply", error))
}
