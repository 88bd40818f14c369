//! The memory of keyed commands: what was asked under a key, and what was answered.
//!
//! Of every key it is known where in the journal it was answered ([`Hot`]); the last answers are kept in full
//! ([`Recent`]). The answer to an older key is read from its entry, which whoever runs the wallet fetches on demand:
//! see [`Recalled`]. From wherever it comes, it is the same.

mod hot;
mod recent;

use crate::codec::Head;
use crate::command::{Command, Funds, Kind, Source, in_table};
use crate::entry::Entry;
use crate::field::Field;
use crate::ids::{Key, ObjectId, Slug};
use crate::replay::about;
use crate::reply::{Reply, Status, Terms};
use hashing::sha256;
use hot::Hot;
use ledger::{StateHash, Term, TermBuilder};
use money::Amount;
use recent::Recent;
use std::collections::BTreeMap;

/// The first 128 bits of SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 16] {
    let [half, _] = *sha256(bytes).as_chunks().0 else { unreachable!("32 bytes are twice 16") };
    half
}

/// Names a key within its tenant: (player, source, operation, key). Game providers name their transactions each in
/// a space of its own, so for theirs provider and brand are part of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// All zero for a command about no player.
    player: [u8; 16],
    /// A UUID as it is, of another text the digest.
    key: [u8; 16],
    is_uuid: bool,
    source: Source,
    kind: Kind,
    /// The first 64 bits of the SHA-256 of all this: players choose their keys, and none can have many meet.
    fingerprint: u64,
}

impl Scope {
    /// The scope of a keyed command.
    pub(crate) fn of(head: &Head<'_>, command: &Command<'_>) -> Option<Self> {
        let (key, is_uuid) = match (head.key?, command) {
            (key, Command::Casino(casino)) => {
                (named_by(casino.provider(), head.brand, &key.to_string()), false)
            }
            (Key::Uuid(uuid), _) => (uuid, true),
            (Key::Text(text), _) => (digest(text.as_bytes()), false),
        };
        let player = head.player.map_or([0; 16], |player| *player.bytes());
        let (source, kind) = (head.source, command.kind());
        let mut bytes = [0; 35];
        bytes[..16].copy_from_slice(&player);
        bytes[16..32].copy_from_slice(&key);
        bytes[32..].copy_from_slice(&[u8::from(is_uuid), source as u8, kind as u8]);
        let fingerprint = u128::from_le_bytes(digest(&bytes)) as u64;
        Some(Self { player, key, is_uuid, source, kind, fingerprint })
    }
}

/// The id of what a provider names so.
pub(crate) fn named_by(provider: Slug, brand: u32, name: &str) -> [u8; 16] {
    let mut bytes = Vec::with_capacity(64);
    bytes.extend_from_slice(provider.bytes());
    bytes.extend_from_slice(&brand.to_le_bytes());
    bytes.extend_from_slice(name.as_bytes());
    digest(&bytes)
}

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

/// Entries of the journal by their positions, from which older keys are answered.
///
/// Whoever runs the wallet reads them from the journal, and has verified the batches they stand in.
pub type Recalled = BTreeMap<u64, Vec<u8>>;

/// A command cannot be judged without these entries: recall them, and submit it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing(pub Vec<u64>);

/// All keys ever used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Idempotency {
    hot: Hot,
    recent: Recent,
    /// Of all answers ever given; most of them stand in the journal alone.
    answers: StateHash,
}

impl Idempotency {
    /// The answer to a key, if it was used.
    #[inline]
    pub(crate) fn find(&self, scope: &Scope, recalled: &Recalled) -> Result<Option<Box<Record>>, Missing> {
        let mut positions = self.hot.find(scope.fingerprint).peekable();
        if positions.peek().is_none() {
            return Ok(None);
        }
        self.judge(scope, positions, recalled)
    }

    /// Which of the positions under a key's fingerprint is the key's own, if any.
    #[cold]
    fn judge(
        &self,
        scope: &Scope,
        positions: impl Iterator<Item = u64>,
        recalled: &Recalled,
    ) -> Result<Option<Box<Record>>, Missing> {
        let mut missing = Vec::new();
        for seq in positions {
            match self.recent.find(seq).cloned().or_else(|| recall(recalled, seq)) {
                Some(record) if record.scope == *scope => return Ok(Some(Box::new(record))),
                Some(_) => {}
                None => missing.push(seq),
            }
        }
        if missing.is_empty() { Ok(None) } else { Err(Missing(missing)) }
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
        self.hot.insert(record.scope.fingerprint, record.seq);
        self.recent.push(record);
    }

    /// Keep at least the last `least` answers in full from now on, and hardly more.
    pub(crate) fn keep_recent(&mut self, least: usize) {
        self.recent.keep(least);
    }

    /// How many keys there are, and the bytes set aside for where each was answered and for recent answers.
    pub(crate) fn memory(&self) -> (usize, usize) {
        (self.hot.len(), self.hot.allocated() + self.recent.allocated())
    }

    /// Fingerprints and positions of all keys, in one order.
    pub(crate) fn sorted(&self) -> impl Iterator<Item = (u64, u64)> {
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
    pub(crate) fn restore(&mut self, fingerprint: u64, seq: u64, last: u64) -> bool {
        let is_sound = (1..=last).contains(&seq);
        if is_sound {
            self.hot.insert(fingerprint, seq);
        }
        is_sound
    }

    pub(crate) fn state_hash(&self) -> StateHash {
        self.hot.state_hash().plus(&self.answers)
    }

    /// The same, from the keys as they stand.
    pub(crate) fn recomputed_hash(&self) -> StateHash {
        self.hot.recomputed_hash().plus(&self.answers)
    }
}

/// What the entry at a position says, if it was recalled: anything but a bound key is not that entry.
fn recall(recalled: &Recalled, seq: u64) -> Option<Record> {
    let entry = Entry::decode(recalled.get(&seq)?).ok()?;
    Record::of(&entry, about(&entry)).filter(|record| record.seq == seq)
}
