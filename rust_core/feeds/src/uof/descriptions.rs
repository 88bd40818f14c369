//! Market descriptions: the document `descriptions/{language}/markets.xml`.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::problem::{Fault, InField, Problem, Reason};
use crate::xml::Xml;

/// What a market is called and which groups it belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MarketDescription {
    /// Template of the name.
    pub name: Box<str>,
    groups: Box<str>,
}

impl MarketDescription {
    /// The groups that a bet stop may name.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.split('|')
    }
}

/// Descriptions of markets by id; of variants of one id the first counts.
#[derive(Debug, Clone)]
pub struct Descriptions {
    markets: HashMap<i64, MarketDescription, FixedState>,
}

impl Default for Descriptions {
    fn default() -> Self {
        Self { markets: HashMap::with_hasher(FixedState::with_seed(0)) }
    }
}

impl Descriptions {
    /// Reads the whole document or says what is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        Self::parse(bytes).map_err(|fault| Problem { line: 1, offset: 0, at: fault.at, reason: fault.reason })
    }

    fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut xml = Xml::new(bytes)?;
        let root = xml.root()?;
        if root != "market_descriptions" {
            return Err(Fault { at: xml.at(), reason: Reason::Expected("`market_descriptions`") });
        }
        let mut descriptions = Self::default();
        xml.element(root, |_, _| Ok(()), |xml, name| descriptions.child(xml, name))?;
        xml.end()?;
        Ok(descriptions)
    }

    fn child(&mut self, xml: &mut Xml<'_>, name: &str) -> Result<(), Fault> {
        if name != "market" {
            return xml.skip(name);
        }
        let at = xml.at();
        let (mut id, mut market) = (None, MarketDescription::default());
        xml.element(
            name,
            |name, value| {
                match name {
                    "id" => id = Some(value.integer().in_field("id")?),
                    "name" => market.name = (&*value.text()?).into(),
                    "groups" => market.groups = (&*value.text()?).into(),
                    _ => {}
                }
                Ok(())
            },
            Xml::skip,
        )?;
        let id = id.ok_or(Fault { at, reason: Reason::Missing("id") })?;
        self.markets.entry(id).or_insert(market);
        Ok(())
    }

    /// How many markets are described.
    pub fn len(&self) -> usize {
        self.markets.len()
    }

    /// No market is described.
    pub fn is_empty(&self) -> bool {
        self.markets.is_empty()
    }

    /// The description of a market.
    pub fn market(&self, id: i64) -> Option<&MarketDescription> {
        self.markets.get(&id)
    }
}
