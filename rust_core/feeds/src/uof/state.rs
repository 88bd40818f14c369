//! State of every event, from messages in the order they arrive.

use std::mem;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::descriptions::Descriptions;
use super::event::{Event, begins, bet_stop, change};
use super::message::{Kind, Lists, Message};
use super::routing::RoutingKey;
use crate::problem::{Fault, Problem, Problems, Reason};

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

/// All events of a feed.
#[derive(Debug)]
pub struct State {
    options: Options,
    descriptions: Descriptions,
    events: HashMap<Arc<str>, Event, FixedState>,
    lists: Lists,
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
            lists: Lists::default(),
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
            Message::read_into(xml, mem::take(&mut self.lists))
        };
        let result = result.and_then(|message| {
            if !agrees(routing_key, &message) {
                let reason = Reason::Expected("a routing key of this event");
                self.problem(offset, Fault { at: 0, reason });
            }
            let taken = self.take(&message);
            self.lists = message.into_lists();
            taken
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
        if !message.kind.has_markets() {
            self.passed_over += 1;
            return Ok(false);
        }
        if begins(message.kind) && !self.events.contains_key(&*message.event) {
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
        event.seen(message.timestamp);
        if message.kind == Kind::BetStop {
            bet_stop(event, message, self.messages, &self.descriptions);
            return Ok(true);
        }
        let others = self.lines - event.lines().len();
        let room = change(event, message, self.messages, self.options.max_lines.saturating_sub(others));
        self.lines = others + event.lines().len();
        if room { Ok(true) } else { limit("market lines, outcomes or cancellations") }
    }

    /// Drops an event; answers whether it was known.
    pub fn forget(&mut self, event: &str) -> bool {
        let known = self.events.remove(event);
        self.lines -= known.as_ref().map_or(0, |event| event.lines().len());
        known.is_some()
    }

    /// Drops the events that are over and of which no message was made at `time`, in milliseconds since the epoch, or
    /// later; answers how many.
    pub fn forget_over(&mut self, time: i64) -> usize {
        let before = self.events.len();
        let lines = &mut self.lines;
        self.events.retain(|_, event| {
            let over = event.is_over(time);
            *lines -= if over { event.lines().len() } else { 0 };
            !over
        });
        before - self.events.len()
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
