//! A bet from Python's fields.

use ::betting::{
    Bet, Bonus, BonusOn, Chance, DeadHeat, EachWayTerms, Finish, Leg, MOST_PENCE, Outcome, Price, Pricing,
    Rounding, Share, Stake, Structure,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString};

use crate::betting::value_error;
use crate::betting_fields::{each_field, flag, fraction, items, price, whole, wholes, word, wrong};

pub(crate) const FINISHES: [(&str, Finish); 11] = [
    ("WON", Finish::Won),
    ("LOST", Finish::Lost),
    ("VOID", Finish::Void),
    ("PUSH", Finish::Push),
    ("NON_RUNNER", Finish::Void),
    ("ABANDONED", Finish::Void),
    ("PLACED", Finish::Placed),
    ("HALF_WON", Finish::HalfWon),
    ("HALF_LOST", Finish::HalfLost),
    ("EARLY_WON", Finish::Won),
    ("OPEN", Finish::Open),
];

/// A bet, and what its open legs are worth now.
pub(crate) struct Read {
    pub(crate) bet: Bet,
    pub(crate) chances: Vec<Option<Chance>>,
}

/// A leg while its fields come in.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // the flags of the written form
struct LegFields {
    price: Option<Price>,
    sp: Option<Price>,
    starting: bool,
    bog: bool,
    compare_before_deduction: bool,
    rule4: u8,
    rule4_sp: u8,
    waive_5p: bool,
    finish: Option<Finish>,
    tied: Option<u32>,
    position: Option<u32>,
    places_market: Option<u32>,
    void_halves: u8,
    dead_heat: Option<DeadHeat>,
    terms: Option<EachWayTerms>,
    current: Option<Price>,
    p: Option<Share>,
    place_p: Option<Share>,
    suspended: bool,
    event: Option<String>,
}

impl LegFields {
    fn set(&mut self, name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        if value.is_none() {
            return Ok(true);
        }
        match name {
            "price" => self.price = Some(price("price", value)?),
            "sp" => self.sp = Some(price("sp", value)?),
            "price_type" => {
                self.starting = word(name, value, &[("SP", true), ("FIXED", false), ("TAKEN", false)])?;
            }
            "bog" => self.bog = flag(name, value)?,
            "compare_before_deduction" => self.compare_before_deduction = flag(name, value)?,
            "rule4" => self.rule4 = pence(name, value)?,
            "rule4_sp" => self.rule4_sp = pence(name, value)?,
            "waive_5p" => self.waive_5p = flag(name, value)?,
            "result" => {
                let zero = value
                    .cast::<PyString>()
                    .is_ok_and(|text| text.to_str().is_ok_and(|text| text == "RESULT0"));
                self.finish = Some(if zero { Finish::Lost } else { word(name, value, &FINISHES)? });
            }
            "tied" => self.tied = Some(whole(name, value)?),
            "position" => self.position = Some(whole(name, value)?),
            "places_market" => self.places_market = Some(whole(name, value)?),
            "void_factor" => {
                let (above, below) = fraction(name, value)?;
                self.void_halves = match (u128::from(above) * 2, u128::from(below)) {
                    (0, _) => 0,
                    (twice, below) if twice == below => 1,
                    (twice, below) if twice == 2 * below => 2,
                    _ => return Err(wrong(name, "must be 0, 0.5 or 1")),
                };
            }
            "dead_heat_factor" => self.dead_heat = Some(dead_heat(value)?),
            "ew" => self.terms = Some(terms(value)?),
            "current" => self.current = Some(price("current", value)?),
            "p" => self.p = Some(share("p", value)?),
            "place_p" => self.place_p = Some(share("place_p", value)?),
            "suspended" => self.suspended = flag(name, value)?,
            "event_id" => self.event = Some(value.str()?.to_str()?.to_owned()),
            "id" | "name" | "market_id" | "selection_id" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn leg(&self) -> PyResult<Leg> {
        let pricing = match (self.starting, self.bog, self.compare_before_deduction) {
            (true, _, _) => Pricing::Starting,
            (_, true, true) => Pricing::BestBeforeDeduction,
            (_, true, false) => Pricing::Best,
            _ => Pricing::Taken,
        };
        let waived = |pence: u8| if self.waive_5p && pence == 5 { 0 } else { pence };
        Ok(Leg {
            price: self.price,
            starting_price: self.sp,
            pricing,
            deduction: waived(self.rule4),
            starting_deduction: waived(self.rule4_sp),
            outcome: Outcome {
                finish: self.finish.ok_or_else(|| wrong("result", "is missing"))?,
                tied: self.tied.unwrap_or(1),
                position: self.position,
                places_market: self.places_market.unwrap_or(1),
                void_halves: self.void_halves,
                dead_heat: self.dead_heat,
            },
            terms: self.terms,
        })
    }

    fn chance(&self) -> Option<Chance> {
        if self.suspended {
            return Some(Chance::Suspended);
        }
        let model = self.p.map(|win| Chance::Model { win, place: self.place_p });
        model.or(self.current.map(Chance::Current))
    }
}

/// Rule 4 in pence: one number, or a list that adds up to at most 90.
fn pence(name: &str, value: &Bound<'_, PyAny>) -> PyResult<u8> {
    let one = |value: &Bound<'_, PyAny>| match whole::<u8>(name, value)? {
        pence @ 0..=MOST_PENCE => Ok(pence),
        _ => Err(wrong(name, "is between 0 and 90 pence a pound")),
    };
    if value.is_instance_of::<PyInt>() {
        return one(value);
    }
    items(name, value)?.iter().try_fold(0_u8, |sum, value| Ok(MOST_PENCE.min(sum + one(value)?)))
}

fn dead_heat(value: &Bound<'_, PyAny>) -> PyResult<DeadHeat> {
    let name = "dead_heat_factor";
    let (above, below) = fraction(name, value)?;
    if above == 0 || above > below {
        return Err(wrong(name, "must be above 0 and at most 1"));
    }
    let small = |part: u64| u32::try_from(part).map_err(|_| wrong(name, "has more than 9 decimals"));
    DeadHeat::new(small(above)?, small(below)?).map_err(value_error)
}

fn terms(value: &Bound<'_, PyAny>) -> PyResult<EachWayTerms> {
    let (mut share, mut places) = (None, None);
    each_field(value, "ew", |name, value| {
        match name {
            "fraction" => share = Some(fraction("ew.fraction", value)?),
            "places" => places = Some(whole("ew.places", value)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let ((above, below), places) =
        share.zip(places).ok_or_else(|| wrong("ew", "needs fraction and places"))?;
    let small = |part: u64| u32::try_from(part).map_err(|_| wrong("ew.fraction", "has too many digits"));
    EachWayTerms::new(small(above)?, small(below)?, places).map_err(value_error)
}

/// A number between 0 and 1.
pub(crate) fn share(field: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Share> {
    let (above, below) = fraction(field, value)?;
    Share::new(above, below, field).map_err(value_error)
}

/// A bet while its fields come in.
#[derive(Default)]
struct BetFields {
    name: Option<String>,
    unit_stake: Option<u64>,
    total_stake: Option<u64>,
    legs: Vec<Leg>,
    chances: Vec<Option<Chance>>,
    events: Vec<Option<String>>,
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

impl BetFields {
    fn set(&mut self, name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        if value.is_none() {
            return Ok(true);
        }
        match name {
            "type" => self.name = Some(value.extract().map_err(|_| wrong(name, "is text"))?),
            "unit_stake_minor" => self.unit_stake = Some(whole(name, value)?),
            "total_stake_minor" => self.total_stake = Some(whole(name, value)?),
            "legs" => self.read_legs(value)?,
            "sizes" => self.sizes = wholes(name, value)?,
            "bankers" => self.bankers = wholes(name, value)?,
            "each_way" => self.each_way = flag(name, value)?,
            "win_only" => {
                self.void_place = word(name, value, &[("place_as_win", false), ("void_place", true)])?;
            }
            "stake_kind" => self.free = word(name, value, &[("CASH", false), ("FREE_SNR", true)])?,
            "bonus" => self.bonus = bonus(value)?,
            "max_payout_minor" => self.max_payout = Some(whole(name, value)?),
            "max_line_payout_minor" => self.max_line_payout = Some(whole(name, value)?),
            "rounding" => {
                let known = [
                    ("HALF_UP", Rounding::HalfUp),
                    ("HALF_EVEN", Rounding::HalfEven),
                    ("DOWN", Rounding::Down),
                ];
                self.rounding = Some(word(name, value, &known)?);
            }
            "rounding_unit_minor" => self.unit = Some(whole(name, value)?),
            "cashed_out" => self.cashed_out = Some(share("cashed_out", value)?),
            "id" | "currency" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_legs(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        for (at, leg) in items("legs", value)?.iter().enumerate() {
            let mut fields = LegFields::default();
            let read =
                each_field(leg, "leg", |name, value| fields.set(name, value)).and_then(|()| fields.leg());
            let leg = read
                .map_err(|error| PyValueError::new_err(format!("leg {at}: {}", words(leg.py(), &error))))?;
            self.legs.push(leg);
            self.chances.push(fields.chance());
            self.events.push(fields.event);
        }
        Ok(())
    }

    fn check_events(&self, structure: &Structure) -> PyResult<()> {
        for (at, event) in self.events.iter().enumerate().filter(|(_, event)| event.is_some()) {
            let same = |other: &usize| self.events[*other] == *event && structure.combines(*other, at);
            if let Some(other) = (0..at).find(same) {
                return Err(PyValueError::new_err(format!(
                    "leg {at}: event_id: is that of leg {other}; related legs are not multiplied unless priced as one"
                )));
            }
        }
        Ok(())
    }

    fn bet(self) -> PyResult<Read> {
        let name = self.name.as_deref().ok_or_else(|| wrong("type", "is missing"))?;
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
    each_field(value, "bonus", |name, value| {
        if value.is_none() {
            return Ok(true);
        }
        match name {
            "one_winner_odds_x" => bonus.one_winner = Some(fraction("bonus.one_winner_odds_x", value)?),
            "all_winners_pct" => bonus.all_winners = Some(percent("bonus.all_winners_pct", value)?),
            "acca_boost_pct" => bonus.boost = Some(percent("bonus.acca_boost_pct", value)?),
            "on" => {
                bonus.on =
                    word("bonus.on", value, &[("returns", BonusOn::Returns), ("profit", BonusOn::Profit)])?;
            }
            _ => return Ok(false),
        }
        Ok(true)
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
    each_field(object, "bet", |name, value| fields.set(name, value))?;
    fields.bet()
}
