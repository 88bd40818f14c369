//! Request and answer frames: `u8 kind, u16 n, n × (u32 len, bytes)`, little-endian.

use std::fmt;

/// Most commands in one frame.
pub const MAX_ITEMS: usize = 1024;
/// Largest request frame in bytes.
pub const MAX_BYTES: usize = 512 << 10;

const HEAD: usize = 3;

/// What class of work a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody waits for the answer.
    Interactive,
    /// Bulk work that gives way to players.
    Settlement,
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Self::Interactive => 1,
            Self::Settlement => 2,
        }
    }
}

/// Why bytes are not a frame of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// The kind byte is neither 1 nor 2, or missing.
    Kind,
    /// More than `MAX_ITEMS` commands or more than `MAX_BYTES` bytes.
    TooLarge,
    /// The lengths do not fill the frame exactly.
    Lengths,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kind => "a command frame starts with kind 1 (interactive) or 2 (settlement)",
            Self::TooLarge => "a command frame holds at most 1,024 commands and 512 KiB",
            Self::Lengths => "the lengths in the command frame do not fill it exactly",
        })
    }
}

impl std::error::Error for RequestError {}

/// A checked request frame that keeps its bytes and is read from front to back, any number of times.
#[derive(Clone, Debug)]
pub struct Request {
    /// Opaque to the machine; comes back with the answer.
    pub ticket: u64,
    /// Class of all its commands.
    pub kind: Kind,
    frame: Vec<u8>,
    n: u16,
    at: usize,
}

impl Request {
    /// Check the form of `frame` once, so that reading it later cannot fail.
    pub fn parse(ticket: u64, frame: Vec<u8>) -> Result<Self, RequestError> {
        let kind = match frame.first() {
            Some(1) => Kind::Interactive,
            Some(2) => Kind::Settlement,
            _ => return Err(RequestError::Kind),
        };
        if frame.len() > MAX_BYTES {
            return Err(RequestError::TooLarge);
        }
        let Some(&[low, high]) = frame.get(1..HEAD) else { return Err(RequestError::Lengths) };
        let n = u16::from_le_bytes([low, high]);
        if usize::from(n) > MAX_ITEMS {
            return Err(RequestError::TooLarge);
        }
        let mut at = HEAD;
        for _ in 0..n {
            let (start, length) = item(&frame, at).ok_or(RequestError::Lengths)?;
            at = start + length;
        }
        if at != frame.len() {
            return Err(RequestError::Lengths);
        }
        Ok(Self { ticket, kind, frame, n, at: HEAD })
    }

    /// The frame of as many of `commands` as fit one, from the first on, and how many those are.
    pub fn encode<C: AsRef<[u8]>>(kind: Kind, commands: &[C]) -> (Vec<u8>, usize) {
        let mut bytes = vec![kind.byte(), 0, 0];
        let mut n: u16 = 0;
        for command in commands.iter().map(AsRef::as_ref).take(MAX_ITEMS) {
            if bytes.len() + 4 + command.len() > MAX_BYTES {
                break;
            }
            bytes.extend_from_slice(&(command.len() as u32).to_le_bytes());
            bytes.extend_from_slice(command);
            n += 1;
        }
        bytes[1..HEAD].copy_from_slice(&n.to_le_bytes());
        (bytes, usize::from(n))
    }

    /// Number of commands.
    pub fn len(&self) -> usize {
        usize::from(self.n)
    }

    /// Whether the frame carries no command.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Length of the frame in bytes.
    pub fn byte_len(&self) -> usize {
        self.frame.len()
    }

    /// The next command, or none at the end.
    pub fn next_command(&mut self) -> Option<&[u8]> {
        let (start, length) = item(&self.frame, self.at)?;
        self.at = start + length;
        Some(&self.frame[start..start + length])
    }

    /// Put the command that was taken last back.
    pub(crate) fn unread(&mut self, command: usize) {
        self.at -= 4 + command;
    }

    /// The commands that were not taken yet.
    pub(crate) fn rest(&self) -> impl Iterator<Item = &[u8]> {
        let mut at = self.at;
        std::iter::from_fn(move || {
            let (start, length) = item(&self.frame, at)?;
            at = start + length;
            Some(&self.frame[start..at])
        })
    }

    /// Whether every command was taken.
    pub fn is_done(&self) -> bool {
        self.at == self.frame.len()
    }

    /// Start again from the first command.
    pub fn rewind(&mut self) {
        self.at = HEAD;
    }
}

/// Start and length of the item whose length prefix stands at `at`.
fn item(frame: &[u8], at: usize) -> Option<(usize, usize)> {
    let prefix = frame.get(at..)?.first_chunk::<4>()?;
    let length = u32::from_le_bytes(*prefix) as usize;
    let start = at + 4;
    (frame.len() - start >= length).then_some((start, length))
}

/// An answer frame under construction.
#[derive(Clone, Debug)]
pub struct Answers {
    bytes: Vec<u8>,
}

impl Answers {
    /// The answers to `request`, none yet.
    pub fn to(request: &Request) -> Self {
        let mut bytes = Vec::with_capacity(HEAD + request.len() * 96);
        bytes.push(request.kind.byte());
        bytes.extend_from_slice(&request.n.to_le_bytes());
        Self { bytes }
    }

    /// The answer to a frame that could not be read: no kind, no items.
    pub fn to_unreadable() -> Vec<u8> {
        vec![0, 0, 0]
    }

    /// The answers in a frame, as long as they are whole.
    pub fn read(frame: &[u8]) -> impl Iterator<Item = &[u8]> {
        let mut at = HEAD;
        std::iter::from_fn(move || {
            let (start, length) = item(frame, at)?;
            at = start + length;
            frame.get(start..at)
        })
    }

    /// Append one answer written by `write`.
    pub fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let prefix = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        write(&mut self.bytes);
        let length = (self.bytes.len() - prefix - 4) as u32;
        self.bytes[prefix..prefix + 4].copy_from_slice(&length.to_le_bytes());
    }

    /// The whole frame.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
