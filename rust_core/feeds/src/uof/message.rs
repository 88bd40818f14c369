//! One message of the feed, its text borrowed from the bytes.

use std::borrow::Cow;
use std::ops::Range;

use super::specifiers::canonical;
use crate::problem::{Fault, InField, Reason};
use crate::xml::{Value, Xml};

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Some markets' status and odds.
    OddsChange,
    /// Markets of some groups are to be suspended.
    BetStop,
    /// Results of outcomes.
    BetSettlement,
    /// Results are taken back.
    RollbackBetSettlement,
    /// Bets of a window of time are void.
    BetCancel,
    /// A cancellation is taken back.
    RollbackBetCancel,
    /// The fixture is to be fetched anew.
    FixtureChange,
    /// A producer is there.
    Alive,
    /// A recovery is complete.
    SnapshotComplete,
    /// A producer is down; no longer sent.
    ProductDown,
    /// Probabilities without odds.
    Cashout,
}

impl Kind {
    fn of(element: &str) -> Option<Self> {
        Some(match element {
            "odds_change" => Self::OddsChange,
            "bet_stop" => Self::BetStop,
            "bet_settlement" => Self::BetSettlement,
            "rollback_bet_settlement" => Self::RollbackBetSettlement,
            "bet_cancel" => Self::BetCancel,
            "rollback_bet_cancel" => Self::RollbackBetCancel,
            "fixture_change" => Self::FixtureChange,
            "alive" => Self::Alive,
            "snapshot_complete" => Self::SnapshotComplete,
            "product_down" => Self::ProductDown,
            "cashout" => Self::Cashout,
            _ => return None,
        })
    }

    /// The message is about an event.
    pub fn has_event(self) -> bool {
        !matches!(self, Self::Alive | Self::SnapshotComplete | Self::ProductDown)
    }
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Status {
    /// 0 not started, 1 live, 2 suspended, 3 ended, 4 closed, …
    pub status: Option<i64>,
    /// Code of the part of the match.
    pub match_status: Option<i64>,
    /// Points of the first competitor.
    pub home_score: Option<f64>,
    /// Points of the second competitor.
    pub away_score: Option<f64>,
}

/// A market line within a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Market<'a> {
    /// Market id.
    pub id: i64,
    /// Specifiers, sorted by key.
    pub specifiers: Cow<'a, str>,
    /// 1 where the message does not say.
    pub status: i64,
    /// Its outcomes within [`Message::outcomes`].
    pub outcomes: Range<usize>,
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
    /// Bets are taken.
    pub active: bool,
    /// 0 lost, 1 won, -1 undecided; `None` where the feed says something else.
    pub result: Option<i64>,
    /// Part of the stake that is paid back.
    pub void_factor: Option<f64>,
    /// Part that is paid of a dead heat.
    pub dead_heat_factor: Option<f64>,
}

/// A message of the feed. Times are milliseconds since the epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Message<'a> {
    /// What it is.
    pub kind: Kind,
    /// The producer.
    pub product: i64,
    /// The event's URN; empty if [`Kind::has_event`] is false.
    pub event: Cow<'a, str>,
    /// When the producer made it.
    pub timestamp: i64,
    /// It answers this recovery request.
    pub request_id: Option<i64>,
    /// Of `alive`: the producer's messages are received.
    pub subscribed: Option<bool>,
    /// Of `bet_stop`: groups joined by '|'.
    pub groups: Cow<'a, str>,
    /// Of `bet_stop`: the status to set.
    pub market_status: i64,
    /// Of `bet_settlement`: 1 scouted live, 2 confirmed.
    pub certainty: i64,
    /// Of cancellations: bets from here on.
    pub start_time: Option<i64>,
    /// Of cancellations: bets up to here.
    pub end_time: Option<i64>,
    /// Of `fixture_change`: what changed.
    pub change_type: Option<i64>,
    /// Where the event stands.
    pub status: Option<Status>,
    /// Of `odds`: bets were stopped a short while ago.
    pub betting_status: Option<i64>,
    /// Of `odds`: why bets were stopped.
    pub betstop_reason: Option<i64>,
    /// The lines listed.
    pub markets: Vec<Market<'a>>,
    /// Outcomes of all lines.
    pub outcomes: Vec<Outcome<'a>>,
}

impl<'a> Message<'a> {
    /// Reads one message to its end.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut xml = Xml::new(bytes)?;
        let root = xml.root()?;
        let Some(kind) = Kind::of(root) else {
            let at = xml.at();
            // Broken text is that, whatever its root is called.
            xml.skip(root)?;
            xml.end()?;
            return Err(Fault { at, reason: Reason::UnknownOp(root.into()) });
        };
        let mut message = Self::empty(kind);
        if message.envelope(&mut xml)? {
            xml.children(root, |xml, name| message.child(xml, name))?;
        }
        xml.end()?;
        Ok(message)
    }

    fn empty(kind: Kind) -> Self {
        Self {
            kind,
            product: 0,
            event: Cow::Borrowed(""),
            timestamp: 0,
            request_id: None,
            subscribed: None,
            groups: Cow::Borrowed(""),
            market_status: -1,
            certainty: 1,
            start_time: None,
            end_time: None,
            change_type: None,
            status: None,
            betting_status: None,
            betstop_reason: None,
            markets: Vec::new(),
            outcomes: Vec::new(),
        }
    }

    fn envelope(&mut self, xml: &mut Xml<'a>) -> Result<bool, Fault> {
        let (mut product, mut timestamp) = (false, false);
        let open = xml.attributes(|name, value| {
            match name {
                "product" => {
                    self.product = value.integer().in_field("product")?;
                    product = true;
                }
                "event_id" => self.event = value.text()?,
                "timestamp" => {
                    self.timestamp = value.integer().in_field("timestamp")?;
                    timestamp = true;
                }
                "request_id" => self.request_id = Some(value.integer().in_field("request_id")?),
                "subscribed" => self.subscribed = Some(value.integer().in_field("subscribed")? != 0),
                "groups" => self.groups = value.text()?,
                "market_status" => self.market_status = value.integer().in_field("market_status")?,
                "certainty" => self.certainty = value.integer().in_field("certainty")?,
                "start_time" => self.start_time = Some(value.integer().in_field("start_time")?),
                "end_time" => self.end_time = Some(value.integer().in_field("end_time")?),
                "change_type" => self.change_type = Some(value.integer().in_field("change_type")?),
                _ => {}
            }
            Ok(())
        })?;
        let missing = |name| Err(Fault { at: 0, reason: Reason::Missing(name) });
        match () {
            () if !product => missing("product"),
            () if !timestamp => missing("timestamp"),
            () if self.kind.has_event() && self.event.is_empty() => missing("event_id"),
            () => Ok(open),
        }
    }

    fn child(&mut self, xml: &mut Xml<'a>, name: &'a str) -> Result<(), Fault> {
        match name {
            "sport_event_status" => self.sport_event_status(xml, name),
            "odds" => self.odds(xml, name),
            "outcomes" => xml.element(name, |_, _| Ok(()), |xml, name| self.listed(xml, name)),
            "market" => self.market(xml, name),
            _ => xml.skip(name),
        }
    }

    fn odds(&mut self, xml: &mut Xml<'a>, name: &'a str) -> Result<(), Fault> {
        let open = xml.attributes(|name, value| {
            match name {
                "betting_status" => self.betting_status = Some(value.integer().in_field("betting_status")?),
                "betstop_reason" => self.betstop_reason = Some(value.integer().in_field("betstop_reason")?),
                _ => {}
            }
            Ok(())
        })?;
        if open { xml.children(name, |xml, name| self.listed(xml, name)) } else { Ok(()) }
    }

    fn listed(&mut self, xml: &mut Xml<'a>, name: &'a str) -> Result<(), Fault> {
        if name == "market" { self.market(xml, name) } else { xml.skip(name) }
    }

    fn sport_event_status(&mut self, xml: &mut Xml<'a>, name: &str) -> Result<(), Fault> {
        let mut status = Status::default();
        xml.element(
            name,
            |name, value| {
                match name {
                    "status" => status.status = Some(value.integer().in_field("status")?),
                    "match_status" => status.match_status = Some(value.integer().in_field("match_status")?),
                    "home_score" => status.home_score = value.decimal().in_field("home_score")?,
                    "away_score" => status.away_score = value.decimal().in_field("away_score")?,
                    _ => {}
                }
                Ok(())
            },
            Xml::skip,
        )?;
        self.status = Some(status);
        Ok(())
    }

    fn market(&mut self, xml: &mut Xml<'a>, name: &str) -> Result<(), Fault> {
        let at = xml.at();
        let (mut id, mut specifiers, mut status) = (None, Cow::Borrowed(""), 1);
        let open = xml.attributes(|name, value| {
            match name {
                "id" => id = Some(value.integer().in_field("id")?),
                "specifiers" => specifiers = value.text()?,
                // Of other messages than odds_change it means something else.
                "status" if self.kind == Kind::OddsChange => {
                    status = value.integer().in_field("status")?;
                }
                _ => {}
            }
            Ok(())
        })?;
        let id = id.ok_or(Fault { at, reason: Reason::Missing("id") })?;
        let start = self.outcomes.len();
        if open {
            xml.children(name, |xml, name| match name {
                "outcome" => self.outcome(xml, name),
                _ => xml.skip(name),
            })?;
        }
        let outcomes = start..self.outcomes.len();
        self.markets.push(Market { id, specifiers: canonical(specifiers), status, outcomes });
        Ok(())
    }

    fn outcome(&mut self, xml: &mut Xml<'a>, name: &str) -> Result<(), Fault> {
        let at = xml.at();
        let mut outcome = Outcome {
            id: Cow::Borrowed(""),
            odds: None,
            probability: None,
            active: true,
            result: None,
            void_factor: None,
            dead_heat_factor: None,
        };
        let open = xml.attributes(|name, value| outcome.attribute(name, value))?;
        if open {
            xml.children(name, Xml::skip)?;
        }
        if outcome.id.is_empty() {
            return Err(Fault { at, reason: Reason::Missing("id") });
        }
        self.outcomes.push(outcome);
        Ok(())
    }
}

impl<'a> Outcome<'a> {
    #[inline]
    fn attribute(&mut self, name: &str, value: Value<'a>) -> Result<(), Fault> {
        match name {
            "id" => self.id = value.text()?,
            "odds" => self.odds = value.decimal().in_field("odds")?,
            "probabilities" => self.probability = value.decimal().in_field("probabilities")?,
            "active" => self.active = value.integer().in_field("active")? != 0,
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
            _ => {}
        }
        Ok(())
    }
}
