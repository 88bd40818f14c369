//! A bet from Python's fields.

use ::betting::{Bet, Bonus, BonusOn, Chance, Leg, Rounding, Share, Stake, Structure};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::betting::value_error;
use crate::betting_fields::{flag, fraction, items, share, whole, wholes, word, wrong};
use crate::betting_leg::{LEGS, LegFields};
use crate::betting_objects::{Field, Reader, Types, fields};

fields! {
    BetField {
        Type = "type",
        UnitStakeMinor = "unit_stake_minor",
        TotalStakeMinor = "total_stake_minor",
        Legs = "legs",
        Sizes = "sizes",
        Bankers = "bankers",
        EachWay = "each_way",
        WinOnly = "win_only",
        StakeKind = "stake_kind",
        Bonus = "bonus",
        MaxPayoutMinor = "max_payout_minor",
        MaxLinePayoutMinor = "max_line_payout_minor",
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
    }
}

static BETS: Types<BetField> = Types::new();
static BONUSES: Types<BonusField> = Types::new();

/// A bet, and what its open legs are worth now.
pub(crate) struct Read {
    pub(crate) bet: Bet,
    pub(crate) chances: Vec<Option<Chance>>,
}

/// A bet while its fields come in.
#[derive(Default)]
struct BetFields<'py> {
    name: Option<Bound<'py, PyString>>,
    unit_stake: Option<u64>,
    total_stake: Option<u64>,
    legs: Vec<Leg>,
    chances: Vec<Option<Chance>>,
    /// Events by the legs that name one.
    events: Vec<(usize, String)>,
    sizes: Vec<usize>,
    bankers: Vec<usize>,
    each_way: bool,
    void_place: bool,
    free: bool,
    bonus: Bonus,
    max_payout: Option<u64>,
    max_line_payout: Option<u64>,
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
            BetField::WinOnly => {
                self.void_place = word(name, value, &[("place_as_win", false), ("void_place", true)])?;
            }
            BetField::StakeKind => self.free = word(name, value, &[("CASH", false), ("FREE_SNR", true)])?,
            BetField::Bonus => self.bonus = bonus(value)?,
            BetField::MaxPayoutMinor => self.max_payout = Some(whole(name, value)?),
            BetField::MaxLinePayoutMinor => self.max_line_payout = Some(whole(name, value)?),
            BetField::Rounding => {
                let known = [
                    ("HALF_UP", Rounding::HalfUp),
                    ("HALF_EVEN", Rounding::HalfEven),
                    ("DOWN", Rounding::Down),
                ];
                self.rounding = Some(word(name, value, &known)?);
            }
            BetField::RoundingUnitMinor => self.unit = Some(whole(name, value)?),
            BetField::CashedOut => self.cashed_out = Some(share("cashed_out", value)?),
            BetField::Label => {}
        }
        Ok(())
    }

    fn read_legs(&mut self, value: &Bound<'py, PyAny>) -> PyResult<()> {
        let mut reader = Reader::new(&LEGS, "leg");
        let legs = items("legs", value)?;
        self.legs.reserve(legs.len());
        self.chances.reserve(legs.len());
        for (at, leg) in legs.iter().enumerate() {
            let mut fields = LegFields::default();
            let read = reader.each(leg, |field, value| fields.set(field, value)).and_then(|()| fields.leg());
            let leg = read
                .map_err(|error| PyValueError::new_err(format!("leg {at}: {}", words(leg.py(), &error))))?;
            self.legs.push(leg);
            self.chances.push(fields.chance());
            self.events.extend(fields.event.map(|event| (at, event)));
        }
        Ok(())
    }

    fn check_events(&self, structure: &Structure) -> PyResult<()> {
        for (known, (at, event)) in self.events.iter().enumerate() {
            let same = |(other, of): &&(usize, String)| of == event && structure.combines(*other, *at);
            if let Some((other, _)) = self.events[..known].iter().find(same) {
                return Err(PyValueError::new_err(format!(
                    "leg {at}: event_id: is that of leg {other}; related legs are not multiplied unless priced as one"
                )));
            }
        }
        Ok(())
    }

    fn bet(self) -> PyResult<Read> {
        let name = self.name.as_ref().ok_or_else(|| wrong("type", "is missing"))?.to_str()?;
        let structure =
            Structure::new(name, self.legs.len(), &self.sizes, &self.bankers).map_err(value_error)?;
        self.check_events(&structure)?;
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
            void_place: self.void_place,
            free: self.free,
            bonus: self.bonus,
            max_payout: self.max_payout,
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

fn bonus(value: &Bound<'_, PyAny>) -> PyResult<Bonus> {
    let mut bonus = Bonus::default();
    Reader::new(&BONUSES, "bonus").each(value, |field, value| {
        match field {
            BonusField::OneWinnerOddsX => {
                bonus.one_winner = Some(fraction("bonus.one_winner_odds_x", value)?);
            }
            BonusField::AllWinnersPct => bonus.all_winners = Some(percent("bonus.all_winners_pct", value)?),
            BonusField::AccaBoostPct => bonus.boost = Some(percent("bonus.acca_boost_pct", value)?),
            BonusField::On => {
                bonus.on =
                    word("bonus.on", value, &[("returns", BonusOn::Returns), ("profit", BonusOn::Profit)])?;
            }
        }
        Ok(())
    })?;
    Ok(bonus)
}

fn percent(field: &str, value: &Bound<'_, PyAny>) -> PyResult<(u64, u64)> {
    let (above, below) = fraction(field, value)?;
    if above > 1_000_000_000 || below > 1_000_000 {
        return Err(wrong(field, "is a percentage of at most 6 decimals"));
    }
    Ok((above, below))
}

/// Read a bet from a dict or a struct.
pub(crate) fn read(object: &Bound<'_, PyAny>) -> PyResult<Read> {
    let mut fields = BetFields::default();
    Reader::new(&BETS, "bet").each(object, |field, value| fields.set(field, value))?;
    fields.bet()
}
