//! One frame as it stands: its events, in lists that are reused.

use std::borrow::Cow;
use std::ops::Range;

use super::{PLACES, quick};
use crate::fixed::{decimal, fixed};
use crate::json::{Cursor, Text};
use crate::problem::{Fault, InField, Reason};
use crate::side::Level;

pub(super) const ONE: i64 = 10i64.pow(PLACES as u32);

/// What the feed says about a best price.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Said {
    #[default]
    Nothing,
    /// There are no levels.
    Empty,
    Price(i64),
}

impl Said {
    /// `empty` is what stands there for a side without levels.
    #[inline]
    pub(super) fn of(price: i64, empty: i64) -> Self {
        if price == 0 || price == empty { Self::Empty } else { Self::Price(price) }
    }
}

/// A change of one price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edit {
    pub(super) level: Level,
    pub(super) is_bid: bool,
    /// What the best prices are afterwards.
    pub(super) best_bid: Said,
    pub(super) best_ask: Said,
}

#[derive(Debug, Clone)]
pub(super) struct Change {
    /// The asset's id within the frame's ids.
    pub(super) asset: Range<usize>,
    pub(super) edit: Edit,
}

/// What an event does.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Book {
        asset: Range<usize>,
        bids: Range<usize>,
        asks: Range<usize>,
    },
    Changes(Range<usize>),
    Tick {
        asset: Range<usize>,
        size: i64,
    },
    Trade {
        asset: Range<usize>,
        price: i64,
    },
    /// The best prices without a change of the book.
    Best {
        asset: Range<usize>,
        bid: Said,
        ask: Said,
    },
    Other,
}

#[derive(Debug, Default)]
pub(super) struct Message {
    ids: String,
    pub(super) levels: Vec<Level>,
    pub(super) changes: Vec<Change>,
    pub(super) events: Vec<Event>,
}

/// The fields of an event that matter, whatever its type.
#[derive(Default)]
struct Fields<'a> {
    kind: Option<Cow<'a, str>>,
    asset: Range<usize>,
    bids: Option<Range<usize>>,
    asks: Option<Range<usize>>,
    changes: Option<Range<usize>>,
    tick: Option<i64>,
    price: Option<i64>,
    is_trade: bool,
    best_bid: Said,
    best_ask: Said,
}

impl Message {
    pub(super) fn id(&self, asset: &Range<usize>) -> &str {
        &self.ids[asset.clone()]
    }

    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        self.ids.clear();
        self.levels.clear();
        self.changes.clear();
        self.events.clear();
        if cursor.peek() == b'[' { cursor.array(|cursor| self.event(cursor)) } else { self.event(cursor) }
    }

    fn event(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        let mut fields = Fields::default();
        let start = cursor.at();
        cursor.object(|cursor, key| self.field(cursor, key, &mut fields))?;
        let event = self.understand(fields, start)?;
        self.events.push(event);
        Ok(())
    }

    fn field<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
        key: Text<'a>,
        fields: &mut Fields<'a>,
    ) -> Result<(), Fault> {
        match &*key.key() {
            b"event_type" => fields.kind = Some(cursor.text().in_field("event_type")?.decode()?),
            b"asset_id" => fields.asset = self.asset(cursor)?,
            b"bids" | b"buys" => fields.bids = Some(self.side(cursor)?),
            b"asks" | b"sells" => fields.asks = Some(self.side(cursor)?),
            b"price_changes" | b"changes" => fields.changes = Some(self.change_list(cursor)?),
            b"new_tick_size" => fields.tick = Some(amount(cursor).in_field("new_tick_size")?),
            b"price" => fields.price = Some(amount(cursor).in_field("price")?),
            b"fee_rate_bps" => {
                fields.is_trade = true;
                cursor.skip()?;
            }
            b"best_bid" => fields.best_bid = best(cursor, 0)?,
            b"best_ask" => fields.best_ask = best(cursor, ONE)?,
            _ => cursor.skip()?,
        }
        Ok(())
    }

    fn asset(&mut self, cursor: &mut Cursor<'_>) -> Result<Range<usize>, Fault> {
        let id = cursor.text().in_field("asset_id")?.decode()?;
        // Most events of a frame are about the asset of the one before.
        if !id.is_empty() && self.ids.ends_with(&*id) {
            return Ok(self.ids.len() - id.len()..self.ids.len());
        }
        let start = self.ids.len();
        self.ids.push_str(&id);
        Ok(start..self.ids.len())
    }

    fn side(&mut self, cursor: &mut Cursor<'_>) -> Result<Range<usize>, Fault> {
        let start = self.levels.len();
        if !cursor.null()? {
            cursor.array(|cursor| {
                if let Some((level, length)) = quick::level(cursor.rest()) {
                    cursor.step(length);
                    self.levels.push(level);
                    return Ok(());
                }
                let (mut price, mut size) = (None, None);
                cursor.object(|cursor, key| {
                    match key.raw {
                        b"price" => price = Some(self::price(cursor)?),
                        b"size" => size = Some(amount(cursor).in_field("size")?),
                        _ => cursor.skip()?,
                    }
                    Ok(())
                })?;
                let (Some(price), Some(size)) = (price, size) else {
                    return cursor.fault(Reason::Missing("price` or `size"));
                };
                self.levels.push(Level { price, size });
                Ok(())
            })?;
        }
        Ok(start..self.levels.len())
    }

    fn change_list(&mut self, cursor: &mut Cursor<'_>) -> Result<Range<usize>, Fault> {
        let start = self.changes.len();
        cursor.array(|cursor| self.change(cursor))?;
        Ok(start..self.changes.len())
    }

    fn change(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        let (mut asset, mut price, mut size, mut is_bid) = (0..0, None, None, None);
        let (mut best_bid, mut best_ask) = (Said::Nothing, Said::Nothing);
        cursor.object(|cursor, key| {
            match key.raw {
                b"asset_id" => asset = self.asset(cursor)?,
                b"price" => price = Some(self::price(cursor)?),
                b"size" => size = Some(amount(cursor).in_field("size")?),
                b"side" => {
                    is_bid = Some(match cursor.text().in_field("side")?.raw {
                        b"BUY" => true,
                        b"SELL" => false,
                        _ => return cursor.expected("BUY or SELL").in_field("side"),
                    });
                }
                b"best_bid" => best_bid = best(cursor, 0)?,
                b"best_ask" => best_ask = best(cursor, ONE)?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        let (Some(price), Some(size), Some(is_bid)) = (price, size, is_bid) else {
            return cursor.fault(Reason::Missing("price`, `size` or `side"));
        };
        let edit = Edit { level: Level { price, size }, is_bid, best_bid, best_ask };
        self.changes.push(Change { asset, edit });
        Ok(())
    }

    /// Recorded events may lack their type: then the fields tell it.
    fn understand(&mut self, fields: Fields<'_>, at: usize) -> Result<Event, Fault> {
        let missing = |name| Err(Fault { at, reason: Reason::Missing(name) });
        let kind = match &fields.kind {
            Some(kind) => &**kind,
            None if fields.changes.is_some() => "price_change",
            None if fields.bids.is_some() && fields.asks.is_some() => "book",
            None if fields.tick.is_some() => "tick_size_change",
            None if fields.is_trade => "last_trade_price",
            None => return missing("event_type"),
        };
        let Fields { asset, bids, asks, changes, tick, price, best_bid, best_ask, .. } = fields;
        let event = match kind {
            "book" => Event::Book { asset, bids: bids.unwrap_or(0..0), asks: asks.unwrap_or(0..0) },
            "price_change" => {
                let Some(changes) = changes else { return missing("price_changes") };
                for change in &mut self.changes[changes.clone()] {
                    if change.asset.is_empty() {
                        change.asset = asset.clone();
                    }
                    if change.asset.is_empty() {
                        return missing("asset_id");
                    }
                }
                return Ok(Event::Changes(changes));
            }
            "tick_size_change" => match tick {
                Some(size) => Event::Tick { asset, size },
                None => return missing("new_tick_size"),
            },
            "last_trade_price" => match price {
                Some(price) => Event::Trade { asset, price },
                None => return missing("price"),
            },
            "best_bid_ask" => Event::Best { asset, bid: best_bid, ask: best_ask },
            "new_market" | "market_resolved" => return Ok(Event::Other),
            other => return Err(Fault { at, reason: Reason::UnknownOp(other.into()) }),
        };
        let (Event::Book { asset, .. }
        | Event::Tick { asset, .. }
        | Event::Trade { asset, .. }
        | Event::Best { asset, .. }) = &event
        else {
            return Ok(event);
        };
        if asset.is_empty() { missing("asset_id") } else { Ok(event) }
    }
}

fn amount(cursor: &mut Cursor<'_>) -> Result<i64, Fault> {
    let amount = decimal::<PLACES>(cursor)?;
    if amount < 0 { cursor.expected("a decimal of 0 or more") } else { Ok(amount) }
}

fn price(cursor: &mut Cursor<'_>) -> Result<i64, Fault> {
    let price = amount(cursor).in_field("price")?;
    if price > ONE { cursor.expected("a price from 0 to 1").in_field("price") } else { Ok(price) }
}

/// A best price; `empty` is what stands there for a side without levels. It is information: not to be understood
/// does not break the event.
fn best(cursor: &mut Cursor<'_>, empty: i64) -> Result<Said, Fault> {
    if cursor.peek() != b'"' {
        return cursor.skip().map(|()| Said::Nothing);
    }
    let text = cursor.text()?;
    if text.raw.is_empty() {
        return Ok(Said::Empty);
    }
    Ok(fixed(text.raw, PLACES).map_or(Said::Nothing, |price| Said::of(price, empty)))
}
