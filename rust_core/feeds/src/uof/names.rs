//! Names from templates: text with `{operator operand}`.

use std::fmt;

use super::ordinals::Language;
use super::specifiers::pairs;

/// What a line is about, to fill a template with.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Specifiers of the line.
    pub specifiers: &'a str,
    /// The language of the descriptions.
    pub language: Language,
    /// The home team.
    pub competitor1: Option<&'a str>,
    /// The away team.
    pub competitor2: Option<&'a str>,
    /// Name of the event.
    pub event: Option<&'a str>,
    /// Name of a player or competitor by URN.
    pub profile: &'a dyn Fn(&str) -> Option<String>,
}

/// Why a name cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// Neither the market nor the outcome is described.
    Description,
    /// The template names a specifier that the line has not, or not as a number where it must be one.
    Specifier(Box<str>),
    /// The template names a competitor or the event, and its name is not known.
    Name(Box<str>),
    /// No profile of this URN is known.
    Profile(Box<str>),
    /// The template is none.
    Template(Box<str>),
}

impl fmt::Display for Missing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Description => out.write_str("there is no description of it"),
            Self::Specifier(name) => {
                write!(out, "the name needs the specifier `{name}`, a number where it counts")
            }
            Self::Name(name) => write!(out, "the name needs `{name}`"),
            Self::Profile(urn) => write!(out, "the name needs the profile of `{urn}`"),
            Self::Template(part) => write!(out, "`{part}` is not a part of a template"),
        }
    }
}

impl Subject<'_> {
    fn specifier(&self, name: &str) -> Result<&str, Missing> {
        let found = pairs(self.specifiers).find(|pair| pair.0 == name);
        found.map(|pair| pair.1).ok_or_else(|| Missing::Specifier(name.into()))
    }

    /// Names of the players or competitors that an outcome's id stands for; `None` if it stands for none.
    pub(super) fn profiles(&self, id: &str) -> Option<Result<String, Missing>> {
        let is_profile = |urn: &str| urn.contains(":player:") || urn.contains(":competitor:");
        id.split(',').all(is_profile).then(|| {
            let names = id.split(',').map(|urn| self.profile_of(urn));
            names.collect::<Result<Vec<_>, _>>().map(|names| names.join(","))
        })
    }

    fn profile_of(&self, urn: &str) -> Result<String, Missing> {
        (self.profile)(urn).ok_or_else(|| Missing::Profile(urn.into()))
    }

    fn value(&self, part: &str) -> Result<String, Missing> {
        let operator = part.chars().next().filter(|first| "+-!$%".contains(*first));
        let operand = &part[operator.map_or(0, char::len_utf8)..];
        match operator {
            Some('$') => {
                let name = match operand {
                    "competitor1" => self.competitor1,
                    "competitor2" => self.competitor2,
                    "event" => self.event,
                    _ => return Err(Missing::Template(part.into())),
                };
                name.map(str::to_owned).ok_or_else(|| Missing::Name(operand.into()))
            }
            Some('%') => self.profile_of(self.specifier(operand)?),
            Some(sign @ ('+' | '-')) => {
                let value = self.operand(operand)?;
                signed(&value, sign == '-').ok_or_else(|| Missing::Specifier(operand.into()))
            }
            Some(_) => {
                let value = self.operand(operand)?;
                let number = value.parse().ok();
                number
                    .map(|number| self.language.ordinal(number))
                    .ok_or_else(|| Missing::Specifier(operand.into()))
            }
            None => self.operand(operand),
        }
    }

    /// A specifier's value, or `(x+n)` of it.
    fn operand(&self, operand: &str) -> Result<String, Missing> {
        let Some(sum) = operand.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
            return self.specifier(operand).map(str::to_owned);
        };
        let template = || Missing::Template(operand.into());
        let at = sum.find(['+', '-']).ok_or_else(template)?;
        let name = sum[..at].trim();
        let term: i64 = sum[at + 1..].trim().parse().map_err(|_| template())?;
        let value = self.specifier(name)?.parse::<i64>().ok();
        let value = value.and_then(|value| match sum.as_bytes()[at] {
            b'+' => value.checked_add(term),
            _ => value.checked_sub(term),
        });
        value.map(|value| value.to_string()).ok_or_else(|| Missing::Specifier(name.into()))
    }
}

/// Fills a template.
pub(super) fn render(template: &str, subject: &Subject<'_>) -> Result<String, Missing> {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (part, after) = after.split_once('}').ok_or_else(|| Missing::Template(template.into()))?;
        out.push_str(&subject.value(part)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// A decimal with its sign and without trailing zeros; 0 has no sign.
fn signed(value: &str, negate: bool) -> Option<String> {
    let (negative, digits) = match value.as_bytes().first()? {
        b'-' => (true, &value[1..]),
        b'+' => (false, &value[1..]),
        _ => (false, value),
    };
    let is_decimal = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.matches('.').count() < 2;
    if !is_decimal {
        return None;
    }
    let short =
        if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    if short.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
        return Some("0".to_owned());
    }
    Some(format!("{}{short}", if negative == negate { '+' } else { '-' }))
}

/// `a:b` and `c:d` added part by part; `None` if one is no score.
pub(super) fn add_scores(name: &str, score: &str) -> Option<String> {
    let parts = |text: &str| -> Option<(i64, i64)> {
        let (home, away) = text.split_once(':')?;
        Some((home.parse().ok()?, away.parse().ok()?))
    };
    let ((home, away), (more_home, more_away)) = (parts(name)?, parts(score)?);
    Some(format!("{}:{}", home.checked_add(more_home)?, away.checked_add(more_away)?))
}
