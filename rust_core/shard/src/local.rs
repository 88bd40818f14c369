//! The machine in front of a journal file: one process, one caller at a time, nothing in between.

use std::fmt;

use journal::{FileError, FileJournal};
use wallet::Wallet;

use crate::action::{Action, Outcome};
use crate::limits::Limits;
use crate::machine::Shard;
use crate::standing::Standing;

/// Bytes of journal read at a time when recovering.
const PAGE: u64 = 1 << 20;

/// Why a local shard cannot go on; nothing it did not answer has been promised.
#[derive(Debug)]
pub enum LocalError {
    /// The file said no: open the shard again.
    File(FileError),
    /// The journal does not verify, or an invariant broke.
    Halted(String),
    /// It failed before, or was closed: open the shard again.
    Closed,
}

impl fmt::Display for LocalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Halted(reason) => f.write_str(reason),
            Self::Closed => f.write_str("the ledger is closed, or failed before; open it again"),
        }
    }
}

impl std::error::Error for LocalError {}

impl From<FileError> for LocalError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

/// A shard whose journal is a file. Every answer is durable when it is given.
pub struct LocalShard {
    machine: Shard,
    journal: FileJournal,
    answer: Option<Vec<u8>>,
    /// Where recovery goes on reading.
    offset: u64,
    is_open: bool,
}

impl LocalShard {
    /// Recover the state from the journal, verifying all of it.
    ///
    /// A file is not looked into again: all keys keep their answers in memory.
    pub fn open(journal: FileJournal, limits: Limits) -> Result<Self, LocalError> {
        let limits = Limits { recent_keys: usize::MAX, ..limits };
        let machine = Shard::new(&journal.chain().shard, limits);
        let mut local = Self { machine, journal, answer: None, offset: 0, is_open: true };
        local.run(0)?;
        Ok(local)
    }

    /// Carry out a frame of commands at `now` (nanoseconds since the epoch) and answer it once it is durable.
    pub fn submit(&mut self, frame: Vec<u8>, now: u64) -> Result<Vec<u8>, LocalError> {
        if !self.is_open {
            return Err(LocalError::Closed);
        }
        self.machine.enqueue(0, frame);
        self.run(now)?;
        self.answer.take().ok_or_else(|| LocalError::Halted("a frame was not answered".to_owned()))
    }

    /// The state, all of it durable; none after a failure.
    pub fn wallet(&self) -> Option<&Wallet> {
        self.machine.wallet().filter(|_| self.is_open)
    }

    /// The journal, to read from.
    pub fn journal(&mut self) -> &mut FileJournal {
        &mut self.journal
    }

    fn run(&mut self, now: u64) -> Result<(), LocalError> {
        // Whatever ends this early leaves a state of which nobody may be told.
        self.is_open = false;
        loop {
            let actions = self.machine.poll(now);
            if actions.is_empty() && !self.machine.is_ready() {
                break;
            }
            actions.into_iter().try_for_each(|action| self.execute(action))?;
        }
        self.is_open = self.machine.standing() == Standing::Leading;
        Ok(())
    }

    fn wallet_kept(&self, key: u64) -> Vec<u64> {
        self.machine.wallet().map_or_else(Vec::new, |wallet| wallet.kept(key))
    }

    fn execute(&mut self, action: Action) -> Result<(), LocalError> {
        match action {
            Action::TakeLease => self.machine.lease_taken(self.journal.chain().epoch + 1),
            Action::Read { .. } => {
                let (frames, after) = self.journal.read(self.offset, PAGE)?;
                self.offset = after;
                let frames: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
                self.machine.rows(self.machine.epoch(), &frames, after == self.journal.byte_len());
            }
            Action::Append(batch) => {
                self.journal.append(&batch)?;
                let header = &batch.header;
                self.machine.append_result(header.epoch, header.hi, Outcome::Committed);
            }
            Action::Reply { frame, .. } => self.answer = Some(frame),
            Action::Halt { reason } => return Err(LocalError::Halted(reason)),
            Action::Demoted { reason } => return Err(LocalError::Halted(reason.to_string())),
            Action::Recall { seqs, .. } => {
                return Err(LocalError::Halted(format!(
                    "answers are kept, but not those of entries {seqs:?}"
                )));
            }
            Action::Look { id, keys, .. } => {
                // A writer on Postgres let them go; their answers are kept here all the same.
                let kept = |key: u64| self.wallet_kept(key).into_iter().map(move |seq| (key, seq));
                let found: Vec<(u64, u64)> = keys.into_iter().flat_map(kept).collect();
                self.machine.looked(self.machine.epoch(), id, &found);
            }
            Action::Announce(_) | Action::Release { .. } => {}
        }
        Ok(())
    }
}
