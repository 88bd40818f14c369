//! All markets of a stream.

use std::sync::Arc;

use super::columns::{Columns, Recorder};
use super::market::Market;
use super::message::Message;
use super::passed::Text;
use super::session::Session;
use super::state::State;
use crate::json::Cursor;
use crate::lines::{DEFAULT_MAX_LINE, Lines, Position, Sink};
use crate::problem::{Fault, Problem, Problems};

/// How a stream is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// Refuse lines with keys that the specification does not name.
    pub strict: bool,
    /// Longest line taken, in bytes.
    pub max_line: usize,
    /// How many problems are kept in full; all are counted.
    pub max_problems: usize,
    /// Most markets held. To make room the markets closed longest go; changes of markets that still have none are
    /// left out and counted as problems.
    pub max_markets: usize,
    /// Drop markets closed for so many milliseconds of the feed's own time.
    pub evict_closed_after: Option<u64>,
    /// Take market changes of this subscription only; messages that name none are taken too.
    pub subscription: Option<i64>,
    /// Keep race and cricket messages for [`Books::take_passed_on`].
    pub pass_on: bool,
    /// Keep [`Books::top_checksum`], at a cost for every update.
    pub checksum: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strict: false,
            max_line: DEFAULT_MAX_LINE,
            max_problems: 100,
            max_markets: 50_000,
            evict_closed_after: None,
            subscription: None,
            pass_on: false,
            checksum: false,
        }
    }
}

/// The market books of one stream.
#[derive(Debug)]
pub struct Books {
    lines: Lines,
    /// The line being read; its lists are reused.
    message: Message,
    state: State,
    problems: Problems,
}

impl Default for Books {
    fn default() -> Self {
        Self::new(&Options::default())
    }
}

impl Books {
    /// Empty books.
    pub fn new(options: &Options) -> Self {
        Self {
            lines: Lines::new(options.max_line),
            message: Message::new(options.strict),
            state: State::new(options),
            problems: Problems::new(options.max_problems),
        }
    }

    /// Takes bytes in any chunking and answers how many market updates they completed.
    pub fn apply(&mut self, data: &[u8]) -> u64 {
        let before = self.state.updates;
        self.take(data);
        self.state.updates - before
    }

    /// Takes bytes until there are enough rows, see [`Books::record`]; answers how many it took.
    pub fn take(&mut self, data: &[u8]) -> usize {
        let Self { lines, message, state, problems } = self;
        lines.push(data, &mut Taker { message, state, problems })
    }

    /// From now on, writes a row for every runner of a market after each update of it, or for the changed ones only.
    /// After the line that makes them `limit` rows or more, [`Books::take`] stops until they are cleared. Official
    /// files tell volume by price only: `cumulative_tv` takes its sum for a runner's volume.
    pub fn record(&mut self, limit: usize, every_runner: bool, cumulative_tv: bool) {
        self.state.recorder = Some(Recorder::new(limit, every_runner, cumulative_tv));
    }

    /// The rows so far; none if nothing is recorded.
    pub fn rows(&self) -> Option<&Columns> {
        self.state.recorder.as_ref().map(Recorder::columns)
    }

    /// Forgets the rows.
    pub fn clear_rows(&mut self) {
        if let Some(recorder) = &mut self.state.recorder {
            recorder.clear();
        }
    }

    /// Race and cricket messages since the last call, as they came. Only so many bytes are kept untaken.
    pub fn take_passed_on(&mut self) -> Vec<Text> {
        self.state.passed_on.take()
    }

    /// Closed markets dropped for their age or to make room.
    pub fn evicted(&self) -> u64 {
        self.state.evicted
    }

    /// No more bytes will come: an unfinished last line is reported as a problem.
    pub fn finish(&mut self) {
        let Self { lines, message, state, problems } = self;
        lines.finish(&mut Taker { message, state, problems });
    }

    /// Ids of the markets changed or dropped since the last call, in the order of the first change.
    pub fn take_touched(&mut self) -> Vec<Arc<str>> {
        self.state.take_touched()
    }

    /// A market by its id.
    pub fn market(&self, id: &str) -> Option<&Market> {
        self.state.market(id)
    }

    /// All markets, in the order they were first seen.
    pub fn markets(&self) -> &[Market] {
        &self.state.markets
    }

    /// Messages seen (lines that are not blank), broken ones included.
    pub fn lines(&self) -> u64 {
        self.lines.count()
    }

    /// Market updates applied.
    pub fn updates(&self) -> u64 {
        self.state.updates
    }

    /// What the stream has said of itself.
    pub fn session(&self) -> &Session {
        &self.state.session
    }

    /// The same, to follow another subscription.
    pub fn session_mut(&mut self) -> &mut Session {
        &mut self.state.session
    }

    /// What was wrong with which line.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Over every update and every runner of its market, the best back and lay prices of the full ladders in
    /// hundredths, summed. 0 unless [`Options::checksum`].
    pub fn top_checksum(&self) -> i64 {
        self.state.checksum.unwrap_or(0)
    }
}

struct Taker<'a> {
    message: &'a mut Message,
    state: &'a mut State,
    problems: &'a mut Problems,
}

impl Sink for Taker<'_> {
    fn message(&mut self, text: &[u8]) -> Result<usize, Fault> {
        let mut cursor = Cursor::new(text);
        self.message.read(&mut cursor)?;
        let end = cursor.at();
        self.state.take(self.message, &text[..end])?;
        Ok(end)
    }

    fn is_full(&self) -> bool {
        self.state.recorder.as_ref().is_some_and(Recorder::is_full)
    }

    fn problem(&mut self, start: Position, fault: Fault) {
        self.problems.add(Problem::new(start, fault));
    }
}
