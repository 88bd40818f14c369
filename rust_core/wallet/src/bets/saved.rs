//! A bet as it is saved and restored, with how it was accepted and all its results.

use super::{Answered, Bet, BetState, Bets, Closing, Opening};
use crate::arena::Link;
use crate::command::Kind;
use crate::effects::Outcome;
use crate::fields::Part;
use crate::ids::{BetId, PlayerId};
use crate::purse::PurseIndex;
use crate::snapshot::Unsound;
use crate::wire::{Reader, WireError};
use money::Currency;

/// A bet that was read.
pub(crate) struct SavedBet {
    opening: Opening,
    accepted: Option<Answered>,
    /// The first result first.
    closed: Vec<Closing>,
}

impl SavedBet {
    /// Read a bet; `place_of` knows the purse of its player and whether a record backs it.
    pub(crate) fn read(
        reader: &mut Reader<'_>,
        place_of: impl FnOnce(BetId, PlayerId, Currency) -> Result<(PurseIndex, bool), Unsound>,
    ) -> Result<Self, Unsound> {
        let (id, player, currency) = (Part::read(reader)?, Part::read(reader)?, Part::read(reader)?);
        let (purse, is_backed) = place_of(id, player, currency)?;
        let opening = Opening {
            id,
            player,
            currency,
            state: read_state(reader)?,
            version: Part::read(reader)?,
            stake: Part::read(reader)?,
            real_left: Part::read(reader)?,
            pending_until: Part::read(reader)?,
            minute: Part::read(reader)?,
            is_backed,
            purse,
        };
        let accepted = if bool::read(reader)? { Some(Answered::read(reader)?) } else { None };
        let closed = (0..u32::read(reader)?).map(|_| Closing::read(reader)).collect::<Result<_, _>>()?;
        Ok(Self { opening, accepted, closed })
    }
}

impl Bets {
    /// Write a bet with all that was answered about it.
    pub(crate) fn save(&self, bet: &Bet, out: &mut Vec<u8>) {
        bet.id.put(out);
        bet.player.put(out);
        bet.currency.put(out);
        out.push(bet.state as u8);
        bet.version.put(out);
        bet.stake.put(out);
        bet.real_left.put(out);
        bet.pending_until.put(out);
        bet.minute.put(out);
        let accepted = self.accepted(bet);
        accepted.is_some().put(out);
        if let Some(answered) = accepted {
            answered.put(out);
        }
        let mut results: Vec<&Closing> = self.results(bet).collect();
        results.reverse();
        (results.len() as u32).put(out);
        for closing in results {
            closing.put(out);
        }
    }

    /// Place a bet as it was; false when there is one of its id.
    #[must_use = "a second bet of an id is not kept"]
    pub(crate) fn restore(&mut self, saved: SavedBet) -> bool {
        let id = saved.opening.id;
        if self.find(&id).is_some() {
            return false;
        }
        let accepted = saved.accepted.map(|answered| {
            self.hash.add(&answered.term(&id));
            Link::to(self.accepted.push(answered))
        });
        let mut closed = None;
        for closing in saved.closed {
            self.hash.add(&closing.term(&id));
            closed = Some(Link::to(self.closed.push(Closing { previous: closed, ..closing })));
        }
        let at = self.insert(&saved.opening);
        let bet = &mut self.all[at.0];
        (bet.accepted, bet.closed) = (accepted, closed);
        true
    }
}

impl Answered {
    fn put(&self, out: &mut Vec<u8>) {
        self.seq.put(out);
        self.at.put(out);
        self.version.put(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self { seq: Part::read(reader)?, at: Part::read(reader)?, version: Part::read(reader)? })
    }
}

impl Closing {
    fn put(&self, out: &mut Vec<u8>) {
        self.answered.put(out);
        out.push(self.kind as u8);
        out.push(self.state as u8);
        self.revision.put(out);
        self.returns.put(out);
        self.code.put(out);
        out.extend_from_slice(&self.digest);
        self.part.put(out);
        self.outcome.lost.put(out);
        self.outcome.void.put(out);
        self.outcome.paid.put(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            answered: Answered::read(reader)?,
            kind: Kind::from_number(reader.byte()?).ok_or(WireError::Kind)?,
            state: read_state(reader)?,
            revision: Part::read(reader)?,
            returns: Part::read(reader)?,
            code: Part::read(reader)?,
            digest: reader.array()?,
            part: Part::read(reader)?,
            outcome: Outcome {
                lost: Part::read(reader)?,
                void: Part::read(reader)?,
                paid: Part::read(reader)?,
            },
            previous: None,
        })
    }
}

fn read_state(reader: &mut Reader<'_>) -> Result<BetState, WireError> {
    BetState::from_number(reader.byte()?).ok_or(WireError::State)
}
