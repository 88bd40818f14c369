//! One line into a flat list of changes. Nothing is applied until the whole line was read: keys come in any
//! order (`img` after `rc`, a runner's `id` after its prices), and a broken line must leave the books alone.
//! The lists are reused from line to line.

use super::change::{Change, Edit, MarketChange, Range32, RunnerChange, Span};
use super::definition::handicap;
use super::envelope::{Envelope, push_text};
use super::ladder::{Level, Offer};
use crate::json::{Cursor, Text};
use crate::problem::{Fault, InField, Reason};

type Read<T> = Result<T, Fault>;

/// A line, read.
#[derive(Debug, Default)]
pub(crate) struct Message {
    pub(crate) envelope: Envelope,
    pub(crate) markets: Vec<MarketChange>,
    strict: bool,
    runners: Vec<RunnerChange>,
    edits: Vec<Edit>,
    levels: Vec<Level>,
    offers: Vec<Offer>,
    text: String,
}

impl Message {
    pub(crate) fn new(strict: bool) -> Self {
        Self { strict, ..Self::default() }
    }

    pub(crate) fn market_id(&self, market: &MarketChange) -> &str {
        self.text_of(&market.id)
    }

    pub(crate) fn runners(&self, market: &MarketChange) -> &[RunnerChange] {
        &self.runners[market.runners.start as usize..market.runners.end as usize]
    }

    pub(crate) fn edits(&self, runner: &RunnerChange) -> &[Edit] {
        &self.edits[runner.edits.start as usize..runner.edits.end as usize]
    }

    pub(crate) fn levels(&self, range: Range32) -> &[Level] {
        range.of(&self.levels)
    }

    pub(crate) fn offers(&self, range: Range32) -> &[Offer] {
        range.of(&self.offers)
    }

    fn text_of(&self, span: &Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    fn clear(&mut self) {
        self.envelope.clear();
        self.markets.clear();
        self.runners.clear();
        self.edits.clear();
        self.levels.clear();
        self.offers.clear();
        self.text.clear();
    }

    /// Reads the message `cursor` stands before.
    pub(crate) fn read(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        self.clear();
        cursor.object(|cursor, key| self.field(cursor, key))?;
        self.envelope.check(cursor)?;
        if self.envelope.publish_time.is_none() && !self.markets.is_empty() {
            return cursor.fault(Reason::Missing("pt"));
        }
        Ok(())
    }

    fn field(&mut self, cursor: &mut Cursor<'_>, key: Text<'_>) -> Read<()> {
        match &*key.key() {
            b"mc" => self.read_markets(cursor),
            known if self.envelope.field(cursor, known)? => Ok(()),
            _ => self.skip_unknown(cursor, key),
        }
    }

    fn skip_unknown(&self, cursor: &mut Cursor<'_>, key: Text<'_>) -> Read<()> {
        if self.strict {
            return cursor.fault(Reason::UnknownKey(String::from_utf8_lossy(&key.key()).into()));
        }
        cursor.skip()
    }

    /// Text, or a number as text, behind what is there already.
    fn read_text(&mut self, cursor: &mut Cursor<'_>, name: &'static str) -> Read<Span> {
        let start = self.text.len() as u32;
        push_text(cursor, name, &mut self.text)?;
        Ok(start..self.text.len() as u32)
    }

    fn read_markets(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        if cursor.null()? {
            return Ok(());
        }
        let read = cursor.array(|cursor| {
            let runners = self.runners.len() as u32;
            let mut market = MarketChange { runners: runners..runners, ..MarketChange::default() };
            cursor.object(|cursor, key| self.market_field(&mut market, cursor, key))?;
            if market.id.is_empty() {
                return cursor.fault(Reason::Missing("id of a market"));
            }
            market.runners.end = self.runners.len() as u32;
            self.markets.push(market);
            Ok(())
        });
        read.in_field("mc")
    }

    fn market_field(
        &mut self,
        market: &mut MarketChange,
        cursor: &mut Cursor<'_>,
        key: Text<'_>,
    ) -> Read<()> {
        match &*key.key() {
            b"id" => self.read_text(cursor, "id").map(|span| market.id = span),
            b"rc" => self.read_runners(cursor),
            b"img" => {
                market.image = !cursor.null()? && cursor.boolean().in_field("img")?;
                Ok(())
            }
            b"tv" => Change::read(cursor, "tv").map(|tv| market.tv = tv),
            b"marketDefinition" => {
                if !cursor.null()? {
                    let start = cursor.at();
                    if cursor.peek() != b'{' {
                        return cursor.expected("an object").in_field("marketDefinition");
                    }
                    cursor.skip()?;
                    market.definition = Some(start..cursor.at());
                }
                Ok(())
            }
            b"con" => cursor.skip(),
            _ => self.skip_unknown(cursor, key),
        }
    }

    fn read_runners(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        if cursor.null()? {
            return Ok(());
        }
        let read = cursor.array(|cursor| {
            let edits = self.edits.len() as u32;
            let mut runner = RunnerChange { edits: edits..edits, ..RunnerChange::default() };
            let mut named = false;
            cursor.object(|cursor, key| self.runner_field(&mut runner, &mut named, cursor, key))?;
            if !named {
                return cursor.fault(Reason::Missing("id of a runner"));
            }
            runner.edits.end = self.edits.len() as u32;
            self.runners.push(runner);
            Ok(())
        });
        read.in_field("rc")
    }

    #[inline]
    fn runner_field(
        &mut self,
        runner: &mut RunnerChange,
        named: &mut bool,
        cursor: &mut Cursor<'_>,
        key: Text<'_>,
    ) -> Read<()> {
        match &*key.key() {
            b"id" => {
                *named = true;
                cursor.integer().map(|id| runner.id = id).in_field("id")
            }
            b"atb" => self.read_ladder(cursor, 0).in_field("atb"),
            b"atl" => self.read_ladder(cursor, 1).in_field("atl"),
            b"trd" => self.read_ladder(cursor, 2).in_field("trd"),
            b"spb" => self.read_ladder(cursor, 3).in_field("spb"),
            b"spl" => self.read_ladder(cursor, 4).in_field("spl"),
            b"batb" => self.read_offers(cursor, 0).in_field("batb"),
            b"batl" => self.read_offers(cursor, 1).in_field("batl"),
            b"bdatb" => self.read_offers(cursor, 2).in_field("bdatb"),
            b"bdatl" => self.read_offers(cursor, 3).in_field("bdatl"),
            b"ltp" => Change::read(cursor, "ltp").map(|ltp| runner.ltp = ltp),
            b"tv" => Change::read(cursor, "tv").map(|tv| runner.tv = tv),
            b"spn" => Change::read(cursor, "spn").map(|spn| runner.spn = spn),
            b"spf" => Change::read(cursor, "spf").map(|spf| runner.spf = spf),
            b"hc" => handicap(cursor).map(|hc| runner.hc = hc),
            _ => self.skip_unknown(cursor, key),
        }
    }

    #[inline]
    fn read_ladder(&mut self, cursor: &mut Cursor<'_>, ladder: usize) -> Read<()> {
        let start = self.levels.len() as u32;
        if !cursor.null()? {
            cursor.array(|cursor| {
                cursor.expect(b'[', "[price, size]")?;
                let price = cursor.number()?;
                self.levels.push(read_size(cursor, price)?);
                Ok(())
            })?;
        }
        let range = Range32 { start, end: self.levels.len() as u32 };
        self.edits.push(Edit::Ladder(ladder, range));
        Ok(())
    }

    fn read_offers(&mut self, cursor: &mut Cursor<'_>, offers: usize) -> Read<()> {
        let start = self.offers.len() as u32;
        if !cursor.null()? {
            cursor.array(|cursor| {
                cursor.expect(b'[', "[position, price, size]")?;
                let Ok(position) = u8::try_from(cursor.integer()?) else {
                    return cursor.expected("a position from 0 to 255");
                };
                cursor.expect(b',', "[position, price, size]")?;
                let price = cursor.number()?;
                self.offers.push(Offer { position, level: read_size(cursor, price)? });
                Ok(())
            })?;
        }
        let range = Range32 { start, end: self.offers.len() as u32 };
        self.edits.push(Edit::Offers(offers, range));
        Ok(())
    }
}

/// The rest of a level, behind its price.
#[inline]
pub(super) fn read_size(cursor: &mut Cursor<'_>, price: f64) -> Read<Level> {
    cursor.expect(b',', "a size after the price")?;
    let size = cursor.number()?;
    if size < 0.0 {
        return cursor.expected("a size of 0 or more");
    }
    cursor.expect(b']', "the end of the level")?;
    // -0 is 0, or the same price would be two levels.
    Ok(Level { price: price + 0.0, size })
}
