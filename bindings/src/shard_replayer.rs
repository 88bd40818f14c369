//! Replay of a journal for Python: proofs, followers, projections that start from nothing.

use crate::arguments::integer;
use crate::guard::AbortOnPanic;
use crate::shard_batch::book_name;
use crate::wallet_fields::{Standing, accounts, record};
use ledger::AccountCode;
use money::{Amount, Currency};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

/// Folds a shard's journal into its state, verifying all of it.
#[pyclass(frozen, module = "pyplatform._core.shard")]
pub struct Replayer(Mutex<shard::Follower>);

impl Replayer {
    fn follower(&self) -> MutexGuard<'_, shard::Follower> {
        self.0.lock().expect("a panic in the replayer ends the process")
    }

    /// Goes on from where a follower stands.
    pub fn at(follower: shard::Follower) -> Self {
        Self(Mutex::new(follower))
    }

    /// The state itself; the replayer begins anew.
    pub fn take(&self) -> PyResult<shard::Follower> {
        let mut follower = self.follower();
        let fresh = shard::Follower::new(&follower.chain().shard).map_err(PyValueError::new_err)?;
        Ok(std::mem::replace(&mut *follower, fresh))
    }
}

type Integer = Py<PyAny>;
type Balance<'py> = (Bound<'py, PyBytes>, &'static str, Integer, Integer);

#[pymethods]
impl Replayer {
    #[new]
    fn new(shard: &str) -> PyResult<Self> {
        shard::Follower::new(shard).map(Self::at).map_err(PyValueError::new_err)
    }

    fn apply(&self, py: Python<'_>, batches: Vec<PyBackedBytes>) -> PyResult<()> {
        py.detach(|| {
            let _guard = AbortOnPanic;
            let mut follower = self.follower();
            batches.iter().try_for_each(|batch| follower.apply(batch))
        })
        .map_err(PyValueError::new_err)
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let chunks = py
            .detach(|| {
                let _guard = AbortOnPanic;
                self.follower().snapshot()
            })
            .map_err(PyValueError::new_err)?;
        Ok(chunks.iter().map(|chunk| PyBytes::new(py, chunk)).collect())
    }

    #[getter]
    fn seq(&self) -> u64 {
        self.follower().chain().seq
    }

    #[getter]
    fn epoch(&self) -> u64 {
        self.follower().chain().epoch
    }

    #[getter]
    fn hash<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.follower().chain().hash)
    }

    #[getter]
    fn keys_evicted(&self) -> u64 {
        self.follower().wallet().keys_evicted()
    }

    #[getter]
    fn keys_forgotten(&self) -> u64 {
        self.follower().wallet().keys_forgotten()
    }

    #[getter]
    fn state_hash<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.follower().wallet().state_hash())
    }

    fn recomputed_state_hash<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let hash = py.detach(|| self.follower().wallet().recomputed_state_hash());
        PyBytes::new(py, &hash)
    }

    fn totals(&self, py: Python<'_>) -> PyResult<Vec<(&'static str, &'static str, Integer, Integer)>> {
        let totals = self.follower().wallet().totals();
        totals
            .into_iter()
            .map(|total| {
                Ok((
                    book_name(total.book),
                    total.currency.code(),
                    integer(py, total.debit)?,
                    integer(py, total.credit)?,
                ))
            })
            .collect()
    }

    fn holds(&self, py: Python<'_>) -> PyResult<Vec<(&'static str, Integer, Integer)>> {
        let totals = self.follower().wallet().holds_totals();
        totals
            .into_iter()
            .map(|total| Ok((total.currency.code(), integer(py, total.holds)?, integer(py, total.accounts)?)))
            .collect()
    }

    fn balances<'py>(&self, py: Python<'py>) -> PyResult<Vec<Balance<'py>>> {
        let mut players = BTreeMap::<([u8; 16], Currency), (Amount, Amount)>::new();
        for (account, balance) in self.follower().wallet().accounts() {
            if !matches!(account.code, AccountCode::PlayerReal | AccountCode::PlayerBetHeld) {
                continue;
            }
            let at = players.entry((*account.owner.bytes(), account.currency)).or_default();
            if account.code == AccountCode::PlayerReal { at.0 = balance } else { at.1 = balance }
        }
        players
            .into_iter()
            .map(|((player, currency), (available, held))| {
                let player = PyBytes::new(py, &player);
                Ok((player, currency.code(), integer(py, available)?, integer(py, held)?))
            })
            .collect()
    }

    fn accounts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Standing<'py>>> {
        accounts(py, self.follower().wallet())
    }

    fn record<'py>(&self, py: Python<'py>, kind: &str, id: &[u8]) -> PyResult<Option<Bound<'py, PyDict>>> {
        record(py, self.follower().wallet(), kind, id)
    }

    fn open_bets<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyBytes>> {
        self.follower().wallet().open_bets().map(|bet| PyBytes::new(py, bet.id.bytes())).collect()
    }
}
