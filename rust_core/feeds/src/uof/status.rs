//! Where an event stands: score, clock, periods, statistics.

use super::attributes::{Attributes, attributes};
use crate::problem::{Fault, InField};
use crate::xml::Xml;

/// Where an event stands, whatever its sport.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Status {
    /// 0 not started, 1 live, 2 suspended, 3 ended, 4 closed, 5 cancelled, 6 delayed, 7 interrupted, 8 postponed,
    /// 9 abandoned.
    pub status: Option<i64>,
    /// Code of the part of the match.
    pub match_status: Option<i64>,
    /// Points of the first competitor.
    pub home_score: Option<f64>,
    /// Points of the second competitor.
    pub away_score: Option<f64>,
}

impl Status {
    /// Ended, closed, cancelled or abandoned: nothing is played any more.
    pub fn is_over(&self) -> bool {
        matches!(self.status, Some(3 | 4 | 5 | 9))
    }

    /// Reads the element whose name was read.
    pub(super) fn read(xml: &mut Xml<'_>, name: &str) -> Result<Self, Fault> {
        let mut status = Self::default();
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
        Ok(status)
    }
}

/// Everything that a `sport_event_status` says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StatusDetails<'a> {
    /// Its own attributes.
    pub attributes: Attributes<'a>,
    /// `clock`, and other children that occur once: name and attributes.
    pub parts: Vec<(&'a str, Attributes<'a>)>,
    /// `period_score`s, not always in order.
    pub periods: Vec<Attributes<'a>>,
    /// `result`s.
    pub results: Vec<Attributes<'a>>,
    /// `yellow_cards`, `corners`, … with `home` and `away`.
    pub statistics: Vec<(&'a str, Attributes<'a>)>,
}

impl<'a> StatusDetails<'a> {
    /// Reads the text of the element, which was found sound before.
    pub(super) fn read(text: &'a str) -> Result<Self, Fault> {
        let mut xml = Xml::new(text.as_bytes())?;
        let root = xml.root()?;
        let mut details = Self::default();
        if attributes(&mut xml, &mut details.attributes)? {
            xml.children(root, |xml, name| details.child(xml, name))?;
        }
        Ok(details)
    }

    fn child(&mut self, xml: &mut Xml<'a>, name: &'a str) -> Result<(), Fault> {
        let mut own = Vec::new();
        let open = attributes(xml, &mut own)?;
        match name {
            "period_scores" | "results" | "statistics" => {}
            _ => self.parts.push((name, own)),
        }
        if !open {
            return Ok(());
        }
        xml.children(name, |xml, child| {
            let mut own = Vec::new();
            if attributes(xml, &mut own)? {
                xml.children(child, Xml::skip)?;
            }
            match name {
                "period_scores" => self.periods.push(own),
                "results" => self.results.push(own),
                "statistics" => self.statistics.push((child, own)),
                _ => {}
            }
            Ok(())
        })
    }
}
