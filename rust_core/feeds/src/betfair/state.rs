//! The markets of a stream and what its messages say of the stream itself.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::books::Options;
use super::change::{ChangeType, MarketChange, Op};
use super::columns::Recorder;
use super::definition::MarketDefinition;
use super::market::Market;
use super::message::Message;
use super::passed::PassedOn;
use super::session::Session;
use crate::json::Cursor;
use crate::problem::{Fault, Reason};

/// Markets are looked through for closed ones once in so many milliseconds of the feed's time.
const SWEEP: u64 = 60_000;

#[derive(Debug)]
pub(super) struct State {
    pub(super) session: Session,
    definitions: Vec<Option<Arc<MarketDefinition>>>,
    pub(super) markets: Vec<Market>,
    index: HashMap<Arc<str>, usize, FixedState>,
    /// Where the last change was: most streams and most messages are about one market.
    recent: usize,
    max_markets: usize,
    evict_closed_after: Option<u64>,
    /// Feed time at which closed markets may be old enough to go.
    next_sweep: u64,
    pub(super) evicted: u64,
    pub(super) passed_on: PassedOn,
    pub(super) recorder: Option<Recorder>,
    /// Places of the runners an update changed.
    changed: Vec<usize>,
    /// Markets ever held.
    serial: u32,
    touched: Vec<Arc<str>>,
    dropped: bool,
    pub(super) updates: u64,
    pub(super) checksum: Option<i64>,
}

impl State {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            session: Session::new(Op::Market, options.subscription),
            definitions: Vec::new(),
            markets: Vec::new(),
            index: HashMap::with_hasher(FixedState::with_seed(0)),
            recent: 0,
            max_markets: options.max_markets,
            evict_closed_after: options.evict_closed_after,
            next_sweep: 0,
            evicted: 0,
            passed_on: PassedOn::new(options.pass_on),
            recorder: None,
            changed: Vec::new(),
            serial: 0,
            touched: Vec::new(),
            dropped: false,
            updates: 0,
            checksum: options.checksum.then_some(0),
        }
    }

    pub(super) fn take(&mut self, message: &Message, line: &[u8]) -> Result<(), Fault> {
        let envelope = &message.envelope;
        if !self.session.admit(envelope) {
            return self.passed_on.add(envelope.op, line);
        }
        self.read_definitions(message, line)?;
        if self.session.note(envelope) {
            self.drop_all();
        }
        self.change_markets(message, line)?;
        if let (Some(age), Some(now)) = (self.evict_closed_after, envelope.publish_time)
            && now >= self.next_sweep
            && let Some(by) = now.checked_sub(age)
        {
            self.next_sweep = now.saturating_add(SWEEP);
            self.evict(by);
        }
        Ok(())
    }

    pub(super) fn market(&self, id: &str) -> Option<&Market> {
        self.find(id).map(|at| &self.markets[at])
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
            let superseded =
                message.envelope.change_type == ChangeType::Image && moved(market, definition.as_deref());
            let definition = definition.zip(change.definition.clone().map(|range| &line[range]));
            if !superseded && !market.update(change, message, definition) {
                limit = Some("runners or price levels");
            }
            self.updated(at, message, change);
        }
        self.definitions = definitions;
        match limit {
            Some(what) => Err(Fault { at: 0, reason: Reason::Limit(what) }),
            None => Ok(()),
        }
    }

    #[inline]
    fn updated(&mut self, at: usize, message: &Message, change: &MarketChange) {
        let market = &mut self.markets[at];
        market.publish(message.envelope.publish_time.unwrap_or_default());
        if !market.touched {
            market.touched = true;
            self.touched.push(market.id().clone());
        }
        self.updates += 1;
        if let Some(sum) = &mut self.checksum {
            *sum = sum.wrapping_add(top(market));
        }
        if let Some(recorder) = &mut self.recorder {
            self.changed.clear();
            let runners = message.runners(change).iter();
            self.changed.extend(runners.filter_map(|runner| market.place(runner.id, runner.hc)));
            if !recorder.every_runner() {
                self.changed.sort_unstable();
                self.changed.dedup();
            }
            recorder.take(market, &self.changed);
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
            self.make_room()?;
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

    /// Drops the half of the closed markets that was closed first; `None` if none is closed.
    #[cold]
    fn make_room(&mut self) -> Option<()> {
        let mut closed: Vec<u64> = self.markets.iter().filter_map(Market::closed_since).collect();
        closed.sort_unstable();
        self.evict(*closed.get(closed.len() / 2)?);
        Some(())
    }

    /// Drops the markets that were closed by this time.
    fn evict(&mut self, by: u64) {
        let before = self.markets.len();
        let touched = &mut self.touched;
        self.markets.retain(|market| {
            let stays = market.closed_since().is_none_or(|closed| closed > by);
            if !stays && !market.touched {
                touched.push(market.id().clone());
            }
            stays
        });
        if self.markets.len() < before {
            self.evicted += (before - self.markets.len()) as u64;
            self.dropped = true;
            self.recent = 0;
            self.index.clear();
            self.index.extend(self.markets.iter().enumerate().map(|(at, market)| (market.id().clone(), at)));
        }
    }

    pub(super) fn take_touched(&mut self) -> Vec<Arc<str>> {
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
    let known = market.definition().and_then(|known| known.version);
    known.zip(definition.and_then(|new| new.version)).is_some_and(|(known, new)| new < known)
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
