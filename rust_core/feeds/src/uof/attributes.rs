//! Attributes of a status by name, with the types the feed gives them.

use std::borrow::Cow;

use crate::problem::Fault;
use crate::xml::{Value, Xml};

const DECIMALS: &[&str] = &["home_score", "away_score"];
const FLAGS: &[&str] = &["expedite_mode", "tiebreak", "stopped"];
/// Whole numbers; most also with `home_` or `away_` before them.
const INTEGERS: &[&str] = &[
    "status",
    "reporting",
    "match_status",
    "match_status_code",
    "number",
    "current_server",
    "penalty_score",
    "gamescore",
    "legscore",
    "suspend",
    "balls",
    "strikes",
    "outs",
    "pitch_count",
    "pitches_seen",
    "total_hits",
    "total_pitches",
    "possession",
    "position",
    "try",
    "yards",
    "throw",
    "visit",
    "remaining_reds",
    "delivery",
    "remaining_bowls",
    "current_end",
    "innings",
    "over",
    "penalty_runs",
    "dismissals",
    "current_ct_team",
    "period_of_leader",
    "drive_count",
    "play_count",
    "home",
    "away",
];

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute<'a> {
    /// A whole number.
    Integer(i64),
    /// A number that may have a fraction.
    Decimal(f64),
    /// True or false.
    Flag(bool),
    /// Anything else: an attribute we do not know, or a value that is not of its type.
    Text(Cow<'a, str>),
}

impl<'a> Attribute<'a> {
    fn read(name: &str, value: Value<'a>) -> Self {
        let side = name.strip_prefix("home_").or_else(|| name.strip_prefix("away_")).unwrap_or(name);
        if DECIMALS.contains(&name)
            && let Ok(Some(number)) = value.decimal()
        {
            return Self::Decimal(number);
        }
        if (INTEGERS.contains(&side) || side == "batter" && side != name)
            && let Ok(number) = value.integer()
        {
            return Self::Integer(number);
        }
        let text = value.as_told();
        match &*text {
            "true" | "1" if FLAGS.contains(&name) => Self::Flag(true),
            "false" | "0" if FLAGS.contains(&name) => Self::Flag(false),
            _ => Self::Text(text),
        }
    }
}

/// Names and values in the order of the text.
pub type Attributes<'a> = Vec<(&'a str, Attribute<'a>)>;

/// Reads all attributes; answers whether children follow.
pub(super) fn attributes<'a>(xml: &mut Xml<'a>, to: &mut Attributes<'a>) -> Result<bool, Fault> {
    xml.attributes(|name, value| {
        to.push((name, Attribute::read(name, value)));
        Ok(())
    })
}
