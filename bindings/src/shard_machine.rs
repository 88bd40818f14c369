//! The writer machine for a Python executor: frames and outcomes in, tuples of actions out.

use crate::guard::AbortOnPanic;
use crate::shard_replayer::Replayer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyList, PyTuple};
use shard::{Action, Limits, Outcome, Standing};
use std::sync::{Mutex, MutexGuard};

/// Names of the action numbers, in order.
pub const ACTIONS: [&str; 10] =
    ["TAKE_LEASE", "READ", "APPEND", "REPLY", "ANNOUNCE", "DEMOTED", "RELEASE", "HALT", "RECALL", "LOOK"];
/// Names of the outcome numbers, in order.
pub const OUTCOMES: [&str; 4] = ["COMMITTED", "FENCED", "ROLLED_BACK", "AMBIGUOUS"];
/// Names of the standings, in order.
pub const STANDINGS: [&str; 5] = ["STANDBY", "RECOVERING", "LEADING", "STOPPED", "HALTED"];

/// Plain counters of a machine.
#[pyclass(frozen, get_all, module = "pyplatform._core.shard")]
pub struct Stats {
    batches: u64,
    commands: u64,
    overloaded: u64,
    recoveries: u64,
    queued: usize,
    keys: usize,
    key_bytes: usize,
    old_keys: usize,
    old_key_bytes: usize,
    looks: u64,
}

/// The writer machine of one shard.
#[pyclass(frozen, module = "pyplatform._core.shard")]
pub struct Shard(Mutex<shard::Shard>);

impl Shard {
    fn machine(&self) -> MutexGuard<'_, shard::Shard> {
        self.0.lock().expect("a panic in the machine ends the process")
    }

    /// Let the machine work; a panic in it ends the process.
    fn work<T>(&self, work: impl FnOnce(&mut shard::Shard) -> T) -> T {
        let _guard = AbortOnPanic;
        work(&mut self.machine())
    }
}

#[pymethods]
impl Shard {
    #[new]
    fn new(name: &str) -> PyResult<Self> {
        // The tenant's name rule is the stricter one, and a shard is a tenant.
        wallet::Slug::new(name).map_err(|error| PyValueError::new_err(format!("shard: {error}")))?;
        Ok(Self(Mutex::new(shard::Shard::new(name, Limits::default()))))
    }

    fn enqueue(&self, ticket: u64, frame: &[u8]) {
        self.work(|machine| machine.enqueue(ticket, frame.to_vec()));
    }

    fn poll<'py>(&self, py: Python<'py>, now: u64) -> PyResult<Bound<'py, PyList>> {
        let actions = self.work(|machine| machine.poll(now));
        let tuples = actions.into_iter().map(|action| tuple(py, action)).collect::<PyResult<Vec<_>>>()?;
        PyList::new(py, tuples)
    }

    #[getter]
    fn ready(&self) -> bool {
        self.machine().is_ready()
    }

    fn adopt(&self, replayer: &Replayer) -> PyResult<()> {
        let follower = replayer.take()?;
        self.work(|machine| machine.adopt(follower)).map_err(PyValueError::new_err)
    }

    fn lease_taken(&self, epoch: u64) {
        self.work(|machine| machine.lease_taken(epoch));
    }

    fn lease_busy(&self) {
        self.work(shard::Shard::lease_busy);
    }

    fn lease_unclear(&self) {
        self.work(shard::Shard::lease_unclear);
    }

    fn lease_lost(&self, epoch: u64) {
        self.work(|machine| machine.lease_lost(epoch));
    }

    fn rows(&self, py: Python<'_>, epoch: u64, batches: Vec<PyBackedBytes>, last: bool) {
        py.detach(|| {
            let batches: Vec<&[u8]> = batches.iter().map(|batch| &**batch).collect();
            self.work(|machine| machine.rows(epoch, &batches, last));
        });
    }

    fn recalled(&self, py: Python<'_>, epoch: u64, id: u64, batches: Vec<PyBackedBytes>) {
        py.detach(|| {
            let batches: Vec<&[u8]> = batches.iter().map(|batch| &**batch).collect();
            self.work(|machine| machine.recalled(epoch, id, &batches));
        });
    }

    /// Fingerprints are as Postgres holds them: the same bits, with a sign.
    fn looked(&self, epoch: u64, id: u64, found: Vec<(i64, u64)>) {
        let found: Vec<(u64, u64)> = found.into_iter().map(|(key, seq)| (key.cast_unsigned(), seq)).collect();
        self.work(|machine| machine.looked(epoch, id, &found));
    }

    fn file_keys(&self, epoch: u64, seq: u64, at: u64) {
        self.work(|machine| machine.file_keys(epoch, seq, at));
    }

    fn forget_keys(&self, epoch: u64, before: u64) {
        self.work(|machine| machine.forget_keys(epoch, before));
    }

    #[getter]
    fn sweeping(&self) -> bool {
        self.machine().is_sweeping()
    }

    #[getter]
    fn keys_evicted(&self) -> u64 {
        self.machine().old_keys().evicted
    }

    #[getter]
    fn keys_forgotten(&self) -> u64 {
        self.machine().old_keys().forgotten
    }

    fn append_result(&self, epoch: u64, hi: u64, outcome: u8) -> PyResult<()> {
        let outcome = match outcome {
            0 => Outcome::Committed,
            1 => Outcome::Fenced,
            2 => Outcome::RolledBack,
            3 => Outcome::Ambiguous,
            other => return Err(PyValueError::new_err(format!("outcome: {other} is not one"))),
        };
        self.work(|machine| machine.append_result(epoch, hi, outcome));
        Ok(())
    }

    fn resign(&self) {
        self.work(shard::Shard::resign);
    }

    #[getter]
    fn epoch(&self) -> u64 {
        self.machine().epoch()
    }

    #[getter]
    fn generation(&self) -> Option<u64> {
        self.machine().generation()
    }

    #[getter]
    fn standing(&self) -> u8 {
        match self.machine().standing() {
            Standing::Standby => 0,
            Standing::Recovering => 1,
            Standing::Leading => 2,
            Standing::Stopped => 3,
            Standing::Halted => 4,
        }
    }

    fn stats(&self) -> Stats {
        let machine = self.machine();
        let shard::Stats { batches, commands, overloaded, recoveries } = machine.stats();
        let wallet::KeyMemory { hot: keys, hot_bytes: key_bytes, cold: old_keys, cold_bytes: old_key_bytes } =
            machine.key_memory();
        let (queued, looks) = (machine.queued(), machine.old_keys().looks);
        Stats {
            batches,
            commands,
            overloaded,
            recoveries,
            queued,
            keys,
            key_bytes,
            old_keys,
            old_key_bytes,
            looks,
        }
    }
}

fn tuple(py: Python<'_>, action: Action) -> PyResult<Bound<'_, PyTuple>> {
    let bytes = |bytes: &[u8]| PyBytes::new(py, bytes);
    match action {
        Action::TakeLease => (0,).into_pyobject(py),
        Action::Read { after } => (1, after).into_pyobject(py),
        Action::Append(sealed) => {
            let header = &sealed.header;
            let (prev, hash) = (bytes(&header.prev_hash), bytes(&header.hash));
            (2, header.epoch, header.lo, header.hi, prev, hash, bytes(&sealed.bytes)).into_pyobject(py)
        }
        Action::Reply { ticket, frame } => (3, ticket, bytes(&frame)).into_pyobject(py),
        Action::Announce(durable) => {
            (4, durable.seq, bytes(&durable.hash), bytes(&durable.state_hash)).into_pyobject(py)
        }
        Action::Demoted { reason } => (5, reason.to_string()).into_pyobject(py),
        Action::Release { epoch } => (6, epoch).into_pyobject(py),
        Action::Halt { reason } => (7, reason).into_pyobject(py),
        Action::Recall { id, seqs } => (8, id, seqs).into_pyobject(py),
        Action::Look { id, keys, until } => {
            (9, id, keys.into_iter().map(u64::cast_signed).collect::<Vec<i64>>(), until).into_pyobject(py)
        }
    }
}
