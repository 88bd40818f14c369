//! Market descriptions: the documents `descriptions/{language}/markets.xml`, `variants.xml`, and those of one variant.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::names::{Missing, Subject, add_scores, render};
use super::specifiers::pairs;
use crate::problem::{Fault, Problem, Reason};
use crate::xml::Xml;

/// What a market is called and which groups it belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MarketDescription {
    name: Box<str>,
    groups: Box<str>,
    variant: Box<str>,
    /// Ids and templates of names.
    outcomes: Vec<(Box<str>, Box<str>)>,
    /// Names of outcomes are scores, to which the present score is added.
    is_flex_score: bool,
}

impl MarketDescription {
    /// Template of the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The groups that a bet stop may name.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.split('|')
    }

    fn outcome(&self, id: &str) -> Option<&str> {
        self.outcomes.iter().find(|outcome| *outcome.0 == *id).map(|outcome| &*outcome.1)
    }

    /// The description and its id.
    fn read(xml: &mut Xml<'_>, name: &str) -> Result<(Box<str>, Self), Fault> {
        let (mut id, mut market) = (Box::default(), Self::default());
        let open = xml.attributes(|name, value| {
            match name {
                "id" => id = (&*value.text()?).into(),
                "name" => market.name = (&*value.text()?).into(),
                "groups" => market.groups = (&*value.text()?).into(),
                "variant" => market.variant = (&*value.text()?).into(),
                _ => {}
            }
            Ok(())
        })?;
        if open {
            xml.children(name, |xml, name| market.child(xml, name))?;
        }
        Ok((id, market))
    }

    fn child(&mut self, xml: &mut Xml<'_>, name: &str) -> Result<(), Fault> {
        if !matches!(name, "outcomes" | "attributes") {
            return xml.skip(name);
        }
        xml.element(
            name,
            |_, _| Ok(()),
            |xml, name| {
                let (mut id, mut label) = (Box::default(), Box::default());
                xml.element(
                    name,
                    |name, value| {
                        match name {
                            "id" => id = (&*value.text()?).into(),
                            "name" => label = (&*value.text()?).into(),
                            _ => {}
                        }
                        Ok(())
                    },
                    Xml::skip,
                )?;
                match name {
                    "outcome" => self.outcomes.push((id, label)),
                    "attribute" => self.is_flex_score |= &*label == "is_flex_score",
                    _ => {}
                }
                Ok(())
            },
        )
    }
}

/// Descriptions of markets and of their variants.
#[derive(Debug, Clone)]
pub struct Descriptions {
    markets: HashMap<i64, MarketDescription, FixedState>,
    /// By URN and, where a document of one market brought them, its id.
    variants: HashMap<(Box<str>, Option<i64>), MarketDescription, FixedState>,
}

impl Default for Descriptions {
    fn default() -> Self {
        let hasher = FixedState::with_seed(0);
        Self { markets: HashMap::with_hasher(hasher.clone()), variants: HashMap::with_hasher(hasher) }
    }
}

impl Descriptions {
    /// Reads a whole document or says what is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let mut descriptions = Self::default();
        descriptions.add(bytes).map(|()| descriptions)
    }

    /// Takes a further document, which replaces what is known of its markets and variants; a broken one changes
    /// nothing.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let mut found = Vec::new();
        parse(bytes, &mut found).map_err(|Fault { at, reason }| Problem {
            line: 1,
            offset: 0,
            at,
            reason,
        })?;
        for (id, description) in found {
            if let Some(id) = id {
                // A document with one variant describes the market too, if nothing else does.
                if description.variant.is_empty() || !self.markets.contains_key(&id) {
                    self.markets.insert(id, description.clone());
                }
            }
            if !description.variant.is_empty() {
                self.variants.insert((description.variant.clone(), id), description);
            }
        }
        Ok(())
    }

    /// The description of a market.
    pub fn market(&self, id: i64) -> Option<&MarketDescription> {
        self.markets.get(&id)
    }

    /// The description of the variant that the specifiers name.
    fn variant(&self, market: i64, specifiers: &str) -> Option<&MarketDescription> {
        let urn: Box<str> = pairs(specifiers).find(|pair| pair.0 == "variant")?.1.into();
        let of_market = (urn, Some(market));
        self.variants.get(&of_market).or_else(|| self.variants.get(&(of_market.0, None)))
    }

    /// Name of a market line.
    pub fn market_name(&self, market: i64, subject: &Subject<'_>) -> Result<String, Missing> {
        let variant = self.variant(market, subject.specifiers).filter(|variant| !variant.name.is_empty());
        let description = variant.or_else(|| self.market(market)).ok_or(Missing::Description)?;
        render(&description.name, subject)
    }

    /// Name of an outcome of a market line: that of its description, or of the players or competitors it is.
    pub fn outcome_name(&self, market: i64, outcome: &str, subject: &Subject<'_>) -> Result<String, Missing> {
        let known = self.market(market);
        let variant = self.variant(market, subject.specifiers);
        let template = [variant, known].into_iter().flatten().find_map(|market| market.outcome(outcome));
        let Some(template) = template else {
            return subject.profiles(outcome).unwrap_or(Err(Missing::Description));
        };
        let name = render(template, subject)?;
        let score = pairs(subject.specifiers).find(|pair| pair.0 == "score");
        match score {
            Some((_, score)) if known.is_some_and(|market| market.is_flex_score) => {
                Ok(add_scores(&name, score).unwrap_or(name))
            }
            _ => Ok(name),
        }
    }
}

fn parse(bytes: &[u8], found: &mut Vec<(Option<i64>, MarketDescription)>) -> Result<(), Fault> {
    let mut xml = Xml::new(bytes)?;
    let root = xml.root()?;
    let item = match root {
        "market_descriptions" => "market",
        "variant_descriptions" => "variant",
        _ => {
            let reason = Reason::Expected("`market_descriptions` or `variant_descriptions`");
            return Err(Fault { at: xml.at(), reason });
        }
    };
    xml.element(
        root,
        |_, _| Ok(()),
        |xml, name| {
            if name != item {
                return xml.skip(name);
            }
            let at = xml.at();
            let (id, mut description) = MarketDescription::read(xml, name)?;
            let market = if item == "market" {
                let expected = "a whole number";
                Some(id.parse().map_err(|_| Fault { at, reason: Reason::Field { name: "id", expected } })?)
            } else {
                description.variant = id;
                None
            };
            found.push((market, description));
            Ok(())
        },
    )?;
    xml.end()
}
