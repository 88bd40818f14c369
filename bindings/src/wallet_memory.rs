//! The wallet in memory for Python.

use crate::arguments::{array, currency, integer, invalid};
use crate::guard::AbortOnPanic;
use crate::wallet_fields::{Standing, accounts, record};
use crate::wallet_reply::Reply;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::sync::{Mutex, MutexGuard};
use wallet::{PlayerId, Slug};

struct Memory {
    wallet: wallet::Wallet,
    entry: Vec<u8>,
}

/// A wallet without a journal.
#[pyclass(frozen, module = "pyplatform._core.wallet")]
pub struct Wallet(Mutex<Memory>);

impl Wallet {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().expect("a panic in the wallet ends the process")
    }
}

#[pymethods]
impl Wallet {
    #[new]
    fn new(tenant: &str) -> PyResult<Self> {
        let tenant = Slug::new(tenant).map_err(|error| invalid("tenant", error))?;
        Ok(Self(Mutex::new(Memory { wallet: wallet::Wallet::new(tenant), entry: Vec::new() })))
    }

    fn submit(&self, command: &[u8], now: u64) -> Reply {
        let _guard = AbortOnPanic;
        let mut memory = self.memory();
        let Memory { wallet, entry } = &mut *memory;
        entry.clear();
        Reply(wallet.submit(command, now, entry))
    }

    fn balance(&self, py: Python<'_>, player: &[u8], currency: &str) -> PyResult<(Py<PyAny>, Py<PyAny>)> {
        let player = PlayerId::new(array("player", player)?).map_err(|error| invalid("player", error))?;
        let (available, held) = self.memory().wallet.balance(player, self::currency(currency)?);
        Ok((integer(py, available)?, integer(py, held)?))
    }

    fn bonus(&self, py: Python<'_>, player: &[u8], currency: &str) -> PyResult<Py<PyAny>> {
        let player = PlayerId::new(array("player", player)?).map_err(|error| invalid("player", error))?;
        let currency = self::currency(currency)?;
        integer(py, self.memory().wallet.bonus(player, currency))
    }

    fn accounts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Standing<'py>>> {
        accounts(py, &self.memory().wallet)
    }

    fn record<'py>(&self, py: Python<'py>, kind: &str, id: &[u8]) -> PyResult<Option<Bound<'py, PyDict>>> {
        record(py, &self.memory().wallet, kind, id)
    }

    fn state_hash<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.memory().wallet.state_hash())
    }
}
