//! The prices of the last documents, and how the next one differs.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::message::{American, EventDocument, Key, Quote};
use crate::frames::{FrameOptions, Frames};
use crate::problem::Problems;

/// Most prices held, of all events together.
const MAX_QUOTES: usize = 4_000_000;

/// A price that came, moved or went.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The event.
    pub event: Box<str>,
    /// What the price is for.
    pub key: Key,
    /// Decimal odds before; `None` if there were none.
    pub before: Option<f64>,
    /// Decimal odds now; `None` if there are none any more.
    pub after: Option<f64>,
    /// When the bookmaker's market was last seen, as the feed writes it; empty if it is gone.
    pub last_update: Box<str>,
}

/// An event and its prices.
#[derive(Debug, Clone, Default)]
pub struct Event {
    sport: Box<str>,
    commence_time: Box<str>,
    home_team: Box<str>,
    away_team: Box<str>,
    quotes: BTreeMap<Key, Quote>,
}

impl Event {
    /// Key of its sport.
    pub fn sport(&self) -> &str {
        &self.sport
    }

    /// When it begins, as the feed writes it.
    pub fn commence_time(&self) -> &str {
        &self.commence_time
    }

    /// The home team; empty of outrights.
    pub fn home_team(&self) -> &str {
        &self.home_team
    }

    /// The away team; empty of outrights.
    pub fn away_team(&self) -> &str {
        &self.away_team
    }

    /// Decimal odds by what they are for, in its order.
    pub fn prices(&self) -> impl ExactSizeIterator<Item = (&Key, f64)> {
        self.quotes.iter().map(|(key, quote)| (key, quote.price))
    }
}

/// The prices of all events.
#[derive(Debug)]
pub struct Books {
    frames: Frames,
    american: American,
    max_events: usize,
    events: BTreeMap<Box<str>, Event>,
    quotes: usize,
}

impl Books {
    /// No prices yet. `american`: prices were asked for in that form; they are kept as decimal odds.
    pub fn new(options: &FrameOptions, american: bool) -> Self {
        Self {
            frames: Frames::new(options),
            american: American(american),
            max_events: options.max_books,
            events: BTreeMap::new(),
            quotes: 0,
        }
    }

    /// Takes one document and answers what changed: a list is whole for the sports it names and for `sport`, one event
    /// alone is whole for itself. A broken document changes nothing.
    pub fn apply(&mut self, document: &[u8], sport: Option<&str>) -> Vec<Change> {
        let Self { frames, american, .. } = self;
        let (mut events, mut changes) = (Vec::new(), Vec::new());
        let mut is_list = false;
        let sound = frames.read(document, |cursor| {
            is_list = cursor.peek() == b'[';
            events = american.read(cursor)?;
            Ok(())
        });
        if !sound {
            return changes;
        }
        if is_list {
            self.drop_missing(&events, sport, &mut changes);
        }
        for event in events {
            self.replace(event, &mut changes);
        }
        changes
    }

    fn drop_missing(&mut self, events: &[EventDocument], sport: Option<&str>, changes: &mut Vec<Change>) {
        let sports: BTreeSet<&str> = events.iter().map(|event| &*event.sport).chain(sport).collect();
        let listed: BTreeSet<&str> = events.iter().map(|event| &*event.id).collect();
        let quotes = &mut self.quotes;
        self.events.retain(|id, event| {
            let stays = listed.contains(&**id) || !sports.contains(&*event.sport);
            if !stays {
                *quotes -= event.quotes.len();
                compare(id, &event.quotes, &BTreeMap::new(), changes);
            }
            stays
        });
    }

    fn replace(&mut self, document: EventDocument, changes: &mut Vec<Change>) {
        let EventDocument { id, sport, commence_time, home_team, away_team, quotes } = document;
        let known = self.events.get(&id).map_or(0, |event| event.quotes.len());
        if !self.events.contains_key(&id) && self.events.len() >= self.max_events {
            return self.frames.limit("events");
        }
        if self.quotes - known + quotes.len() > MAX_QUOTES {
            return self.frames.limit("prices");
        }
        self.quotes = self.quotes - known + quotes.len();
        let event = self.events.entry(id.clone()).or_default();
        compare(&id, &event.quotes, &quotes, changes);
        *event = Event { sport, commence_time, home_team, away_team, quotes };
    }

    /// All events by id.
    pub fn events(&self) -> impl ExactSizeIterator<Item = (&str, &Event)> {
        self.events.iter().map(|(id, event)| (&**id, event))
    }

    /// Documents seen, broken ones included.
    pub fn documents(&self) -> u64 {
        self.frames.count()
    }

    /// What was wrong with which document; its number stands where a line's would.
    pub fn problems(&self) -> &Problems {
        self.frames.problems()
    }
}

/// Walks both in their order.
fn compare(
    event: &str,
    before: &BTreeMap<Key, Quote>,
    after: &BTreeMap<Key, Quote>,
    changes: &mut Vec<Change>,
) {
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.0.cmp(new.0),
        };
        let gone = if order.is_le() { old.next() } else { None };
        let come = if order.is_ge() { new.next() } else { None };
        let price = |quote: Option<(&Key, &Quote)>| quote.map(|quote| quote.1.price);
        let Some((key, _)) = come.or(gone) else { return };
        if price(gone).map(f64::to_bits) != price(come).map(f64::to_bits) {
            let last_update = come.map_or_else(Box::default, |come| come.1.last_update.clone());
            let (before, after) = (price(gone), price(come));
            changes.push(Change { event: event.into(), key: key.clone(), before, after, last_update });
        }
    }
}
