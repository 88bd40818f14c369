//! Cuts a byte stream in any chunking into lines of one JSON message each.
//!
//! A message is handed over as soon as its object is complete, so neither a missing last line end nor a CRLF
//! split between two chunks delays it. What is reported does not depend on the chunking.

use memchr::memchr;

use crate::problem::{Fault, Reason};

/// Longest line taken unless told otherwise. The longest seen live (an image of 200 markets) has 0.6 MB.
pub const DEFAULT_MAX_LINE: usize = 8 << 20;
/// A buffer that one long line made large is given back.
const KEEP_BUFFER: usize = 1 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Where a line stands in the stream.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Position {
    pub(crate) line: u64,
    pub(crate) offset: u64,
}

/// Takes what the lines hold.
pub(crate) trait Sink {
    /// `text` begins with a message; answers where the message ends.
    fn message(&mut self, text: &[u8]) -> Result<usize, Fault>;
    /// Something is wrong at byte `fault.at` of the line.
    fn problem(&mut self, line: Position, fault: Fault);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In front of, or within, the message of the line.
    Message,
    /// The message was taken; only blanks may follow.
    Tail,
    /// The line is given up.
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
    pending: Vec<u8>,
    /// Bytes of the line already passed over, whether or not they are pending.
    seen: usize,
    start: Position,
    count: u64,
}

impl Lines {
    pub(crate) fn new(max_line: usize) -> Self {
        Self {
            max_line,
            state: State::Message,
            balance: Balance::default(),
            pending: Vec::new(),
            seen: 0,
            start: Position { line: 1, offset: 0 },
            count: 0,
        }
    }

    /// Lines seen that are not blank.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn push(&mut self, mut data: &[u8], sink: &mut impl Sink) {
        while !data.is_empty() {
            let Some(end) = memchr(b'\n', data) else {
                self.part(data, sink);
                return;
            };
            let (line, rest) = data.split_at(end);
            data = &rest[1..];
            if self.seen == 0 && line.len() <= self.max_line {
                self.whole(line, sink);
                self.seen = line.len();
            } else {
                self.part(line, sink);
                self.cut_off(sink);
            }
            self.next_line(1);
        }
    }

    /// No more bytes will come: an unfinished line is reported.
    pub(crate) fn finish(&mut self, sink: &mut impl Sink) {
        self.cut_off(sink);
        if self.seen > 0 {
            self.next_line(0);
        }
    }

    fn cut_off(&mut self, sink: &mut impl Sink) {
        if self.state == State::Message {
            let pending = std::mem::take(&mut self.pending);
            self.whole(&pending, sink);
        }
    }

    fn next_line(&mut self, line_end: u64) {
        self.start.line += 1;
        self.start.offset += self.seen as u64 + line_end;
        self.seen = 0;
        self.state = State::Message;
        self.balance = Balance::default();
        self.pending.clear();
        self.pending.shrink_to(KEEP_BUFFER);
    }

    /// A piece of a line that is not there as one slice, or is too long to be.
    fn part(&mut self, piece: &[u8], sink: &mut impl Sink) {
        let seen = self.seen;
        self.seen += piece.len();
        match self.state {
            State::Discard => {}
            State::Tail => self.tail(piece, seen, sink),
            State::Message => match self.balance.end(piece) {
                Some(end) if self.pending.len() + end <= self.max_line => self.complete(piece, sink),
                None if self.pending.len() + piece.len() <= self.max_line => {
                    self.pending.extend_from_slice(piece);
                }
                _ => {
                    self.count += 1;
                    self.state = State::Discard;
                    self.pending = Vec::new();
                    sink.problem(self.start, Fault { at: self.max_line, reason: Reason::TooLong });
                }
            },
        }
    }

    fn complete(&mut self, piece: &[u8], sink: &mut impl Sink) {
        if self.pending.is_empty() {
            self.whole(piece, sink);
            return;
        }
        let mut pending = std::mem::take(&mut self.pending);
        pending.extend_from_slice(piece);
        self.whole(&pending, sink);
        pending.clear();
        self.pending = pending;
    }

    fn whole(&mut self, line: &[u8], sink: &mut impl Sink) {
        let mut text = line;
        if self.start.line == 1 {
            text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        }
        let Some(ink) = first_ink(text) else { return };
        text = &text[ink..];
        let lead = line.len() - text.len();
        self.count += 1;
        match sink.message(text) {
            Ok(end) => {
                self.state = State::Tail;
                self.tail(&text[end..], lead + end, sink);
            }
            Err(fault) => {
                self.state = State::Discard;
                sink.problem(self.start, Fault { at: lead + fault.at, reason: fault.reason });
            }
        }
    }

    fn tail(&mut self, rest: &[u8], seen: usize, sink: &mut impl Sink) {
        if let Some(at) = first_ink(rest) {
            self.state = State::Discard;
            sink.problem(self.start, Fault { at: seen + at, reason: Reason::Stray });
        }
    }
}

/// Position of the first byte that is not blank.
fn first_ink(text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))
}
