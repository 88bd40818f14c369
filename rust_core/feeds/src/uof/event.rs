//! What is known of an event, and what messages change of it.

use foldhash::fast::FixedState;
use hashbrown::{Equivalent, HashMap};

use super::descriptions::Descriptions;
use super::line::Line;
use super::market::Market;
use super::message::{Generation, Kind, Message};
use super::status::{Status, StatusDetails};

const ACTIVE: i64 = 1;
const HANDED_OVER: i64 = -2;
/// More producers than the feed has.
const MAX_PRODUCTS: usize = 256;

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
    /// The element the status stood in, read when it is asked for.
    status_text: String,
    betting_status: Option<i64>,
    betstop_reason: Option<i64>,
    generation: Option<Generation>,
    timestamp: Option<i64>,
    /// Time of the latest message of any kind.
    latest: i64,
    /// Time of the last odds change taken, by producer.
    stamps: Vec<(i64, i64)>,
    lines: Vec<Line>,
    index: HashMap<Key, usize, FixedState>,
    /// Where the last message found a line: the next one lists its lines in the same order.
    next: usize,
}

impl Event {
    pub(super) fn new() -> Self {
        Self {
            status: None,
            status_text: String::new(),
            betting_status: None,
            betstop_reason: None,
            generation: None,
            timestamp: None,
            latest: i64::MIN,
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

    /// All that is said of where it stands.
    pub fn status_details(&self) -> Option<StatusDetails<'_>> {
        self.status.and_then(|_| StatusDetails::read(&self.status_text).ok())
    }

    /// Bets were stopped a short while ago: the careful wait until this is gone.
    pub fn betting_status(&self) -> Option<i64> {
        self.betting_status
    }

    /// Why bets were stopped before.
    pub fn betstop_reason(&self) -> Option<i64> {
        self.betstop_reason
    }

    /// What a producer last expected of it.
    pub fn generation(&self) -> Option<&Generation> {
        self.generation.as_ref()
    }

    /// Nothing is played any more, and no message was made at `time` or later.
    pub fn is_over(&self, time: i64) -> bool {
        self.latest < time && self.status.is_some_and(|status| status.is_over())
    }

    /// When its last odds change was made, in milliseconds since the epoch.
    pub fn timestamp(&self) -> Option<i64> {
        self.timestamp
    }

    /// Its market lines, in the order they were first seen.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Those of its market lines that a message after the one of this number was about.
    pub fn lines_since(&self, message: u64) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.touched > message)
    }

    pub(super) fn seen(&mut self, timestamp: i64) {
        self.latest = self.latest.max(timestamp);
    }

    #[inline]
    fn find(&mut self, market: &Market<'_>) -> Option<usize> {
        let same = |line: &Line| line.market == market.id && line.specifiers.is(&market.specifiers);
        let found = if self.lines.get(self.next).is_some_and(same) {
            self.next
        } else {
            *self.index.get(&KeyRef(market.id, &market.specifiers))?
        };
        self.next = found + 1;
        Some(found)
    }

    /// The message is older than one of its producer that was taken.
    pub(super) fn is_late(&mut self, message: &Message<'_>) -> bool {
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

/// Whether a message of this kind makes an event or a line known.
pub(super) fn begins(kind: Kind) -> bool {
    matches!(kind, Kind::OddsChange | Kind::BetSettlement | Kind::BetCancel)
}

pub(super) fn bet_stop(event: &mut Event, message: &Message<'_>, number: u64, descriptions: &Descriptions) {
    let mut groups: Vec<&str> = message.groups.split('|').collect();
    groups.sort_unstable();
    let stopped = |group: &str| groups.binary_search(&group).is_ok();
    let all = stopped("all");
    for line in event.lines.iter_mut().filter(|line| line.status == Some(ACTIVE)) {
        let described = || descriptions.market(line.market);
        if all || described().is_some_and(|market| market.groups().any(stopped)) {
            (line.status, line.touched) = (Some(message.market_status), number);
        }
    }
}

/// Applies the message of this number, which lists lines; answers whether all had room.
pub(super) fn change(event: &mut Event, message: &Message<'_>, number: u64, max_lines: usize) -> bool {
    if message.kind == Kind::OddsChange {
        event.timestamp = Some(message.timestamp);
        (event.betting_status, event.betstop_reason) = (message.betting_status, message.betstop_reason);
        event.generation = message.generation.or(event.generation);
        if message.status.is_some() {
            event.status = message.status;
            event.status_text.clear();
            event.status_text.push_str(message.status_text);
        }
    }
    let takes_back = !begins(message.kind);
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
        let line = &mut event.lines[at];
        line.touched = number;
        room &= change_line(line, message, market);
    }
    room
}

#[inline]
fn change_line(line: &mut Line, message: &Message<'_>, market: &Market<'_>) -> bool {
    let outcomes = &message.outcomes[market.outcomes.clone()];
    let Message { product, certainty, .. } = *message;
    match message.kind {
        Kind::OddsChange => {
            if market.status == HANDED_OVER && line.product.is_some_and(|last| last != product) {
                return true;
            }
            line.change(market, product, outcomes)
        }
        Kind::BetSettlement => line.settle(market, outcomes, certainty.unwrap_or(1)),
        Kind::RollbackBetSettlement => {
            line.unsettle(outcomes);
            true
        }
        Kind::BetCancel => line.cancel(message, market),
        Kind::RollbackBetCancel => {
            line.uncancel(message, outcomes);
            true
        }
        Kind::Cashout => {
            line.cash_out(market, outcomes);
            true
        }
        _ => true,
    }
}
