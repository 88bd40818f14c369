//! One message of the feed, its text borrowed from the bytes.

use std::borrow::Cow;

use super::market::{Market, Metadata, Outcome};
use super::specifiers::canonical;
use super::status::{Status, StatusDetails};
use crate::problem::{Fault, InField, Problem, Reason};
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

    /// It changes what is known of markets.
    pub(super) fn has_markets(self) -> bool {
        self.has_event() && self != Self::FixtureChange
    }

    /// Its markets have a status and outcomes have odds or probabilities.
    fn has_odds(self) -> bool {
        matches!(self, Self::OddsChange | Self::Cashout)
    }

    /// The element's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::OddsChange => "odds_change",
            Self::BetStop => "bet_stop",
            Self::BetSettlement => "bet_settlement",
            Self::RollbackBetSettlement => "rollback_bet_settlement",
            Self::BetCancel => "bet_cancel",
            Self::RollbackBetCancel => "rollback_bet_cancel",
            Self::FixtureChange => "fixture_change",
            Self::Alive => "alive",
            Self::SnapshotComplete => "snapshot_complete",
            Self::ProductDown => "product_down",
            Self::Cashout => "cashout",
        }
    }

    /// The message is about an event.
    pub fn has_event(self) -> bool {
        !matches!(self, Self::Alive | Self::SnapshotComplete | Self::ProductDown)
    }
}

/// What the producer expects of a match; before it begins only.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Generation {
    /// Points of both.
    pub expected_totals: Option<f64>,
    /// By how much home is ahead.
    pub expected_supremacy: Option<f64>,
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
    /// Of `bet_settlement`: 1 scouted live, 2 confirmed; some lack it.
    pub certainty: Option<i64>,
    /// Of cancellations: bets from here on. Of `fixture_change`: when the event begins.
    pub start_time: Option<i64>,
    /// Of cancellations: bets up to here.
    pub end_time: Option<i64>,
    /// Of `bet_cancel`: the event that takes this one's place.
    pub superceded_by: Option<Cow<'a, str>>,
    /// Of `fixture_change`: 1 new, 2 start time, 3 cancelled, 4 format, 5 coverage, 6 pitcher.
    pub change_type: Option<i64>,
    /// Of `fixture_change`: when live odds begin.
    pub next_live_time: Option<i64>,
    /// Of `odds_change`: 1 risk adjustment.
    pub odds_change_reason: Option<i64>,
    /// What the producer expects.
    pub generation: Option<Generation>,
    /// Where the event stands.
    pub status: Option<Status>,
    /// The element it stands in.
    pub(super) status_text: &'a str,
    /// Of `odds`: bets were stopped a short while ago.
    pub betting_status: Option<i64>,
    /// Of `odds`: why bets were stopped.
    pub betstop_reason: Option<i64>,
    /// The lines listed.
    pub markets: Vec<Market<'a>>,
    /// Outcomes of all lines.
    pub outcomes: Vec<Outcome<'a>>,
}

/// Room for what a message lists.
#[derive(Debug, Default)]
pub(super) struct Lists {
    markets: Vec<Market<'static>>,
    outcomes: Vec<Outcome<'static>>,
}

impl<'a> Message<'a> {
    /// Reads one message.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Problem> {
        Self::read(bytes).map_err(|Fault { at, reason }| Problem { line: 1, offset: 0, at, reason })
    }

    /// Reads one message to its end.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        Self::read_into(bytes, Lists::default())
    }

    /// As [`Self::read`], into lists of an earlier message.
    pub(super) fn read_into(bytes: &'a [u8], lists: Lists) -> Result<Self, Fault> {
        let mut xml = Xml::new(bytes)?;
        let root = xml.root()?;
        let Some(kind) = Kind::of(root) else {
            let at = xml.at();
            // Broken text is that, whatever its root is called.
            xml.skip(root)?;
            xml.end()?;
            return Err(Fault { at, reason: Reason::UnknownOp(root.into()) });
        };
        let mut message = Self { markets: lists.markets, outcomes: lists.outcomes, ..Self::empty(kind) };
        if message.envelope(&mut xml)? {
            xml.children(root, |xml, name| message.child(xml, name))?;
        }
        xml.end()?;
        Ok(message)
    }

    /// Its lists, empty, for another message.
    pub(super) fn into_lists(mut self) -> Lists {
        self.markets.clear();
        self.outcomes.clear();
        // Lists of nothing borrow nothing: this gives them another lifetime and keeps their room.
        Lists {
            markets: self.markets.into_iter().map(|_| unreachable!("the list is empty")).collect(),
            outcomes: self.outcomes.into_iter().map(|_| unreachable!("the list is empty")).collect(),
        }
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
            certainty: None,
            start_time: None,
            end_time: None,
            superceded_by: None,
            change_type: None,
            next_live_time: None,
            odds_change_reason: None,
            generation: None,
            status: None,
            status_text: "",
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
                "certainty" => self.certainty = Some(value.integer().in_field("certainty")?),
                "start_time" => self.start_time = Some(value.integer().in_field("start_time")?),
                "end_time" => self.end_time = Some(value.integer().in_field("end_time")?),
                "change_type" => self.change_type = Some(value.integer().in_field("change_type")?),
                _ => self.rare(name, value)?,
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

    fn rare(&mut self, name: &str, value: Value<'a>) -> Result<(), Fault> {
        match name {
            "superceded_by" => self.superceded_by = Some(value.text()?),
            "next_live_time" => self.next_live_time = Some(value.integer().in_field("next_live_time")?),
            "odds_change_reason" => {
                self.odds_change_reason = Some(value.integer().in_field("odds_change_reason")?);
            }
            _ => {}
        }
        Ok(())
    }

    fn child(&mut self, xml: &mut Xml<'a>, name: &'a str) -> Result<(), Fault> {
        match name {
            "sport_event_status" => self.sport_event_status(xml, name),
            "odds" => self.odds(xml, name),
            "outcomes" => xml.element(name, |_, _| Ok(()), |xml, name| self.listed(xml, name)),
            "market" => self.market(xml, name),
            "odds_generation_properties" => self.generation(xml, name),
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
        let start = xml.at() - name.len() - 1;
        self.status = Some(Status::read(xml, name)?);
        self.status_text = xml.text_since(start);
        Ok(())
    }

    fn generation(&mut self, xml: &mut Xml<'a>, name: &str) -> Result<(), Fault> {
        let mut generation = Generation::default();
        xml.element(
            name,
            |name, value| {
                match name {
                    "expected_totals" => {
                        generation.expected_totals = value.decimal().in_field("expected_totals")?;
                    }
                    "expected_supremacy" => {
                        generation.expected_supremacy = value.decimal().in_field("expected_supremacy")?;
                    }
                    _ => {}
                }
                Ok(())
            },
            Xml::skip,
        )?;
        self.generation = Some(generation);
        Ok(())
    }

    /// All that the message says of where the event stands.
    pub fn status_details(&self) -> Option<StatusDetails<'a>> {
        self.status.and_then(|_| StatusDetails::read(self.status_text).ok())
    }

    fn market(&mut self, xml: &mut Xml<'a>, name: &str) -> Result<(), Fault> {
        let at = xml.at();
        let mut market = Market::default();
        let (mut id, mut specifiers) = (None, Cow::Borrowed(""));
        let open = xml.attributes(|name, value| {
            match name {
                "id" => id = Some(value.integer().in_field("id")?),
                "specifiers" => specifiers = value.text()?,
                // Of other messages than odds_change it means something else.
                "status" if self.kind.has_odds() => market.status = value.integer().in_field("status")?,
                "favourite" => market.favourite = value.integer().in_field("favourite")? != 0,
                // The feed has misspelt it.
                "extended_specifiers" | "extended_specifers" => market.extended_specifiers = value.text()?,
                "cashout_status" => market.cashout_status = Some(value.integer().in_field("cashout_status")?),
                "void_reason" => market.void_reason = Some(value.integer().in_field("void_reason")?),
                "result" => market.result = Some(value.text()?),
                _ => {}
            }
            Ok(())
        })?;
        market.id = id.ok_or(Fault { at, reason: Reason::Missing("id") })?;
        market.specifiers = canonical(specifiers);
        let start = self.outcomes.len();
        if open {
            xml.children(name, |xml, name| match name {
                "outcome" => self.outcome(xml, name),
                "market_metadata" => {
                    market.metadata = Some(Metadata::read(xml, name)?);
                    Ok(())
                }
                _ => xml.skip(name),
            })?;
        }
        market.outcomes = start..self.outcomes.len();
        self.markets.push(market);
        Ok(())
    }

    fn outcome(&mut self, xml: &mut Xml<'a>, name: &str) -> Result<(), Fault> {
        let at = xml.at();
        let mut outcome = Outcome::default();
        outcome.usual_attributes(xml)?;
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
