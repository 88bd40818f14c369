//! The whole state as bytes, for those who will not replay what led to it.
//!
//! ```text
//! part     = kind · record…
//! position = tenant · seq · time · generation · seq and time at which it was raised · hash of all answers [32]
//!            · position up to which keys were let go · time up to which they are forgotten
//! account  = code · currency · owner[16] · balance
//! purse    = player · currency · counters by the minute
//! bet      = what it is · how it was accepted · its results
//! key      = fingerprint u64 · seq of the entry that holds its answer, times two, and 1 more if the key is dated
//! shelf    = number · time of its newest key · part · count · each prefix, less the one before
//! ```
//! Parts come in the order of their kinds, records in the order in which the state came to them (keys in that of their
//! fingerprints), and what follows from other records is left out. So a state has one form: who folds a journal from its beginning and who folds it from a
//! snapshot write the same bytes. Parts are not sealed here; see `shard::snapshot`.

use crate::bets::SavedBet;
use crate::counters::Counters;
use crate::fields::Part;
use crate::idempotency::{Place, SavedPart};
use crate::ids::{PlayerId, Slug};
use crate::object::Object;
use crate::replay::Corrupt;
use crate::state::{Position, State};
use crate::wallet::Wallet;
use crate::wire::{Reader, WireError, put_u64, put_varint};
use ledger::{AccountCode, AccountKey, Owner, OwnerKind, StateHash};
use money::{Amount, Currency};
use std::fmt;

/// Bytes at which a part is full; a record is never divided.
const PART: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Section {
    Position = 1,
    Accounts = 2,
    Purses = 3,
    Objects = 4,
    Bets = 5,
    Keys = 6,
    Shelves = 7,
}

impl Section {
    const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Position,
            2 => Self::Accounts,
            3 => Self::Purses,
            4 => Self::Objects,
            5 => Self::Bets,
            6 => Self::Keys,
            7 => Self::Shelves,
            _ => return None,
        })
    }
}

/// Why parts are not those of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsound {
    /// The bytes are not those of a part.
    Wire(WireError),
    /// A part stands where it cannot, or the first is missing.
    Order,
    /// The state is another tenant's.
    Tenant,
    /// The same thing comes twice, or a key at a position that no entry has.
    Twice,
    /// A thing belongs to a purse that there is not.
    Purse,
}

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wire(error) => write!(f, "the bytes are not part of a state: {error}"),
            Self::Order => f.write_str("a part of the state stands in the wrong place"),
            Self::Tenant => f.write_str("the state is another tenant's"),
            Self::Twice => f.write_str("a thing stands twice in the state"),
            Self::Purse => f.write_str("a bet belongs to nobody in the state"),
        }
    }
}

impl std::error::Error for Unsound {}

impl From<WireError> for Unsound {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

/// Collects records into parts and hands on those that are full.
struct Parts<F> {
    part: Vec<u8>,
    take: F,
}

impl<F: FnMut(&[u8])> Parts<F> {
    fn put(&mut self, section: Section, write: &dyn Fn(&mut Vec<u8>)) {
        if self.part.first().is_some_and(|kind| *kind != section as u8) || self.part.len() >= PART {
            self.flush();
        }
        if self.part.is_empty() {
            self.part.push(section as u8);
        }
        write(&mut self.part);
    }

    fn flush(&mut self) {
        if !self.part.is_empty() {
            (self.take)(&self.part);
            self.part.clear();
        }
    }
}

impl Wallet {
    /// Hand the state to `take`, part by part; an error if the wallet failed before, for then there is none.
    pub fn save(&self, take: impl FnMut(&[u8])) -> Result<(), Corrupt> {
        if self.is_poisoned() {
            return Err(Corrupt::Poisoned);
        }
        let state = self.state();
        let mut parts = Parts { part: Vec::new(), take };
        parts.put(Section::Position, &|out| put_position(state, out));
        for (key, balance) in state.ledger.accounts() {
            parts.put(Section::Accounts, &|out| {
                put_varint(out, u64::from(key.code.number()));
                key.currency.put(out);
                out.extend_from_slice(key.owner.bytes());
                balance.put(out);
            });
        }
        for purse in state.purses.iter() {
            parts.put(Section::Purses, &|out| {
                purse.player.put(out);
                purse.currency.put(out);
                purse.counters.save(out);
            });
        }
        state.objects.each(|write| parts.put(Section::Objects, write));
        for bet in state.bets.iter() {
            parts.put(Section::Bets, &|out| state.bets.save(bet, out));
        }
        for Place { fingerprint, seq, is_dated } in state.idempotency.sorted() {
            parts.put(Section::Keys, &|out| {
                put_u64(out, fingerprint);
                (seq << 1 | u64::from(is_dated)).put(out);
            });
        }
        for part in state.idempotency.saved_parts() {
            parts.put(Section::Shelves, &|out| put_shelf(&part, out));
        }
        parts.flush();
        Ok(())
    }
}

fn put_shelf(saved: &SavedPart, out: &mut Vec<u8>) {
    let SavedPart { shelf, newest, part, prefixes } = saved;
    for number in [*shelf, *newest, *part as u64, prefixes.len() as u64] {
        number.put(out);
    }
    let mut before = 0;
    for prefix in prefixes {
        put_varint(out, u64::from(prefix - before));
        before = *prefix;
    }
}

fn read_shelf(reader: &mut Reader<'_>) -> Result<SavedPart, WireError> {
    let (shelf, newest) = (Part::read(reader)?, Part::read(reader)?);
    let (part, count) = (reader.varint_as()?, reader.varint()?);
    let mut before = 0_u32;
    let mut next = || {
        before = before.checked_add(reader.varint_as()?).ok_or(WireError::Number)?;
        Ok(before)
    };
    Ok(SavedPart {
        shelf,
        newest,
        part,
        prefixes: (0..count).map(|_| next()).collect::<Result<_, WireError>>()?,
    })
}

fn put_position(state: &State, out: &mut Vec<u8>) {
    state.tenant.put(out);
    for number in [state.last.seq, state.last.at, state.generation, state.raised.seq, state.raised.at] {
        number.put(out);
    }
    out.extend_from_slice(&state.idempotency.answers().to_bytes());
    let cold = state.idempotency.cold();
    for number in [cold.evicted, cold.forgotten] {
        number.put(out);
    }
}

/// Puts a state together from its parts.
///
/// Whoever restores compares [`Wallet::state_hash`] with what the journal says of that position: the hash is that of
/// the things restored, one by one.
#[derive(Debug)]
pub struct Restoring {
    state: State,
    last: Option<Section>,
}

impl Restoring {
    /// For a state of `tenant`.
    pub fn new(tenant: Slug) -> Self {
        Self { state: State::new(tenant), last: None }
    }

    /// Take in the next part. After an error nothing of it is of use.
    pub fn take(&mut self, part: &[u8]) -> Result<(), Unsound> {
        let mut reader = Reader::new(part);
        let section = Section::from_number(reader.byte()?).ok_or(WireError::Kind)?;
        let is_first = section == Section::Position;
        if self.last.is_none() != is_first || self.last.is_some_and(|last| section < last) {
            return Err(Unsound::Order);
        }
        self.last = Some(section);
        while !reader.rest().is_empty() {
            self.record(section, &mut reader)?;
        }
        Ok(())
    }

    /// The wallet in that state.
    pub fn finish(self) -> Result<Wallet, Unsound> {
        if self.last.is_none() {
            return Err(Unsound::Order);
        }
        Ok(Wallet::of(self.state))
    }

    fn record(&mut self, section: Section, reader: &mut Reader<'_>) -> Result<(), Unsound> {
        let state = &mut self.state;
        let is_new = match section {
            Section::Position => return self.position(reader),
            Section::Accounts => {
                let (key, balance) = read_account(reader)?;
                state.ledger.restore(key, balance)
            }
            Section::Purses => {
                let (player, currency) = (PlayerId::read(reader)?, Currency::read(reader)?);
                let counters = Counters::read(reader)?;
                state.purses.restore(&mut state.ledger, player, currency, counters)
            }
            Section::Objects => state.restore(Object::read(reader)?),
            Section::Bets => {
                let State { purses, objects, bets, .. } = state;
                let bet = SavedBet::read(reader, |id, player, currency| {
                    let purse = purses.find(player, currency).ok_or(Unsound::Purse)?;
                    Ok((purse, objects.backings.find(&id.into()).is_some()))
                })?;
                bets.restore(bet)
            }
            Section::Keys => {
                let (fingerprint, marked) = (reader.fixed_u64()?, u64::read(reader)?);
                let place = Place { fingerprint, seq: marked >> 1, is_dated: marked & 1 == 1 };
                state.idempotency.restore(place, state.last.seq)
            }
            Section::Shelves => state.idempotency.restore_part(&read_shelf(reader)?),
        };
        if is_new { Ok(()) } else { Err(Unsound::Twice) }
    }

    fn position(&mut self, reader: &mut Reader<'_>) -> Result<(), Unsound> {
        if Slug::read(reader)? != self.state.tenant {
            return Err(Unsound::Tenant);
        }
        self.state.last = read_position(reader)?;
        self.state.generation = Part::read(reader)?;
        self.state.raised = read_position(reader)?;
        self.state.idempotency.restore_answers(StateHash::from_bytes(reader.chunk()?));
        self.state.idempotency.restore_cold(Part::read(reader)?, Part::read(reader)?);
        reader.finish()?;
        Ok(())
    }
}

fn read_position(reader: &mut Reader<'_>) -> Result<Position, WireError> {
    Ok(Position { seq: Part::read(reader)?, at: Part::read(reader)? })
}

/// Names are written from the names of accounts later, so they must be such.
fn read_account(reader: &mut Reader<'_>) -> Result<(AccountKey, Amount), WireError> {
    let code = AccountCode::from_number(reader.varint_as()?).ok_or(WireError::Account)?;
    let (currency, owner) = (Currency::read(reader)?, reader.array()?);
    let is_named = match code.owner_kind() {
        OwnerKind::House => owner == [0; 16],
        OwnerKind::Player | OwnerKind::Grant | OwnerKind::Token => owner != [0; 16],
        OwnerKind::Provider | OwnerKind::Jurisdiction | OwnerKind::Jackpot => Slug::from_bytes(owner).is_ok(),
    };
    if !is_named {
        return Err(WireError::Id);
    }
    Ok((AccountKey { code, currency, owner: Owner::new(owner) }, Part::read(reader)?))
}
