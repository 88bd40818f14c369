//! Sealed batches and their entries for Python readers.

use crate::arguments::integer;
use crate::wallet_fields::dictionary;
use ledger::{AccountCode, AccountKey, Book, OwnerKind, Side};
use money::Currency;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};
use std::collections::BTreeMap;
use wallet::{Command, PlayerId};

/// Hash before the first batch of a shard.
#[pyfunction]
pub fn genesis_hash<'py>(py: Python<'py>, shard: &str) -> Bound<'py, PyBytes> {
    PyBytes::new(py, &journal::genesis_hash(shard))
}

/// What a sealed batch says about itself.
#[pyclass(frozen, module = "pyplatform._core.shard")]
pub struct Header(journal::Header);

#[pymethods]
impl Header {
    #[getter]
    fn shard(&self) -> &str {
        &self.0.shard
    }

    #[getter]
    fn epoch(&self) -> u64 {
        self.0.epoch
    }

    #[getter]
    fn lo(&self) -> u64 {
        self.0.lo
    }

    #[getter]
    fn hi(&self) -> u64 {
        self.0.hi
    }

    #[getter]
    fn n(&self) -> u32 {
        self.0.n
    }

    #[getter]
    fn state_hash<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.state_hash)
    }

    #[getter]
    fn prev_hash<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.prev_hash)
    }

    #[getter]
    fn hash<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.hash)
    }
}

fn broken(why: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(why.to_string())
}

/// Header of a sealed batch without verifying its hash.
#[pyfunction]
pub fn read_header(data: &[u8]) -> PyResult<Header> {
    journal::Header::parse(data).map(Header).map_err(broken)
}

/// A verified batch.
#[pyclass(frozen, module = "pyplatform._core.shard")]
pub struct Batch {
    header: journal::Header,
    /// Entries, each checked to decode when the batch was opened.
    entries: Vec<Vec<u8>>,
    data: PyBackedBytes,
}

/// Available and held, each only if it changed, and the entry that changed it last.
#[derive(Default)]
struct Changed {
    available: Option<money::Amount>,
    held: Option<money::Amount>,
    seq: u64,
}

type Balance<'py> = (Bound<'py, PyBytes>, &'static str, Option<Py<PyAny>>, Option<Py<PyAny>>, u64);

impl Batch {
    fn decoded(&self) -> impl Iterator<Item = wallet::Entry<'_>> {
        self.entries.iter().filter_map(|bytes| wallet::Entry::decode(bytes).ok())
    }
}

#[pymethods]
impl Batch {
    #[new]
    fn new(data: PyBackedBytes) -> PyResult<Self> {
        let opened = journal::Batch::decode(&data).map_err(broken)?;
        let mut entries = Vec::with_capacity(opened.header.n as usize);
        for bytes in opened.entries() {
            wallet::Entry::decode(bytes).map_err(broken)?;
            entries.push(bytes.to_vec());
        }
        let header = opened.header;
        Ok(Self { header, entries, data })
    }

    #[getter]
    fn header(&self) -> Header {
        Header(self.header.clone())
    }

    #[getter]
    fn data(&self) -> &PyBackedBytes {
        &self.data
    }

    fn entries(&self) -> Vec<Entry> {
        self.entries.iter().map(|bytes| Entry(bytes.clone())).collect()
    }

    fn balances<'py>(&self, py: Python<'py>) -> PyResult<Vec<Balance<'py>>> {
        let mut changed = BTreeMap::<([u8; 16], Currency), Changed>::new();
        for entry in self.decoded() {
            for (account, balance) in entry.balances() {
                if !matches!(account.code, AccountCode::PlayerReal | AccountCode::PlayerBetHeld) {
                    continue;
                }
                let at = changed.entry((*account.owner.bytes(), account.currency)).or_default();
                let part =
                    if account.code == AccountCode::PlayerReal { &mut at.available } else { &mut at.held };
                *part = Some(balance);
                at.seq = entry.seq;
            }
        }
        let optional = |amount: Option<money::Amount>| amount.map(|amount| integer(py, amount)).transpose();
        changed
            .into_iter()
            .map(|((player, currency), Changed { available, held, seq })| {
                let player = PyBytes::new(py, &player);
                Ok((player, currency.code(), optional(available)?, optional(held)?, seq))
            })
            .collect()
    }

    fn sampled(&self) -> Vec<String> {
        let traces = self.decoded().map(|entry| entry.head.trace);
        traces.filter(|trace| trace.bytes()[24] & 1 == 1).map(|trace| trace.to_string()).collect()
    }
}

type Account<'py> = (u16, Bound<'py, PyBytes>);
type Part<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, usize);
type Move<'py> = (Account<'py>, Account<'py>, &'static str, Py<PyAny>, (Py<PyAny>, Py<PyAny>));

/// The chart of accounts: number, name, book, whether it grows by debits, whose it is.
#[pyfunction]
pub fn chart() -> Vec<(u16, &'static str, &'static str, bool, &'static str)> {
    AccountCode::ALL
        .iter()
        .map(|code| {
            let grows_by_debits = code.side() == Side::Debit;
            (
                code.number(),
                code.name(),
                book_name(code.book()),
                grows_by_debits,
                owner_name(code.owner_kind()),
            )
        })
        .collect()
}

/// Name of a book in Python.
pub(crate) const fn book_name(book: Book) -> &'static str {
    match book {
        Book::Real => "real",
        Book::Bonus => "bonus",
        Book::FreeBet => "free_bet",
    }
}

const fn owner_name(owner: OwnerKind) -> &'static str {
    match owner {
        OwnerKind::House => "house",
        OwnerKind::Player => "player",
        OwnerKind::Provider => "provider",
        OwnerKind::Jurisdiction => "jurisdiction",
        OwnerKind::Jackpot => "jackpot",
        OwnerKind::Grant => "grant",
        OwnerKind::Token => "token",
    }
}

/// One journaled command, read where it is asked.
#[pyclass(frozen, module = "pyplatform._core.shard")]
pub struct Entry(Vec<u8>);

impl Entry {
    fn read(&self) -> PyResult<wallet::Entry<'_>> {
        wallet::Entry::decode(&self.0).map_err(broken)
    }
}

fn id<'py>(py: Python<'py>, id: Option<&[u8; 16]>) -> Bound<'py, PyBytes> {
    PyBytes::new(py, id.unwrap_or(&[0; 16]))
}

#[pymethods]
impl Entry {
    #[getter]
    fn seq(&self) -> PyResult<u64> {
        Ok(self.read()?.seq)
    }

    #[getter]
    fn at(&self) -> PyResult<u64> {
        Ok(self.read()?.at)
    }

    #[getter]
    fn kind(&self) -> PyResult<&'static str> {
        Ok(self.read()?.kind().name())
    }

    #[getter]
    fn code(&self) -> PyResult<u16> {
        Ok(self.read()?.code)
    }

    #[getter]
    fn brand(&self) -> PyResult<u32> {
        Ok(self.read()?.head.brand)
    }

    #[getter]
    fn player<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(id(py, self.read()?.player().as_ref().map(PlayerId::bytes)))
    }

    #[getter]
    fn key(&self) -> PyResult<String> {
        Ok(self.read()?.head.key.map(|key| key.to_string()).unwrap_or_default())
    }

    #[getter]
    fn correlation<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.read()?.head.correlation))
    }

    #[getter]
    fn traceparent(&self) -> PyResult<String> {
        Ok(self.read()?.head.trace.to_string())
    }

    #[getter]
    fn currency(&self) -> PyResult<&'static str> {
        Ok(self.read()?.currency().map_or("", Currency::code))
    }

    #[getter]
    fn amount(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        integer(py, self.read()?.amount().unwrap_or(money::Amount::ZERO))
    }

    #[getter]
    fn bet_id<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(id(py, self.read()?.bet_id().as_ref().map(wallet::BetId::bytes)))
    }

    #[getter]
    fn slip<'py>(&self, py: Python<'py>) -> PyResult<Option<(u16, u16, Bound<'py, PyBytes>)>> {
        let slip = self.read()?.slip();
        Ok(slip.map(|slip| (slip.schema, slip.version, PyBytes::new(py, slip.bytes))))
    }

    #[getter]
    fn terms<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, self.read()?.terms().unwrap_or_default()))
    }

    #[getter]
    fn pending_until(&self) -> PyResult<u64> {
        Ok(if let Command::PlaceBet(place) = self.read()?.command { place.pending_until } else { 0 })
    }

    #[getter]
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dictionary(py, &self.read()?.command.show())
    }

    #[getter]
    fn records<'py>(&self, py: Python<'py>) -> PyResult<Vec<(&'static str, Bound<'py, PyDict>)>> {
        let entry = self.read()?;
        let records = entry.effects().flat_map(|effect| effect.objects);
        records.map(|record| Ok((record.kind(), dictionary(py, &record.show())?))).collect()
    }

    #[getter]
    fn moves<'py>(&self, py: Python<'py>) -> PyResult<Vec<Move<'py>>> {
        let entry = self.read()?;
        let account = |key: &AccountKey| (key.code.number(), PyBytes::new(py, key.owner.bytes()));
        entry
            .effects()
            .flat_map(|effect| effect.postings)
            .map(|posted| {
                let after = (integer(py, posted.after.debit)?, integer(py, posted.after.credit)?);
                let amount = integer(py, posted.amount)?;
                let currency = posted.debit.currency.code();
                Ok((account(&posted.debit), account(&posted.credit), currency, amount, after))
            })
            .collect()
    }

    #[getter]
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Part<'py>>> {
        let entry = self.read()?;
        let parts = entry.effects().map(|effect| {
            let player = id(py, effect.player.as_ref().map(PlayerId::bytes));
            let bet = id(py, effect.bet_id.as_ref().map(wallet::BetId::bytes));
            (player, bet, effect.postings.count())
        });
        Ok(parts.collect())
    }

    #[getter]
    fn transitions<'py>(&self, py: Python<'py>) -> PyResult<Vec<(Bound<'py, PyBytes>, &'static str, u32)>> {
        let changed = self.read()?.effects().filter_map(|effect| Some((effect.bet_id?, effect.transition?)));
        Ok(changed.map(|(bet, to)| (PyBytes::new(py, bet.bytes()), to.state.name(), to.version)).collect())
    }
}
