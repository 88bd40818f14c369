//! Stakes that make a bank grow fastest (Kelly 1956), as shares of the bank.

use crate::error::OddsError;
use crate::validate;

/// How far probabilities may be from 1 in sum.
const SUM_TOLERANCE: f64 = 1e-9;
/// A bet must beat the reserve by more than rounding to be worth a stake.
const WORTH: f64 = 1.0 + 1e-12;

/// The stake on one outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kelly {
    /// Share of the bank to stake, 0 without an edge.
    pub stake: f64,
    /// Expected profit of a stake of 1: `p·o − 1`.
    pub edge: f64,
    /// Expected growth of the bank's logarithm (nats a bet) at this stake.
    pub log_growth: f64,
}

/// The stakes on outcomes of which exactly one happens.
#[derive(Debug, Clone, PartialEq)]
pub struct ExclusiveKelly {
    /// Shares of the bank, in the order of the outcomes.
    pub stakes: Vec<f64>,
    /// Share of the bank kept.
    pub reserve: f64,
    /// Expected growth of the bank's logarithm (nats a bet).
    pub log_growth: f64,
    /// Every outcome is priced and the inverse prices sum to less than 1: a profit without risk exists.
    pub arbitrage: bool,
}

/// The stake on one outcome: `f = max(0, (p·o − 1)/(o − 1))·fraction`.
///
/// # Errors
/// A price that is not a finite number above 1, a probability outside [0, 1], a fraction outside (0, 1].
pub fn kelly(price: f64, probability: f64, fraction: f64) -> Result<Kelly, OddsError> {
    validate::book_probability(0, price)?;
    chance(0, probability)?;
    if !(fraction > 0.0 && fraction <= 1.0) {
        return Err(OddsError::InvalidFraction { fraction });
    }
    let edge = probability * price - 1.0;
    let stake = (edge.max(0.0) / (price - 1.0) * fraction).min(1.0);
    let won = probability * (stake * (price - 1.0)).ln_1p();
    let lost = if probability < 1.0 { (1.0 - probability) * (-stake).ln_1p() } else { 0.0 };
    Ok(Kelly { stake, edge, log_growth: won + lost })
}

/// The stakes on mutually exclusive outcomes (Smoczynski & Tomkins 2010); an outcome without a price takes no stake.
///
/// By falling `p·o`, an outcome joins the set `S` while `p·o > R = (1 − Σ_S p)/(1 − Σ_S 1/o)`; then `f = p − R/o`.
///
/// # Errors
/// Fewer than two outcomes, as many prices as probabilities not given, a price that is not a finite number above 1, a
/// probability outside [0, 1], probabilities that do not sum to 1.
pub fn kelly_exclusive(prices: &[Option<f64>], probabilities: &[f64]) -> Result<ExclusiveKelly, OddsError> {
    check(prices, probabilities)?;
    let mut order: Vec<(f64, f64, usize)> = Vec::with_capacity(prices.len());
    for (index, (price, &p)) in prices.iter().zip(probabilities).enumerate() {
        if let Some(price) = *price {
            order.push((p * price, validate::book_probability(index, price)?, index));
        }
    }
    let booksum: f64 = order.iter().map(|(_, inverse, _)| inverse).sum();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut outside, mut room, mut rate, mut joined) = (1.0, 1.0, 1.0, 0);
    for &(value, inverse, index) in &order {
        if value <= rate * WORTH {
            break;
        }
        outside -= probabilities[index];
        room -= inverse;
        joined += 1;
        // All that is left of 1 − Σp once every outcome has joined is rounding.
        rate = if joined == prices.len() { 0.0 } else { f64::max(outside, 0.0) / room };
    }
    let mut stakes = vec![0.0; prices.len()];
    for &(_, inverse, index) in &order[..joined] {
        stakes[index] = (probabilities[index] - rate * inverse).max(0.0);
    }
    let everything = joined == prices.len();
    let reserve = if everything { 0.0 } else { (1.0 - stakes.iter().sum::<f64>()).max(0.0) };
    let wealth = |i: usize| reserve + prices[i].map_or(0.0, |price| stakes[i] * price);
    let growth = |(i, p): (usize, &f64)| if *p > 0.0 { p * wealth(i).ln() } else { 0.0 };
    let log_growth = probabilities.iter().enumerate().map(growth).sum();
    Ok(ExclusiveKelly {
        stakes,
        reserve,
        log_growth,
        arbitrage: order.len() == prices.len() && booksum < 1.0,
    })
}

/// Guards of the exclusive outcomes.
fn check(prices: &[Option<f64>], probabilities: &[f64]) -> Result<(), OddsError> {
    if prices.len() != probabilities.len() {
        return Err(OddsError::LengthMismatch { prices: prices.len(), probabilities: probabilities.len() });
    }
    if prices.len() < 2 {
        return Err(OddsError::TooFewOutcomes { found: prices.len() });
    }
    for (index, &p) in probabilities.iter().enumerate() {
        chance(index, p)?;
    }
    let sum: f64 = probabilities.iter().sum();
    if (sum - 1.0).abs() <= SUM_TOLERANCE {
        Ok(())
    } else {
        Err(OddsError::ProbabilitySum { sum, target: 1.0 })
    }
}

/// A probability, certainty included.
fn chance(index: usize, value: f64) -> Result<(), OddsError> {
    if (0.0..=1.0).contains(&value) { Ok(()) } else { Err(OddsError::InvalidChance { index, value }) }
}
