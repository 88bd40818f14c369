//! A bet from Python's fields.

use ::betting::{
    Bet, Bonus, BonusOn, Chance, Contingency, DayCap, Leg, LineBonus, Percent, Relation, Rounding, Share,
    Stake, Structure, check_results, related,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::betting::value_error;
use crate::betting_fields::{flag, fraction, items, share, whole, wholes, word, wrong};
use crate::betting_leg::{LEGS, LegFields};
use crate::betting_objects::{Field, Reader, Types, fields, tuples};

fields! {
    BetField {
        Type = "type",
        UnitStakeMinor = "unit_stake_minor",
        TotalStakeMinor = "total_stake_minor",
        Legs = "legs",
        Sizes = "sizes",
        Bankers = "bankers",
        EachWay = "each_way",
        EachWayStyle = "each_way_style",
        WinOnly = "win_only",
        StakeKind = "stake_kind",
        Bonus = "bonus",
        MaxPayoutMinor = "max_payout_minor",
        MaxLinePayoutMinor = "max_line_payout_minor",
        DayCapMinor = "day_cap_minor",
        PaidTodayMinor = "paid_today_minor",
        Rounding = "rounding",
        RoundingUnitMinor = "rounding_unit_minor",
        CashedOut = "cashed_out",
        Label = "id" | "currency",
    }
}

fields! {
    BonusField {
        OneWinnerOddsX = "one_winner_odds_x",
        AllWinnersPct = "all_winners_pct",
        On = "on",
        AccaBoostPct = "acca_boost_pct",
        PerLine = "per_line",
    }
}

pub(crate) const ROUNDINGS: [(&str, Rounding); 3] =
    [("HALF_UP", Rounding::HalfUp), ("HALF_EVEN", Rounding::HalfEven), ("DOWN", Rounding::Down)];

static BETS: Types<BetField> = Types::new();
static BONUSES: Types<BonusField> = Types::new();

/// A bet, and what its open legs are worth now.
pub(crate) struct Read {
    pub(crate) bet: Bet,
    pub(crate) chances: Vec<Option<Chance>>,
}

/// A bet while its fields come in.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // the flags of the written form
struct BetFields<'py> {
    name: Option<Bound<'py, PyString>>,
    unit_stake: Option<u64>,
    total_stake: Option<u64>,
    legs: Vec<Leg>,
    chances: Vec<Option<Chance>>,
    /// What the legs are about that say something of it.
    about: Vec<(usize, Contingency)>,
    sizes: Vec<usize>,
    bankers: Vec<usize>,
    each_way: bool,
    equally_divided: bool,
    void_place: bool,
    free: bool,
    bonus: Bonus,
    line_bonus: Option<LineBonus>,
    max_payout: Option<u64>,
    leg_cap: Option<u64>,
    max_line_payout: Option<u64>,
    day_cap: Option<u64>,
    paid_today: u64,
    rounding: Option<Rounding>,
    unit: Option<u64>,
    cashed_out: Option<Share>,
}

impl<'py> BetFields<'py> {
    fn set(&mut self, field: BetField, value: &Bound<'py, PyAny>) -> PyResult<()> {
        let name = field.name();
        match field {
            BetField::Type => self.name = Some(value.cast().map_err(|_| wrong(name, "is text"))?.clone()),
            BetField::UnitStakeMinor => self.unit_stake = Some(whole(name, value)?),
            BetField::TotalStakeMinor => self.total_stake = Some(whole(name, value)?),
            BetField::Legs => self.read_legs(value)?,
            BetField::Sizes => self.sizes = wholes(name, value)?,
            BetField::Bankers => self.bankers = wholes(name, value)?,
            BetField::EachWay => self.each_way = flag(name, value)?,
            BetField::EachWayStyle => {
                let known = [("win_to_win", false), ("equally_divided", true)];
                self.equally_divided = word(name, value, &known)?;
            }
            BetField::WinOnly => {
                self.void_place = word(name, value, &[("place_as_win", false), ("void_place", true)])?;
            }
            BetField::StakeKind => self.free = word(name, value, &[("CASH", false), ("FREE_SNR", true)])?,
            BetField::Bonus => (self.bonus, self.line_bonus) = bonus(value)?,
            BetField::MaxPayoutMinor => self.max_payout = Some(whole(name, value)?),
            BetField::MaxLinePayoutMinor => self.max_line_payout = Some(whole(name, value)?),
            BetField::DayCapMinor => self.day_cap = Some(whole(name, value)?),
            BetField::PaidTodayMinor => self.paid_today = whole(name, value)?,
            BetField::Rounding => self.rounding = Some(word(name, value, &ROUNDINGS)?),
            BetField::RoundingUnitMinor => self.unit = Some(whole(name, value)?),
            BetField::CashedOut => self.cashed_out = Some(share("cashed_out", value)?),
            BetField::Label => {}
        }
        Ok(())
    }

    fn read_legs(&mut self, value: &Bound<'py, PyAny>) -> PyResult<()> {
        let mut reader = Reader::new(&LEGS, "leg");
        let legs = items("legs", value)?;
        let mut tuples = tuples(value, &legs)?;
        self.legs.reserve(legs.len());
        self.chances.reserve(legs.len());
        for (at, leg) in legs.iter().enumerate() {
            let mut fields = LegFields::default();
            let values = tuples.as_mut().and_then(Iterator::next).transpose()?;
            let read = reader
                .each_given(leg, values, |field, value| fields.set(field, value))
                .and_then(|()| fields.leg());
            let leg = read
                .map_err(|error| PyValueError::new_err(format!("leg {at}: {}", words(leg.py(), &error))))?;
            self.legs.push(leg);
            self.chances.push(fields.chance());
            // The lowest cap of all legs counts.
            self.leg_cap = self.leg_cap.into_iter().chain(fields.max_payout).min();
            self.about.extend(fields.about.map(|about| (at, *about)));
        }
        Ok(())
    }

    fn structure(&self) -> PyResult<Structure> {
        let name = self.name.as_ref().ok_or_else(|| wrong("type", "is missing"))?.to_str()?;
        Structure::new(name, self.legs.len(), &self.sizes, &self.bankers).map_err(value_error)
    }

    fn bet(self) -> PyResult<Read> {
        let structure = self.structure()?;
        if let Some(relation) = related(&self.about, &structure).first() {
            return Err(value_error(relation.error()));
        }
        check_results(&self.about, &self.legs).map_err(value_error)?;
        let stake = match (self.unit_stake, self.total_stake) {
            (Some(_), Some(_)) => {
                return Err(wrong("total_stake_minor", "give it or unit_stake_minor, not both"));
            }
            (Some(unit), None) => Stake::Line(unit),
            (None, Some(total)) => Stake::Total(total),
            (None, None) => return Err(wrong("unit_stake_minor", "is missing")),
        };
        let (gone, whole) = self.cashed_out.unwrap_or(Share::NOTHING).parts();
        let bet = Bet {
            each_way: self.each_way,
            equally_divided: self.equally_divided,
            void_place: self.void_place,
            free: self.free,
            bonus: self.bonus,
            line_bonus: self.line_bonus,
            max_payout: self.max_payout.into_iter().chain(self.leg_cap).min(),
            day_cap: self.day_cap.map(|most| DayCap { most, paid: self.paid_today }),
            max_line_payout: self.max_line_payout,
            rounding: self.rounding.unwrap_or(Rounding::HalfUp),
            unit: self.unit.unwrap_or(1),
            running: (whole - gone, whole),
            ..Bet::new(structure, self.legs, stake).map_err(value_error)?
        };
        Ok(Read { bet, chances: self.chances })
    }
}

/// The words of an error without its type.
fn words(py: Python<'_>, error: &PyErr) -> String {
    error.value(py).to_string()
}

fn bonus(value: &Bound<'_, PyAny>) -> PyResult<(Bonus, Option<LineBonus>)> {
    let mut bonus = Bonus::default();
    let mut rows = None;
    Reader::new(&BONUSES, "bonus").each(value, |field, value| {
        match field {
            BonusField::OneWinnerOddsX => {
                bonus.one_winner = Some(fraction("bonus.one_winner_odds_x", value)?);
            }
            BonusField::AllWinnersPct => bonus.all_winners = Some(percent("bonus.all_winners_pct", value)?),
            BonusField::AccaBoostPct => bonus.boost = Some(percent("bonus.acca_boost_pct", value)?),
            BonusField::PerLine => rows = Some(line_percents(value)?),
            BonusField::On => {
                bonus.on =
                    word("bonus.on", value, &[("returns", BonusOn::Returns), ("profit", BonusOn::Profit)])?;
            }
        }
        Ok(())
    })?;
    let lines = rows.map(|rows| LineBonus::new(&rows, bonus.on).map_err(value_error)).transpose()?;
    Ok((bonus, lines))
}

/// Pairs of legs and percentage.
fn line_percents(value: &Bound<'_, PyAny>) -> PyResult<Vec<(usize, Percent)>> {
    let field = "bonus.per_line";
    let pair = |row: &Bound<'_, PyAny>| match &items(field, row)?[..] {
        [legs, percentage] => Ok((whole(field, legs)?, percent(field, percentage)?)),
        _ => Err(wrong(field, "is a list of pairs: legs of a line, percentage")),
    };
    items(field, value)?.iter().map(pair).collect()
}

fn percent(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Percent> {
    let (above, below) = fraction(field, value)?;
    if above > 1_000_000_000 || below > 1_000_000 {
        return Err(wrong(field, "is a percentage of at most 6 decimals"));
    }
    Ok((above, below))
}

fn fields_of<'py>(object: &Bound<'py, PyAny>) -> PyResult<BetFields<'py>> {
    let mut fields = BetFields::default();
    Reader::new(&BETS, "bet").each(object, |field, value| fields.set(field, value))?;
    Ok(fields)
}

/// Read a bet from a dict or a struct.
pub(crate) fn read(object: &Bound<'_, PyAny>) -> PyResult<Read> {
    fields_of(object)?.bet()
}

/// The related legs of a bet from a dict or a struct.
pub(crate) fn read_related(object: &Bound<'_, PyAny>) -> PyResult<Vec<Relation>> {
    let fields = fields_of(object)?;
    Ok(related(&fields.about, &fields.structure()?))
}
