//! One document as it stands.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::fixed::decimal;
use crate::json::Cursor;
use crate::problem::{Fault, InField, Reason};

/// Decimals of points.
pub const POINT_PLACES: usize = 4;

/// What a price is for. Sorted by bookmaker first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Key of the bookmaker.
    pub bookmaker: Box<str>,
    /// Key of the market: `h2h`, `spreads`, `totals`, `h2h_lay`, `outrights`, …
    pub market: Box<str>,
    /// Name of the outcome.
    pub name: Box<str>,
    /// Of markets of players: whose outcome it is.
    pub description: Box<str>,
    /// Handicap or total in units of its [`POINT_PLACES`]-th decimal.
    pub point: Option<i64>,
}

/// A price and when it was last seen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quote {
    /// Decimal odds.
    pub(super) price: f64,
    /// As the feed writes it.
    pub(super) last_update: Box<str>,
}

#[derive(Debug, Default)]
pub(super) struct EventDocument {
    pub(super) id: Box<str>,
    pub(super) sport: Box<str>,
    pub(super) commence_time: Box<str>,
    pub(super) home_team: Box<str>,
    pub(super) away_team: Box<str>,
    pub(super) quotes: BTreeMap<Key, Quote>,
}

/// Prices are American: what 100 win, or minus what must be staked to win 100.
#[derive(Debug, Clone, Copy)]
pub(super) struct American(pub(super) bool);

impl American {
    /// Reads a whole document: a list of events, or one.
    pub(super) fn read(self, cursor: &mut Cursor<'_>) -> Result<Vec<EventDocument>, Fault> {
        let mut events = Vec::new();
        if cursor.peek() == b'[' {
            cursor.array(|cursor| self.event(cursor).map(|event| events.push(event)))?;
        } else {
            events.push(self.event(cursor)?);
        }
        Ok(events)
    }

    fn event(self, cursor: &mut Cursor<'_>) -> Result<EventDocument, Fault> {
        let mut event = EventDocument::default();
        let at = cursor.at();
        let mut quotes = Vec::new();
        cursor.object(|cursor, key| {
            match &*key.key() {
                b"id" => event.id = text(cursor, "id")?,
                b"sport_key" => event.sport = text(cursor, "sport_key")?,
                b"commence_time" => event.commence_time = text(cursor, "commence_time")?,
                b"home_team" => event.home_team = text(cursor, "home_team")?,
                b"away_team" => event.away_team = text(cursor, "away_team")?,
                b"bookmakers" => list(cursor, |cursor| self.bookmaker(cursor, &mut quotes))?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        for name in [("id", &event.id), ("sport_key", &event.sport)] {
            if name.1.is_empty() {
                return Err(Fault { at, reason: Reason::Missing(name.0) });
            }
        }
        // Of what is listed twice the last counts.
        event.quotes.extend(quotes);
        Ok(event)
    }

    fn bookmaker(self, cursor: &mut Cursor<'_>, quotes: &mut Vec<(Key, Quote)>) -> Result<(), Fault> {
        let (at, start) = (cursor.at(), quotes.len());
        let (mut bookmaker, mut updated) = (Box::default(), Box::default());
        cursor.object(|cursor, key| {
            match &*key.key() {
                b"key" => bookmaker = text(cursor, "key")?,
                b"last_update" => updated = text(cursor, "last_update")?,
                b"markets" => list(cursor, |cursor| self.market(cursor, quotes))?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        named(&bookmaker, at)?;
        for (key, quote) in &mut quotes[start..] {
            key.bookmaker.clone_from(&bookmaker);
            if quote.last_update.is_empty() {
                quote.last_update.clone_from(&updated);
            }
        }
        Ok(())
    }

    fn market(self, cursor: &mut Cursor<'_>, quotes: &mut Vec<(Key, Quote)>) -> Result<(), Fault> {
        let (at, start) = (cursor.at(), quotes.len());
        let (mut market, mut updated) = (Box::default(), Box::default());
        cursor.object(|cursor, key| {
            match &*key.key() {
                b"key" => market = text(cursor, "key")?,
                b"last_update" => updated = text(cursor, "last_update")?,
                b"outcomes" => list(cursor, |cursor| self.outcome(cursor).map(|quote| quotes.push(quote)))?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        named(&market, at)?;
        for (key, quote) in &mut quotes[start..] {
            key.market.clone_from(&market);
            quote.last_update.clone_from(&updated);
        }
        Ok(())
    }

    fn outcome(self, cursor: &mut Cursor<'_>) -> Result<(Key, Quote), Fault> {
        let at = cursor.at();
        let (mut name, mut description, mut point, mut price) = (Box::default(), Box::default(), None, None);
        cursor.object(|cursor, key| {
            match &*key.key() {
                b"name" => name = text(cursor, "name")?,
                b"description" => description = text(cursor, "description")?,
                b"point" if !cursor.null()? => {
                    point = Some(decimal::<POINT_PLACES>(cursor).in_field("point")?);
                }
                b"price" => price = Some(self.price(cursor)?),
                b"point" => {}
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        let price = price.ok_or(Fault { at, reason: Reason::Missing("price") })?;
        if name.is_empty() {
            return Err(Fault { at, reason: Reason::Missing("name") });
        }
        let key = Key { bookmaker: Box::default(), market: Box::default(), name, description, point };
        Ok((key, Quote { price, last_update: Box::default() }))
    }

    fn price(self, cursor: &mut Cursor<'_>) -> Result<f64, Fault> {
        let at = cursor.at();
        let given = cursor.number().in_field("price")?;
        let (price, expected) = match self.0 {
            false => (Some(given).filter(|price| *price >= 1.0), "decimal odds of 1 or more"),
            true if given >= 100.0 => (Some(1.0 + given / 100.0), ""),
            true => (Some(1.0 - 100.0 / given).filter(|_| given <= -100.0), "American odds"),
        };
        price.ok_or(Fault { at, reason: Reason::Field { name: "price", expected } })
    }
}

fn named(key: &str, at: usize) -> Result<(), Fault> {
    if key.is_empty() { Err(Fault { at, reason: Reason::Missing("key") }) } else { Ok(()) }
}

/// A text, empty for null.
fn text(cursor: &mut Cursor<'_>, name: &'static str) -> Result<Box<str>, Fault> {
    if cursor.null()? {
        return Ok(Box::default());
    }
    cursor.text().in_field(name)?.decode().map(Cow::into_owned).map(Into::into)
}

/// A list, none for null.
fn list<'a>(
    cursor: &mut Cursor<'a>,
    item: impl FnMut(&mut Cursor<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if cursor.null()? { Ok(()) } else { cursor.array(item) }
}
