//! Commands from Python, as bytes.

use crate::arguments::{amount, array, currency, invalid};
use money::Amount;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use wallet::{
    AcceptBet, BetId, Command, Deposit, Envelope, Fraction, Funds, Key, PlaceBet, PlayerId, RaiseGeneration,
    RejectBet, ReopenBet, SettleBet, Slip, Slug, Source, StakeTax, Tick, TokenId, Trace, VoidBet,
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
            source: Source::from_number(source).ok_or_else(|| {
                invalid("source", "1 sportsbook, 2 cashier, 3 system, 4 casino, 5 bonus or 6 compliance")
            })?,
            correlation: array("correlation", correlation)?,
            trace: Trace::parse(traceparent).map_err(|e| invalid("traceparent", e))?,
        }))
    }
}

pub(crate) fn encode<'py>(
    py: Python<'py>,
    context: &Bound<'_, Context>,
    command: &Command<'_>,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut out = Vec::with_capacity(256);
    wallet::encode_command(&context.get().0, command, &mut out).map_err(|e| invalid("command", e))?;
    Ok(PyBytes::new(py, &out))
}

pub(crate) fn key(text: &str) -> PyResult<Key<'_>> {
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
                    expires_at, generation, pending_until = 0, *, real_only = false, free_bet = None, tax = 0,
                    jurisdiction = None))]
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
    real_only: bool,
    free_bet: Option<&[u8]>,
    tax: i128,
    jurisdiction: Option<&str>,
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
        funds: funds(real_only, free_bet)?,
        tax: stake_tax(tax, jurisdiction)?,
    };
    encode(context.py(), context, &Command::PlaceBet(command))
}

/// The money a stake is taken from.
fn funds(real_only: bool, free_bet: Option<&[u8]>) -> PyResult<Funds> {
    match (real_only, free_bet) {
        (false, None) => Ok(Funds::Any),
        (true, None) => Ok(Funds::Real),
        (false, Some(token)) => {
            let token = TokenId::new(array("free_bet", token)?).map_err(|e| invalid("free_bet", e))?;
            Ok(Funds::FreeBet(token))
        }
        (true, Some(_)) => Err(invalid("free_bet", "is not real money")),
    }
}

fn stake_tax(tax: i128, jurisdiction: Option<&str>) -> PyResult<Option<StakeTax>> {
    match (tax, jurisdiction) {
        (0, None) => Ok(None),
        (_, None) => Err(invalid("jurisdiction", "a tax is owed to one")),
        (units, Some(name)) => Ok(Some(StakeTax {
            amount: Amount::new(units).ok_or_else(|| invalid("tax", "beyond the range of an amount"))?,
            jurisdiction: Slug::new(name).map_err(|e| invalid("jurisdiction", e))?,
        })),
    }
}

fn fraction(name: &str, (numerator, denominator): (u32, u32)) -> PyResult<Fraction> {
    Fraction::new(numerator, denominator).ok_or_else(|| invalid(name, "a part is more than 0 and at most 1"))
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

/// Close a bet with its result, or correct the last result by a higher revision.
#[pyfunction]
#[pyo3(signature = (context, bet_id, revision, version, returns, evidence, *, void = None))]
pub fn settle_bet<'py>(
    context: &Bound<'py, Context>,
    bet_id: &[u8],
    revision: u32,
    version: u32,
    returns: &Bound<'py, PyAny>,
    evidence: &[u8],
    void: Option<(u32, u32)>,
) -> PyResult<Bound<'py, PyBytes>> {
    let command = SettleBet {
        bet_id: bet(bet_id)?,
        revision,
        returns: amount("returns", returns)?,
        void: void.map(|part| fraction("void", part)).transpose()?,
        evidence: array("evidence", evidence)?,
        version,
    };
    encode(context.py(), context, &Command::SettleBet(command))
}

/// Close a bet, or a part of it, as if it had not been.
#[pyfunction]
#[pyo3(signature = (context, bet_id, revision, version, reason, *, part = None))]
pub fn void_bet<'py>(
    context: &Bound<'py, Context>,
    bet_id: &[u8],
    revision: u32,
    version: u32,
    reason: u16,
    part: Option<(u32, u32)>,
) -> PyResult<Bound<'py, PyBytes>> {
    let command = VoidBet {
        bet_id: bet(bet_id)?,
        revision,
        reason,
        part: part.map_or(Ok(Fraction::WHOLE), |part| fraction("part", part))?,
        version,
    };
    encode(context.py(), context, &Command::VoidBet(command))
}

/// Take the last result of a bet back: it is open again until it has another.
#[pyfunction]
pub fn reopen_bet<'py>(
    context: &Bound<'py, Context>,
    bet_id: &[u8],
    revision: u32,
    version: u32,
    evidence: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let evidence = array("evidence", evidence)?;
    let command = ReopenBet { bet_id: bet(bet_id)?, revision, evidence, version };
    encode(context.py(), context, &Command::ReopenBet(command))
}

/// Reject the bets that are pending for too long, and end what has expired.
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
