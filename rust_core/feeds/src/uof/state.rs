//! State of every event, from messages in the order they arrive.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::{Equivalent, HashMap};

use super::descriptions::Descriptions;
use super::line::Line;
use super::message::{Kind, Market, Message, Status};
use super::routing::RoutingKey;
use crate::problem::{Fault, Problem, Problems, Reason};

const ACTIVE: i64 = 1;
const HANDED_OVER: i64 = -2;
/// More producers than the feed has.
const MAX_PRODUCTS: usize = 256;

/// How messages are read and how much is held.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Longest message taken, in bytes.
    pub max_message: usize,
    /// How many problems are kept in full; all are counted.
    pub max_problems: usize,
    /// Most events held; messages of further ones are left out and counted as problems.
    pub max_events: usize,
    /// Most market lines held, of all events together.
    pub max_lines: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_message: 8 << 20, max_problems: 100, max_events: 100_000, max_lines: 4_000_000 }
    }
}

/// A market and its specifiers.
#[derive(Debug, Hash, PartialEq, Eq)]
struct Key(i64, Box<str>);

#[derive(Hash)]
struct KeyRef<'a>(i64, &'a str);

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.0 == key.0 && *self.1 == *key.1
    }
}

/// What is known of an event.
#[derive(Debug)]
pub struct Event {
    status: Option<Status>,
    timestamp: Option<i64>,
    /// Time of the last odds change taken, by producer.
    stamps: Vec<(i64, i64)>,
    lines: Vec<Line>,
    index: HashMap<Key, usize, FixedState>,
    /// Where the last message found a line: the next one lists its lines in the same order.
    next: usize,
}

impl Event {
    fn new() -> Self {
        Self {
            status: None,
            timestamp: None,
            stamps: Vec::new(),
            lines: Vec::new(),
            index: HashMap::with_hasher(FixedState::with_seed(0)),
            next: 0,
        }
    }

    /// Where it stands.
    pub fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    /// When its last odds change was made, in milliseconds since the epoch.
    pub fn timestamp(&self) -> Option<i64> {
        self.timestamp
    }

    /// Its market lines, in the order they were first seen.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    #[inline]
    fn find(&mut self, market: &Market<'_>) -> Option<usize> {
        let same = |line: &Line| line.market == market.id && *line.specifiers == *market.specifiers;
        let found = if self.lines.get(self.next).is_some_and(same) {
            self.next
        } else {
            *self.index.get(&KeyRef(market.id, &market.specifiers))?
        };
        self.next = found + 1;
        Some(found)
    }

    /// The message is older than one of its producer that was taken.
    fn is_late(&mut self, message: &Message<'_>) -> bool {
        let known = self.stamps.iter_mut().find(|known| known.0 == message.product);
        match known {
            // During recovery old content is sent again.
            Some(known) if message.timestamp < known.1 => message.request_id.is_none(),
            Some(known) => {
                known.1 = message.timestamp;
                false
            }
            None => {
                if self.stamps.len() < MAX_PRODUCTS {
                    self.stamps.push((message.product, message.timestamp));
                }
                false
            }
        }
    }
}

/// All events of a feed.
#[derive(Debug)]
pub struct State {
    options: Options,
    descriptions: Descriptions,
    events: HashMap<Arc<str>, Event, FixedState>,
    /// Of all events.
    lines: usize,
    messages: u64,
    offset: u64,
    passed_over: u64,
    late: u64,
    problems: Problems,
}

impl State {
    /// No events yet. Without descriptions a bet stop of named groups finds no market.
    pub fn new(descriptions: Descriptions, options: &Options) -> Self {
        Self {
            options: *options,
            descriptions,
            events: HashMap::with_hasher(FixedState::with_seed(0)),
            lines: 0,
            messages: 0,
            offset: 0,
            passed_over: 0,
            late: 0,
            problems: Problems::new(options.max_problems),
        }
    }

    /// Takes one message and answers whether it was applied to an event. An empty routing key is not looked at.
    pub fn apply(&mut self, routing_key: &str, xml: &[u8]) -> bool {
        self.messages += 1;
        let offset = self.offset;
        self.offset += xml.len() as u64;
        let result = if xml.len() > self.options.max_message {
            Err(Fault { at: self.options.max_message, reason: Reason::TooLong })
        } else {
            Message::read(xml)
        };
        let result = result.and_then(|message| {
            if !agrees(routing_key, &message) {
                let reason = Reason::Expected("a routing key of this event");
                self.problem(offset, Fault { at: 0, reason });
            }
            self.take(&message)
        });
        result.unwrap_or_else(|fault| {
            self.problem(offset, fault);
            false
        })
    }

    fn problem(&mut self, offset: u64, Fault { at, reason }: Fault) {
        self.problems.add(Problem { line: self.messages, offset, at, reason });
    }

    fn take(&mut self, message: &Message<'_>) -> Result<bool, Fault> {
        let begins = match message.kind {
            Kind::OddsChange | Kind::BetSettlement | Kind::BetCancel => true,
            Kind::BetStop | Kind::RollbackBetSettlement | Kind::RollbackBetCancel => false,
            _ => {
                self.passed_over += 1;
                return Ok(false);
            }
        };
        if begins && !self.events.contains_key(&*message.event) {
            if self.events.len() >= self.options.max_events {
                return limit("events");
            }
            self.events.insert(message.event.as_ref().into(), Event::new());
        }
        let Some(event) = self.events.get_mut(&*message.event) else { return Ok(false) };
        if message.kind == Kind::OddsChange && event.is_late(message) {
            self.late += 1;
            return Ok(false);
        }
        if message.kind == Kind::BetStop {
            bet_stop(event, message, &self.descriptions);
            return Ok(true);
        }
        let others = self.lines - event.lines.len();
        let room = change(event, message, self.options.max_lines.saturating_sub(others));
        self.lines = others + event.lines.len();
        if room { Ok(true) } else { limit("market lines, outcomes or cancellations") }
    }

    /// Drops an event; answers whether it was known.
    pub fn forget(&mut self, event: &str) -> bool {
        let known = self.events.remove(event);
        self.lines -= known.as_ref().map_or(0, |event| event.lines.len());
        known.is_some()
    }

    /// What is known of an event, by its URN.
    pub fn event(&self, urn: &str) -> Option<&Event> {
        self.events.get(urn)
    }

    /// All events by URN, in no particular order.
    pub fn events(&self) -> impl ExactSizeIterator<Item = (&str, &Event)> {
        self.events.iter().map(|(urn, event)| (&**urn, event))
    }

    /// The descriptions given.
    pub fn descriptions(&self) -> &Descriptions {
        &self.descriptions
    }

    /// Messages seen, broken ones included.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// Sound messages that change no event.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Odds changes dropped because a later one of the same event and producer had come.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// What was wrong with which message; its number stands where a line's would.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }
}

fn limit<T>(what: &'static str) -> Result<T, Fault> {
    Err(Fault { at: 0, reason: Reason::Limit(what) })
}

/// The message counts whatever its key says, but one that says something else is reported.
fn agrees(key: &str, message: &Message<'_>) -> bool {
    key.is_empty()
        || RoutingKey::parse(key).is_some_and(|key| !message.kind.has_event() || key.is_about(&message.event))
}

fn bet_stop(event: &mut Event, message: &Message<'_>, descriptions: &Descriptions) {
    let mut groups: Vec<&str> = message.groups.split('|').collect();
    groups.sort_unstable();
    let stopped = |group: &str| groups.binary_search(&group).is_ok();
    let all = stopped("all");
    for line in event.lines.iter_mut().filter(|line| line.status == Some(ACTIVE)) {
        let described = || descriptions.market(line.market);
        if all || described().is_some_and(|market| market.groups().any(stopped)) {
            line.status = Some(message.market_status);
        }
    }
}

/// Applies a message that lists lines; answers whether all had room.
fn change(event: &mut Event, message: &Message<'_>, max_lines: usize) -> bool {
    if message.kind == Kind::OddsChange {
        event.timestamp = Some(message.timestamp);
        if message.status.is_some() {
            event.status = message.status;
        }
    }
    let takes_back = matches!(message.kind, Kind::RollbackBetSettlement | Kind::RollbackBetCancel);
    let mut room = true;
    event.next = 0;
    for market in &message.markets {
        let at = match event.find(market) {
            Some(at) => at,
            None if takes_back => continue,
            None if event.lines.len() >= max_lines => {
                room = false;
                continue;
            }
            None => {
                event.index.insert(Key(market.id, (&*market.specifiers).into()), event.lines.len());
                event.lines.push(Line::new(market.id, &market.specifiers));
                event.next = event.lines.len();
                event.lines.len() - 1
            }
        };
        room &= change_line(&mut event.lines[at], message, market);
    }
    room
}

#[inline]
fn change_line(line: &mut Line, message: &Message<'_>, market: &Market<'_>) -> bool {
    let outcomes = &message.outcomes[market.outcomes.clone()];
    let Message { product, certainty, start_time, end_time, .. } = *message;
    match message.kind {
        Kind::OddsChange => {
            if market.status == HANDED_OVER && line.product.is_some_and(|last| last != product) {
                return true;
            }
            (line.status, line.product) = (Some(market.status), Some(product));
            outcomes.is_empty() || line.offer(outcomes)
        }
        Kind::BetSettlement => line.settle(outcomes, certainty),
        Kind::RollbackBetSettlement => {
            line.unsettle(outcomes);
            true
        }
        Kind::BetCancel => line.cancel(start_time, end_time),
        Kind::RollbackBetCancel => {
            line.uncancel(start_time, end_time);
            true
        }
        _ => true,
    }
}
