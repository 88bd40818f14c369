//! One entry of the journal, readable alone.
//!
//! ```text
//! entry = 2 · seq · time[8] · head · command hash[16] · body · outcome · effects
//! ```
//! Head and body are those of the command (see `codec`), save that one without a key carries its bet's player.
//! The hash is the first half of the SHA-256 of the canonical command. An outcome of 0 is an acceptance;
//! any other is the code of a refusal times four, and two marks: 1 for a refusal that binds no key, 2 for one that
//! has effects all the same, such as the tombstone of a bet taken back before it came.

use crate::body::{Body, read_body};
use crate::codec::{Head, VERSION, put_head, read_head};
use crate::command::{Command, Kind, Slip};
use crate::effects::Effects;
use crate::fields::Shown;
use crate::ids::{BetId, PlayerId};
use crate::wire::{Reader, WireError, put_u64, put_varint};
use ledger::AccountKey;
use money::{Amount, Currency};

const UNFROZEN: u32 = 1;
const HAS_EFFECTS: u32 = 2;

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
    /// Whether its key, if it has one, is bound to this answer.
    pub(crate) is_frozen: bool,
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
        let outcome: u32 = reader.varint_as()?;
        let code = u16::try_from(outcome >> 2).map_err(|_| WireError::Number)?;
        let (unfrozen, has_effects) = (outcome & UNFROZEN != 0, outcome & HAS_EFFECTS != 0);
        // A mark that would say nothing is not one.
        if (code == 0 && outcome != 0) || (unfrozen && !command.kind().is_keyed()) {
            return Err(WireError::Flags);
        }
        let effects = if code == 0 || has_effects {
            Effects::read(&mut reader, &command, head.player)?
        } else {
            Effects::none(&command)
        };
        reader.finish()?;
        Ok(Self { seq, at, head, command_hash, command, code, is_frozen: !unfrozen, body, effects })
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
        if self.command.kind() == Kind::Tick {
            return None;
        }
        self.head.player.or_else(|| self.effects().next().and_then(|effect| effect.player))
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
            _ => self.effects().next().and_then(|effect| effect.currency),
        }
    }

    /// The stake of a placement, the gross return of a settlement, or the amount a command names.
    pub fn amount(&self) -> Option<Amount> {
        match &self.command {
            Command::Deposit(deposit) => Some(deposit.amount),
            Command::PlaceBet(place) => Some(place.stake),
            Command::SettleBet(settle) => Some(settle.returns),
            command => command.show().into_iter().find_map(|(name, field)| match field {
                Shown::Number(units) if name == "amount" => Amount::new(units),
                _ => None,
            }),
        }
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
    /// Whether the key is bound to this answer.
    pub(crate) is_frozen: bool,
    /// Whether effects follow, though it is refused.
    pub(crate) has_effects: bool,
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
        let marks = match self.code {
            0 => 0,
            _ => (u32::from(!self.is_frozen) * UNFROZEN) | (u32::from(self.has_effects) * HAS_EFFECTS),
        };
        put_varint(out, u64::from(u32::from(self.code) << 2 | marks));
    }
}
