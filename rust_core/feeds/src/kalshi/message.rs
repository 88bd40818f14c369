//! One frame as it stands, in lists that are reused.

use std::borrow::Cow;
use std::ops::Range;

use super::quick;
use crate::fixed::decimal;
use crate::json::Cursor;
use crate::problem::{Fault, InField, Reason};
use crate::side::Level;

/// Prices are whole 1/10,000 dollars.
pub(super) const PRICE_PLACES: usize = 4;
/// Counts of contracts are whole hundredths.
pub(super) const COUNT_PLACES: usize = 2;
/// The older form gives prices in cents.
const CENT_PLACES: usize = 2;
pub(super) const DOLLAR: i64 = 10_000;

/// A change of the size at one price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) sid: i64,
    pub(super) seq: i64,
    pub(super) ticker: &'a [u8],
    pub(super) price: i64,
    /// What is added to the size there.
    pub(super) by: i64,
    /// It is of the YES side.
    pub(super) is_yes: bool,
}

/// What a frame is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    Snapshot,
    Delta,
    #[default]
    Other,
}

/// A value that occurs in an older and a newer form: the newest form counts.
#[derive(Debug, Default)]
pub(super) struct Latest<T> {
    form: u8,
    pub(super) value: T,
}

#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) kind: Kind,
    pub(super) sid: i64,
    pub(super) seq: i64,
    pub(super) ticker: String,
    pub(super) yes: Latest<Vec<Level>>,
    pub(super) no: Latest<Vec<Level>>,
    price: Latest<i64>,
    change: Latest<i64>,
    is_yes: bool,
}

enum Body {
    Read,
    /// Its bytes, to be read once the type is known.
    At(Range<usize>),
}

/// Which envelope fields were there.
#[derive(Default)]
struct Seen {
    kind: Option<Kind>,
    sid: bool,
    seq: bool,
    body: Option<Body>,
}

impl Message {
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        self.clear();
        let mut seen = Seen::default();
        cursor.object(|cursor, key| {
            match &*key.key() {
                b"type" => seen.kind = Some(kind(cursor)?),
                b"sid" => {
                    self.sid = cursor.integer().in_field("sid")?;
                    seen.sid = true;
                }
                b"seq" => {
                    self.seq = cursor.integer().in_field("seq")?;
                    seen.seq = true;
                }
                b"msg" => seen.body = Some(self.body_or_place(cursor, seen.kind)?),
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        self.kind = seen.kind.ok_or(missing("type"))?;
        if self.kind == Kind::Other {
            return Ok(());
        }
        let body = seen.body.filter(|_| seen.sid && seen.seq);
        let body = body.ok_or(missing("sid`, `seq` or `msg"))?;
        let Body::At(range) = body else { return Ok(()) };
        let start = range.start;
        self.body(&mut Cursor::new(&cursor.since(0)[range]))
            .map_err(|fault| Fault { at: start + fault.at, reason: fault.reason })
    }

    fn body_or_place(&mut self, cursor: &mut Cursor<'_>, kind: Option<Kind>) -> Result<Body, Fault> {
        if let Some(kind @ (Kind::Snapshot | Kind::Delta)) = kind {
            self.kind = kind;
            return self.body(cursor).map(|()| Body::Read);
        }
        cursor.peek();
        let start = cursor.at();
        cursor.skip()?;
        Ok(Body::At(start..cursor.at()))
    }

    /// The change that the frame read last is.
    pub(super) fn change(&self) -> Change<'_> {
        let Self { sid, seq, is_yes, .. } = *self;
        let ticker = self.ticker.as_bytes();
        Change { sid, seq, ticker, price: self.price.value, by: self.change.value, is_yes }
    }

    fn clear(&mut self) {
        self.ticker.clear();
        for side in [&mut self.yes, &mut self.no] {
            side.form = 0;
            side.value.clear();
        }
        self.price = Latest::default();
        self.change = Latest::default();
    }

    fn body(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        let mut side = None;
        cursor.object(|cursor, key| match &*key.key() {
            b"market_ticker" => {
                let text = cursor.text().in_field("market_ticker")?.decode()?;
                self.ticker.push_str(&text);
                Ok(())
            }
            b"yes" => levels(cursor, &mut self.yes, 1),
            b"yes_dollars" => levels(cursor, &mut self.yes, 2),
            b"yes_dollars_fp" => levels(cursor, &mut self.yes, 3),
            b"no" => levels(cursor, &mut self.no, 1),
            b"no_dollars" => levels(cursor, &mut self.no, 2),
            b"no_dollars_fp" => levels(cursor, &mut self.no, 3),
            b"price" => number(cursor, &mut self.price, 1, cents).in_field("price"),
            b"price_dollars" => number(cursor, &mut self.price, 2, dollars).in_field("price_dollars"),
            b"delta" => number(cursor, &mut self.change, 1, count).in_field("delta"),
            b"delta_fp" => number(cursor, &mut self.change, 2, count).in_field("delta_fp"),
            b"side" => {
                side = Some(match cursor.text().in_field("side")?.raw {
                    b"yes" => true,
                    b"no" => false,
                    _ => return cursor.expected("yes or no").in_field("side"),
                });
                Ok(())
            }
            _ => cursor.skip(),
        })?;
        if self.ticker.is_empty() {
            return Err(missing("market_ticker"));
        }
        if self.kind == Kind::Delta {
            self.is_yes = side.ok_or(missing("side"))?;
            if self.price.form == 0 || self.change.form == 0 {
                return Err(missing("price_dollars` or `delta_fp"));
            }
        }
        Ok(())
    }
}

fn missing(name: &'static str) -> Fault {
    Fault { at: 0, reason: Reason::Missing(name) }
}

fn kind(cursor: &mut Cursor<'_>) -> Result<Kind, Fault> {
    let at = cursor.at();
    let name = cursor.text().in_field("type")?.decode()?;
    match &*name {
        "orderbook_snapshot" => Ok(Kind::Snapshot),
        "orderbook_delta" => Ok(Kind::Delta),
        // Other channels, and answers to commands.
        "ticker"
        | "ticker_v2"
        | "trade"
        | "fill"
        | "user_order"
        | "user_orders"
        | "market_position"
        | "market_positions"
        | "market_lifecycle"
        | "market_lifecycle_v2"
        | "event_lifecycle"
        | "multivariate_lookup"
        | "order_group_updates"
        | "rfq_created"
        | "rfq_deleted"
        | "quote_created"
        | "quote_accepted"
        | "quote_executed"
        | "subscribed"
        | "unsubscribed"
        | "ok"
        | "error" => Ok(Kind::Other),
        _ => Err(Fault { at, reason: Reason::UnknownOp(Cow::into_owned(name).into()) }),
    }
}

fn dollars(cursor: &mut Cursor<'_>) -> Result<i64, Fault> {
    price(decimal::<PRICE_PLACES>(cursor)?, cursor)
}

fn cents(cursor: &mut Cursor<'_>) -> Result<i64, Fault> {
    price(decimal::<CENT_PLACES>(cursor)?, cursor)
}

fn price(price: i64, cursor: &Cursor<'_>) -> Result<i64, Fault> {
    if (0..=DOLLAR).contains(&price) { Ok(price) } else { cursor.expected("a price from 0 to 1 dollar") }
}

fn count(cursor: &mut Cursor<'_>) -> Result<i64, Fault> {
    decimal::<COUNT_PLACES>(cursor)
}

fn number(
    cursor: &mut Cursor<'_>,
    to: &mut Latest<i64>,
    form: u8,
    read: impl FnOnce(&mut Cursor<'_>) -> Result<i64, Fault>,
) -> Result<(), Fault> {
    if form < to.form || cursor.peek() == b'n' {
        return cursor.skip();
    }
    *to = Latest { form, value: read(cursor)? };
    Ok(())
}

fn levels(cursor: &mut Cursor<'_>, to: &mut Latest<Vec<Level>>, form: u8) -> Result<(), Fault> {
    if form < to.form || cursor.peek() == b'n' {
        return cursor.skip();
    }
    to.form = form;
    to.value.clear();
    cursor.array(|cursor| {
        if form > 1
            && let Some((level, length)) = quick::level(cursor.rest())
        {
            cursor.step(length);
            to.value.push(level);
            return Ok(());
        }
        cursor.expect(b'[', "[price, count]")?;
        let price = if form == 1 { cents(cursor) } else { dollars(cursor) }?;
        cursor.expect(b',', "[price, count]")?;
        let size = count(cursor)?;
        cursor.expect(b']', "[price, count]")?;
        to.value.push(Level { price, size });
        Ok(())
    })
}
