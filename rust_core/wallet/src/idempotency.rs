//! The memory of keyed commands: what was asked under a key, and what was answered.

use crate::arena::Arena;
use crate::codec::Head;
use crate::command::{Command, Kind, Source};
use crate::ids::{BetId, Key, PlayerId};
use crate::index::{Index, Seed, seeded_fingerprint};
use crate::reply::{Field, Reply, Status, Terms};
use hashing::sha256;
use ledger::{StateHash, Term, TermBuilder};
use money::{Amount, Currency};

/// The first 128 bits of SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 16] {
    let [half, _] = *sha256(bytes).as_chunks().0 else { unreachable!("32 bytes are twice 16") };
    half
}

/// Names a key within its tenant: (player, source, operation, key).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    player: PlayerId,
    /// A UUID as it is, of another text the digest.
    key: [u8; 16],
    is_uuid: bool,
    source: Source,
    kind: Kind,
}

impl Scope {
    pub(crate) fn new(player: PlayerId, source: Source, kind: Kind, key: Key<'_>) -> Self {
        let (key, is_uuid) = match key {
            Key::Uuid(uuid) => (uuid, true),
            Key::Text(text) => (digest(text.as_bytes()), false),
        };
        Self { player, key, is_uuid, source, kind }
    }

    /// The scope of a keyed command's head.
    pub(crate) fn of(head: &Head<'_>, kind: Kind) -> Option<Self> {
        Some(Self::new(head.player?, head.source, kind, head.key?))
    }

    /// Players choose their keys, so where a key goes in the table depends on what they cannot know.
    #[inline]
    fn fingerprint(&self, seed: Seed) -> u32 {
        let player = u128::from_le_bytes(*self.player.bytes());
        seeded_fingerprint(&(u128::from_le_bytes(self.key) ^ player.rotate_left(64)).to_le_bytes(), seed)
    }

    fn small(&self) -> u64 {
        u64::from(self.is_uuid) << 16 | (self.source as u64) << 8 | self.kind as u64
    }
}

/// The fields that make a keyed command the same command, as far as a conflict needs to name them; the digest
/// covers the rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    digest: [u8; 16],
    amount: Amount,
    currency: Currency,
    kind: Kind,
}

impl Asked {
    pub(crate) fn new(command: &Command<'_>, digest: [u8; 16]) -> Option<Self> {
        let (currency, amount) = match command {
            Command::Deposit(deposit) => (deposit.currency, deposit.amount),
            Command::PlaceBet(place) => (place.currency, place.stake),
            _ => return None,
        };
        Some(Self { digest, amount, currency, kind: command.kind() })
    }

    fn difference(&self, other: &Self) -> Field {
        if self.digest == other.digest {
            return Field::None;
        }
        let names = match self.kind {
            Kind::Deposit => [Field::Currency, Field::Amount, Field::Psp],
            _ => [Field::Currency, Field::Stake, Field::Slip],
        };
        if self.currency != other.currency {
            names[0]
        } else if self.amount != other.amount {
            names[1]
        } else {
            names[2]
        }
    }
}

/// What was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) seq: u64,
    pub(crate) at: u64,
    pub(crate) code: u16,
    pub(crate) bet_id: Option<BetId>,
    pub(crate) terms: &'a [u8],
}

impl Answer<'_> {
    pub(crate) fn reply(&self) -> Reply {
        let status = if self.code == 0 { Status::Accepted } else { Status::Refused };
        let mut reply = Reply::new(status, self.code, self.seq, self.at);
        reply.bet_id = self.bet_id;
        reply.version = u32::from(self.code == 0 && self.bet_id.is_some()); // a bet begins at 1
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
    bet_id: [u8; 16],
    terms_start: u64,
    code: u16,
    terms_length: u8,
}

impl Record {
    fn term(&self, terms: &[u8]) -> Term {
        const DOMAIN: u64 = 0x6b65_7900_0000_0000; // "key"
        TermBuilder::new(DOMAIN ^ self.scope.small())
            .bytes16(self.scope.player.bytes())
            .bytes16(&self.scope.key)
            .bytes16(&self.asked.digest)
            .pair(self.seq, self.at)
            .bytes16(&self.bet_id)
            .pair(u64::from(self.code), 0)
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
    pub(crate) fn replay(&self, index: RecordIndex, asked: &Asked) -> Reply {
        let record = &self.records[index.0];
        let bet_id = BetId::new(record.bet_id).ok();
        let field = record.asked.difference(asked);
        if field != Field::None {
            let mut reply =
                Reply::new(Status::Conflict, crate::Code::KeyConflict.number(), record.seq, record.at);
            reply.bet_id = bet_id;
            reply.field = field;
            return reply;
        }
        let answer =
            Answer { seq: record.seq, at: record.at, code: record.code, bet_id, terms: self.terms(record) };
        Reply { replayed: true, ..answer.reply() }
    }

    /// Keep the answer to a key that was looked for and not found.
    pub(crate) fn remember(&mut self, scope: Scope, asked: Asked, answer: &Answer<'_>) {
        let record = Record {
            scope,
            asked,
            seq: answer.seq,
            at: answer.at,
            bet_id: answer.bet_id.map_or([0; 16], |bet_id| *bet_id.bytes()),
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
