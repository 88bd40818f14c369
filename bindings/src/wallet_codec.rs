//! Commands from Python, as bytes.

use crate::arguments::{amount, array, currency, invalid};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use wallet::{
    AcceptBet, BetId, Command, Deposit, Envelope, Key, PlaceBet, PlayerId, RaiseGeneration, RejectBet,
    SettleBet, Slip, Slug, Source, Tick, Trace, VoidBet,
};

/// Who sends commands and under which trace.
#[pyclass(frozen, module = "pyplatform._core.wallet")]
pub struct Context(Envelope);

#[pymethods]
impl Context {
    #[new]
    #[pyo3(signature = (tenant, brand, player, source, correlation, traceparent = ""))]
    fn new(
        tenant: &str,
        brand: u32,
        player: &[u8],
        source: u8,
        correlation: &[u8],
        traceparent: &str,
    ) -> PyResult<Self> {
        let player = array("player", player)?;
        Ok(Self(Envelope {
            tenant: Slug::new(tenant).map_err(|e| invalid("tenant", e))?,
            brand,
            player: PlayerId::new(player).ok(),
            source: Source::from_number(source)
                .ok_or_else(|| invalid("source", "1 sportsbook, 2 cashier or 3 system"))?,
            correlation: array("correlation", correlation)?,
            trace: Trace::parse(traceparent).map_err(|e| invalid("traceparent", e))?,
        }))
    }
}

fn encode<'py>(
    py: Python<'py>,
    context: &Bound<'_, Context>,
    command: &Command<'_>,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut out = Vec::with_capacity(256);
    wallet::encode_command(&context.get().0, command, &mut out).map_err(|e| invalid("command", e))?;
    Ok(PyBytes::new(py, &out))
}

fn key(text: &str) -> PyResult<Key<'_>> {
    Key::new(text).map_err(|e| invalid("key", e))
}

fn bet(bytes: &[u8]) -> PyResult<BetId> {
    BetId::new(array("bet_id", bytes)?).map_err(|e| invalid("bet_id", e))
}

/// Money captured by a payment provider.
#[pyfunction]
pub fn deposit<'py>(
    context: &Bound<'py, Context>,
    key: &str,
    currency: &str,
    amount: &Bound<'py, PyAny>,
    psp: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let command = Deposit {
        key: self::key(key)?,
        currency: self::currency(currency)?,
        amount: self::amount("amount", amount)?,
        psp: Slug::new(psp).map_err(|e| invalid("psp", e))?,
    };
    encode(context.py(), context, &Command::Deposit(command))
}

/// One attempt to bet with the sportsbook's verdict.
#[pyfunction]
#[pyo3(signature = (context, key, bet_id, currency, stake, slip_schema, slip_version, slip, verdict, terms,
                    expires_at, generation, pending_until = 0))]
#[expect(clippy::too_many_arguments, reason = "the command has this many fields")]
pub fn place_bet<'py>(
    context: &Bound<'py, Context>,
    key: &str,
    bet_id: &[u8],
    currency: &str,
    stake: &Bound<'py, PyAny>,
    slip_schema: u16,
    slip_version: u16,
    slip: &[u8],
    verdict: u16,
    terms: &[u8],
    expires_at: u64,
    generation: u64,
    pending_until: u64,
) -> PyResult<Bound<'py, PyBytes>> {
    let command = PlaceBet {
        key: self::key(key)?,
        currency: self::currency(currency)?,
        stake: amount("stake", stake)?,
        slip: Slip { schema: slip_schema, version: slip_version, bytes: slip },
        bet_id: bet(bet_id)?,
        verdict,
        terms,
        expires_at,
        generation,
        pending_until,
    };
    encode(context.py(), context, &Command::PlaceBet(command))
}

/// Open a pending bet.
#[pyfunction]
pub fn accept_bet<'py>(
    context: &Bound<'py, Context>,
    bet_id: &[u8],
    version: u32,
) -> PyResult<Bound<'py, PyBytes>> {
    encode(context.py(), context, &Command::AcceptBet(AcceptBet { bet_id: bet(bet_id)?, version }))
}

/// Give back the stake of a pending bet.
#[pyfunction]
pub fn reject_bet<'py>(
    context: &Bound<'py, Context>,
    bet_id: &[u8],
    version: u32,
    code: u16,
) -> PyResult<Bound<'py, PyBytes>> {
    encode(context.py(), context, &Command::RejectBet(RejectBet { bet_id: bet(bet_id)?, code, version }))
}

/// Close a bet with its result.
#[pyfunction]
pub fn settle_bet<'py>(
    context: &Bound<'py, Context>,
    bet_id: &[u8],
    revision: u32,
    version: u32,
    returns: &Bound<'py, PyAny>,
    evidence: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let command = SettleBet {
        bet_id: bet(bet_id)?,
        revision,
        returns: amount("returns", returns)?,
        evidence: array("evidence", evidence)?,
        version,
    };
    encode(context.py(), context, &Command::SettleBet(command))
}

/// Close a bet as if it had not been.
#[pyfunction]
pub fn void_bet<'py>(
    context: &Bound<'py, Context>,
    bet_id: &[u8],
    revision: u32,
    version: u32,
    reason: u16,
) -> PyResult<Bound<'py, PyBytes>> {
    let command = VoidBet { bet_id: bet(bet_id)?, revision, reason, version };
    encode(context.py(), context, &Command::VoidBet(command))
}

/// Reject the bets that are pending for too long.
#[pyfunction]
pub fn tick<'py>(context: &Bound<'py, Context>, until: u64) -> PyResult<Bound<'py, PyBytes>> {
    encode(context.py(), context, &Command::Tick(Tick { until }))
}

/// The kill switch.
#[pyfunction]
pub fn raise_generation<'py>(
    context: &Bound<'py, Context>,
    generation: u64,
) -> PyResult<Bound<'py, PyBytes>> {
    encode(context.py(), context, &Command::RaiseGeneration(RaiseGeneration { generation }))
}
