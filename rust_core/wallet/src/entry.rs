//! One entry of the journal, readable alone.
//!
//! ```text
//! entry = 1 · seq · time[8] · head · command hash[16] · body · outcome · effects
//! ```
//! Head and body are those of the command (see `codec`), save that a command about a bet carries the bet's player.
//! The hash is the first half of the SHA-256 of the canonical command. An outcome of 0 is an acceptance; any other
//! is the code of the refusal, and then nothing changed.

use crate::body::{Body, read_body};
use crate::codec::{Head, VERSION, put_head, read_head};
use crate::command::{Command, Kind, Slip};
use crate::effects::Effects;
use crate::ids::{BetId, PlayerId};
use crate::wire::{Reader, WireError, put_u64, put_varint};
use ledger::AccountKey;
use money::{Amount, Currency};

/// An entry that was read.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Position in the journal, from 1 without gaps.
    pub seq: u64,
    /// Nanoseconds since the epoch, later than the entry before.
    pub at: u64,
    /// Who asked.
    pub head: Head<'a>,
    /// The first half of the SHA-256 of the canonical command.
    pub command_hash: [u8; 16],
    /// What was asked.
    pub command: Command<'a>,
    /// 0 when accepted, else why not.
    pub code: u16,
    pub(crate) body: Body<'a>,
    effects: Effects<'a>,
}

impl<'a> Entry<'a> {
    /// Read an entry and check its shape.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != VERSION {
            return Err(WireError::Version);
        }
        let (seq, at) = (reader.varint()?, reader.fixed_u64()?);
        let head = read_head(&mut reader)?;
        let command_hash = reader.array()?;
        let (command, body) = read_body(&mut reader, &head)?;
        let code = reader.varint_as()?;
        let effects = match code {
            0 => Effects::read(&mut reader, &command, head.player)?,
            _ => Effects::none(&command),
        };
        reader.finish()?;
        Ok(Self { seq, at, head, command_hash, command, code, body, effects })
    }

    /// Kind of the command.
    pub fn kind(&self) -> Kind {
        self.command.kind()
    }

    /// Whether the command was accepted.
    pub fn is_accepted(&self) -> bool {
        self.code == 0
    }

    /// The player the entry is about; a tick's effects name their own.
    pub fn player(&self) -> Option<PlayerId> {
        self.head.player
    }

    /// The bet the entry is about; a tick's effects name their own.
    pub fn bet_id(&self) -> Option<BetId> {
        self.command.bet_id()
    }

    /// Currency of the money moved or asked for, where the entry knows one.
    pub fn currency(&self) -> Option<Currency> {
        match &self.command {
            Command::Deposit(deposit) => Some(deposit.currency),
            Command::PlaceBet(place) => Some(place.currency),
            _ => self.effects().next().map(|effect| effect.currency),
        }
    }

    /// The stake of a placement.
    pub fn stake(&self) -> Option<Amount> {
        if let Command::PlaceBet(place) = &self.command { Some(place.stake) } else { None }
    }

    /// The gross return of a settlement.
    pub fn returns(&self) -> Option<Amount> {
        if let Command::SettleBet(settle) = &self.command { Some(settle.returns) } else { None }
    }

    /// The terms of a placement.
    pub fn terms(&self) -> Option<&'a [u8]> {
        if let Command::PlaceBet(place) = &self.command { Some(place.terms) } else { None }
    }

    /// The slip of a placement.
    pub fn slip(&self) -> Option<Slip<'a>> {
        if let Command::PlaceBet(place) = &self.command { Some(place.slip) } else { None }
    }

    /// What changed, in order.
    pub fn effects(&self) -> Effects<'a> {
        self.effects.clone()
    }

    /// Every account touched and its balance then, in order; the last of an account stands.
    pub fn balances(&self) -> impl Iterator<Item = (AccountKey, Amount)> + 'a {
        self.effects()
            .flat_map(|effect| effect.postings)
            .flat_map(|posted| [(posted.debit, posted.after.debit), (posted.credit, posted.after.credit)])
    }
}

/// Everything of an entry but its effects.
pub(crate) struct Opening<'a> {
    pub(crate) seq: u64,
    pub(crate) at: u64,
    pub(crate) head: &'a Head<'a>,
    pub(crate) head_bytes: &'a [u8],
    /// The player to record, where it is not the one in the head.
    pub(crate) player: Option<PlayerId>,
    pub(crate) command_hash: &'a [u8; 16],
    pub(crate) body: &'a [u8],
    pub(crate) code: u16,
}

impl Opening<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        put_varint(out, self.seq);
        put_u64(out, self.at);
        if self.player.is_none() || self.player == self.head.player {
            out.extend_from_slice(self.head_bytes);
        } else {
            put_head(out, &Head { player: self.player, ..*self.head });
        }
        out.extend_from_slice(self.command_hash);
        out.extend_from_slice(self.body);
        put_varint(out, u64::from(self.code));
    }
}
