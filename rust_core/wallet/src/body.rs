//! The body of a command as bytes: its kind, what makes it the same command, and what may differ in a repeat.

use crate::codec::{FIRST_FOREIGN_CODE, Head};
use crate::command::{
    AcceptBet, Command, Deposit, EvictKeys, ForgetKeys, Funds, Kind, PlaceBet, RaiseGeneration, RejectBet,
    ReopenBet, SettleBet, Slip, StakeTax, Tick, VoidBet,
};
use crate::fields::Part;
use crate::ids::{BetId, Key, Slug, TokenId};
use crate::wire::{Reader, WireError, put_amount, put_currency, put_u64, put_varint};

/// The bytes of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body<'a> {
    pub(crate) bytes: &'a [u8],
    /// The part that makes it the same command, kind included.
    pub(crate) canonical: &'a [u8],
}

pub(crate) fn put_body(out: &mut Vec<u8>, command: &Command<'_>) {
    out.push(command.kind() as u8);
    match command {
        Command::Deposit(deposit) => {
            put_currency(out, deposit.currency);
            put_amount(out, deposit.amount);
            deposit.psp.put(out);
        }
        Command::PlaceBet(place) => put_place(out, place),
        Command::AcceptBet(accept) => {
            out.extend_from_slice(accept.bet_id.bytes());
            put_varint(out, u64::from(accept.version));
        }
        Command::RejectBet(reject) => {
            out.extend_from_slice(reject.bet_id.bytes());
            put_varint(out, u64::from(reject.code));
            put_varint(out, u64::from(reject.version));
        }
        Command::Tick(tick) => put_u64(out, tick.until),
        Command::SettleBet(settle) => {
            out.extend_from_slice(settle.bet_id.bytes());
            put_varint(out, u64::from(settle.revision) << 1 | u64::from(settle.void.is_some()));
            put_amount(out, settle.returns);
            out.extend_from_slice(&settle.evidence);
            if let Some(void) = &settle.void {
                void.put(out);
            }
            put_varint(out, u64::from(settle.version));
        }
        Command::VoidBet(void) => {
            out.extend_from_slice(void.bet_id.bytes());
            put_varint(out, u64::from(void.revision));
            put_varint(out, u64::from(void.reason));
            void.part.put(out);
            put_varint(out, u64::from(void.version));
        }
        Command::ReopenBet(reopen) => {
            out.extend_from_slice(reopen.bet_id.bytes());
            put_varint(out, u64::from(reopen.revision));
            out.extend_from_slice(&reopen.evidence);
            put_varint(out, u64::from(reopen.version));
        }
        Command::RaiseGeneration(raise) => put_varint(out, raise.generation),
        Command::EvictKeys(evict) => {
            put_varint(out, u64::from(evict.part));
            put_varint(out, evict.until);
            put_u64(out, evict.at);
        }
        Command::ForgetKeys(forget) => put_u64(out, forget.before),
        Command::Cashier(command) => command.put(out),
        Command::House(command) => command.put(out),
        Command::Bonus(command) => command.put(out),
        Command::Casino(command) => command.put(out),
        Command::Control(command) => command.put(out),
    }
}

fn put_place(out: &mut Vec<u8>, place: &PlaceBet<'_>) {
    put_currency(out, place.currency);
    put_amount(out, place.stake);
    put_varint(out, u64::from(place.slip.schema));
    put_varint(out, u64::from(place.slip.version));
    put_varint(out, place.slip.bytes.len() as u64);
    out.extend_from_slice(place.slip.bytes);
    match place.funds {
        Funds::Any => out.push(0),
        Funds::Real => out.push(1),
        Funds::FreeBet(token) => {
            out.push(2);
            token.put(out);
        }
    }
    out.extend_from_slice(place.bet_id.bytes());
    put_varint(out, u64::from(place.verdict));
    out.push(place.terms.len() as u8);
    out.extend_from_slice(place.terms);
    put_u64(out, place.expires_at);
    put_varint(out, place.generation);
    put_varint(out, place.pending_until);
    out.push(u8::from(place.tax.is_some()));
    if let Some(tax) = &place.tax {
        put_amount(out, tax.amount);
        tax.jurisdiction.put(out);
    }
}

/// Read a body and find the extent of its canonical part.
#[expect(clippy::inline_always, reason = "what it answers is large, and would be copied on the way out")]
#[inline(always)]
pub(crate) fn read_body<'a>(
    reader: &mut Reader<'a>,
    head: &Head<'a>,
) -> Result<(Command<'a>, Body<'a>), WireError> {
    let start = reader.rest();
    let kind = Kind::from_number(reader.byte()?).ok_or(WireError::Kind)?;
    if kind.is_keyed() != head.key.is_some() || (kind.needs_player() && head.player.is_none()) {
        return Err(WireError::Flags);
    }
    let mut end = Canonical { start, length: 0 };
    let command = match (kind, head.key) {
        (Kind::Deposit, Some(key)) => Command::Deposit(read_deposit(reader, key, &mut end)?),
        (Kind::PlaceBet, Some(key)) => Command::PlaceBet(read_place(reader, key, &mut end)?),
        (_, Some(key)) => {
            let command = Command::read_tabled(kind, key, reader)?;
            end.ends_at(reader);
            command
        }
        (_, None) => read_unkeyed(reader, kind, &mut end)?,
    };
    let bytes = &start[..start.len() - reader.rest().len()];
    Ok((command, Body { bytes, canonical: &start[..end.length] }))
}

/// Where the canonical part ends, once the reader has passed it.
struct Canonical<'a> {
    start: &'a [u8],
    length: usize,
}

impl Canonical<'_> {
    fn ends_at(&mut self, reader: &Reader<'_>) {
        self.length = self.start.len() - reader.rest().len();
    }
}

fn read_deposit<'a>(
    reader: &mut Reader<'a>,
    key: Key<'a>,
    canonical: &mut Canonical<'_>,
) -> Result<Deposit<'a>, WireError> {
    let currency = reader.currency()?;
    let amount = reader.amount()?;
    let psp = Slug::read(reader)?;
    canonical.ends_at(reader);
    Ok(Deposit { key, currency, amount, psp })
}

#[expect(clippy::inline_always, reason = "what it answers is large, and would be copied on the way out")]
#[inline(always)]
fn read_place<'a>(
    reader: &mut Reader<'a>,
    key: Key<'a>,
    canonical: &mut Canonical<'_>,
) -> Result<PlaceBet<'a>, WireError> {
    let currency = reader.currency()?;
    let stake = reader.amount()?;
    let (schema, version) = (reader.varint_as()?, reader.varint_as()?);
    let slip = Slip { schema, version, bytes: read_bounded(reader, Slip::MAX)? };
    let funds = match reader.byte()? {
        0 => Funds::Any,
        1 => Funds::Real,
        2 => Funds::FreeBet(TokenId::read(reader)?),
        _ => return Err(WireError::Flags),
    };
    canonical.ends_at(reader);
    let bet_id = read_bet_id(reader)?;
    let verdict = reader.varint_as()?;
    if (1..FIRST_FOREIGN_CODE).contains(&verdict) {
        return Err(WireError::Code);
    }
    let terms = read_bounded(reader, PlaceBet::MAX_TERMS)?;
    let expires_at = reader.fixed_u64()?;
    let (generation, pending_until) = (reader.varint()?, reader.varint()?);
    let tax = match reader.byte()? {
        0 => None,
        1 => Some(StakeTax { amount: reader.amount()?, jurisdiction: Slug::read(reader)? }),
        _ => return Err(WireError::Flags),
    };
    Ok(PlaceBet {
        key,
        currency,
        stake,
        slip,
        funds,
        bet_id,
        verdict,
        terms,
        expires_at,
        generation,
        pending_until,
        tax,
    })
}

#[expect(clippy::inline_always, reason = "what it answers is large, and would be copied on the way out")]
#[inline(always)]
fn read_unkeyed<'a>(
    reader: &mut Reader<'a>,
    kind: Kind,
    canonical: &mut Canonical<'_>,
) -> Result<Command<'a>, WireError> {
    if let Some(command) = read_of_house(reader, kind)? {
        canonical.ends_at(reader);
        return Ok(command);
    }
    let bet_id = read_bet_id(reader)?;
    let mut version = |reader: &mut Reader<'a>| {
        canonical.ends_at(reader);
        reader.varint_as()
    };
    Ok(match kind {
        Kind::AcceptBet => Command::AcceptBet(AcceptBet { bet_id, version: version(reader)? }),
        Kind::RejectBet => {
            let code = reader.varint_as()?;
            if code < FIRST_FOREIGN_CODE {
                return Err(WireError::Code);
            }
            Command::RejectBet(RejectBet { bet_id, code, version: version(reader)? })
        }
        Kind::SettleBet => {
            let (marked, returns) = (reader.varint()?, reader.amount()?);
            let revision = u32::try_from(marked >> 1).map_err(|_| WireError::Number)?;
            let evidence = reader.array()?;
            let void = if marked & 1 == 1 { Some(Part::read(reader)?) } else { None };
            let version = version(reader)?;
            Command::SettleBet(SettleBet { bet_id, revision, returns, void, evidence, version })
        }
        Kind::VoidBet => {
            let (revision, reason) = (reader.varint_as()?, reader.varint_as()?);
            let part = Part::read(reader)?;
            Command::VoidBet(VoidBet { bet_id, revision, reason, part, version: version(reader)? })
        }
        Kind::ReopenBet => {
            let (revision, evidence) = (reader.varint_as()?, reader.array()?);
            Command::ReopenBet(ReopenBet { bet_id, revision, evidence, version: version(reader)? })
        }
        _ => return Err(WireError::Kind),
    })
}

/// Commands about no bet and no player.
fn read_of_house<'a>(reader: &mut Reader<'a>, kind: Kind) -> Result<Option<Command<'a>>, WireError> {
    Ok(Some(match kind {
        Kind::Tick => Command::Tick(Tick { until: reader.fixed_u64()? }),
        Kind::RaiseGeneration => Command::RaiseGeneration(RaiseGeneration { generation: reader.varint()? }),
        Kind::EvictKeys => {
            let (part, until) = (reader.varint_as()?, reader.varint()?);
            Command::EvictKeys(EvictKeys { part, until, at: reader.fixed_u64()? })
        }
        Kind::ForgetKeys => Command::ForgetKeys(ForgetKeys { before: reader.fixed_u64()? }),
        _ => return Ok(None),
    }))
}

fn read_bet_id(reader: &mut Reader<'_>) -> Result<BetId, WireError> {
    BetId::new(reader.array()?).map_err(|_| WireError::Id)
}

fn read_bounded<'a>(reader: &mut Reader<'a>, most: usize) -> Result<&'a [u8], WireError> {
    let length = reader.varint_as::<usize>()?;
    if length > most { Err(WireError::TooLong) } else { reader.bytes(length) }
}
