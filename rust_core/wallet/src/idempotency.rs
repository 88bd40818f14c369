//! The memory of keyed commands: what was asked under a key, and what was answered.
//!
//! Of every key it is known where in the journal it was answered ([`Hot`]); the last answers are kept in full
//! ([`Recent`]). Old keys leave memory for a table outside, and which might be there stays known ([`Cold`]). The answer
//! to an older key is read from its entry. Whoever runs the wallet looks into table and journal on demand: see
//! [`Recalled`]. From wherever it comes, it is the same.

mod cold;
mod hot;
mod prefixes;
mod recalled;
mod recent;
mod scope;

pub(crate) use cold::{Cold, SavedPart};
pub(crate) use hot::{PARTS, Place};
pub use recalled::{FiledKey, Missing, Recalled};
pub(crate) use scope::{Scope, digest, named_by};

use crate::command::{Command, Funds, in_table};
use crate::entry::Entry;
use crate::field::Field;
use crate::ids::ObjectId;
use crate::reply::{Reply, Status, Terms};
use hot::Hot;
use ledger::{StateHash, Term, TermBuilder};
use money::Amount;
use recent::Recent;

/// Most fields of a command.
const MARKS: usize = 12;

/// The fields that make a keyed command the same command, as far as a conflict needs to name them; the digest
/// covers the rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    digest: [u8; 16],
    amount: Amount,
    /// Its number, 0 where the command has none of its own.
    currency: u16,
    /// A few bits of each field, in order.
    marks: [u8; MARKS],
}

impl Asked {
    pub(crate) fn new(command: &Command<'_>, digest: [u8; 16]) -> Self {
        let mut marks = [0; MARKS];
        let (currency, amount) = match command {
            Command::Deposit(deposit) => (deposit.currency.number(), deposit.amount),
            Command::PlaceBet(place) => {
                marks[0] = match place.funds {
                    Funds::Any => 0,
                    Funds::Real => 1,
                    Funds::FreeBet(token) => token.bytes()[15] | 2,
                };
                (place.currency.number(), place.stake)
            }
            command => {
                let mut at = 0;
                each_field(command, |_, bytes| {
                    if let Some(mark) = marks.get_mut(at) {
                        *mark = self::mark(bytes);
                    }
                    at += 1;
                });
                (0, Amount::ZERO)
            }
        };
        Self { digest, amount, currency, marks }
    }

    /// The field in which `command`, which asks `self`, differs from the original.
    fn difference(&self, original: &Self, command: &Command<'_>) -> Field {
        if self.digest == original.digest {
            return Field::None;
        }
        let (amount, last) = match command {
            Command::Deposit(_) => (Field::Amount, Field::Psp),
            Command::PlaceBet(_) => (Field::Stake, Field::Slip),
            _ => (Field::Content, Field::Content),
        };
        if self.currency != original.currency {
            return Field::Currency;
        }
        if self.amount != original.amount {
            return amount;
        }
        let Some(differs) = self.marks.iter().zip(original.marks).position(|(now, was)| *now != was) else {
            return last;
        };
        let mut named = if matches!(command, Command::PlaceBet(_)) { Field::Funds } else { last };
        let mut at = 0;
        each_field(command, |name, _| {
            if at == differs {
                named = Field::named(name);
            }
            at += 1;
        });
        named
    }
}

/// Visit the fields of a command of a table, with their bytes.
fn each_field(command: &Command<'_>, visit: impl FnMut(&'static str, &[u8])) {
    in_table!(command, tabled => tabled.each_field(visit), _ => {});
}

fn mark(bytes: &[u8]) -> u8 {
    let folded =
        bytes.iter().fold(0x811c_9dc5_u32, |mark, byte| (mark ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    (folded >> 24) as u8 ^ folded as u8
}

/// What was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) seq: u64,
    pub(crate) at: u64,
    pub(crate) code: u16,
    pub(crate) object: Option<(ObjectId, u32)>,
    pub(crate) terms: &'a [u8],
}

impl Answer<'_> {
    pub(crate) fn reply(&self) -> Reply {
        let status = if self.code == 0 { Status::Accepted } else { Status::Refused };
        let mut reply = Reply::new(status, self.code, self.seq, self.at);
        if let Some((id, version)) = self.object {
            reply = reply.about(id, version);
        }
        reply.terms = Terms::new(self.terms).expect("terms were bounded when they were read");
        reply
    }
}

/// A key, what was asked under it, and what was answered.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    scope: Scope,
    asked: Asked,
    seq: u64,
    at: u64,
    code: u16,
    object: Option<(ObjectId, u32)>,
    terms: Terms,
}

impl Record {
    /// What an entry about an object says of its key, if that is bound; none for any other entry.
    pub(crate) fn of(entry: &Entry<'_>, about: Option<(ObjectId, u32)>) -> Option<Self> {
        let scope = Scope::of(&entry.head, &entry.command).filter(|_| entry.is_frozen)?;
        let asked = Asked::new(&entry.command, entry.command_hash);
        let terms = entry.terms().unwrap_or(&[]);
        let answer = Answer { seq: entry.seq, at: entry.at, code: entry.code, object: about, terms };
        Some(Self::new(scope, asked, &answer))
    }

    fn new(scope: Scope, asked: Asked, answer: &Answer<'_>) -> Self {
        let &Answer { seq, at, code, object, terms } = answer;
        let terms = Terms::new(terms).expect("terms were bounded when they were read");
        Self { scope, asked, seq, at, code, object, terms }
    }

    fn term(&self) -> Term {
        const DOMAIN: u64 = 0x616e_7377_6572_0000; // "answer"
        let Scope { player, key, is_uuid, source, kind, .. } = &self.scope;
        let small = u64::from(*is_uuid) << 16 | (*source as u64) << 8 | *kind as u64;
        let (object, version) = self.object.map_or(([0; 16], 0), |(id, version)| (*id.bytes(), version));
        TermBuilder::new(DOMAIN ^ small)
            .bytes16(player)
            .bytes16(key)
            .bytes16(&self.asked.digest)
            .pair(self.seq, self.at)
            .bytes16(&object)
            .pair(u64::from(self.code), u64::from(version))
            .bytes(self.terms.as_bytes())
            .finish()
    }

    /// The original answer, or the conflict with it.
    pub(crate) fn replay(&self, asked: &Asked, command: &Command<'_>) -> Reply {
        let answer = self.again();
        let field = asked.difference(&self.asked, command);
        if field == Field::None {
            return answer;
        }
        let code = crate::Code::KeyConflict.number();
        Reply {
            field,
            object_id: answer.object_id,
            ..Reply::new(Status::Conflict, code, answer.seq, answer.at)
        }
    }

    /// The original answer, whatever is asked now.
    pub(crate) fn again(&self) -> Reply {
        let Self { seq, at, code, object, ref terms, .. } = *self;
        let answer = Answer { seq, at, code, object, terms: terms.as_bytes() };
        Reply { replayed: true, ..answer.reply() }
    }
}

/// All keys ever used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Idempotency {
    hot: Hot,
    cold: Cold,
    recent: Recent,
    /// Of all answers ever given; most of them stand in the journal alone.
    answers: StateHash,
}

impl Idempotency {
    /// The answer to a key, if it was used and is not forgotten.
    #[inline]
    pub(crate) fn find(&self, scope: &Scope, recalled: &Recalled) -> Result<Option<Box<Record>>, Missing> {
        let mut positions = self.hot.find(scope.fingerprint).peekable();
        if positions.peek().is_none() && !self.cold.may_hold(scope) {
            return Ok(None);
        }
        let found = self.judge(scope, positions, recalled)?;
        Ok(found.filter(|record| !self.cold.has_forgotten(scope, record.at)))
    }

    /// Which of the positions under a key's fingerprint is the key's own, if any: those in memory first, then those of
    /// the table.
    #[cold]
    fn judge(
        &self,
        scope: &Scope,
        positions: impl Iterator<Item = u64>,
        recalled: &Recalled,
    ) -> Result<Option<Box<Record>>, Missing> {
        if let Some(found) = self.own(scope, positions, recalled)? {
            return Ok(Some(found));
        }
        if !self.cold.may_hold(scope) {
            return Ok(None);
        }
        // What was let go since the look might be missing in it.
        let looked = recalled.looked(scope.fingerprint, self.cold.evicted);
        let positions =
            looked.ok_or_else(|| Missing { keys: vec![scope.fingerprint], ..Missing::default() })?;
        self.own(scope, positions.iter().copied(), recalled)
    }

    fn own(
        &self,
        scope: &Scope,
        positions: impl Iterator<Item = u64>,
        recalled: &Recalled,
    ) -> Result<Option<Box<Record>>, Missing> {
        let mut missing = Missing::default();
        for seq in positions {
            match self.recent.find(seq).cloned().or_else(|| recalled.record(seq)) {
                Some(record) if record.scope == *scope => return Ok(Some(Box::new(record))),
                // Another key that shares the bits.
                Some(record) if record.scope.fingerprint == scope.fingerprint => {}
                _ => missing.seqs.push(seq),
            }
        }
        if missing.seqs.is_empty() { Ok(None) } else { Err(missing) }
    }

    /// Whether a key that was not found is so old that it may have been used and forgotten.
    #[inline]
    pub(crate) fn is_too_old(&self, scope: &Scope) -> bool {
        self.cold.is_too_old(scope)
    }

    /// Let go of the keys of one part up to position `until`, whose entry is of time `at`; how many there were.
    pub(crate) fn evict(&mut self, part: usize, until: u64, at: u64) -> usize {
        let places = self.hot.sweep(part, until);
        let count = places.len();
        if count > 0 {
            self.cold.take(part, until, at, places);
        }
        count
    }

    /// Forget dated keys that were answered before a time.
    pub(crate) fn forget(&mut self, before: u64) {
        self.cold.forget(before);
    }

    /// What is known of keys that were let go.
    pub(crate) fn cold(&self) -> &Cold {
        &self.cold
    }

    /// The prefixes of keys that were let go, in one order.
    pub(crate) fn saved_parts(&self) -> impl Iterator<Item = SavedPart> {
        self.cold.saved()
    }

    /// Take up how far keys were let go and forgotten.
    pub(crate) fn restore_cold(&mut self, evicted: u64, forgotten: u64) {
        (self.cold.evicted, self.cold.forgotten) = (evicted, forgotten);
    }

    /// Take up a part of what is known of keys that were let go.
    #[must_use = "a part that is none is not kept"]
    pub(crate) fn restore_part(&mut self, saved: &SavedPart) -> bool {
        self.cold.restore(saved)
    }

    /// Positions under a fingerprint among the answers kept in full, however old.
    pub(crate) fn kept(&self, fingerprint: u64) -> Vec<u64> {
        self.recent.under(fingerprint)
    }

    /// Keep the answer to a key that was looked for and not found.
    pub(crate) fn remember(&mut self, scope: Scope, asked: Asked, answer: &Answer<'_>) {
        self.push(Record::new(scope, asked, answer));
    }

    /// Keep an answer of the journal; false when the key was answered before, as far as memory tells: of older answers
    /// it knows where they are, not whose.
    #[must_use = "a second answer to a key is not kept"]
    pub(crate) fn keep(&mut self, record: Record) -> bool {
        let scope = &record.scope;
        let is_new = !self.hot.find(scope.fingerprint).any(|seq| self.recent.holds(seq, scope));
        if is_new {
            self.push(record);
        }
        is_new
    }

    fn push(&mut self, record: Record) {
        self.answers.add(&record.term());
        let (fingerprint, is_dated) = (record.scope.fingerprint, record.scope.is_dated(record.at));
        self.hot.insert(Place { fingerprint, seq: record.seq, is_dated });
        self.recent.push(record);
    }

    /// Keep at least the last `least` answers in full from now on, and hardly more.
    pub(crate) fn keep_recent(&mut self, least: usize) {
        self.recent.keep(least);
    }

    /// How many keys are in memory, and the bytes set aside for where each was answered and for recent answers.
    pub(crate) fn memory(&self) -> (usize, usize) {
        (self.hot.len(), self.hot.allocated() + self.recent.allocated())
    }

    /// The same of keys that were let go.
    pub(crate) fn cold_memory(&self) -> (usize, usize) {
        self.cold.memory()
    }

    /// All keys in memory, in one order.
    pub(crate) fn sorted(&self) -> impl Iterator<Item = Place> {
        self.hot.sorted()
    }

    /// The hash of all answers, which no table can give again.
    pub(crate) fn answers(&self) -> StateHash {
        self.answers
    }

    /// Take up the hash of all answers.
    pub(crate) fn restore_answers(&mut self, hash: StateHash) {
        self.answers = hash;
    }

    /// Keep a key as it was; false at a position that no entry has.
    #[must_use = "a key without an entry is not kept"]
    pub(crate) fn restore(&mut self, place: Place, last: u64) -> bool {
        let is_sound = (1..=last).contains(&place.seq);
        if is_sound {
            self.hot.insert(place);
        }
        is_sound
    }

    pub(crate) fn state_hash(&self) -> StateHash {
        self.hot.state_hash().plus(&self.cold.state_hash()).plus(&self.answers)
    }

    /// The same, from the keys as they stand.
    pub(crate) fn recomputed_hash(&self) -> StateHash {
        self.hot.recomputed_hash().plus(&self.cold.recomputed_hash()).plus(&self.answers)
    }
}
