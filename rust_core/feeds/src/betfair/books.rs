//! All markets of a stream.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::change::{ChangeType, Op, Segment};
use super::definition::MarketDefinition;
use super::market::Market;
use super::message::Message;
use crate::json::Cursor;
use crate::lines::{DEFAULT_MAX_LINE, Lines, Position, Sink};
use crate::problem::{Fault, Problem, Problems, Reason};

/// How a stream is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// Refuse lines with keys that the specification does not name.
    pub strict: bool,
    /// Longest line taken, in bytes.
    pub max_line: usize,
    /// How many problems are kept in full; all are counted.
    pub max_problems: usize,
    /// Most markets held; changes of further ones are left out and counted as problems.
    pub max_markets: usize,
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
        let Self { lines, message, state, problems } = self;
        lines.push(data, &mut Taker { message, state, problems });
        self.state.updates - before
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
        self.state.index.get(id).map(|&at| &self.state.markets[at])
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

    /// Sound messages that are not about market books: orders, races, cricket, connection, status.
    pub fn passed_over(&self) -> u64 {
        self.state.passed_over
    }

    /// What was wrong with which line.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Last `clk`, to resubscribe with.
    pub fn clk(&self) -> Option<&str> {
        Some(self.state.clk.as_str()).filter(|clk| !clk.is_empty())
    }

    /// Last `initialClk`, to resubscribe with.
    pub fn initial_clk(&self) -> Option<&str> {
        Some(self.state.initial_clk.as_str()).filter(|clk| !clk.is_empty())
    }

    /// The exchange says its data is late (status 503); prices may be stale until it is false again.
    pub fn late(&self) -> bool {
        self.state.late
    }

    /// False while an image that comes in segments is not yet whole.
    pub fn image_complete(&self) -> bool {
        self.state.image_complete
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
        self.state.take(self.message, text)?;
        Ok(cursor.at())
    }

    fn problem(&mut self, start: Position, fault: Fault) {
        let Position { line, offset } = start;
        self.problems.add(Problem { line, offset, at: fault.at, reason: fault.reason });
    }
}

#[derive(Debug)]
struct State {
    definitions: Vec<Option<Arc<MarketDefinition>>>,
    markets: Vec<Market>,
    index: HashMap<Arc<str>, usize, FixedState>,
    /// Where the last change was: most streams and most messages are about one market.
    recent: usize,
    max_markets: usize,
    /// Markets ever held.
    serial: u32,
    touched: Vec<Arc<str>>,
    dropped: bool,
    updates: u64,
    passed_over: u64,
    checksum: Option<i64>,
    clk: String,
    initial_clk: String,
    late: bool,
    image_complete: bool,
}

impl State {
    fn new(options: &Options) -> Self {
        Self {
            definitions: Vec::new(),
            markets: Vec::new(),
            index: HashMap::with_hasher(FixedState::with_seed(0)),
            recent: 0,
            max_markets: options.max_markets,
            serial: 0,
            touched: Vec::new(),
            dropped: false,
            updates: 0,
            passed_over: 0,
            checksum: options.checksum.then_some(0),
            clk: String::new(),
            initial_clk: String::new(),
            late: false,
            image_complete: true,
        }
    }

    fn take(&mut self, message: &Message, line: &[u8]) -> Result<(), Fault> {
        if message.op == Op::Other {
            self.passed_over += 1;
            return Ok(());
        }
        self.read_definitions(message, line)?;
        self.envelope(message);
        self.change_markets(message, line)
    }

    /// The last step that can find the line broken.
    fn read_definitions(&mut self, message: &Message, line: &[u8]) -> Result<(), Fault> {
        self.definitions.clear();
        for change in &message.markets {
            let Some(range) = &change.definition else {
                self.definitions.push(None);
                continue;
            };
            let text = &line[range.clone()];
            let known =
                self.find(message.market_id(change)).and_then(|at| self.markets[at].same_definition(text));
            let definition = match known {
                Some(definition) => definition,
                None => MarketDefinition::read(&mut Cursor::new(text))
                    .map(Arc::new)
                    .map_err(|fault| Fault { at: range.start + fault.at, reason: fault.reason })?,
            };
            self.definitions.push(Some(definition));
        }
        Ok(())
    }

    fn envelope(&mut self, message: &Message) {
        let keep = |to: &mut String, clk: &str| {
            if !clk.is_empty() {
                to.clear();
                to.push_str(clk);
            }
        };
        keep(&mut self.clk, message.clk());
        keep(&mut self.initial_clk, message.initial_clk());
        self.late = message.status == Some(503);
        if message.change_type == ChangeType::Image {
            if matches!(message.segment, Segment::Whole | Segment::Start) {
                self.drop_all();
            }
            self.image_complete = matches!(message.segment, Segment::Whole | Segment::End);
        }
    }

    fn change_markets(&mut self, message: &Message, line: &[u8]) -> Result<(), Fault> {
        let mut limit = None;
        let mut definitions = std::mem::take(&mut self.definitions);
        for (change, definition) in message.markets.iter().zip(definitions.drain(..)) {
            let Some(at) = self.find_or_add(message.market_id(change)) else {
                limit = Some("markets");
                continue;
            };
            let market = &mut self.markets[at];
            // Counted as an update all the same: each change of a message is one.
            let superseded = message.change_type == ChangeType::Image && moved(market, definition.as_deref());
            let definition = definition.zip(change.definition.clone().map(|range| &line[range]));
            if !superseded && !market.update(change, message, definition) {
                limit = Some("runners or price levels");
            }
            self.updated(at, message);
        }
        self.definitions = definitions;
        match limit {
            Some(what) => Err(Fault { at: 0, reason: Reason::Limit(what) }),
            None => Ok(()),
        }
    }

    #[inline]
    fn updated(&mut self, at: usize, message: &Message) {
        let market = &mut self.markets[at];
        market.publish(message.publish_time.unwrap_or_default());
        if !market.touched {
            market.touched = true;
            self.touched.push(market.id().clone());
        }
        self.updates += 1;
        if let Some(sum) = &mut self.checksum {
            *sum = sum.wrapping_add(top(market));
        }
    }

    #[inline]
    fn find(&self, id: &str) -> Option<usize> {
        match self.markets.get(self.recent) {
            Some(market) if **market.id() == *id => Some(self.recent),
            _ => self.index.get(id).copied(),
        }
    }

    #[inline]
    fn find_or_add(&mut self, id: &str) -> Option<usize> {
        if let Some(at) = self.find(id) {
            self.recent = at;
            return Some(at);
        }
        if self.markets.len() >= self.max_markets {
            return None;
        }
        let id: Arc<str> = id.into();
        self.recent = self.markets.len();
        self.index.insert(id.clone(), self.recent);
        self.serial = self.serial.wrapping_add(1);
        self.markets.push(Market::new(id, self.serial));
        Some(self.recent)
    }

    fn drop_all(&mut self) {
        for market in self.markets.drain(..).filter(|market| !market.touched) {
            self.touched.push(market.id().clone());
        }
        // Without this, image after image that nobody asks about would fill the list.
        self.touched.sort_unstable();
        self.touched.dedup();
        self.dropped = true;
        self.index.clear();
        self.recent = 0;
    }

    fn take_touched(&mut self) -> Vec<Arc<str>> {
        let mut touched = std::mem::take(&mut self.touched);
        if std::mem::take(&mut self.dropped) {
            touched.sort_unstable();
            touched.dedup();
        }
        for id in &touched {
            if let Some(at) = self.find(id) {
                self.markets[at].touched = false;
            }
        }
        touched
    }
}

/// A market that was moved to another event can be twice in one image: the higher version counts.
fn moved(market: &Market, definition: Option<&MarketDefinition>) -> bool {
    match (market.definition(), definition) {
        (Some(known), Some(new)) => new.version < known.version,
        _ => false,
    }
}

fn top(market: &Market) -> i64 {
    let hundredths =
        |level: Option<&super::Level>| level.map_or(0, |level| (level.price * 100.0).round() as i64);
    market
        .runners()
        .map(|runner| {
            hundredths(runner.available_to_back().last()) + hundredths(runner.available_to_lay().last())
        })
        .sum()
}
