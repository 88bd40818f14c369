//! Snapshots of a shard: a follower's state in sealed chunks, from which the next follower goes on.
//!
//! ```text
//! snapshot = head chunk · chunk for each part of the state (see `wallet::Restoring`) · end chunk
//! chunk    = "PJS" · version · kind · number u32 · length u32 · hash of the chunk before [32] · payload · SHA-256 [32]
//! head     = epoch u64 · seq u64 · hash of the batch that ends there [32] · hash of the state [32]
//! ```
//! Numbers are little-endian and count from 0. The hash before the first chunk is that of the shard's name. Each chunk's
//! SHA-256 covers all of it, the hash before included, so the last one names the whole snapshot. A state has one
//! snapshot: two followers of one journal, from wherever they began, make the same bytes.

use hashing::{Digest, sha256};
use journal::Chain;
use wallet::{Restoring, Slug};

use crate::follower::Follower;

const MAGIC: &[u8; 3] = b"PJS";
const VERSION: u8 = 2;
const HASH: usize = 32;
/// Bytes of a chunk before its payload.
const LEAD: usize = 3 + 1 + 1 + 4 + 4 + HASH;

const HEAD: u8 = 1;
const PART: u8 = 2;
const END: u8 = 3;

fn before_all(shard: &str) -> Digest {
    sha256(&[b"snapshot\0", shard.as_bytes()].concat())
}

impl Follower {
    /// The state in chunks; an error in words if the wallet failed before.
    ///
    /// # Panics
    /// At 2^32 chunks, which no memory holds.
    pub fn snapshot(&self) -> Result<Vec<Vec<u8>>, String> {
        let chain = self.chain();
        let head = [
            &chain.epoch.to_le_bytes()[..],
            &chain.seq.to_le_bytes(),
            &chain.hash,
            &self.wallet().state_hash(),
        ];
        let mut chunks = Vec::new();
        let mut before = before_all(&chain.shard);
        let mut seal = |kind, payload: &[u8]| {
            let number = u32::try_from(chunks.len()).expect("fewer than 2^32 chunks");
            let chunk = seal(kind, number, &before, payload);
            before.copy_from_slice(&chunk[chunk.len() - HASH..]);
            chunks.push(chunk);
        };
        seal(HEAD, &head.concat());
        self.wallet().save(|part| seal(PART, part)).map_err(|error| error.to_string())?;
        seal(END, &[]);
        Ok(chunks)
    }
}

fn seal(kind: u8, number: u32, before: &Digest, payload: &[u8]) -> Vec<u8> {
    let mut chunk = Vec::with_capacity(LEAD + payload.len() + HASH);
    chunk.extend_from_slice(MAGIC);
    chunk.extend_from_slice(&[VERSION, kind]);
    chunk.extend_from_slice(&number.to_le_bytes());
    chunk.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    chunk.extend_from_slice(before);
    chunk.extend_from_slice(payload);
    let hash = sha256(&chunk);
    chunk.extend_from_slice(&hash);
    chunk
}

/// What a snapshot says of itself, to be held against the journal and against the state.
#[derive(Debug)]
struct Claim {
    chain: Chain,
    state_hash: Digest,
}

/// Puts a follower together from the chunks of a snapshot, trusting nothing that does not verify.
#[derive(Debug)]
pub struct SnapshotReader {
    shard: String,
    restoring: Restoring,
    claim: Option<Claim>,
    before: Digest,
    taken: u32,
    has_ended: bool,
}

impl SnapshotReader {
    /// For a snapshot of `shard`.
    pub fn new(shard: &str) -> Result<Self, String> {
        let tenant = Slug::new(shard).map_err(|e| format!("shard {shard:?}: {e}"))?;
        Ok(Self {
            shard: shard.to_owned(),
            restoring: Restoring::new(tenant),
            claim: None,
            before: before_all(shard),
            taken: 0,
            has_ended: false,
        })
    }

    /// Take in the next chunk; the error says in words what does not verify, and nothing of it is then of use.
    pub fn take(&mut self, chunk: &[u8]) -> Result<(), String> {
        self.take_next(chunk)
            .map_err(|what| format!("snapshot of {}, chunk {}: {what}", self.shard, self.taken))
    }

    fn take_next(&mut self, chunk: &[u8]) -> Result<(), String> {
        let (kind, payload) = self.open(chunk)?;
        if self.has_ended || (kind == HEAD) != (self.taken == 0) {
            return Err("it stands in the wrong place".to_owned());
        }
        match kind {
            HEAD => self.claim = Some(read_head(&self.shard, payload)?),
            PART => self.restoring.take(payload).map_err(|error| error.to_string())?,
            END if payload.is_empty() => self.has_ended = true,
            _ => return Err(format!("{kind} is no kind of chunk")),
        }
        self.before.copy_from_slice(&chunk[chunk.len() - HASH..]);
        self.taken += 1;
        Ok(())
    }

    /// Kind and payload of a chunk that is whole, and the next.
    fn open<'a>(&self, chunk: &'a [u8]) -> Result<(u8, &'a [u8]), String> {
        if chunk.len() < LEAD + HASH || &chunk[..3] != MAGIC {
            return Err("these bytes are not a chunk of a snapshot".to_owned());
        }
        if chunk[3] != VERSION {
            return Err(format!("snapshots of version {} are not known to this release", chunk[3]));
        }
        let (sealed, hash) = chunk.split_at(chunk.len() - HASH);
        if sha256(sealed) != hash {
            return Err("it does not match its own hash: it was damaged or changed".to_owned());
        }
        let word = |at: usize| u32::from_le_bytes([chunk[at], chunk[at + 1], chunk[at + 2], chunk[at + 3]]);
        let payload = &sealed[LEAD..];
        if word(5) != self.taken || word(9) as usize != payload.len() || sealed[13..LEAD] != self.before {
            return Err("it does not follow on the chunk before".to_owned());
        }
        Ok((chunk[4], payload))
    }

    /// Hash of the last chunk taken: after the end, the name of the whole snapshot.
    pub fn digest(&self) -> Digest {
        self.before
    }

    /// The follower, at the position and in the state that the snapshot claims.
    ///
    /// What is left to its caller is to ask whether the journal holds that position with those hashes.
    pub fn finish(self) -> Result<Follower, String> {
        let refuse = |what: &str| format!("snapshot of {}: {what}", self.shard);
        let Some(Claim { chain, state_hash }) = self.claim.filter(|_| self.has_ended) else {
            return Err(refuse("it is not all there"));
        };
        let wallet = self.restoring.finish().map_err(|error| refuse(&error.to_string()))?;
        if wallet.seq() != chain.seq || wallet.state_hash() != state_hash {
            return Err(refuse("it holds another state than it says"));
        }
        Ok(Follower::at(wallet, chain))
    }
}

fn read_head(shard: &str, payload: &[u8]) -> Result<Claim, String> {
    let wrong = || "the head has another length".to_owned();
    let (epoch, rest) = payload.split_first_chunk::<8>().ok_or_else(wrong)?;
    let (seq, rest) = rest.split_first_chunk::<8>().ok_or_else(wrong)?;
    let (hash, rest) = rest.split_first_chunk::<HASH>().ok_or_else(wrong)?;
    let state_hash = <[u8; HASH]>::try_from(rest).map_err(|_| wrong())?;
    let (epoch, seq) = (u64::from_le_bytes(*epoch), u64::from_le_bytes(*seq));
    Ok(Claim { chain: Chain { shard: shard.to_owned(), epoch, seq, hash: *hash }, state_hash })
}
