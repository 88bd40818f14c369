//! `pyplatform._core.ledger`: a tenant's wallet with its journal in a file.

use crate::arguments::{array, currency, integer, invalid};
use crate::guard::AbortOnPanic;
use crate::wallet_fields::{Standing, accounts, record};
use crate::wallet_reply::Reply;
use journal::{DamagedTail, FileError, FileJournal};
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};
use shard::{Answers, Kind, Limits, LocalError, LocalShard, MAX_BYTES, Request};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};
use wallet::{PlayerId, Slug};

/// Bytes of journal handed to Python at a time.
const PAGE: u64 = 1 << 18;

/// A wallet whose every answer is in a file before it is given.
#[pyclass(frozen, module = "pyplatform._core.ledger")]
pub struct FileLedger(Mutex<Option<LocalShard>>);

fn failed(error: LocalError) -> PyErr {
    match error {
        LocalError::File(FileError::Io { doing, error }) => {
            // A number first, so that Python picks the subclass: FileNotFoundError, PermissionError …
            match error.raw_os_error() {
                Some(number) => PyOSError::new_err((number, format!("cannot {doing}: {error}"))),
                None => PyOSError::new_err(format!("cannot {doing}: {error}")),
            }
        }
        LocalError::File(FileError::Locked) => PyOSError::new_err(FileError::Locked.to_string()),
        LocalError::Closed => PyRuntimeError::new_err(LocalError::Closed.to_string()),
        error => PyValueError::new_err(error.to_string()),
    }
}

impl FileLedger {
    fn slot(&self) -> MutexGuard<'_, Option<LocalShard>> {
        self.0.lock().expect("a panic in the ledger ends the process")
    }

    fn with<T>(&self, work: impl FnOnce(&mut LocalShard) -> Result<T, LocalError>) -> PyResult<T> {
        let _guard = AbortOnPanic;
        let mut slot = self.slot();
        work(slot.as_mut().ok_or_else(|| failed(LocalError::Closed))?).map_err(failed)
    }

    fn state<T>(&self, look: impl FnOnce(&wallet::Wallet) -> T) -> PyResult<T> {
        self.with(|local| local.wallet().map(look).ok_or(LocalError::Closed))
    }
}

#[pymethods]
impl FileLedger {
    #[new]
    #[pyo3(signature = (path, tenant, set_aside_damaged_tail = false))]
    fn new(py: Python<'_>, path: PathBuf, tenant: &str, set_aside_damaged_tail: bool) -> PyResult<Self> {
        Slug::new(tenant).map_err(|error| invalid("tenant", error))?;
        let damaged = if set_aside_damaged_tail { DamagedTail::SetAside } else { DamagedTail::Refuse };
        let opened = py.detach(|| {
            let _guard = AbortOnPanic;
            LocalShard::open(FileJournal::open(&path, tenant, damaged)?, Limits::default())
        });
        Ok(Self(Mutex::new(Some(opened.map_err(failed)?))))
    }

    fn submit(&self, py: Python<'_>, commands: Vec<PyBackedBytes>, now: u64) -> PyResult<Vec<Reply>> {
        let mut out = Vec::with_capacity(commands.len());
        let mut rest = &commands[..];
        while !rest.is_empty() {
            let (frame, count) = Request::encode(Kind::Interactive, rest);
            if count == 0 {
                return Err(invalid("command", format_args!("longer than a frame of {MAX_BYTES} bytes")));
            }
            let answer = py.detach(|| self.with(|local| local.submit(frame, now)))?;
            for reply in Answers::read(&answer) {
                out.push(Reply(wallet::Reply::decode(reply).map_err(|error| invalid("reply", error))?));
            }
            rest = &rest[count..];
        }
        Ok(out)
    }

    fn balance(&self, py: Python<'_>, player: &[u8], currency: &str) -> PyResult<(Py<PyAny>, Py<PyAny>)> {
        let player = PlayerId::new(array("player", player)?).map_err(|error| invalid("player", error))?;
        let currency = self::currency(currency)?;
        let (available, held) = self.state(|wallet| wallet.balance(player, currency))?;
        Ok((integer(py, available)?, integer(py, held)?))
    }

    fn bonus(&self, py: Python<'_>, player: &[u8], currency: &str) -> PyResult<Py<PyAny>> {
        let player = PlayerId::new(array("player", player)?).map_err(|error| invalid("player", error))?;
        let currency = self::currency(currency)?;
        integer(py, self.state(|wallet| wallet.bonus(player, currency))?)
    }

    fn accounts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Standing<'py>>> {
        self.state(|wallet| accounts(py, wallet))?
    }

    fn record<'py>(&self, py: Python<'py>, kind: &str, id: &[u8]) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.state(|wallet| record(py, wallet, kind, id))?
    }

    fn open_bets<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        self.state(|wallet| wallet.open_bets().map(|bet| PyBytes::new(py, bet.id.bytes())).collect())
    }

    #[getter]
    fn seq(&self) -> PyResult<u64> {
        self.state(wallet::Wallet::seq)
    }

    #[getter]
    fn state_hash<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.state(|wallet| PyBytes::new(py, &wallet.state_hash()))
    }

    #[getter]
    fn set_aside(&self) -> PyResult<Option<PathBuf>> {
        self.with(|local| Ok(local.journal().set_aside().map(Into::into)))
    }

    fn read<'py>(&self, py: Python<'py>, offset: u64) -> PyResult<(Vec<Bound<'py, PyBytes>>, u64)> {
        let (frames, after) = py.detach(|| self.with(|local| Ok(local.journal().read(offset, PAGE)?)))?;
        Ok((frames.iter().map(|frame| PyBytes::new(py, frame)).collect(), after))
    }

    fn close(&self) {
        *self.slot() = None;
    }
}

/// The module.
#[pymodule(submodule)]
pub mod ledger {
    #[pymodule_export]
    use super::FileLedger;
}
