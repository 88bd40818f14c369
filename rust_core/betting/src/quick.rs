//! The usual bet in plain floats, where their error is sure not to matter.
//!
//! Multipliers, sums of products and stakes are never negative and nothing is subtracted, so every rounded operation
//! adds at most half a unit in the last place to the *relative* error of the total: the bound is a count of the
//! operations behind a term. What it cannot decide is left to exact arithmetic.

use money::Rounding;

use crate::bet::{Bet, Bonus, Leg, Pricing};
use crate::evaluate::Element;
use crate::outcome::{Finish, Outcome};
use crate::structure::{Group, MOST_LEGS};

/// Half a unit in the last place of 1: the relative error of one rounded operation.
const ROUNDING: f64 = f64::EPSILON / 2.0;
/// Multipliers that are smaller but not nothing might make a product underflow, where errors are not relative.
const SMALLEST: f64 = 1e-4;
/// Beyond this a float cannot tell halves apart.
const LIMIT: f64 = (1_u64 << 50) as f64;
/// Roundings of a total beside those of its legs: sums over groups and parts, stake, rounding unit, division.
const FIXED: usize = 32;
/// Roundings a leg adds to a term: three of its multiplier, one product and sum each, one more sum over sizes and one
/// more product if it is a banker.
const A_LEG: usize = 7;

/// The rounded return, minor units; `None` if the bet has terms, results or errors that this cannot decide.
pub(crate) fn returns(bet: &Bet) -> Option<u128> {
    let plain = bet.bonus == Bonus::default()
        && bet.line_bonus.is_none()
        && bet.max_line_payout.is_none()
        && !bet.free
        && !bet.is_divided()
        && bet.structure.pairs.is_empty();
    if !plain || bet.structure.groups.len() > FIXED / 2 {
        return None;
    }
    let mut units = part(bet, false)?;
    if bet.each_way {
        units += part(bet, true)?;
    }
    let (above, below) = bet.unit_stake().ok()?;
    let amount = units * above as f64 / (below as f64 * bet.unit as f64);
    let error = amount * ROUNDING * (A_LEG * bet.legs.len() + FIXED) as f64;
    floor(amount, error, bet.rounding).map(|whole| u128::from(whole) * u128::from(bet.unit))
}

/// Round an amount with an error to a whole number, where the error leaves no choice.
#[allow(clippy::cast_sign_loss)] // nothing here is negative
fn floor(amount: f64, error: f64, mode: Rounding) -> Option<u64> {
    if amount == 0.0 {
        return Some(0);
    }
    let shifted = if mode == Rounding::Down { amount } else { amount + 0.5 };
    let floor = shifted.floor();
    let error = error * (1.0 + 1e-9) + shifted * ROUNDING;
    let sure = shifted < LIMIT && shifted - floor > error && floor + 1.0 - shifted > error;
    sure.then_some(floor as u64)
}

/// `Σ_lines Π m` of a part.
fn part(bet: &Bet, place: bool) -> Option<f64> {
    let mut multipliers = [0.0; MOST_LEGS];
    for (multiplier, leg) in multipliers.iter_mut().zip(&bet.legs) {
        *multiplier = match plain(leg) {
            Some(plain) if !place => plain,
            _ => {
                let result = bet.result(leg, place).ok()??;
                ratio(leg.element(result, place).ok()?)?
            }
        };
    }
    Some(bet.structure.groups.iter().map(|group| sum(group, &multipliers)).sum())
}

/// The multiplier of the win part of a leg as most are: at the price taken, whole, nobody tied, nothing deducted.
fn plain(leg: &Leg) -> Option<f64> {
    let Outcome { finish, tied: 1, position: None, places_market: 1.., void_halves: 0, dead_heat: None } =
        leg.outcome
    else {
        return None;
    };
    match (finish, leg.price) {
        (Finish::Won, Some(price)) if leg.pricing == Pricing::Taken && leg.deduction == 0 => {
            let (above, below) = price.parts();
            Some(above as f64 / below as f64)
        }
        (Finish::Lost | Finish::Placed, _) => Some(0.0),
        (Finish::Void | Finish::Push, _) => Some(1.0),
        _ => None,
    }
}

fn ratio(element: Element) -> Option<f64> {
    let gross = u64::try_from(element.gross).ok()?;
    let one = u64::try_from(element.one).ok()?;
    if gross == one {
        return Some(1.0);
    }
    let ratio = gross as f64 / one as f64;
    (gross == 0 || ratio >= SMALLEST).then_some(ratio)
}

/// `Π bankers · Σ_k e_k(legs)`.
fn sum(group: &Group, multipliers: &[f64; MOST_LEGS]) -> f64 {
    let bankers: f64 = group.bankers.iter().map(|leg| multipliers[*leg]).product();
    let every = group.legs.len();
    if group.sizes == 1 << every {
        return bankers * group.legs.iter().map(|leg| multipliers[*leg]).product::<f64>();
    }
    // sums[largest − k] is the sum over every k legs so far: rising, each reads the one behind it.
    let largest = group.largest();
    let mut sums = [0.0; MOST_LEGS + 1];
    sums[largest] = 1.0;
    let alive = group.legs.iter().map(|leg| multipliers[*leg]).filter(|multiplier| *multiplier > 0.0);
    for (before, multiplier) in alive.enumerate() {
        for at in largest.saturating_sub(before + 1)..largest {
            sums[at] += sums[at + 1] * multiplier;
        }
    }
    let chosen = (1..=largest).filter(|size| group.sizes >> size & 1 == 1);
    bankers * chosen.map(|size| sums[largest - size]).sum::<f64>()
}
