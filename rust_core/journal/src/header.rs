//! The header of a sealed batch and its layout.
//!
//! Little-endian: `"PJB"`, version u8, shard length u8, shard, epoch u64, lo u64, hi u64, n u32, body length u32,
//! state hash 32, previous hash 32, hash 32; the body follows. The hash covers everything before the previous
//! hash as "header"; the previous hash itself leads the hashed bytes.

use std::cmp::Ordering;

use crate::{Digest, FrameError, MAX_FRAME};

/// Longest shard name in bytes.
pub const MAX_SHARD_NAME: usize = 32;

const MAGIC: &[u8; 3] = b"PJB";
const VERSION: u8 = 1;
/// Bytes before the shard's name.
const LEAD: usize = 5;
/// Bytes of the header that are hashed, without the shard's name.
const HASHED: usize = LEAD + 8 + 8 + 8 + 4 + 4 + 32;

/// What a batch says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Shard (= tenant) whose journal this is.
    pub shard: String,
    /// Lease epoch of the writer.
    pub epoch: u64,
    /// Sequence before the first entry (exclusive).
    pub lo: u64,
    /// Sequence of the last entry (inclusive).
    pub hi: u64,
    /// Number of entries.
    pub n: u32,
    /// Length of the body in bytes.
    pub body: u32,
    /// Hash of the state after the last entry; every replayer compares it with its own.
    pub state_hash: Digest,
    /// Hash of the batch before.
    pub prev_hash: Digest,
    /// Hash of this batch.
    pub hash: Digest,
}

/// Whether `name` may name a shard.
pub(crate) fn valid_shard(name: &str) -> bool {
    (1..=MAX_SHARD_NAME).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Length of a whole header for a shard name of `shard` bytes.
pub(crate) const fn header_len(shard: usize) -> usize {
    HASHED + shard + 64
}

/// Length of the hashed part for a shard name of `shard` bytes.
pub(crate) const fn hashed_len(shard: usize) -> usize {
    HASHED + shard
}

/// What every frame of `shard` begins with.
pub(crate) fn lead(shard: &str) -> Vec<u8> {
    let mut lead = MAGIC.to_vec();
    lead.extend([VERSION, shard.len() as u8]);
    lead.extend(shard.as_bytes());
    lead
}

/// A copy of a frame of `shard` that says its body is `body` bytes long.
pub(crate) fn with_body(frame: &[u8], shard: &str, body: u32) -> Vec<u8> {
    let at = LEAD + shard.len() + 8 + 8 + 8 + 4;
    let mut copy = frame.to_vec();
    copy[at..at + 4].copy_from_slice(&body.to_le_bytes());
    copy
}

impl Header {
    /// Write the hashed part and the previous hash into `out`, which is `header_len` long.
    pub(crate) fn write(&self, out: &mut [u8]) {
        let mut at = 0;
        let mut put = |bytes: &[u8]| {
            out[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        };
        put(MAGIC);
        put(&[VERSION, self.shard.len() as u8]);
        put(self.shard.as_bytes());
        put(&self.epoch.to_le_bytes());
        put(&self.lo.to_le_bytes());
        put(&self.hi.to_le_bytes());
        put(&self.n.to_le_bytes());
        put(&self.body.to_le_bytes());
        put(&self.state_hash);
        put(&self.prev_hash);
        put(&self.hash);
    }

    /// Read the header of a whole frame, checking form and length but not the hash.
    pub fn parse(frame: &[u8]) -> Result<Self, FrameError> {
        let (header, length) = Self::read(frame)?;
        match (frame.len() - length).cmp(&(header.body as usize)) {
            Ordering::Less => Err(FrameError::Truncated("entries")),
            Ordering::Greater => Err(FrameError::BadBody),
            Ordering::Equal => Ok(header),
        }
    }

    /// Read a header and return it with the length it takes; hashes are not verified here.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Self, usize), FrameError> {
        if bytes.len() > MAX_FRAME {
            return Err(FrameError::TooLarge(bytes.len()));
        }
        if bytes.len() < LEAD {
            return Err(FrameError::Truncated("header"));
        }
        if &bytes[..3] != MAGIC {
            return Err(FrameError::NotAFrame);
        }
        if bytes[3] != VERSION {
            return Err(FrameError::UnknownVersion(bytes[3]));
        }
        let name_len = usize::from(bytes[4]);
        let length = header_len(name_len);
        if bytes.len() < length {
            return Err(FrameError::Truncated("header"));
        }
        let mut reader = Reader { bytes, at: LEAD };
        let shard = std::str::from_utf8(reader.take(name_len)).map_err(|_| FrameError::BadShardName)?;
        if !valid_shard(shard) {
            return Err(FrameError::BadShardName);
        }
        let header = Self {
            shard: shard.to_owned(),
            epoch: reader.u64(),
            lo: reader.u64(),
            hi: reader.u64(),
            n: reader.u32(),
            body: reader.u32(),
            state_hash: reader.digest(),
            prev_hash: reader.digest(),
            hash: reader.digest(),
        };
        if header.n == 0 || header.lo.checked_add(u64::from(header.n)) != Some(header.hi) {
            return Err(FrameError::BadSequence { lo: header.lo, hi: header.hi, n: header.n });
        }
        Ok((header, length))
    }
}

/// Cursor over bytes whose length was checked before.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> &'a [u8] {
        let part = &self.bytes[self.at..self.at + n];
        self.at += n;
        part
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N));
        out
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    fn digest(&mut self) -> Digest {
        self.array()
    }
}
