//! Frames of a websocket: each is one JSON text, read whole before anything of it is applied.

use crate::json::Cursor;
use crate::problem::{Fault, Problem, Problems, Reason};

/// Longest frame taken unless told otherwise.
pub const DEFAULT_MAX_FRAME: usize = 8 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// How frames are read and how much is held.
#[derive(Debug, Clone, Copy)]
pub struct FrameOptions {
    /// Longest frame taken, in bytes.
    pub max_frame: usize,
    /// How many problems are kept in full; all are counted.
    pub max_problems: usize,
    /// Most books held; those of further markets are left out and counted as problems.
    pub max_books: usize,
}

impl Default for FrameOptions {
    fn default() -> Self {
        Self { max_frame: DEFAULT_MAX_FRAME, max_problems: 100, max_books: 50_000 }
    }
}

/// Counts frames and keeps what was wrong with them.
#[derive(Debug)]
pub(crate) struct Frames {
    max_frame: usize,
    count: u64,
    offset: u64,
    start: u64,
    problems: Problems,
}

impl Frames {
    pub(crate) fn new(options: &FrameOptions) -> Self {
        let problems = Problems::new(options.max_problems);
        Self { max_frame: options.max_frame, count: 0, offset: 0, start: 0, problems }
    }

    /// Longest frame taken.
    pub(crate) fn longest(&self) -> usize {
        self.max_frame
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Counts a frame that is not to be read.
    pub(crate) fn pass(&mut self, frame: &[u8]) {
        self.count += 1;
        self.start = self.offset;
        self.offset += frame.len() as u64;
    }

    /// Reads one frame to its end; what is wrong with it is noted, and then the answer is false.
    pub(crate) fn read<'a>(
        &mut self,
        frame: &'a [u8],
        read: impl FnOnce(&mut Cursor<'a>) -> Result<(), Fault>,
    ) -> bool {
        self.pass(frame);
        let result = if frame.len() > self.max_frame {
            Err(Fault { at: self.max_frame, reason: Reason::TooLong })
        } else {
            let mut cursor = Cursor::new(frame.strip_prefix(BYTE_ORDER_MARK).unwrap_or(frame));
            read(&mut cursor).and_then(|()| end(&mut cursor))
        };
        result.map_err(|fault| self.problem(fault)).is_ok()
    }

    /// Something is wrong with the frame last read.
    pub(crate) fn problem(&mut self, fault: Fault) {
        let Fault { at, reason } = fault;
        self.problems.add(Problem { line: self.count, offset: self.start, at, reason });
    }

    /// A bound on memory was met by the frame last read.
    pub(crate) fn limit(&mut self, what: &'static str) {
        self.problem(Fault { at: 0, reason: Reason::Limit(what) });
    }
}

fn end(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    cursor.peek();
    if cursor.remaining() > 0 { cursor.fault(Reason::Stray) } else { Ok(()) }
}
