//! The limit of a parlay by the relevance of its legs.

use crate::cash_out::Share;
use crate::error::{BettingError, field};
use crate::price::Price;
use crate::trading::exact::Exact;

/// A leg of a parlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelevantLeg {
    /// The most that a bet on the leg may win from the house.
    pub liability: u128,
    /// Its price.
    pub price: Price,
    /// Its probability.
    pub probability: Share,
}

/// The largest stake of a parlay: `Σ min(relevance_i·L_i/(P_i−1), min_k L_k/(P_k−1))` with `relevance_i = (1−p_i)/Σ(1−p)`,
/// down to a step.
///
/// The unlikelier a leg, the more it decides about the parlay, and the more of its own limit counts.
///
/// # Errors
/// No leg, a step of 0, legs that are all certain, a stake beyond 128 bits.
pub fn parlay_limit(legs: &[RelevantLeg], step: u128) -> Result<u128, BettingError> {
    if step == 0 {
        return Err(field("step", "must be above 0"));
    }
    let single =
        |leg: &RelevantLeg| Exact::whole(leg.liability).over(&Exact::price(leg.price).less(&Exact::whole(1)));
    let doubt = |leg: &RelevantLeg| {
        let (above, below) = leg.probability.parts();
        Exact::of((below - above).into(), below.into())
    };
    let doubts = legs.iter().map(doubt).fold(Exact::whole(0), |sum, doubt| sum.plus(&doubt));
    let Some(tightest) = legs.iter().map(single).reduce(|one, other| one.least(&other)) else {
        return Err(field("legs", "a parlay has at least 1"));
    };
    if doubts.is_nothing() {
        return Err(field("probability", "must be below 1 for some leg"));
    }
    let part = |leg: &RelevantLeg| single(leg).by(&doubt(leg)).over(&doubts).least(&tightest);
    legs.iter().map(part).fold(Exact::whole(0), |sum, part| sum.plus(&part)).down_to(step)
}
