//! Market descriptions: the documents `descriptions/{language}/markets.xml`, `variants.xml`, and those of one variant.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::mappings::Mapping;
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
    mappings: Vec<Mapping>,
    /// Its outcomes are free text: every variant has a document of its own.
    is_free_text: bool,
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

    /// What it is called in the catalogue of a producer, for a sport's URN and a line.
    pub fn mapping(&self, product: i64, sport: &str, specifiers: &str) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| mapping.is_for(product, sport, specifiers))
    }

    /// Variants are described in documents of their own.
    fn has_own_documents(&self) -> bool {
        self.is_free_text || self.groups().any(|group| group == "player_props")
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
                "outcome_type" => market.is_free_text = value.text()? == "free_text",
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
        if !matches!(name, "outcomes" | "attributes" | "mappings") {
            return xml.skip(name);
        }
        xml.element(
            name,
            |_, _| Ok(()),
            |xml, name| {
                if name == "mapping" {
                    self.mappings.push(Mapping::read(xml, name)?);
                    return Ok(());
                }
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

    /// The variant that the specifiers name, and its description: from its own document first where the market has
    /// such, else from the list of all.
    fn variant(&self, market: i64, specifiers: &str) -> Option<(&MarketDescription, bool)> {
        let urn: Box<str> = variant_of(specifiers)?.into();
        let of_market = (urn, Some(market));
        let own = self.variants.get(&of_market).map(|own| (own, true));
        let listed = self.variants.get(&(of_market.0, None)).map(|listed| (listed, false));
        if self.market(market).is_some_and(MarketDescription::has_own_documents) {
            own
        } else {
            listed.or(own)
        }
    }

    /// The variant whose own document must be fetched to name the line; `None` if it needs none or is known.
    pub fn missing_variant<'a>(&self, market: i64, specifiers: &'a str) -> Option<&'a str> {
        variant_of(specifiers).filter(|_| self.variant(market, specifiers).is_none())
    }

    /// What a line is called in the catalogue of a producer: the variant's mapping, or the market's.
    pub fn mapping(&self, market: i64, product: i64, sport: &str, specifiers: &str) -> Option<&Mapping> {
        let variant = self.variant(market, specifiers).map(|variant| variant.0);
        let known = [variant, self.market(market)];
        known.into_iter().flatten().find_map(|known| known.mapping(product, sport, specifiers))
    }

    /// Name of a market line.
    pub fn market_name(&self, market: i64, subject: &Subject<'_>) -> Result<String, Missing> {
        // The list of all variants names them, not the market.
        let variant = self.variant(market, subject.specifiers);
        let variant =
            variant.filter(|(variant, own)| *own && !variant.name.is_empty()).map(|variant| variant.0);
        let description = variant.or_else(|| self.market(market)).ok_or(Missing::Description)?;
        render(&description.name, subject)
    }

    /// Name of an outcome of a market line: that of its description, or of the players or competitors it is.
    pub fn outcome_name(&self, market: i64, outcome: &str, subject: &Subject<'_>) -> Result<String, Missing> {
        let known = self.market(market);
        let variant = self.variant(market, subject.specifiers).map(|variant| variant.0);
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

fn variant_of(specifiers: &str) -> Option<&str> {
    pairs(specifiers).find(|pair| pair.0 == "variant").map(|pair| pair.1)
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
