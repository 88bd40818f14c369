//! A market line and its outcomes within a message.

use std::borrow::Cow;
use std::ops::Range;

use crate::problem::{Fault, InField};
use crate::xml::{Value, Xml};

/// What is announced of a market. Times are milliseconds since the epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Metadata {
    /// When bets will be stopped.
    pub next_betstop: Option<i64>,
    /// When the market opens.
    pub start_time: Option<i64>,
    /// When it closes.
    pub end_time: Option<i64>,
    /// Number under which the Italian regulator knows it.
    pub aams_id: Option<i64>,
}

impl Metadata {
    pub(super) fn read(xml: &mut Xml<'_>, name: &str) -> Result<Self, Fault> {
        let mut metadata = Self::default();
        xml.element(
            name,
            |name, value| {
                match name {
                    "next_betstop" => metadata.next_betstop = Some(value.integer().in_field("next_betstop")?),
                    "start_time" => metadata.start_time = Some(value.integer().in_field("start_time")?),
                    "end_time" => metadata.end_time = Some(value.integer().in_field("end_time")?),
                    "aams_id" => metadata.aams_id = Some(value.integer().in_field("aams_id")?),
                    _ => {}
                }
                Ok(())
            },
            Xml::skip,
        )?;
        Ok(metadata)
    }
}

/// A market line within a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Market<'a> {
    /// Market id.
    pub id: i64,
    /// Specifiers, sorted by key.
    pub specifiers: Cow<'a, str>,
    /// Information that does not tell lines apart.
    pub extended_specifiers: Cow<'a, str>,
    /// 1 where the message does not say.
    pub status: i64,
    /// It is the most balanced line of its market.
    pub favourite: bool,
    /// 1 available, -1 unavailable, -2 closed.
    pub cashout_status: Option<i64>,
    /// Why bets are void.
    pub void_reason: Option<i64>,
    /// Of settlements: the result in words.
    pub result: Option<Cow<'a, str>>,
    /// What is announced of it.
    pub metadata: Option<Metadata>,
    /// Its outcomes within [`super::Message::outcomes`].
    pub outcomes: Range<usize>,
}

impl Default for Market<'_> {
    fn default() -> Self {
        Self {
            id: 0,
            specifiers: Cow::Borrowed(""),
            extended_specifiers: Cow::Borrowed(""),
            status: 1,
            favourite: false,
            cashout_status: None,
            void_reason: None,
            result: None,
            metadata: None,
            outcomes: 0..0,
        }
    }
}

/// Probabilities of the ways an outcome can end.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Probabilities {
    /// Of winning the whole stake's worth.
    pub win: Option<f64>,
    /// Of losing it.
    pub lose: Option<f64>,
    /// Of getting the stake back.
    pub refund: Option<f64>,
    /// Of half a win, half a refund.
    pub half_win: Option<f64>,
    /// Of half a loss, half a refund.
    pub half_lose: Option<f64>,
}

/// An outcome within a message; which fields it has depends on the message.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<'a> {
    /// A number or a URN, or several joined by commas.
    pub id: Cow<'a, str>,
    /// Decimal odds.
    pub odds: Option<f64>,
    /// Probability of winning.
    pub probability: Option<f64>,
    /// Of lines that can end in other ways too.
    pub probabilities: Option<Box<Probabilities>>,
    /// Bets are taken.
    pub active: bool,
    /// 1 home, 2 away: the team of the player that the outcome is about.
    pub team: Option<i64>,
    /// 0 lost, 1 won, -1 undecided; `None` where the feed says something else.
    pub result: Option<i64>,
    /// Part of the stake that is paid back.
    pub void_factor: Option<f64>,
    /// Part that is paid of a dead heat.
    pub dead_heat_factor: Option<f64>,
}

impl Default for Outcome<'_> {
    fn default() -> Self {
        Self {
            id: Cow::Borrowed(""),
            odds: None,
            probability: None,
            probabilities: None,
            active: true,
            team: None,
            result: None,
            void_factor: None,
            dead_heat_factor: None,
        }
    }
}

impl<'a> Outcome<'a> {
    /// Reads the first attributes as far as they stand in their usual order: they need not be told apart by name.
    #[inline]
    pub(super) fn usual_attributes(&mut self, xml: &mut Xml<'a>) -> Result<(), Fault> {
        if let Some(value) = xml.usual(b" id=\"") {
            self.id = Cow::Borrowed(value.raw());
        }
        if let Some(value) = xml.usual(b" odds=\"") {
            self.odds = value.plain_decimal();
            if self.odds.is_none() {
                self.attribute("odds", value)?;
            }
        }
        if let Some(value) = xml.usual(b" probabilities=\"") {
            self.probability = value.plain_decimal();
            if self.probability.is_none() {
                self.attribute("probabilities", value)?;
            }
        }
        if let Some(value) = xml.usual(b" active=\"") {
            self.active = value.raw() == "1";
            if !self.active && value.raw() != "0" {
                self.attribute("active", value)?;
            }
        }
        Ok(())
    }

    #[inline]
    pub(super) fn attribute(&mut self, name: &str, value: Value<'a>) -> Result<(), Fault> {
        match name {
            "id" => self.id = value.text()?,
            "odds" => self.odds = value.decimal().in_field("odds")?,
            "probabilities" => self.probability = value.decimal().in_field("probabilities")?,
            "active" => self.active = value.integer().in_field("active")? != 0,
            "team" => self.team = Some(value.integer().in_field("team")?),
            // What is not understood must not be read as lost.
            "result" => self.result = value.integer().ok(),
            // 0 and 1 are ways to write that there is none.
            "void_factor" => {
                self.void_factor = value.decimal().in_field("void_factor")?.filter(|factor| *factor != 0.0);
            }
            "dead_heat_factor" => {
                let factor = value.decimal().in_field("dead_heat_factor")?;
                self.dead_heat_factor = factor.filter(|factor| factor.to_bits() != 1f64.to_bits());
            }
            _ => self.rare(name, value)?,
        }
        Ok(())
    }

    fn rare(&mut self, name: &str, value: Value<'a>) -> Result<(), Fault> {
        let Some(name) = name.strip_suffix("_probabilities") else { return Ok(()) };
        let part: fn(&mut Probabilities) -> &mut Option<f64> = match name {
            "win" => |all| &mut all.win,
            "lose" => |all| &mut all.lose,
            "refund" => |all| &mut all.refund,
            "half_win" => |all| &mut all.half_win,
            "half_lose" => |all| &mut all.half_lose,
            _ => return Ok(()),
        };
        *part(self.probabilities.get_or_insert_default()) = value.decimal().in_field("…_probabilities")?;
        Ok(())
    }
}
