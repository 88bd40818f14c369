//! What an entry changed, as recorded: object transitions, and postings with the balances after each leg.
//!
//! ```text
//! deposit            postings
//! place_bet          transition · postings
//! other bet commands currency · transition · postings
//! tick               count · (bet · player · currency · transition · postings)…
//! transition         state · version · real money left held
//! postings           count · (debit · credit · amount · balance of debit · balance of credit)…
//! ```

use crate::bets::BetState;
use crate::command::{Command, Kind, Tick};
use crate::ids::{BetId, PlayerId, Slug};
use crate::wire::{Reader, WireError, put_amount, put_currency, put_varint};
use ledger::{AccountCode, AccountKey, After, Ledger, Owner, OwnerKind, Posting};
use money::{Amount, Currency};

const MOST_POSTINGS: u64 = 16;

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
    /// The player whose money moved or was held.
    pub player: PlayerId,
    /// Currency of all postings.
    pub currency: Currency,
    /// What became of the bet.
    pub transition: Option<Transition>,
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
    player: PlayerId,
    currency: Currency,
    psp: Option<Slug>,
}

impl Names {
    fn key(&self, code: AccountCode) -> Result<AccountKey, WireError> {
        let owner = match code.owner_kind() {
            OwnerKind::House => Owner::HOUSE,
            OwnerKind::Player => Owner::new(*self.player.bytes()),
            OwnerKind::Provider => Owner::new(*self.psp.ok_or(WireError::Account)?.bytes()),
        };
        Ok(AccountKey { code, currency: self.currency, owner })
    }

    fn read(&self, reader: &mut Reader<'_>) -> Result<Posted, WireError> {
        let mut key = || {
            let code = AccountCode::from_number(reader.varint_as()?).ok_or(WireError::Account)?;
            self.key(code)
        };
        let (debit, credit) = (key()?, key()?);
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
            Kind::RaiseGeneration => 0,
            Kind::Tick => reader.varint()?,
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
        let own_bet = |reader: &mut Reader<'a>| BetId::new(reader.array()?).map_err(|_| WireError::Id);
        let own_player = |reader: &mut Reader<'a>| PlayerId::new(reader.array()?).map_err(|_| WireError::Id);
        let (bet_id, player, currency, psp) = match &self.command {
            Command::Deposit(deposit) => (None, self.player, deposit.currency, Some(deposit.psp)),
            Command::PlaceBet(place) => (Some(place.bet_id), self.player, place.currency, None),
            Command::Tick(_) => (Some(own_bet(reader)?), Some(own_player(reader)?), reader.currency()?, None),
            command => (command.bet_id(), self.player, reader.currency()?, None),
        };
        let player = player.ok_or(WireError::Flags)?;
        let transition = if bet_id.is_some() { Some(read_transition(reader)?) } else { None };
        let left = reader.varint()?;
        if left > MOST_POSTINGS {
            return Err(WireError::TooLong);
        }
        let names = Names { player, currency, psp };
        let postings = Postings { reader: *reader, left, names };
        for _ in 0..left {
            names.read(reader)?;
        }
        Ok(Effect { bet_id, player, currency, transition, postings })
    }
}

impl<'a> Iterator for Effects<'a> {
    type Item = Effect<'a>;

    fn next(&mut self) -> Option<Effect<'a>> {
        self.left = self.left.checked_sub(1)?;
        self.read_one().ok()
    }
}

fn read_transition(reader: &mut Reader<'_>) -> Result<Transition, WireError> {
    let state = BetState::from_number(reader.byte()?).ok_or(WireError::State)?;
    Ok(Transition { state, version: reader.varint_as()?, real_left: reader.amount()? })
}

pub(crate) fn put_tick_subject(out: &mut Vec<u8>, bet_id: &BetId, player: &PlayerId) {
    out.extend_from_slice(bet_id.bytes());
    out.extend_from_slice(player.bytes());
}

pub(crate) fn put_bet_change(out: &mut Vec<u8>, currency: Currency, transition: &Transition) {
    put_currency(out, currency);
    put_transition(out, transition);
}

pub(crate) fn put_transition(out: &mut Vec<u8>, transition: &Transition) {
    out.push(transition.state as u8);
    put_varint(out, u64::from(transition.version));
    put_amount(out, transition.real_left);
}

pub(crate) fn put_postings(out: &mut Vec<u8>, ledger: &Ledger, postings: &[Posting], after: &[After]) {
    put_varint(out, postings.len() as u64);
    for (posting, after) in postings.iter().zip(after) {
        put_varint(out, u64::from(ledger.key(posting.debit).code.number()));
        put_varint(out, u64::from(ledger.key(posting.credit).code.number()));
        put_amount(out, posting.amount);
        put_amount(out, after.debit);
        put_amount(out, after.credit);
    }
}
