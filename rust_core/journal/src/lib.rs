//! The journal's batch frame: what one group commit writes, hashes and publishes, as bytes.
//!
//! A sealed batch is a header and its entries. Its hash is `h_k = SHA-256(h_{k-1} || header || SHA-256 of each
//! entry)`, so a journal is a chain: nothing in it can be changed, dropped or moved without every later hash
//! telling. The frame does not look into entries. [`FileJournal`] keeps a journal in a file, and is the one place of
//! the core that touches one.

mod batch;
mod chain;
mod error;
mod file;
mod header;

pub use batch::{Batch, BatchBuilder, Entries, SealedBatch};
pub use chain::{Chain, genesis_hash};
pub use error::{ChainError, FrameError};
pub use file::{DamagedTail, FileError, FileJournal};
pub use header::{Header, MAX_SHARD_NAME};

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// Largest frame a decoder accepts, in bytes: far above what a writer seals, far below what could hurt a reader.
pub const MAX_FRAME: usize = 16 << 20;
