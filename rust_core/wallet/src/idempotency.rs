//! The memory of keyed commands: what was asked under a key, and what was answered.

mod saved;

pub(crate) use saved::read_key;

use crate::arena::Arena;
use crate::codec::Head;
use crate::command::{Command, Funds, Kind, Source, in_table};
use crate::field::Field;
use crate::ids::{Key, ObjectId, Slug};
use crate::index::{Index, Seed, seeded_fingerprint};
use crate::reply::{Reply, Status, Terms};
use hashing::sha256;
use ledger::{StateHash, Term, TermBuilder};
use money::Amount;

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
        Some(Self { player, key, is_uuid, source: head.source, kind: command.kind() })
    }

    /// Players choose their keys, so where a key goes in the table depends on what they cannot know.
    #[inline]
    fn fingerprint(&self, seed: Seed) -> u32 {
        let player = u128::from_le_bytes(self.player);
        seeded_fingerprint(&(u128::from_le_bytes(self.key) ^ player.rotate_left(64)).to_le_bytes(), seed)
    }

    fn small(&self) -> u64 {
        u64::from(self.is_uuid) << 16 | (self.source as u64) << 8 | self.kind as u64
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

#[derive(Clone, Debug)]
struct Record {
    scope: Scope,
    asked: Asked,
    seq: u64,
    at: u64,
    /// All zero for none.
    object: [u8; 16],
    version: u32,
    terms_start: u64,
    code: u16,
    terms_length: u8,
}

impl Record {
    fn term(&self, terms: &[u8]) -> Term {
        const DOMAIN: u64 = 0x6b65_7900_0000_0000; // "key"
        TermBuilder::new(DOMAIN ^ self.scope.small())
            .bytes16(&self.scope.player)
            .bytes16(&self.scope.key)
            .bytes16(&self.asked.digest)
            .pair(self.seq, self.at)
            .bytes16(&self.object)
            .pair(u64::from(self.code), u64::from(self.version))
            .bytes(terms)
            .finish()
    }
}

/// Position of a key among all keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordIndex(u32);

/// All keys ever used, with their answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Idempotency {
    index: Index,
    seed: Seed,
    records: Arena<Record>,
    terms: Vec<u8>,
    hash: StateHash,
}

impl Idempotency {
    /// Where the answer to a key is, if it was used.
    pub(crate) fn find(&self, scope: &Scope) -> Option<RecordIndex> {
        let is_it = |at: u32| self.records[at].scope == *scope;
        self.index.find(scope.fingerprint(self.seed), is_it).map(RecordIndex)
    }

    /// The original answer to a key, or the conflict with it.
    pub(crate) fn replay(&self, index: RecordIndex, asked: &Asked, command: &Command<'_>) -> Reply {
        let answer = self.again(index);
        let field = asked.difference(&self.records[index.0].asked, command);
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

    /// The original answer to a key, whatever is asked now.
    pub(crate) fn again(&self, index: RecordIndex) -> Reply {
        let record = &self.records[index.0];
        let object = ObjectId::new(record.object).ok().map(|id| (id, record.version));
        let terms = self.terms(record);
        let answer = Answer { seq: record.seq, at: record.at, code: record.code, object, terms };
        Reply { replayed: true, ..answer.reply() }
    }

    /// Keep the answer to a key that was looked for and not found.
    pub(crate) fn remember(&mut self, scope: Scope, asked: Asked, answer: &Answer<'_>) {
        let record = Record {
            scope,
            asked,
            seq: answer.seq,
            at: answer.at,
            object: answer.object.map_or([0; 16], |(id, _)| *id.bytes()),
            version: answer.object.map_or(0, |(_, version)| version),
            terms_start: self.terms.len() as u64,
            code: answer.code,
            terms_length: answer.terms.len() as u8,
        };
        self.hash.add(&record.term(answer.terms));
        if self.index.is_full() {
            // The hash of all so far has seen ids and times of which no client knows all.
            self.seed = Seed(self.hash.words());
            self.index.grow_anew(self.records.iter().map(|record| record.scope.fingerprint(self.seed)));
        }
        self.index.insert(scope.fingerprint(self.seed), self.records.push(record));
        self.terms.extend_from_slice(answer.terms);
    }

    fn terms(&self, record: &Record) -> &[u8] {
        let start = record.terms_start as usize;
        &self.terms[start..start + usize::from(record.terms_length)]
    }

    pub(crate) fn state_hash(&self) -> StateHash {
        self.hash
    }

    /// The same, from the records as they stand.
    pub(crate) fn recomputed_hash(&self) -> StateHash {
        StateHash::of(self.records.iter().map(|record| record.term(self.terms(record))))
    }
}
