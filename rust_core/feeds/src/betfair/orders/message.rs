//! One line of the order stream, read whole before anything of it is applied.

use super::order::Order;
use crate::betfair::definition::handicap;
use crate::betfair::envelope::{Envelope, push_text};
use crate::betfair::ladder::Level;
use crate::betfair::message::read_size;
use crate::json::{Cursor, Text};
use crate::problem::{Fault, InField, Reason};

type Read<T> = Result<T, Fault>;

/// Matched bets of one side, and whether the feed spoke of them.
pub(super) type Matches = Option<Vec<Level>>;

#[derive(Debug, Default)]
pub(super) struct RunnerChange {
    pub(super) id: i64,
    pub(super) hc: f64,
    pub(super) full_image: bool,
    pub(super) orders: Vec<Order>,
    /// Backs and lays.
    pub(super) matches: [Matches; 2],
    /// The same by the customer's reference of a strategy.
    pub(super) strategies: Vec<(Box<str>, [Matches; 2])>,
}

#[derive(Debug, Default)]
pub(super) struct MarketChange {
    pub(super) id: String,
    pub(super) full_image: bool,
    pub(super) closed: Option<bool>,
    pub(super) account_id: Option<String>,
    pub(super) runners: Vec<RunnerChange>,
}

/// A line, read.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) envelope: Envelope,
    pub(super) markets: Vec<MarketChange>,
    strict: bool,
}

impl Message {
    pub(super) fn new(strict: bool) -> Self {
        Self { strict, ..Self::default() }
    }

    /// Reads the message `cursor` stands before.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        self.envelope.clear();
        self.markets.clear();
        cursor.object(|cursor, key| match &*key.key() {
            b"oc" => self.read_markets(cursor),
            known if self.envelope.field(cursor, known)? => Ok(()),
            _ => skip_unknown(cursor, key, self.strict),
        })?;
        self.envelope.check(cursor)?;
        if self.envelope.publish_time.is_none() && !self.markets.is_empty() {
            return cursor.fault(Reason::Missing("pt"));
        }
        Ok(())
    }

    fn read_markets(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        let Self { markets, strict, .. } = self;
        let read = list(cursor, |cursor| {
            let mut market = MarketChange::default();
            cursor.object(|cursor, key| market.field(cursor, key, *strict))?;
            if market.id.is_empty() {
                return cursor.fault(Reason::Missing("id of a market"));
            }
            markets.push(market);
            Ok(())
        });
        read.in_field("oc")
    }
}

impl MarketChange {
    fn field(&mut self, cursor: &mut Cursor<'_>, key: Text<'_>, strict: bool) -> Read<()> {
        match &*key.key() {
            b"id" => push_text(cursor, "id", &mut self.id),
            b"accountId" => push_text(cursor, "accountId", self.account_id.get_or_insert_default()),
            b"fullImage" => flag(cursor, "fullImage").map(|full| self.full_image = full == Some(true)),
            b"closed" => flag(cursor, "closed").map(|closed| self.closed = closed),
            b"orc" => {
                let read = list(cursor, |cursor| {
                    self.runners.push(RunnerChange::read(cursor, strict)?);
                    Ok(())
                });
                read.in_field("orc")
            }
            _ => skip_unknown(cursor, key, strict),
        }
    }
}

impl RunnerChange {
    fn read(cursor: &mut Cursor<'_>, strict: bool) -> Read<Self> {
        let (mut runner, mut named) = (Self::default(), false);
        cursor.object(|cursor, key| {
            named |= &*key.key() == b"id";
            runner.field(cursor, key, strict)
        })?;
        if named { Ok(runner) } else { cursor.fault(Reason::Missing("id of a runner")) }
    }

    fn field(&mut self, cursor: &mut Cursor<'_>, key: Text<'_>, strict: bool) -> Read<()> {
        match &*key.key() {
            b"id" => cursor.integer().map(|id| self.id = id).in_field("id"),
            b"hc" => handicap(cursor).map(|hc| self.hc = hc),
            b"fullImage" => flag(cursor, "fullImage").map(|full| self.full_image = full == Some(true)),
            b"uo" => {
                let read = list(cursor, |cursor| {
                    self.orders.push(Order::read(cursor, strict)?);
                    Ok(())
                });
                read.in_field("uo")
            }
            b"mb" => read_matches(cursor, &mut self.matches[0]).in_field("mb"),
            b"ml" => read_matches(cursor, &mut self.matches[1]).in_field("ml"),
            b"smc" => self.read_strategies(cursor, strict),
            _ => skip_unknown(cursor, key, strict),
        }
    }

    fn read_strategies(&mut self, cursor: &mut Cursor<'_>, strict: bool) -> Read<()> {
        if cursor.null()? {
            return Ok(());
        }
        cursor.object(|cursor, name| {
            let mut matches = <[Matches; 2]>::default();
            cursor.object(|cursor, key| match &*key.key() {
                b"mb" => read_matches(cursor, &mut matches[0]).in_field("mb"),
                b"ml" => read_matches(cursor, &mut matches[1]).in_field("ml"),
                _ => skip_unknown(cursor, key, strict),
            })?;
            self.strategies.push((name.decode()?.into(), matches));
            Ok(())
        })
    }
}

fn read_matches(cursor: &mut Cursor<'_>, into: &mut Matches) -> Read<()> {
    let levels = into.get_or_insert_default();
    list(cursor, |cursor| {
        cursor.expect(b'[', "[price, size]")?;
        let price = cursor.number()?;
        levels.push(read_size(cursor, price)?);
        Ok(())
    })
}

/// Calls `item` before every element; `null` has none.
fn list<'a>(cursor: &mut Cursor<'a>, item: impl FnMut(&mut Cursor<'a>) -> Read<()>) -> Read<()> {
    if cursor.null()? { Ok(()) } else { cursor.array(item) }
}

fn flag(cursor: &mut Cursor<'_>, name: &'static str) -> Read<Option<bool>> {
    if cursor.null()? { Ok(None) } else { cursor.boolean().map(Some).in_field(name) }
}

fn skip_unknown(cursor: &mut Cursor<'_>, key: Text<'_>, strict: bool) -> Read<()> {
    if strict {
        return cursor.fault(Reason::UnknownKey(String::from_utf8_lossy(&key.key()).into()));
    }
    cursor.skip()
}
