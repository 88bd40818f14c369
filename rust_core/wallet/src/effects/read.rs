//! Reading effects.

use super::{
    COUNTS, OUTCOME, Outcome, RECORDS, TRANSITION, USUAL_TRANSITION, usual_counts, usual_transition,
};
use crate::bets::BetState;
use crate::command::{Command, Kind, Tick};
use crate::counters::Counts;
use crate::fields::Part;
use crate::ids::{BetId, PlayerId, Slug};
use crate::object::Object;
use crate::wire::{Reader, WireError};
use ledger::{AccountCode, AccountKey, After, Owner, OwnerKind};
use money::{Amount, Currency};

const PARTS: u8 = TRANSITION | OUTCOME | RECORDS | COUNTS | USUAL_TRANSITION;
const MOST_POSTINGS: u64 = 32;
const MOST_RECORDS: u64 = 16;

/// The new condition of a bet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Where it stands now.
    pub state: BetState,
    /// Its version now.
    pub version: u32,
    /// What of the real money staked is still held.
    pub real_left: Amount,
}

/// One posting with the balances after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Account debited.
    pub debit: AccountKey,
    /// Account credited.
    pub credit: AccountKey,
    /// Amount moved.
    pub amount: Amount,
    /// Balances after, each on its account's own side.
    pub after: After,
}

/// One change of state: at most one bet, and the money moved with it.
#[derive(Clone, Debug)]
pub struct Effect<'a> {
    /// The bet changed, if any.
    pub bet_id: Option<BetId>,
    /// The player whose money moved or was held, if it was a player's.
    pub player: Option<PlayerId>,
    /// Currency of all postings; none where nothing has one.
    pub currency: Option<Currency>,
    /// What became of the bet.
    pub transition: Option<Transition>,
    /// What a result did with its real money, where that does not follow from the command.
    pub outcome: Option<Outcome>,
    /// Records as they are now.
    pub objects: Vec<Object>,
    /// What limits count.
    pub counts: Counts,
    /// The money moved.
    pub postings: Postings<'a>,
}

/// The postings of an effect, checked and read on the way.
#[derive(Clone, Debug)]
pub struct Postings<'a> {
    reader: Reader<'a>,
    left: u64,
    names: Names,
}

/// Turns codes into full names of accounts.
#[derive(Clone, Copy, Debug)]
struct Names {
    player: Option<PlayerId>,
    currency: Option<Currency>,
}

impl Names {
    fn key(&self, reader: &mut Reader<'_>) -> Result<AccountKey, WireError> {
        let code = AccountCode::from_number(reader.varint_as()?).ok_or(WireError::Account)?;
        let owner = match code.owner_kind() {
            OwnerKind::House => Owner::HOUSE,
            OwnerKind::Player => Owner::new(*self.player.ok_or(WireError::Account)?.bytes()),
            OwnerKind::Grant | OwnerKind::Token => Owner::new(reader.array()?),
            OwnerKind::Provider | OwnerKind::Jurisdiction | OwnerKind::Jackpot => {
                Owner::new(*Slug::read(reader)?.bytes())
            }
        };
        Ok(AccountKey { code, currency: self.currency.ok_or(WireError::Currency)?, owner })
    }

    fn read(&self, reader: &mut Reader<'_>) -> Result<Posted, WireError> {
        let (debit, credit) = (self.key(reader)?, self.key(reader)?);
        let amount = reader.amount()?;
        let after = After { debit: reader.amount()?, credit: reader.amount()? };
        Ok(Posted { debit, credit, amount, after })
    }
}

impl Iterator for Postings<'_> {
    type Item = Posted;

    fn next(&mut self) -> Option<Posted> {
        self.left = self.left.checked_sub(1)?;
        self.names.read(&mut self.reader).ok()
    }
}

/// The effects of an entry, checked when the entry was read.
#[derive(Clone, Debug)]
pub struct Effects<'a> {
    reader: Reader<'a>,
    left: u64,
    command: Command<'a>,
    player: Option<PlayerId>,
}

impl<'a> Effects<'a> {
    /// Read and check the effects that follow an entry's outcome, to the end of the entry.
    pub(crate) fn read(
        reader: &mut Reader<'a>,
        command: &Command<'a>,
        player: Option<PlayerId>,
    ) -> Result<Self, WireError> {
        let left = match command.kind() {
            Kind::RaiseGeneration | Kind::EvictKeys | Kind::ForgetKeys => 0,
            Kind::Tick => reader.varint()?,
            Kind::ExchangeCurrency => 2,
            _ => 1,
        };
        if left > Tick::MOST as u64 {
            return Err(WireError::TooLong);
        }
        let effects = Self { reader: *reader, left, command: *command, player };
        let mut walk = effects.clone();
        for _ in 0..left {
            walk.read_one()?;
        }
        *reader = walk.reader;
        Ok(effects)
    }

    /// The effects of an entry that changed nothing.
    pub(crate) fn none(command: &Command<'a>) -> Self {
        Self { reader: Reader::new(&[]), left: 0, command: *command, player: None }
    }

    fn read_one(&mut self) -> Result<Effect<'a>, WireError> {
        let reader = &mut self.reader;
        let (bet_id, player, currency) = match &self.command {
            Command::Deposit(deposit) => (None, self.player, Some(deposit.currency)),
            Command::PlaceBet(place) => (Some(place.bet_id), self.player, Some(place.currency)),
            Command::Tick(_) => {
                let bet = BetId::new(reader.array()?).ok();
                (bet, Some(PlayerId::read(reader)?), Some(reader.currency()?))
            }
            command => {
                let told = self.player.is_none() && command.key().is_some();
                let player = if told { Part::read(reader)? } else { self.player };
                (command.bet_id(), player, read_currency(reader)?)
            }
        };
        let parts = reader.byte()?;
        let has = |part: u8| parts & part != 0;
        if parts > PARTS || (has(TRANSITION) && bet_id.is_none()) {
            return Err(WireError::Flags);
        }
        let usual = usual_transition(&self.command);
        let transition = match (has(TRANSITION), has(USUAL_TRANSITION)) {
            (false, false) => None,
            (true, false) => Some(read_transition(reader)?).filter(|read| Some(*read) != usual),
            (false, true) => usual,
            (true, true) => return Err(WireError::Flags),
        };
        if transition.is_none() && has(TRANSITION | USUAL_TRANSITION) {
            return Err(WireError::Flags);
        }
        let outcome = if has(OUTCOME) { Some(read_outcome(reader)?) } else { None };
        let objects = if has(RECORDS) { read_objects(reader)? } else { Vec::new() };
        let usual = usual_counts(&self.command, transition.as_ref());
        let counts = if has(COUNTS) { read_counts(reader, &usual)? } else { usual };
        let left = reader.varint()?;
        if left > MOST_POSTINGS {
            return Err(WireError::TooLong);
        }
        let names = Names { player, currency };
        let postings = Postings { reader: *reader, left, names };
        for _ in 0..left {
            names.read(reader)?;
        }
        Ok(Effect { bet_id, player, currency, transition, outcome, objects, counts, postings })
    }
}

impl<'a> Iterator for Effects<'a> {
    type Item = Effect<'a>;

    fn next(&mut self) -> Option<Effect<'a>> {
        self.left = self.left.checked_sub(1)?;
        self.read_one().ok()
    }
}

fn read_currency(reader: &mut Reader<'_>) -> Result<Option<Currency>, WireError> {
    match reader.varint_as()? {
        0 => Ok(None),
        number => Currency::from_number(number).map(Some).map_err(|_| WireError::Currency),
    }
}

fn read_transition(reader: &mut Reader<'_>) -> Result<Transition, WireError> {
    let state = BetState::from_number(reader.byte()?).ok_or(WireError::State)?;
    Ok(Transition { state, version: reader.varint_as()?, real_left: reader.amount()? })
}

fn read_outcome(reader: &mut Reader<'_>) -> Result<Outcome, WireError> {
    Ok(Outcome { lost: reader.amount()?, void: reader.amount()?, paid: reader.amount()? })
}

fn read_objects(reader: &mut Reader<'_>) -> Result<Vec<Object>, WireError> {
    let count = reader.varint()?;
    if count == 0 || count > MOST_RECORDS {
        return Err(WireError::TooLong);
    }
    (0..count).map(|_| Object::read(reader)).collect()
}

/// Counts that are told because they are not the usual ones.
fn read_counts(reader: &mut Reader<'_>, usual: &Counts) -> Result<Counts, WireError> {
    let flags = reader.byte()?;
    if flags > 31 {
        return Err(WireError::Flags);
    }
    let mut amounts = [Amount::ZERO; 5];
    for (at, amount) in amounts.iter_mut().enumerate() {
        if flags & 1 << at != 0 {
            *amount = reader.amount()?;
            if amount.is_zero() {
                return Err(WireError::Number);
            }
        }
    }
    let minute = if flags & 0x18 == 0 { 0 } else { reader.varint_as()? };
    let [deposit, wager, returns, unstaked, failed] = amounts;
    let counts = Counts { deposit, wager, returns, unstaked, failed, minute };
    if counts == *usual { Err(WireError::Flags) } else { Ok(counts) }
}
