//! A bet as it is saved and restored, with how it was accepted and all its results.

use super::{Answered, Bet, BetState, Bets, Closing};
use crate::arena::Link;
use crate::command::Kind;
use crate::effects::Outcome;
use crate::fields::Part;
use crate::ids::{BetId, PlayerId};
use crate::index::fingerprint;
use crate::purse::PurseIndex;
use crate::wire::{Reader, WireError};
use money::{Amount, Currency};

/// A bet that was read, before it has a place.
pub(crate) struct SavedBet {
    pub(crate) id: BetId,
    pub(crate) player: PlayerId,
    pub(crate) currency: Currency,
    state: BetState,
    version: u32,
    stake: Amount,
    real_left: Amount,
    pending_until: u64,
    minute: u32,
    accepted: Option<Answered>,
    /// The first result first.
    closed: Vec<Closing>,
}

impl SavedBet {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            id: Part::read(reader)?,
            player: Part::read(reader)?,
            currency: Part::read(reader)?,
            state: read_state(reader)?,
            version: Part::read(reader)?,
            stake: Part::read(reader)?,
            real_left: Part::read(reader)?,
            pending_until: Part::read(reader)?,
            minute: Part::read(reader)?,
            accepted: if bool::read(reader)? { Some(Answered::read(reader)?) } else { None },
            closed: (0..u32::read(reader)?).map(|_| Closing::read(reader)).collect::<Result<_, _>>()?,
        })
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
    pub(crate) fn restore(&mut self, saved: SavedBet, is_backed: bool, purse: PurseIndex) -> bool {
        if self.find(&saved.id).is_some() {
            return false;
        }
        let accepted = saved.accepted.map(|answered| {
            self.hash.add(&answered.term(&saved.id));
            Link::to(self.accepted.push(answered))
        });
        let mut closed = None;
        for closing in saved.closed {
            self.hash.add(&closing.term(&saved.id));
            closed = Some(Link::to(self.closed.push(Closing { previous: closed, ..closing })));
        }
        let SavedBet {
            id, player, currency, state, version, stake, real_left, pending_until, minute, ..
        } = saved;
        let bet = Bet {
            id,
            player,
            currency,
            state,
            version,
            stake,
            real_left,
            pending_until,
            minute,
            is_backed,
            purse,
            accepted,
            closed,
        };
        if state == BetState::Pending {
            self.pending.insert((pending_until, id));
        }
        self.hash.add(&bet.term());
        self.index.insert(fingerprint(id.bytes()), self.all.push(bet));
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
