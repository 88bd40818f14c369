//! Cuts a byte stream in any chunking into messages: JSON objects, one a line.
//!
//! A message is handed over as soon as its object is complete, so neither a missing line end nor a CRLF split
//! between two chunks delays it. A broken one is passed over to the end of its line. What is reported does not
//! depend on the chunking.

use memchr::memchr;

use crate::problem::{Fault, Reason};

/// Longest message taken unless told otherwise. The longest seen live (an image of 200 markets) has 0.6 MB.
pub const DEFAULT_MAX_LINE: usize = 8 << 20;
/// A buffer that one long message made large is given back.
const KEEP_BUFFER: usize = 1 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Where a message begins: its line, from 1, and the offset of its first byte in the stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    pub(crate) line: u64,
    pub(crate) offset: u64,
}

/// Takes what the lines hold.
pub(crate) trait Sink {
    /// `text` begins with a message; answers where the message ends.
    fn message(&mut self, text: &[u8]) -> Result<usize, Fault>;
    /// Something is wrong with the message that begins at `start`.
    fn problem(&mut self, start: Position, fault: Fault);
    /// No more is taken for now.
    fn is_full(&self) -> bool {
        false
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In front of a message; blanks and line ends may come.
    Between,
    /// Within a message.
    Message,
    /// The rest of the line is given up.
    Discard,
}

/// Follows brackets and quotes to see where an object ends.
#[derive(Debug, Default)]
struct Balance {
    depth: u32,
    quoted: bool,
    escaped: bool,
}

impl Balance {
    /// Position behind the byte that closes the object.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            if self.quoted {
                let escaped = std::mem::replace(&mut self.escaped, false);
                match byte {
                    b'\\' => self.escaped = !escaped,
                    b'"' if !escaped => self.quoted = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.quoted = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

#[derive(Debug)]
pub(crate) struct Lines {
    max_line: usize,
    state: State,
    balance: Balance,
    /// The message so far, when it did not come as one slice.
    pending: Vec<u8>,
    start: Position,
    /// Where the next byte stands.
    next: Position,
    /// A message already stood on this line.
    used: bool,
    count: u64,
}

impl Lines {
    pub(crate) fn new(max_line: usize) -> Self {
        let start = Position { line: 1, offset: 0 };
        Self {
            max_line,
            state: State::Between,
            balance: Balance::default(),
            pending: Vec::new(),
            start,
            next: start,
            used: false,
            count: 0,
        }
    }

    /// Messages seen, broken ones included.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Answers how many bytes were taken: all, unless the sink became full.
    pub(crate) fn push(&mut self, data: &[u8], sink: &mut impl Sink) -> usize {
        let mut rest = data;
        while !rest.is_empty() && !sink.is_full() {
            let taken = match self.state {
                State::Between => self.blanks(rest, sink),
                State::Message => self.message(rest, sink),
                State::Discard => self.discard(rest),
            };
            self.next.offset += taken as u64;
            rest = &rest[taken..];
        }
        data.len() - rest.len()
    }

    /// No more bytes will come: an unfinished message is reported.
    pub(crate) fn finish(&mut self, sink: &mut impl Sink) {
        if self.state == State::Message {
            self.take_pending(sink);
        }
        self.state = State::Between;
        self.used = false;
    }

    /// Steps to the first byte of a message.
    fn blanks(&mut self, data: &[u8], sink: &mut impl Sink) -> usize {
        for (at, &byte) in data.iter().enumerate() {
            let offset = self.next.offset + at as u64;
            match byte {
                b' ' | b'\t' | b'\r' => {}
                b'\n' => {
                    self.next.line += 1;
                    self.used = false;
                }
                _ if BYTE_ORDER_MARK.get(offset as usize) == Some(&byte) => {}
                _ => {
                    self.start = Position { line: self.next.line, offset };
                    if byte == b'{' {
                        self.state = State::Message;
                        self.balance = Balance::default();
                    } else {
                        self.count += u64::from(!self.used);
                        let reason = if self.used { Reason::Stray } else { Reason::Expected("an object") };
                        self.give_up(Fault { at: 0, reason }, sink);
                    }
                    return at;
                }
            }
        }
        data.len()
    }

    fn message(&mut self, data: &[u8], sink: &mut impl Sink) -> usize {
        let line_end = memchr(b'\n', data);
        let piece = &data[..line_end.unwrap_or(data.len())];
        if line_end.is_some() && self.pending.is_empty() && piece.len() <= self.max_line {
            return self.take(piece, sink);
        }
        let size = self.pending.len();
        match self.balance.end(piece) {
            Some(end) if size + end <= self.max_line => {
                if self.pending.is_empty() {
                    self.take(&piece[..end], sink);
                } else {
                    self.pending.extend_from_slice(&piece[..end]);
                    self.take_pending(sink);
                }
                end
            }
            None if size + piece.len() <= self.max_line => {
                self.pending.extend_from_slice(piece);
                if line_end.is_some() {
                    // Cut off: the parser says so, or names an earlier fault.
                    self.take_pending(sink);
                }
                piece.len()
            }
            _ => {
                self.count += 1;
                self.pending = Vec::new();
                self.give_up(Fault { at: self.max_line, reason: Reason::TooLong }, sink);
                piece.len()
            }
        }
    }

    fn discard(&mut self, data: &[u8]) -> usize {
        let Some(at) = memchr(b'\n', data) else { return data.len() };
        self.state = State::Between;
        at
    }

    /// Hands a message over; answers how many bytes of `text` are done with.
    fn take(&mut self, text: &[u8], sink: &mut impl Sink) -> usize {
        self.count += 1;
        self.used = true;
        match sink.message(text) {
            Ok(end) => {
                self.state = State::Between;
                end
            }
            Err(fault) => {
                self.give_up(fault, sink);
                text.len()
            }
        }
    }

    fn take_pending(&mut self, sink: &mut impl Sink) {
        let mut pending = std::mem::take(&mut self.pending);
        self.take(&pending, sink);
        pending.clear();
        pending.shrink_to(KEEP_BUFFER);
        self.pending = pending;
    }

    fn give_up(&mut self, fault: Fault, sink: &mut impl Sink) {
        self.state = State::Discard;
        sink.problem(self.start, fault);
    }
}
