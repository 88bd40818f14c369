//! Bytes of a stream into its orders.

use std::sync::Arc;

use super::message::Message;
use super::order::Order;
use super::state::{OrderMarket, State};
use crate::betfair::session::Session;
use crate::json::Cursor;
use crate::lines::{DEFAULT_MAX_LINE, Lines, Position, Sink};
use crate::problem::{Fault, Problem, Problems};

/// How an order stream is read.
#[derive(Debug, Clone)]
pub struct OrderOptions {
    /// Refuse lines with keys that the specification does not name.
    pub strict: bool,
    /// Longest line taken, in bytes.
    pub max_line: usize,
    /// How many problems are kept in full; all are counted.
    pub max_problems: usize,
    /// Most open orders and runners with matched bets held; what exceeds them is left out and counted as a problem.
    pub max_held: usize,
    /// Take changes of this subscription only; messages that name none are taken too.
    pub subscription: Option<i64>,
}

impl Default for OrderOptions {
    fn default() -> Self {
        let (strict, max_problems, max_held) = (false, 100, 500_000);
        Self { strict, max_line: DEFAULT_MAX_LINE, max_problems, max_held, subscription: None }
    }
}

/// Orders of one stream; the books of a connection's markets pass its messages over, and this passes over theirs.
#[derive(Debug)]
pub struct Orders {
    lines: Lines,
    message: Message,
    state: State,
    problems: Problems,
}

impl Orders {
    /// Without orders.
    pub fn new(options: &OrderOptions) -> Self {
        Self {
            lines: Lines::new(options.max_line),
            message: Message::new(options.strict),
            state: State::new(options),
            problems: Problems::new(options.max_problems),
        }
    }

    /// Takes bytes in any chunking and answers how many market changes they completed.
    pub fn apply(&mut self, data: &[u8]) -> u64 {
        let before = self.state.updates;
        let Self { lines, message, state, problems } = self;
        lines.push(data, &mut Taker { message, state, problems });
        self.state.updates - before
    }

    /// No more bytes will come: an unfinished last line is reported as a problem.
    pub fn finish(&mut self) {
        let Self { lines, message, state, problems } = self;
        lines.finish(&mut Taker { message, state, problems });
    }

    /// A market by its id.
    pub fn market(&self, id: &str) -> Option<&OrderMarket> {
        self.state.markets().get(id)
    }

    /// All markets by id.
    pub fn markets(&self) -> impl ExactSizeIterator<Item = (&str, &OrderMarket)> {
        self.state.markets().iter().map(|(id, market)| (&**id, market))
    }

    /// Drops a market; answers whether it was known.
    pub fn forget(&mut self, id: &str) -> bool {
        self.state.forget(id)
    }

    /// Orders that became complete since the last call, with their market and runner. Of more than 100,000 not
    /// taken, those that came last are lost and counted as problems.
    pub fn take_completed(&mut self) -> Vec<(Arc<str>, i64, f64, Order)> {
        std::mem::take(&mut self.state.completed)
    }

    /// Messages seen, broken ones included.
    pub fn lines(&self) -> u64 {
        self.lines.count()
    }

    /// Market changes applied.
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
        self.state.take(self.message)?;
        Ok(cursor.at())
    }

    fn problem(&mut self, start: Position, fault: Fault) {
        self.problems.add(Problem::new(start, fault));
    }
}
