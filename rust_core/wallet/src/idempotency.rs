//! The memory of keyed commands: what was asked under a key, and what was answered.

use crate::codec::Head;
use crate::command::{Command, Kind, Source};
use crate::ids::{BetId, Key, PlayerId};
use crate::reply::{Field, Reply, Status, Terms};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use ledger::{StateHash, TermBuilder};
use money::{Amount, Currency};
use sha2::{Digest, Sha256};

/// The first 128 bits of SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 16] {
    let hash = Sha256::digest(bytes);
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}

/// Names a key within its tenant: (player, source, operation, key), hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope([u8; 16]);

impl Scope {
    pub(crate) fn new(player: &PlayerId, source: Source, kind: Kind, key: Key<'_>) -> Self {
        let mut bytes = [0; 19 + Key::MAX];
        bytes[..16].copy_from_slice(player.bytes());
        bytes[16] = source as u8;
        bytes[17] = kind as u8;
        let (form, text) = match &key {
            Key::Uuid(uuid) => (0, uuid.as_slice()),
            Key::Text(text) => (1, text.as_bytes()),
        };
        bytes[18] = form;
        bytes[19..19 + text.len()].copy_from_slice(text);
        Self(digest(&bytes[..19 + text.len()]))
    }

    /// The scope of a keyed command's head.
    pub(crate) fn of(head: &Head<'_>, kind: Kind) -> Option<Self> {
        Some(Self::new(&head.player?, head.source, kind, head.key?))
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
    pub(crate) version: u32,
    pub(crate) bet_id: Option<BetId>,
    pub(crate) terms: &'a [u8],
}

impl Answer<'_> {
    pub(crate) fn reply(&self) -> Reply {
        let status = if self.code == 0 { Status::Accepted } else { Status::Refused };
        let mut reply = Reply::new(status, self.code, self.seq, self.at);
        reply.bet_id = self.bet_id;
        reply.version = self.version;
        reply.terms = Terms::new(self.terms).expect("terms were bounded when they were read");
        reply
    }
}

#[derive(Clone, Debug)]
struct Record {
    asked: Asked,
    seq: u64,
    at: u64,
    bet_id: Option<BetId>,
    terms_start: u64,
    version: u32,
    code: u16,
    terms_length: u8,
}

/// All keys ever used, with their answers.
#[derive(Clone, Debug)]
pub(crate) struct Idempotency {
    index: HashMap<Scope, u32, FixedState>,
    records: Vec<Record>,
    terms: Vec<u8>,
    hash: StateHash,
}

impl Idempotency {
    pub(crate) fn new() -> Self {
        Self {
            index: HashMap::with_hasher(FixedState::with_seed(2)),
            records: Vec::new(),
            terms: Vec::new(),
            hash: StateHash::default(),
        }
    }

    pub(crate) fn contains(&self, scope: &Scope) -> bool {
        self.index.contains_key(scope)
    }

    /// The original answer if the key is known, or the conflict with it.
    pub(crate) fn replay(&self, scope: &Scope, asked: &Asked) -> Option<Reply> {
        let record = &self.records[*self.index.get(scope)? as usize];
        let field = record.asked.difference(asked);
        if field != Field::None {
            let mut reply =
                Reply::new(Status::Conflict, crate::Code::KeyConflict.number(), record.seq, record.at);
            reply.bet_id = record.bet_id;
            reply.field = field;
            return Some(reply);
        }
        let start = record.terms_start as usize;
        let answer = Answer {
            seq: record.seq,
            at: record.at,
            code: record.code,
            version: record.version,
            bet_id: record.bet_id,
            terms: &self.terms[start..start + usize::from(record.terms_length)],
        };
        Some(Reply { replayed: true, ..answer.reply() })
    }

    pub(crate) fn remember(&mut self, scope: Scope, asked: Asked, answer: &Answer<'_>) {
        const DOMAIN: u64 = 0x6b65_7900_0000_0000; // "key"
        let index = u32::try_from(self.records.len()).expect("fewer than 2^32 keys");
        let before = self.index.insert(scope, index);
        assert!(before.is_none(), "a key is answered once");
        let bet_id = answer.bet_id.map_or([0; 16], |bet_id| *bet_id.bytes());
        let term = TermBuilder::new(DOMAIN)
            .bytes16(&scope.0)
            .bytes16(&asked.digest)
            .pair(answer.seq, answer.at)
            .pair(u64::from(answer.code), u64::from(answer.version))
            .bytes16(&bet_id)
            .bytes(answer.terms);
        self.hash.add(&term.finish());
        self.records.push(Record {
            asked,
            seq: answer.seq,
            at: answer.at,
            bet_id: answer.bet_id,
            terms_start: self.terms.len() as u64,
            version: answer.version,
            code: answer.code,
            terms_length: answer.terms.len() as u8,
        });
        self.terms.extend_from_slice(answer.terms);
    }

    pub(crate) fn state_hash(&self) -> StateHash {
        self.hash
    }
}
