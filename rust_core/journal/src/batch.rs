//! Sealing and opening a batch.

use hashing::sha256;
use sha2::{Digest as _, Sha256};

use crate::header::{hashed_len, header_len, valid_shard};
use crate::{Digest, FrameError, Header};

/// Bytes of the length before each entry.
const LENGTH: usize = 4;

/// Collects the entries of the next batch; `seal` writes the header in front of them without copying.
#[derive(Debug)]
pub struct BatchBuilder {
    shard: String,
    bytes: Vec<u8>,
    digests: Vec<u8>,
    n: u32,
}

/// A batch ready to be made durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBatch {
    /// What the batch says about itself.
    pub header: Header,
    /// The whole frame.
    pub bytes: Vec<u8>,
}

impl BatchBuilder {
    /// An empty batch of `shard`.
    pub fn new(shard: &str) -> Result<Self, FrameError> {
        if !valid_shard(shard) {
            return Err(FrameError::BadShardName);
        }
        let bytes = vec![0; header_len(shard.len())];
        Ok(Self { shard: shard.to_owned(), bytes, digests: Vec::new(), n: 0 })
    }

    /// Add one entry.
    pub fn push(&mut self, entry: &[u8]) {
        self.bytes.extend_from_slice(&(entry.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(entry);
        self.digests.extend_from_slice(&sha256(entry));
        self.n += 1;
    }

    /// Let `write` append one entry to the bytes it is given. If it appends nothing there is no entry.
    pub fn push_with<R>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(&[0; LENGTH]);
        let written = write(&mut self.bytes);
        match self.bytes.len() - before - LENGTH {
            0 => self.bytes.truncate(before),
            length => {
                self.bytes[before..before + LENGTH].copy_from_slice(&(length as u32).to_le_bytes());
                self.digests.extend_from_slice(&sha256(&self.bytes[before + LENGTH..]));
                self.n += 1;
            }
        }
        written
    }

    /// Number of entries so far.
    pub fn len(&self) -> usize {
        self.n as usize
    }

    /// Whether there is no entry yet.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Bytes of the frame so far.
    pub fn byte_len(&self) -> usize {
        self.bytes.len()
    }

    /// Seal what was collected after `lo` and start the next batch.
    ///
    /// # Panics
    /// If there is no entry: an empty batch has no place in a journal.
    pub fn seal(&mut self, epoch: u64, lo: u64, prev_hash: Digest, state_hash: Digest) -> SealedBatch {
        assert!(self.n > 0, "an empty batch cannot be sealed");
        let head = header_len(self.shard.len());
        let mut header = Header {
            shard: self.shard.clone(),
            epoch,
            lo,
            hi: lo + u64::from(self.n),
            n: self.n,
            body: (self.bytes.len() - head) as u32,
            state_hash,
            prev_hash,
            hash: [0; 32],
        };
        // The next batch is likely as long as this one, so it gets its room at once.
        let mut next = Vec::with_capacity(self.bytes.len() + self.bytes.len() / 4);
        next.resize(head, 0);
        let mut bytes = std::mem::replace(&mut self.bytes, next);
        header.write(&mut bytes[..head]);
        header.hash = chain_hash(&prev_hash, &bytes[..hashed_len(self.shard.len())], &self.digests);
        self.digests.clear();
        bytes[head - 32..head].copy_from_slice(&header.hash);
        self.n = 0;
        SealedBatch { header, bytes }
    }
}

fn chain_hash(prev: &Digest, hashed_header: &[u8], entry_digests: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(prev);
    hasher.update(hashed_header);
    hasher.update(entry_digests);
    hasher.finalize().into()
}

/// An opened batch: every byte of it verified against its hash.
#[derive(Clone, Debug)]
pub struct Batch<'a> {
    /// What the batch says about itself.
    pub header: Header,
    body: &'a [u8],
}

impl<'a> Batch<'a> {
    /// Open a frame, verifying its form and its hash.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let (header, head) = Header::read(bytes)?;
        let body = &bytes[head..];
        if body.len() < header.body as usize {
            return Err(FrameError::Truncated("entries"));
        }
        if body.len() > header.body as usize {
            return Err(FrameError::BadBody);
        }
        let mut digests = Vec::with_capacity((header.n as usize).min(body.len() / LENGTH) * 32);
        let mut rest = body;
        for _ in 0..header.n {
            let (entry, next) = split_entry(rest).ok_or(FrameError::BadBody)?;
            digests.extend_from_slice(&sha256(entry));
            rest = next;
        }
        if !rest.is_empty() {
            return Err(FrameError::BadBody);
        }
        let hashed = &bytes[..hashed_len(header.shard.len())];
        if chain_hash(&header.prev_hash, hashed, &digests) != header.hash {
            return Err(FrameError::HashMismatch);
        }
        Ok(Self { header, body })
    }

    /// The entries in order.
    pub fn entries(&self) -> Entries<'a> {
        Entries { rest: self.body }
    }
}

/// Iterator over the entries of an opened batch.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Entries<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (entry, rest) = split_entry(self.rest)?;
        self.rest = rest;
        Some(entry)
    }
}

fn split_entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}
