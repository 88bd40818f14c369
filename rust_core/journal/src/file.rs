//! The journal in one file, for a single box: library users, tests and benchmarks.
//!
//! The file is the frames one after the other. An append is one write and one `fdatasync`; it has happened when
//! both came back well. A process holds the file by an exclusive lock of the operating system, which dies with it.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::header::{MAX_SHARD_NAME, header_len, lead, with_body};
use crate::{Batch, Chain, ChainError, FrameError, Header, MAX_FRAME, SealedBatch};

/// What to do with a last frame that is all there but does not match its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DamagedTail {
    /// Refuse the file: it may be a batch that was acknowledged and has rotted since.
    Refuse,
    /// Move the frame into a file beside, for one who knows that it was never acknowledged.
    SetAside,
}

/// Why a journal file cannot be opened or appended to.
#[derive(Debug)]
pub enum FileError {
    /// The operating system says no.
    Io {
        /// What was tried.
        doing: &'static str,
        /// What it said.
        error: io::Error,
    },
    /// Another process has the file open for writing.
    Locked,
    /// The frame at `offset` is damaged.
    Frame {
        /// Where it begins, in bytes.
        offset: u64,
        /// What is wrong with it.
        error: FrameError,
    },
    /// The frame at `offset` does not follow the one before.
    Chain {
        /// Where it begins, in bytes.
        offset: u64,
        /// Why it does not.
        error: ChainError,
    },
    /// An earlier append failed, so nobody knows how far it came: open the file again.
    Failed,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, error } => write!(f, "cannot {doing}: {error}"),
            Self::Locked => f.write_str("the journal file is open in another process"),
            Self::Frame { offset, error } => write!(f, "at byte {offset} of the journal file: {error}"),
            Self::Chain { offset, error } => write!(f, "at byte {offset} of the journal file: {error}"),
            Self::Failed => f.write_str("an earlier append failed; open the journal file again to go on"),
        }
    }
}

impl std::error::Error for FileError {}

fn failing(doing: &'static str) -> impl Fn(io::Error) -> FileError {
    move |error| FileError::Io { doing, error }
}

/// A journal file, held by this process.
#[derive(Debug)]
pub struct FileJournal {
    file: File,
    chain: Chain,
    end: u64,
    set_aside: Option<PathBuf>,
    failed: bool,
}

impl FileJournal {
    /// Open the journal of `shard` at `path`, or begin it.
    ///
    /// Headers are checked against each other, and the last frame against its hash; whoever replays the frames
    /// verifies the rest. A frame that the file ends inside of was never acknowledged: it is moved into a file
    /// beside ([`FileJournal::set_aside`]). `damaged` says what becomes of a last frame that is complete and wrong.
    pub fn open(path: &Path, shard: &str, damaged: DamagedTail) -> Result<Self, FileError> {
        let is_new = !path.exists();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).map_err(failing("open the journal file"))?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => FileError::Locked,
            TryLockError::Error(error) => failing("lock the journal file")(error),
        })?;
        if is_new {
            sync_folder_of(path).map_err(failing("make the new journal file durable"))?;
        }
        let mut journal = Self { file, chain: Chain::genesis(shard), end: 0, set_aside: None, failed: false };
        journal.walk(path, damaged)?;
        Ok(journal)
    }

    /// Find the end of the chain, and cut off what never became part of it.
    fn walk(&mut self, path: &Path, damaged: DamagedTail) -> Result<(), FileError> {
        let length = self.file.metadata().map_err(failing("look at the journal file"))?.len();
        while self.end < length {
            let offset = self.end;
            let error = match read_header(&mut self.file, offset, length)? {
                Ok((header, size)) if offset + size < length => {
                    self.follow(&header, size)?;
                    continue;
                }
                Ok((header, size)) => match Batch::decode(&read_at(&mut self.file, offset, size)?) {
                    Ok(_) => return self.follow(&header, size),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if length - offset > MAX_FRAME as u64 {
                return Err(FileError::Frame { offset, error });
            }
            let tail = read_at(&mut self.file, offset, length - offset)?;
            let may_cut = match (&error, damaged) {
                (FrameError::Truncated(_), _) if is_torn(&self.chain, &tail) => true,
                (_, DamagedTail::SetAside) => !holds_later_frame(&self.chain, &tail),
                (_, DamagedTail::Refuse) => false,
            };
            return if may_cut { self.cut(path, &tail) } else { Err(FileError::Frame { offset, error }) };
        }
        Ok(())
    }

    fn follow(&mut self, header: &Header, size: u64) -> Result<(), FileError> {
        let offset = self.end;
        self.chain.advance(header).map_err(|error| FileError::Chain { offset, error })?;
        self.end += size;
        Ok(())
    }

    /// Copy what follows the chain into a file beside, then shorten the journal to the chain.
    fn cut(&mut self, path: &Path, tail: &[u8]) -> Result<(), FileError> {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".torn-at-{}", self.end));
        let beside = PathBuf::from(name);
        let copy = |beside: &Path| {
            let mut copy = OpenOptions::new().write(true).create(true).truncate(true).open(beside)?;
            copy.write_all(tail)?;
            copy.sync_all()?;
            sync_folder_of(beside)
        };
        copy(&beside).map_err(failing("set the torn end of the journal file aside"))?;
        let cut = self.file.set_len(self.end).and_then(|()| self.file.sync_all());
        cut.map_err(failing("cut the torn end off the journal file"))?;
        self.set_aside = Some(beside);
        Ok(())
    }

    /// Where the journal ends.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Length of the journal in bytes.
    pub fn byte_len(&self) -> u64 {
        self.end
    }

    /// Where the torn end lies that was found when the file was opened, if there was one.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// Make a batch durable. After an error the file takes nothing more until it is opened again.
    pub fn append(&mut self, batch: &SealedBatch) -> Result<(), FileError> {
        if self.failed {
            return Err(FileError::Failed);
        }
        let error = |error| FileError::Chain { offset: self.end, error };
        self.chain.check(&batch.header).map_err(error)?;
        self.failed = true;
        self.file.seek(SeekFrom::Start(self.end)).map_err(failing("find the end of the journal file"))?;
        self.file.write_all(&batch.bytes).map_err(failing("write to the journal file"))?;
        // A failed sync may have dropped the pages for good, so it is not tried again.
        self.file.sync_data().map_err(failing("make the journal file durable"))?;
        self.end += batch.bytes.len() as u64;
        let followed = self.chain.advance(&batch.header);
        followed.map_err(|error| FileError::Chain { offset: self.end, error })?;
        self.failed = false;
        Ok(())
    }

    /// The frames from byte `offset` on, up to `most` bytes of them but at least one, and the offset after them;
    /// none at the end. Start at 0 and go on from the answer.
    pub fn read(&mut self, offset: u64, most: u64) -> Result<(Vec<Vec<u8>>, u64), FileError> {
        let (mut frames, mut at) = (Vec::new(), offset);
        while at < self.end && (frames.is_empty() || at - offset < most) {
            let found = read_header(&mut self.file, at, self.end)?;
            let (_, size) = found.map_err(|error| FileError::Frame { offset: at, error })?;
            frames.push(read_at(&mut self.file, at, size)?);
            at += size;
        }
        Ok((frames, at))
    }
}

/// Whether the bytes after `chain` are the beginning of its next frame, cut short: what a writer leaves when it dies
/// before the sync. A whole frame whose length has rotted looks alike, and is told apart by its hash.
fn is_torn(chain: &Chain, tail: &[u8]) -> bool {
    let lead = lead(&chain.shard);
    let known = lead.len().min(tail.len());
    if tail[..known] != lead[..known] || holds_later_frame(chain, tail) {
        return false;
    }
    match Header::read(tail) {
        Ok((header, head)) => {
            let whole = with_body(tail, &chain.shard, (tail.len() - head) as u32);
            chain.check(&header).is_ok() && Batch::decode(&whole).is_err()
        }
        Err(error) => matches!(error, FrameError::Truncated(_)),
    }
}

/// Whether a frame of the same journal begins inside the bytes after `chain`: then these are no end of a file.
fn holds_later_frame(chain: &Chain, tail: &[u8]) -> bool {
    let lead = lead(&chain.shard);
    let mut starts = (1..tail.len()).filter(|&at| tail[at..].starts_with(&lead));
    starts.any(|at| Header::read(&tail[at..]).is_ok_and(|(header, _)| header.lo > chain.seq))
}

/// The header of the frame at `offset`, and the size of the whole frame, which ends at `length` or before.
fn read_header(
    file: &mut File,
    offset: u64,
    length: u64,
) -> Result<Result<(Header, u64), FrameError>, FileError> {
    let longest = header_len(MAX_SHARD_NAME) as u64;
    let bytes = read_at(file, offset, longest.min(length - offset))?;
    let found = Header::read(&bytes).and_then(|(header, head)| {
        let size = head as u64 + u64::from(header.body);
        let is_whole = offset + size <= length;
        if is_whole { Ok((header, size)) } else { Err(FrameError::Truncated("entries")) }
    });
    Ok(found)
}

fn read_at(file: &mut File, offset: u64, size: u64) -> Result<Vec<u8>, FileError> {
    let mut bytes = vec![0; size as usize];
    let read = file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(&mut bytes));
    read.map_err(failing("read the journal file"))?;
    Ok(bytes)
}

/// A new name in a folder is durable once the folder is.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    OpenOptions::new().read(true).open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
}
