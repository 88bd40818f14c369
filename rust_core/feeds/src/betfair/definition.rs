//! Market definitions: always sent whole, only when changed.

use crate::json::{Cursor, Text};
use crate::problem::{Fault, InField, Reason};

/// What the exchange says a market is. Text the feed left out is empty, counts are 0, the rest `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MarketDefinition {
    /// `INACTIVE`, `OPEN`, `SUSPENDED` or `CLOSED`.
    pub status: Box<str>,
    /// The event has started; `None` if the feed does not say.
    pub in_play: Option<bool>,
    /// Seconds a bet waits in play.
    pub bet_delay: i64,
    /// Rises with every change of the definition; `None` if the feed does not say.
    pub version: Option<i64>,
    /// `WIN`, `PLACE`, `MATCH_ODDS`, …
    pub market_type: Box<str>,
    /// `ODDS`, `LINE`, `RANGE`, `ASIAN_HANDICAP_…`.
    pub betting_type: Box<str>,
    /// How many runners win.
    pub number_of_winners: i64,
    /// How many runners can still be bet on.
    pub number_of_active_runners: i64,
    /// Scheduled start, nanoseconds since the epoch.
    pub market_time: Option<i64>,
    /// When it was settled, nanoseconds since the epoch.
    pub settled_time: Option<i64>,
    /// Id of the event.
    pub event_id: Box<str>,
    /// Id of the sport.
    pub event_type_id: Box<str>,
    /// Name of the event; in historical files only.
    pub event_name: Box<str>,
    /// Name of the market; in historical files only.
    pub name: Box<str>,
    /// Race course.
    pub venue: Box<str>,
    /// ISO 3166 country.
    pub country_code: Box<str>,
    /// No more runners will be added.
    pub complete: bool,
    /// Starting prices are final.
    pub bsp_reconciled: bool,
    /// Fraction of the odds a placed each-way runner pays.
    pub each_way_divisor: Option<f64>,
    /// Percent of winnings.
    pub market_base_rate: Option<f64>,
    /// Runners in the feed's order.
    pub runners: Vec<RunnerDefinition>,
}

/// A runner in a definition.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunnerDefinition {
    /// Selection id.
    pub id: i64,
    /// Handicap, 0 where there is none.
    pub hc: f64,
    /// Name; in historical files only.
    pub name: Box<str>,
    /// `ACTIVE`, `WINNER`, `LOSER`, `PLACED`, `REMOVED`, `REMOVED_VACANT` or `HIDDEN`.
    pub status: Box<str>,
    /// Place in the exchange's own display.
    pub sort_priority: i64,
    /// Reduction factor, percent.
    pub adjustment_factor: Option<f64>,
    /// When it was removed, nanoseconds since the epoch.
    pub removal_date: Option<i64>,
    /// Starting price, once reconciled; may be NaN.
    pub bsp: Option<f64>,
}

type Read<T> = Result<T, Fault>;

impl MarketDefinition {
    /// Reads the object `cursor` stands before.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Read<Self> {
        let mut definition = Self::default();
        cursor.object(|cursor, key| definition.field(cursor, key))?;
        Ok(definition)
    }

    fn field(&mut self, cursor: &mut Cursor<'_>, key: Text<'_>) -> Read<()> {
        match &*key.key() {
            b"status" => text(cursor, "status", &mut self.status),
            b"inPlay" => known(cursor, "inPlay", &mut self.in_play, Cursor::boolean),
            b"betDelay" => integer(cursor, "betDelay", &mut self.bet_delay),
            b"version" => known(cursor, "version", &mut self.version, Cursor::integer),
            b"marketType" => text(cursor, "marketType", &mut self.market_type),
            b"bettingType" => text(cursor, "bettingType", &mut self.betting_type),
            b"numberOfWinners" => integer(cursor, "numberOfWinners", &mut self.number_of_winners),
            b"numberOfActiveRunners" => {
                integer(cursor, "numberOfActiveRunners", &mut self.number_of_active_runners)
            }
            b"marketTime" => time(cursor, "marketTime", &mut self.market_time),
            b"settledTime" => time(cursor, "settledTime", &mut self.settled_time),
            b"eventId" => text(cursor, "eventId", &mut self.event_id),
            b"eventTypeId" => text(cursor, "eventTypeId", &mut self.event_type_id),
            b"eventName" => text(cursor, "eventName", &mut self.event_name),
            b"name" => text(cursor, "name", &mut self.name),
            b"venue" => text(cursor, "venue", &mut self.venue),
            b"countryCode" => text(cursor, "countryCode", &mut self.country_code),
            b"complete" => flag(cursor, "complete", &mut self.complete),
            b"bspReconciled" => flag(cursor, "bspReconciled", &mut self.bsp_reconciled),
            b"eachWayDivisor" => {
                known(cursor, "eachWayDivisor", &mut self.each_way_divisor, Cursor::quantity)
            }
            b"marketBaseRate" => {
                known(cursor, "marketBaseRate", &mut self.market_base_rate, Cursor::quantity)
            }
            b"runners" => self.read_runners(cursor),
            _ => cursor.skip(),
        }
    }

    fn read_runners(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        if cursor.null()? {
            return Ok(());
        }
        let read = cursor.array(|cursor| {
            let mut runner = RunnerDefinition::default();
            let mut named = false;
            cursor.object(|cursor, key| {
                named |= &*key.key() == b"id";
                runner.field(cursor, key)
            })?;
            self.runners.push(runner);
            if named { Ok(()) } else { cursor.fault(Reason::Missing("id of a runner")) }
        });
        read.in_field("runners")
    }
}

impl RunnerDefinition {
    fn field(&mut self, cursor: &mut Cursor<'_>, key: Text<'_>) -> Read<()> {
        match &*key.key() {
            b"id" => cursor.integer().map(|id| self.id = id).in_field("id"),
            b"hc" => handicap(cursor).map(|hc| self.hc = hc),
            b"name" => text(cursor, "name", &mut self.name),
            b"status" => text(cursor, "status", &mut self.status),
            b"sortPriority" => integer(cursor, "sortPriority", &mut self.sort_priority),
            b"adjustmentFactor" => {
                known(cursor, "adjustmentFactor", &mut self.adjustment_factor, Cursor::quantity)
            }
            b"removalDate" => time(cursor, "removalDate", &mut self.removal_date),
            b"bsp" => known(cursor, "bsp", &mut self.bsp, Cursor::quantity),
            _ => cursor.skip(),
        }
    }
}

/// A handicap; absent, `null` and -0 are all 0.
pub(crate) fn handicap(cursor: &mut Cursor<'_>) -> Read<f64> {
    if cursor.null()? {
        return Ok(0.0);
    }
    let value = cursor.quantity().in_field("hc")?;
    if value.is_finite() { Ok(value + 0.0) } else { cursor.expected("a finite number").in_field("hc") }
}

fn text(cursor: &mut Cursor<'_>, name: &'static str, into: &mut Box<str>) -> Read<()> {
    if !cursor.null()? {
        // Ids are text in the feed, but some recorders write them as numbers.
        *into = if matches!(cursor.peek(), b'0'..=b'9' | b'-') {
            cursor.integer().in_field(name)?.to_string().into()
        } else {
            cursor.text().and_then(Text::decode).in_field(name)?.into()
        };
    }
    Ok(())
}

fn flag(cursor: &mut Cursor<'_>, name: &'static str, into: &mut bool) -> Read<()> {
    if !cursor.null()? {
        *into = cursor.boolean().in_field(name)?;
    }
    Ok(())
}

fn integer(cursor: &mut Cursor<'_>, name: &'static str, into: &mut i64) -> Read<()> {
    if !cursor.null()? {
        *into = cursor.integer().in_field(name)?;
    }
    Ok(())
}

fn known<'a, T>(
    cursor: &mut Cursor<'a>,
    name: &'static str,
    into: &mut Option<T>,
    read: impl FnOnce(&mut Cursor<'a>) -> Read<T>,
) -> Read<()> {
    if !cursor.null()? {
        *into = Some(read(cursor).in_field(name)?);
    }
    Ok(())
}

fn time(cursor: &mut Cursor<'_>, name: &'static str, into: &mut Option<i64>) -> Read<()> {
    if cursor.null()? {
        return Ok(());
    }
    // The exchange changes the market, not the format of times: a time we cannot read costs that time only.
    *into = parse_time(&cursor.text().and_then(Text::decode).in_field(name)?);
    Ok(())
}

/// `2021-03-28T15:25:00.000Z`, with any number of decimals, or `+10:00` for `Z`, as nanoseconds since the epoch.
fn parse_time(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once('T')?;
    let zone = clock.find(['Z', '+', '-'])?;
    let (clock, zone) = clock.split_at(zone);
    let [year, month, day] = numbers(date, '-')?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':')?;
    let offset = match zone.split_at(1) {
        ("Z", "") => 0,
        (sign, zone) => {
            let [hours, minutes] = numbers(zone, ':')?;
            let minutes = i64::from(hours * 60 + minutes);
            if sign == "-" { -minutes } else { minutes }
        }
    };
    let valid = (1970..2260).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60
        && offset.abs() <= 24 * 60
        && (1..=9).contains(&fraction.len());
    if !valid {
        return None;
    }
    let nanos = format!("{fraction:0<9}").parse::<u32>().ok()?;
    let seconds =
        days(year, month, day) * 86_400 + i64::from(hour * 3600 + minute * 60 + second) - offset * 60;
    Some(seconds * 1_000_000_000 + i64::from(nanos))
}

/// Exactly `N` numbers of at most 4 digits.
fn numbers<const N: usize>(text: &str, separator: char) -> Option<[u32; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for number in &mut numbers {
        let part = parts.next()?;
        let digits = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| digits)?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Days since 1970-01-01 in the Gregorian calendar: years are counted from March, so that leap days come last.
fn days(year: u32, month: u32, day: u32) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_years = 365 * year + year / 4 - year / 100 + year / 400;
    let of_months = (153 * month + 2) / 5;
    i64::from(of_years + of_months + day - 1) - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_nanoseconds_since_the_epoch() {
        assert_eq!(parse_time("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(parse_time("2021-03-28T15:25:00.500Z"), Some(1_616_945_100_500_000_000));
        assert_eq!(parse_time("2024-02-29T23:59:59Z"), Some(1_709_251_199_000_000_000));
        assert_eq!(parse_time("2021-03-19T12:07:00+10:00"), parse_time("2021-03-19T02:07:00Z"));
        assert_eq!(parse_time("2021-03-19T12:07:00.25-01:30"), parse_time("2021-03-19T13:37:00.250Z"));
        for wrong in [
            "",
            "2021-03-28",
            "2021-03-28T15:25:00",
            "2021-13-01T00:00:00Z",
            "2021-01-01T00:00:00.Z",
            "2021-01-01T00:00:00+1",
        ] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }
}
