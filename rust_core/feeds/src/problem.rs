//! What was wrong with which line: counted always, kept in a bounded list.

use std::fmt;

use crate::lines::Position;

/// Why a line, or a part of it, was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The bytes end in the middle of a message.
    Truncated,
    /// This is not JSON: something else stands where this was expected.
    Syntax(&'static str),
    /// A value is of the wrong type.
    Expected(&'static str),
    /// A known field holds a value of the wrong type.
    Field {
        /// The key as it stands in the feed.
        name: &'static str,
        /// What it must hold.
        expected: &'static str,
    },
    /// A field without which the message means nothing.
    Missing(&'static str),
    /// Values are nested deeper than any message of the feed.
    TooDeep,
    /// The line is longer than the reader was told to take.
    TooLong,
    /// Text that is not a message stands behind one.
    Stray,
    /// A bound that protects memory was reached; the rest of the line was applied.
    Limit(&'static str),
    /// The message is of a kind we do not know; it was passed over.
    UnknownOp(Box<str>),
    /// Strict mode only: a key that the specification does not name.
    UnknownKey(Box<str>),
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => out.write_str("the line ends in the middle of a message"),
            Self::Syntax(what) | Self::Expected(what) => write!(out, "expected {what}"),
            Self::Field { name, expected } => write!(out, "`{name}` must be {expected}"),
            Self::Missing(name) => write!(out, "`{name}` is missing"),
            Self::TooDeep => out.write_str("values are nested too deep"),
            Self::TooLong => out.write_str("the line is longer than the limit and was passed over"),
            Self::Stray => out.write_str("behind the message stands text that is none"),
            Self::Limit(what) => write!(out, "too many {what}, the rest of them was left out"),
            Self::UnknownOp(op) => write!(out, "unknown op `{op}`, the message was passed over"),
            Self::UnknownKey(key) => write!(out, "unknown key `{key}`"),
        }
    }
}

/// One problem with one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Number of the line, counted from 1; blank lines count too.
    pub line: u64,
    /// Offset of the message's first byte in all bytes given so far.
    pub offset: u64,
    /// Position within the message where the problem was seen, in bytes.
    pub at: usize,
    /// What is wrong.
    pub reason: Reason,
}

impl Problem {
    /// A fault of the message that begins at `start`.
    pub(crate) fn new(start: Position, fault: Fault) -> Self {
        let Position { line, offset } = start;
        Self { line, offset, at: fault.at, reason: fault.reason }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, offset, at, reason } = self;
        write!(out, "line {line} (byte offset {offset}), byte {at} of the message: {reason}")
    }
}

/// The first problems in full, and how many there were.
#[derive(Debug, Clone)]
pub struct Problems {
    kept: Vec<Problem>,
    keep: usize,
    total: u64,
}

impl Problems {
    pub(crate) fn new(keep: usize) -> Self {
        Self { kept: Vec::new(), keep, total: 0 }
    }

    pub(crate) fn add(&mut self, problem: Problem) {
        self.total += 1;
        if self.kept.len() < self.keep {
            self.kept.push(problem);
        }
    }

    /// The first problems, as many as are kept.
    pub fn kept(&self) -> &[Problem] {
        &self.kept
    }

    /// How many problems there were in all.
    pub fn total(&self) -> u64 {
        self.total
    }
}

/// A [`Reason`] and where in the line it was seen.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) reason: Reason,
}

/// Names the field a value belongs to.
pub(crate) trait InField {
    fn in_field(self, name: &'static str) -> Self;
}

impl<T> InField for Result<T, Fault> {
    #[inline]
    fn in_field(self, name: &'static str) -> Self {
        self.map_err(|fault| match fault.reason {
            Reason::Expected(expected) => Fault { at: fault.at, reason: Reason::Field { name, expected } },
            reason => Fault { at: fault.at, reason },
        })
    }
}
