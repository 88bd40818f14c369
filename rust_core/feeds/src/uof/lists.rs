//! Lists of the API: producers, betstop reasons, betting statuses, match statuses, void reasons.

use crate::problem::{Fault, InField, Problem, Reason};
use crate::xml::Xml;

/// More items than any list has.
const MAX_ITEMS: usize = 100_000;

/// An item of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Its number.
    pub id: i64,
    /// Its other attributes in the order of the document.
    pub attributes: Vec<(Box<str>, Box<str>)>,
    /// Of a match status: the sports it is of; `None` for all.
    pub sports: Option<Vec<Box<str>>>,
}

/// Reads a list: the root's children that have a number.
pub fn read_list(bytes: &[u8]) -> Result<Vec<Item>, Problem> {
    read(bytes).map_err(|Fault { at, reason }| Problem { line: 1, offset: 0, at, reason })
}

fn read(bytes: &[u8]) -> Result<Vec<Item>, Fault> {
    let mut xml = Xml::new(bytes)?;
    let root = xml.root()?;
    if root != "producers" && !root.ends_with("_descriptions") {
        return Err(Fault {
            at: xml.at(),
            reason: Reason::Expected("`producers` or a list of descriptions"),
        });
    }
    let mut items = Vec::new();
    xml.element(
        root,
        |_, _| Ok(()),
        |xml, name| {
            if items.len() >= MAX_ITEMS {
                return Err(Fault { at: xml.at(), reason: Reason::Limit("items") });
            }
            items.push(item(xml, name)?);
            Ok(())
        },
    )?;
    xml.end()?;
    Ok(items)
}

fn item(xml: &mut Xml<'_>, name: &str) -> Result<Item, Fault> {
    let at = xml.at();
    let (mut item, mut id) = (Item::default(), None);
    let open = xml.attributes(|name, value| {
        match name {
            "id" => id = Some(value.integer().in_field("id")?),
            _ => item.attributes.push((name.into(), (&*value.text()?).into())),
        }
        Ok(())
    })?;
    item.id = id.ok_or(Fault { at, reason: Reason::Missing("id") })?;
    if open {
        xml.children(name, |xml, child| {
            if child != "sports" {
                return xml.skip(child);
            }
            let (mut all, mut sports) = (false, Vec::new());
            xml.element(
                child,
                |name, value| {
                    all |= name == "all" && value.text()? == "true";
                    Ok(())
                },
                |xml, name| {
                    xml.element(
                        name,
                        |name, value| {
                            if name == "id" {
                                sports.push((&*value.text()?).into());
                            }
                            Ok(())
                        },
                        Xml::skip,
                    )
                },
            )?;
            item.sports = Some(sports).filter(|_| !all);
            Ok(())
        })?;
    }
    Ok(item)
}
