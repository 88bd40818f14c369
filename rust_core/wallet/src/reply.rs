//! Answers, and their bytes.

use crate::bets::Bets;
use crate::command::PlaceBet;
use crate::field::Field;
use crate::ids::{BetId, ObjectId};
use crate::refusal::Code;
use crate::wire::{Reader, WireError, put_amount, put_u64, put_varint};
use money::Amount;

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Done, now or earlier.
    Accepted = 0,
    /// Refused for good; the same key gives the same answer for ever.
    Refused = 1,
    /// The key, or the revision, was used for something else.
    Conflict = 2,
    /// Refused for a passing reason of ours; nothing was remembered.
    Retry = 3,
    /// Not a command of this tenant; nothing was remembered.
    Malformed = 4,
}

impl Status {
    /// Look up by number.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Accepted,
            1 => Self::Refused,
            2 => Self::Conflict,
            3 => Self::Retry,
            4 => Self::Malformed,
            _ => return None,
        })
    }
}

/// What was decided about a placed bet; results that come later do not change it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decision {
    /// The answer is not about a placed bet.
    #[default]
    None,
    /// It waits to be accepted.
    Pending,
    /// It was taken.
    Accepted,
    /// It was rejected after waiting, for this reason.
    Rejected(u16),
}

impl Decision {
    const fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Pending => 1,
            Self::Accepted => 2,
            Self::Rejected(_) => 3,
        }
    }

    /// Name, empty for none.
    pub const fn name(self) -> &'static str {
        ["", "pending", "accepted", "rejected"][self.number() as usize]
    }

    /// Why it was rejected, 0 if it was not.
    pub const fn reject_code(self) -> u16 {
        match self {
            Self::Rejected(code) => code,
            _ => 0,
        }
    }
}

/// Terms of a verdict, kept in place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    length: u8,
    bytes: [u8; PlaceBet::MAX_TERMS],
}

impl Default for Terms {
    fn default() -> Self {
        Self { length: 0, bytes: [0; PlaceBet::MAX_TERMS] }
    }
}

impl Terms {
    /// The terms, unless they are longer than [`PlaceBet::MAX_TERMS`].
    pub fn new(terms: &[u8]) -> Option<Self> {
        let mut kept = Self { length: u8::try_from(terms.len()).ok()?, ..Self::default() };
        kept.bytes.get_mut(..terms.len())?.copy_from_slice(terms);
        Some(kept)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_bytes().fmt(f)
    }
}

/// The answer to one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What became of it.
    pub status: Status,
    /// 0 when accepted, else why not: a [`Code`] or a code of the domain that gave the verdict.
    pub code: u16,
    /// Whether this is the answer to an earlier command, given again.
    pub replayed: bool,
    /// The entry this answer rests on: it may be released once the journal holds it. 0 rests on nothing.
    pub seq: u64,
    /// Time of that entry; for answers that rest on nothing, the time they were given.
    pub at: u64,
    /// What the command was about: a bet, a payment, a grant.
    pub object_id: Option<ObjectId>,
    /// Version of that; for a tick, the number of bets, bonuses and free bets it ended.
    pub version: u32,
    /// What was decided about the placed bet by now.
    pub decision: Decision,
    /// The terms journaled with the verdict.
    pub terms: Terms,
    /// The field in conflict.
    pub field: Field,
    /// For commands of games: what the player has now.
    pub purse: Option<Purse>,
}

/// What a player of games has, and how a bet was paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purse {
    /// Real money that may be staked.
    pub real: Amount,
    /// Bonus money that may be staked.
    pub bonus: Amount,
    /// What of the bet's stake was bonus money.
    pub bonus_staked: Amount,
}

impl Reply {
    pub(crate) fn new(status: Status, code: u16, seq: u64, at: u64) -> Self {
        Self {
            status,
            code,
            replayed: false,
            seq,
            at,
            object_id: None,
            version: 0,
            decision: Decision::None,
            terms: Terms::default(),
            field: Field::None,
            purse: None,
        }
    }

    /// An answer that rests on nothing and is remembered nowhere.
    pub fn passing(status: Status, code: Code, at: u64) -> Self {
        Self::new(status, code.number(), 0, at)
    }

    pub(crate) fn about(mut self, object: impl Into<ObjectId>, version: u32) -> Self {
        self.object_id = Some(object.into());
        self.version = version;
        self
    }

    /// With what was decided about the bet, and resting on where that is journaled.
    pub(crate) fn decided(self, bets: &Bets) -> Self {
        let bet = self.object_id.and_then(|id| BetId::new(*id.bytes()).ok());
        let Some(index) = bet.and_then(|id| bets.find(&id)) else { return self };
        let (decision, journaled) = bets.decision(bets.get(index));
        let seq = journaled.map_or(self.seq, |answered| answered.seq);
        let at = match (decision, journaled) {
            (Decision::Rejected(_), Some(answered)) => answered.at,
            _ => self.at,
        };
        Self { seq, at, decision, ..self }
    }

    /// Append the reply's bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.status as u8);
        out.push(
            u8::from(self.replayed)
                | u8::from(self.object_id.is_some()) << 1
                | u8::from(self.purse.is_some()) << 2,
        );
        out.push(self.field as u8);
        put_varint(out, u64::from(self.code));
        put_varint(out, self.seq);
        put_u64(out, self.at);
        if let Some(object_id) = self.object_id {
            out.extend_from_slice(object_id.bytes());
        }
        put_varint(out, u64::from(self.version));
        out.push(self.decision.number());
        put_varint(out, u64::from(self.decision.reject_code()));
        out.push(self.terms.length);
        out.extend_from_slice(self.terms.as_bytes());
        if let Some(Purse { real, bonus, bonus_staked }) = self.purse {
            put_amount(out, real);
            put_amount(out, bonus);
            put_amount(out, bonus_staked);
        }
    }

    /// Read a reply.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        let status = Status::from_number(reader.byte()?).ok_or(WireError::State)?;
        let flags = reader.byte()?;
        if flags > 7 {
            return Err(WireError::Flags);
        }
        let field = *Field::ALL.get(usize::from(reader.byte()?)).ok_or(WireError::State)?;
        let (code, seq, at) = (reader.varint_as()?, reader.varint()?, reader.fixed_u64()?);
        let object_id = match flags & 2 {
            0 => None,
            _ => Some(ObjectId::new(reader.array()?).map_err(|_| WireError::Id)?),
        };
        let version = reader.varint_as()?;
        let decision = match (reader.byte()?, reader.varint_as()?) {
            (0, 0) => Decision::None,
            (1, 0) => Decision::Pending,
            (2, 0) => Decision::Accepted,
            (3, code) => Decision::Rejected(code),
            _ => return Err(WireError::State),
        };
        let length = usize::from(reader.byte()?);
        let terms = Terms::new(reader.bytes(length)?).ok_or(WireError::TooLong)?;
        let purse = match flags & 4 {
            0 => None,
            _ => Some(Purse {
                real: reader.amount()?,
                bonus: reader.amount()?,
                bonus_staked: reader.amount()?,
            }),
        };
        reader.finish()?;
        let replayed = flags & 1 != 0;
        Ok(Self { status, code, replayed, seq, at, object_id, version, decision, terms, field, purse })
    }
}
