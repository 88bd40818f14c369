//! A leg from Python's fields.

use ::betting::{
    Chance, Contingency, DeadHeat, EachWayTerms, Finish, Leg, MOST_PENCE, Outcome, Price, Pricing, Share,
};
use pyo3::prelude::*;
use pyo3::types::PyInt;

use crate::betting::value_error;
use crate::betting_fields::{flag, fraction, items, price, share, text, texts, whole, word, wrong};
use crate::betting_objects::{Field, Reader, Types, fields};

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
/// The results a leg may say: RESULT0 is the feeds' word for lost, which comes with a void factor.
const READABLE: [(&str, Finish); 12] = {
    let mut readable = [("RESULT0", Finish::Lost); 12];
    let mut at = 0;
    while at < FINISHES.len() {
        readable[at] = FINISHES[at];
        at += 1;
    }
    readable
};

fields! {
    LegField {
        Price = "price",
        Sp = "sp",
        PriceType = "price_type",
        Bog = "bog",
        CompareBeforeDeduction = "compare_before_deduction",
        Rule4 = "rule4",
        Rule4Sp = "rule4_sp",
        Waive5p = "waive_5p",
        Result = "result",
        Tied = "tied",
        Position = "position",
        PlacesMarket = "places_market",
        VoidFactor = "void_factor",
        DeadHeatFactor = "dead_heat_factor",
        Ew = "ew",
        Current = "current",
        P = "p",
        PlaceP = "place_p",
        Suspended = "suspended",
        MaxPayoutMinor = "max_payout_minor",
        EventId = "event_id",
        MarketId = "market_id",
        SelectionId = "selection_id",
        MarketWinners = "market_winners",
        Causes = "causes",
        Consequences = "consequences",
        Label = "name" | "id",
    }
}

fields! {
    TermsField {
        Fraction = "fraction",
        Places = "places",
    }
}

pub(crate) static LEGS: Types<LegField> = Types::new();
static TERMS: Types<TermsField> = Types::new();

/// A leg while its fields come in.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // the flags of the written form
pub(crate) struct LegFields {
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
    pub(crate) max_payout: Option<u64>,
    pub(crate) about: Option<Box<Contingency>>,
}

impl LegFields {
    pub(crate) fn set(&mut self, field: LegField, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let name = field.name();
        match field {
            LegField::Price => self.price = Some(price("price", value)?),
            LegField::Sp => self.sp = Some(price("sp", value)?),
            LegField::PriceType => {
                self.starting = word(name, value, &[("SP", true), ("FIXED", false), ("TAKEN", false)])?;
            }
            LegField::Bog => self.bog = flag(name, value)?,
            LegField::CompareBeforeDeduction => self.compare_before_deduction = flag(name, value)?,
            LegField::Rule4 => self.rule4 = pence(name, value)?,
            LegField::Rule4Sp => self.rule4_sp = pence(name, value)?,
            LegField::Waive5p => self.waive_5p = flag(name, value)?,
            LegField::Result => self.finish = Some(word(name, value, &READABLE)?),
            LegField::Tied => self.tied = Some(whole(name, value)?),
            LegField::Position => self.position = Some(whole(name, value)?),
            LegField::PlacesMarket => self.places_market = Some(whole(name, value)?),
            LegField::VoidFactor => {
                let (above, below) = fraction(name, value)?;
                self.void_halves = match (u128::from(above) * 2, u128::from(below)) {
                    (0, _) => 0,
                    (twice, below) if twice == below => 1,
                    (twice, below) if twice == 2 * below => 2,
                    _ => return Err(wrong(name, "must be 0, 0.5 or 1")),
                };
            }
            LegField::DeadHeatFactor => self.dead_heat = Some(dead_heat(value)?),
            LegField::Ew => self.terms = Some(terms(value)?),
            LegField::Current => self.current = Some(price("current", value)?),
            LegField::P => self.p = Some(share("p", value)?),
            LegField::PlaceP => self.place_p = Some(share("place_p", value)?),
            LegField::Suspended => self.suspended = flag(name, value)?,
            LegField::MaxPayoutMinor => self.max_payout = Some(whole(name, value)?),
            LegField::EventId => self.about().event = Some(text(value)?),
            LegField::MarketId => self.about().market = Some(text(value)?),
            LegField::SelectionId => self.about().selection = Some(text(value)?),
            LegField::MarketWinners => self.about().winners = whole(name, value)?,
            LegField::Causes => self.about().causes = texts(name, value)?,
            LegField::Consequences => self.about().consequences = texts(name, value)?,
            LegField::Label => {}
        }
        Ok(())
    }

    /// What the leg is about, known from now on.
    fn about(&mut self) -> &mut Contingency {
        self.about.get_or_insert_default()
    }

    pub(crate) fn leg(&self) -> PyResult<Leg> {
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

    pub(crate) fn chance(&self) -> Option<Chance> {
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

pub(crate) fn terms(value: &Bound<'_, PyAny>) -> PyResult<EachWayTerms> {
    let (mut share, mut places) = (None, None);
    Reader::new(&TERMS, "ew").each(value, |field, value| {
        match field {
            TermsField::Fraction => share = Some(fraction("ew.fraction", value)?),
            TermsField::Places => places = Some(whole("ew.places", value)?),
        }
        Ok(())
    })?;
    let ((above, below), places) =
        share.zip(places).ok_or_else(|| wrong("ew", "needs fraction and places"))?;
    let small = |part: u64| u32::try_from(part).map_err(|_| wrong("ew.fraction", "has too many digits"));
    EachWayTerms::new(small(above)?, small(below)?, places).map_err(value_error)
}
