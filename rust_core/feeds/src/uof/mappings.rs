//! What a market is called in the producers' older catalogues.

use super::names::{Missing, Subject, render};
use super::specifiers::pairs;
use crate::problem::{Fault, InField};
use crate::xml::Xml;

/// An outcome in an older catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MappedOutcome {
    /// Its id in the descriptions.
    pub outcome_id: Box<str>,
    /// Its id in the catalogue.
    pub product_outcome_id: Box<str>,
    /// Its name in the catalogue.
    pub product_outcome_name: Box<str>,
}

/// A market in an older catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    products: Vec<i64>,
    /// A sport's URN, or `all`.
    sport: Box<str>,
    market: Box<str>,
    sov_template: Option<Box<str>>,
    valid_for: Box<str>,
    outcomes: Vec<MappedOutcome>,
}

impl Mapping {
    /// Type and subtype of the market, the subtype where there is one.
    pub fn market(&self) -> (&str, Option<&str>) {
        self.market.split_once(':').map_or((&*self.market, None), |(kind, subtype)| (kind, Some(subtype)))
    }

    /// Its outcomes.
    pub fn outcomes(&self) -> &[MappedOutcome] {
        &self.outcomes
    }

    /// The special odds value of the line; `None` if the catalogue has none for it.
    pub fn special_odds_value(&self, subject: &Subject<'_>) -> Option<Result<String, Missing>> {
        self.sov_template.as_deref().map(|template| render(template, subject))
    }

    /// Whether it is that of a producer, a sport and a line.
    pub(super) fn is_for(&self, product: i64, sport: &str, specifiers: &str) -> bool {
        let is_sport = &*self.sport == "all" || *self.sport == *sport;
        is_sport && self.products.contains(&product) && is_valid(&self.valid_for, specifiers)
    }

    pub(super) fn read(xml: &mut Xml<'_>, name: &str) -> Result<Self, Fault> {
        let (mut mapping, mut product) = (Self::default(), None);
        let mut products = None;
        let open = xml.attributes(|name, value| {
            match name {
                "product_id" => product = Some(value.integer().in_field("product_id")?),
                "product_ids" => products = Some(value.text()?.into_owned()),
                "sport_id" => mapping.sport = (&*value.text()?).into(),
                "market_id" => mapping.market = (&*value.text()?).into(),
                "sov_template" => mapping.sov_template = Some((&*value.text()?).into()),
                "valid_for" => mapping.valid_for = (&*value.text()?).into(),
                _ => {}
            }
            Ok(())
        })?;
        let listed =
            products.as_deref().unwrap_or_default().split('|').filter_map(|id| id.trim().parse().ok());
        mapping.products = listed.collect();
        if mapping.products.is_empty() {
            mapping.products.extend(product);
        }
        if open {
            xml.children(name, |xml, name| mapping.child(xml, name))?;
        }
        Ok(mapping)
    }

    fn child(&mut self, xml: &mut Xml<'_>, name: &str) -> Result<(), Fault> {
        if name != "mapping_outcome" {
            return xml.skip(name);
        }
        let mut outcome = MappedOutcome::default();
        xml.element(
            name,
            |name, value| {
                match name {
                    "outcome_id" => outcome.outcome_id = (&*value.text()?).into(),
                    "product_outcome_id" => outcome.product_outcome_id = (&*value.text()?).into(),
                    "product_outcome_name" => outcome.product_outcome_name = (&*value.text()?).into(),
                    _ => {}
                }
                Ok(())
            },
            Xml::skip,
        )?;
        self.outcomes.push(outcome);
        Ok(())
    }
}

/// `name=value`, or `name=*.5` of which the decimal part counts, several joined by '|' of which all must hold.
fn is_valid(valid_for: &str, specifiers: &str) -> bool {
    pairs(valid_for).all(|(name, wanted)| {
        let given = pairs(specifiers).find(|pair| pair.0 == name).map(|pair| pair.1);
        given.is_some_and(|given| match wanted.strip_prefix("*.") {
            Some(part) => given.rsplit_once('.').map_or("0", |(_, fraction)| fraction) == part,
            None => given == wanted,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_valid_for_the_lines_it_names() {
        for (valid_for, specifiers, valid) in [
            ("", "total=2.5", true),
            ("setnr=1", "setnr=1", true),
            ("setnr=1", "setnr=2", false),
            ("setnr=1", "", false),
            ("total=*.5", "total=2.5", true),
            ("total=*.5", "total=2.25", false),
            ("total=*.5", "total=2", false),
            ("total=*.0", "total=2", true),
            ("setnr=1|total=*.75", "setnr=1|total=20.75", true),
            ("setnr=1|total=*.75", "setnr=2|total=20.75", false),
        ] {
            assert_eq!(is_valid(valid_for, specifiers), valid, "{valid_for} {specifiers}");
        }
    }
}
