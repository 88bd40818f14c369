//! Commands as bytes.
//!
//! ```text
//! command = 2 · tenant[16] · head · body
//! head    = flags · brand · source · [player 16] · [correlation 16] · [trace 25] · [key]
//! body    = kind · what makes it the same command · what may differ between repeats
//! ```
//! An entry holds head and body as they came, so both are copied rather than written again; the part that makes
//! it the same command stands in one piece, so it is hashed without being gathered.

use crate::body::{Body, put_body, read_body};
use crate::command::{Command, Envelope, PlaceBet, Slip, Source};
use crate::ids::{Key, PlayerId, Slug, Trace};
use crate::wire::{Reader, WireError, put_varint};
use std::fmt;

pub(crate) const VERSION: u8 = 2;
/// Codes below are the wallet's own; a verdict must not speak for it.
pub(crate) const FIRST_FOREIGN_CODE: u16 = 200;

const HAS_PLAYER: u8 = 1;
const HAS_CORRELATION: u8 = 2;
const HAS_TRACE: u8 = 4;
const HAS_KEY: u8 = 8;

/// Why a command cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// The slip is longer than [`Slip::MAX`].
    SlipTooLong,
    /// The terms are longer than [`PlaceBet::MAX_TERMS`].
    TermsTooLong,
    /// A verdict or reject code is neither 0 nor 200 or above.
    Code,
    /// The kind needs a player in its envelope.
    NoPlayer,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SlipTooLong => write!(f, "a slip has at most {} bytes", Slip::MAX),
            Self::TermsTooLong => write!(f, "terms have at most {} bytes", PlaceBet::MAX_TERMS),
            Self::Code => write!(f, "codes of other domains start at {FIRST_FOREIGN_CODE}"),
            Self::NoPlayer => f.write_str("this command needs a player"),
        }
    }
}

impl std::error::Error for EncodeError {}

/// The front of a command and of its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// The tenant's brand.
    pub brand: u32,
    /// The sending domain.
    pub source: Source,
    /// The player, if any.
    pub player: Option<PlayerId>,
    /// Correlation id, all zero for none.
    pub correlation: [u8; 16],
    /// Trace context.
    pub trace: Trace,
    /// Idempotency key, for the kinds that carry one.
    pub key: Option<Key<'a>>,
}

/// A command that was read, with the bytes it was read from.
#[derive(Clone, Copy, Debug)]
pub struct Decoded<'a> {
    /// The tenant it is for.
    pub tenant: Slug,
    /// Who asks.
    pub head: Head<'a>,
    /// What is asked.
    pub command: Command<'a>,
    pub(crate) head_bytes: &'a [u8],
    pub(crate) body: Body<'a>,
}

/// Write a command.
pub fn encode_command(
    envelope: &Envelope,
    command: &Command<'_>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    check(envelope, command)?;
    out.push(VERSION);
    out.extend_from_slice(envelope.tenant.bytes());
    let &Envelope { brand, source, player, correlation, trace, .. } = envelope;
    put_head(out, &Head { brand, source, player, correlation, trace, key: command.key() });
    put_body(out, command);
    Ok(())
}

/// Read a command and check its shape, not its meaning.
pub fn decode_command(bytes: &[u8]) -> Result<Decoded<'_>, WireError> {
    decode(bytes, |tenant| Slug::from_bytes(tenant).map_err(|_| WireError::Id))
}

/// Read a command; `tenant_of` checks the name of its tenant.
#[expect(clippy::inline_always, reason = "what it answers is large, and would be copied on the way out")]
#[inline(always)]
pub(crate) fn decode(
    bytes: &[u8],
    tenant_of: impl FnOnce([u8; 16]) -> Result<Slug, WireError>,
) -> Result<Decoded<'_>, WireError> {
    let mut reader = Reader::new(bytes);
    if reader.byte()? != VERSION {
        return Err(WireError::Version);
    }
    let tenant = tenant_of(reader.array()?)?;
    let before = reader.rest();
    let head = read_head(&mut reader)?;
    let head_bytes = &before[..before.len() - reader.rest().len()];
    let (command, body) = read_body(&mut reader, &head)?;
    reader.finish()?;
    Ok(Decoded { tenant, head, command, head_bytes, body })
}

fn check(envelope: &Envelope, command: &Command<'_>) -> Result<(), EncodeError> {
    if command.kind().needs_player() && envelope.player.is_none() {
        return Err(EncodeError::NoPlayer);
    }
    match command {
        Command::PlaceBet(place) if place.slip.bytes.len() > Slip::MAX => Err(EncodeError::SlipTooLong),
        Command::PlaceBet(place) if place.terms.len() > PlaceBet::MAX_TERMS => Err(EncodeError::TermsTooLong),
        Command::PlaceBet(place) if (1..FIRST_FOREIGN_CODE).contains(&place.verdict) => {
            Err(EncodeError::Code)
        }
        Command::RejectBet(reject) if reject.code < FIRST_FOREIGN_CODE => Err(EncodeError::Code),
        _ => Ok(()),
    }
}

pub(crate) fn put_head(out: &mut Vec<u8>, head: &Head<'_>) {
    let correlated = head.correlation != [0; 16];
    let traced = !head.trace.is_empty();
    let flag = |present: bool, flag: u8| if present { flag } else { 0 };
    out.push(
        flag(head.player.is_some(), HAS_PLAYER)
            | flag(correlated, HAS_CORRELATION)
            | flag(traced, HAS_TRACE)
            | flag(head.key.is_some(), HAS_KEY),
    );
    put_varint(out, u64::from(head.brand));
    out.push(head.source as u8);
    if let Some(player) = head.player {
        out.extend_from_slice(player.bytes());
    }
    if correlated {
        out.extend_from_slice(&head.correlation);
    }
    if traced {
        out.extend_from_slice(head.trace.bytes());
    }
    if let Some(key) = head.key {
        put_key(out, key);
    }
}

#[expect(clippy::inline_always, reason = "what it answers is large, and would be copied on the way out")]
#[inline(always)]
pub(crate) fn read_head<'a>(reader: &mut Reader<'a>) -> Result<Head<'a>, WireError> {
    let flags = reader.byte()?;
    if flags > (HAS_PLAYER | HAS_CORRELATION | HAS_TRACE | HAS_KEY) {
        return Err(WireError::Flags);
    }
    let brand = reader.varint_as()?;
    let source = Source::from_number(reader.byte()?).ok_or(WireError::Kind)?;
    let player = match flags & HAS_PLAYER {
        0 => None,
        _ => Some(PlayerId::new(reader.array()?).map_err(|_| WireError::Id)?),
    };
    let correlation = if flags & HAS_CORRELATION == 0 { [0; 16] } else { present(reader.chunk()?)? };
    let trace = Trace::new(if flags & HAS_TRACE == 0 { [0; 25] } else { present(reader.chunk()?)? });
    let key = if flags & HAS_KEY == 0 { None } else { Some(read_key(reader)?) };
    Ok(Head { brand, source, player, correlation, trace, key })
}

fn present<const N: usize>(bytes: &[u8; N]) -> Result<[u8; N], WireError> {
    if *bytes == [0; N] { Err(WireError::Flags) } else { Ok(*bytes) }
}

/// A length of 0 stands before a UUID.
fn put_key(out: &mut Vec<u8>, key: Key<'_>) {
    match key {
        Key::Uuid(uuid) => {
            out.push(0);
            out.extend_from_slice(&uuid);
        }
        Key::Text(text) => {
            out.push(text.len() as u8);
            out.extend_from_slice(text.as_bytes());
        }
    }
}

#[expect(clippy::inline_always, reason = "what it answers is large, and would be copied on the way out")]
#[inline(always)]
fn read_key<'a>(reader: &mut Reader<'a>) -> Result<Key<'a>, WireError> {
    let length = reader.byte()?;
    if length == 0 {
        return Ok(Key::Uuid(reader.array()?));
    }
    let text = std::str::from_utf8(reader.bytes(usize::from(length))?).map_err(|_| WireError::Id)?;
    match Key::new(text) {
        Ok(key @ Key::Text(_)) => Ok(key),
        Ok(Key::Uuid(_)) | Err(_) => Err(WireError::Id),
    }
}
