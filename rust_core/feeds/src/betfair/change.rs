//! The changes a line asks for, as flat values.

use std::ops::Range;

use crate::json::Cursor;
use crate::problem::{Fault, InField};

type Read<T> = Result<T, Fault>;
pub(crate) type Span = Range<u32>;

/// Kind of a message; the known ones are in the order of [`super::envelope::OPS`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Op {
    Market,
    Order,
    Race,
    Cricket,
    Connection,
    Status,
    Heartbeat,
    Unknown,
    #[default]
    Missing,
}

/// What `ct` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ChangeType {
    #[default]
    Update,
    Image,
    Heartbeat,
}

/// What `segmentType` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Segment {
    #[default]
    Whole,
    Start,
    Middle,
    End,
}

/// A number field of a change.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) enum Change {
    #[default]
    Keep,
    Clear,
    Set(f64),
}

impl Change {
    #[inline]
    pub(crate) fn apply(self, to: &mut Option<f64>) {
        match self {
            Self::Keep => {}
            Self::Clear => *to = None,
            Self::Set(value) => *to = Some(value),
        }
    }

    #[inline]
    pub(crate) fn read(cursor: &mut Cursor<'_>, name: &'static str) -> Read<Self> {
        if cursor.null()? {
            return Ok(Self::Clear);
        }
        cursor.quantity().map(Self::Set).in_field(name)
    }
}

/// The ladders of a runner; the value is the index in `Runner::ladders` and `Runner::offers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    Ladder(usize, Range32),
    Offers(usize, Range32),
}

/// A `Range<u32>` that can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range32 {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Range32 {
    pub(crate) fn of<T>(self, list: &[T]) -> &[T] {
        &list[self.start as usize..self.end as usize]
    }
}

/// A change of one runner.
#[derive(Debug, Default)]
pub(crate) struct RunnerChange {
    pub(crate) id: i64,
    pub(crate) hc: f64,
    pub(crate) ltp: Change,
    pub(crate) tv: Change,
    pub(crate) spn: Change,
    pub(crate) spf: Change,
    pub(crate) edits: Span,
}

/// A change of one market.
#[derive(Debug, Default)]
pub(crate) struct MarketChange {
    pub(crate) id: Span,
    pub(crate) image: bool,
    /// Where in the line the definition stands.
    pub(crate) definition: Option<Range<usize>>,
    pub(crate) tv: Change,
    pub(crate) runners: Span,
}
