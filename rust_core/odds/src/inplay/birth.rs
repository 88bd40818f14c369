//! Goals at rates that follow the score: a birth process in the two counts (Dixon & Robinson 1998).

use super::error::InplayError;
use crate::models::{MAX_RATE, parameter, reach};

/// Furthest lead effects are told for.
const MAX_LEAD: i64 = 20;
/// Strongest effect of a score on a rate.
const MAX_EFFECT: f64 = 10.0;

/// What each lead does to the rates of home and away.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadEffects {
    lowest: i64,
    factors: Vec<[f64; 2]>,
}

impl LeadEffects {
    /// Factors on both rates by home's lead; beyond the leads given the nearest one holds.
    ///
    /// # Errors
    /// A gap between the leads, a lead given twice or beyond 20, 0 not among them, a factor that is not above 0 and
    /// at most 10.
    pub fn new(mut effects: Vec<(i64, [f64; 2])>) -> Result<Self, InplayError> {
        effects.sort_by_key(|(lead, _)| *lead);
        let rule = "give every lead (home minus away) from the lowest to the highest once, 0 among them";
        let lowest = effects.first().map(|(lead, _)| *lead).filter(|lead| (-MAX_LEAD..=0).contains(lead));
        let lowest = lowest.ok_or(InplayError::LeadEffects { rule })?;
        let end = lowest.saturating_add_unsigned(effects.len() as u64);
        if !effects.iter().map(|(lead, _)| *lead).eq(lowest..end) || !(1..=MAX_LEAD + 1).contains(&end) {
            return Err(InplayError::LeadEffects { rule });
        }
        for value in effects.iter().flat_map(|(_, factors)| factors) {
            parameter(
                "lead_effects",
                *value,
                *value > 0.0 && *value <= MAX_EFFECT,
                "above 0 and at most 10",
            )?;
        }
        Ok(Self { lowest, factors: effects.into_iter().map(|(_, factors)| factors).collect() })
    }

    /// The factors at a lead of home.
    #[must_use]
    pub fn at(&self, lead: i64) -> [f64; 2] {
        let last = self.factors.len() - 1;
        let index = usize::try_from(lead - self.lowest).unwrap_or(0);
        self.factors[index.min(last)]
    }

    fn strongest(&self, side: usize) -> f64 {
        self.factors.iter().map(|factors| factors[side]).fold(0.0, f64::max)
    }
}

/// The goals still to come, `size` a side, from home's lead `lead`.
///
/// The Kolmogorov equations in the match's own time, in which both rates are constant while the score is. Uniformised:
/// `Σ_n pois(n; Λ)·(I + Q/Λ)^n` with Λ the highest rate of leaving a score. Every term is positive, so nothing cancels,
/// and the sum is the solution to the last bits rather than to a step size.
pub(super) fn cells(
    rates: [f64; 2],
    effects: &LeadEffects,
    lead: i64,
) -> Result<(Vec<f64>, usize), InplayError> {
    let highest = [rates[0] * effects.strongest(0), rates[1] * effects.strongest(1)];
    for (name, rate) in ["home_rate", "away_rate"].into_iter().zip(highest) {
        parameter(
            name,
            rate,
            (0.0..=MAX_RATE).contains(&rate),
            "at most 100 goals at its strongest lead effect",
        )?;
    }
    let size = reach(highest[0].max(highest[1]));
    let leads = (lead.saturating_sub_unsigned(size as u64 - 1)..).take(2 * size - 1);
    let effects = leads.map(|lead| effects.at(lead));
    let by_lead: Vec<[f64; 2]> = effects.map(|[home, away]| [rates[0] * home, rates[1] * away]).collect();
    let fastest = by_lead.iter().map(|[home, away]| home + away).fold(0.0, f64::max);
    let mut at_step = vec![0.0; size * size];
    at_step[0] = 1.0;
    if fastest == 0.0 {
        return Ok((at_step, size));
    }
    let mut sum = vec![0.0; size * size];
    let steps = fastest + 11.0 * fastest.sqrt() + 12.0;
    let mut weight = (-fastest).exp();
    let mut step = 0.0;
    while step <= steps {
        for (sum, p) in sum.iter_mut().zip(&at_step) {
            *sum += weight * p;
        }
        advance(&mut at_step, size, &by_lead, fastest);
        step += 1.0;
        weight *= fastest / step;
    }
    Ok((sum, size))
}

/// One step of the chain `I + Q/Λ`, in place: later scores first, so that each reads what was before the step.
fn advance(cells: &mut [f64], size: usize, by_lead: &[[f64; 2]], fastest: f64) {
    for i in (0..size).rev() {
        for j in (0..size).rev() {
            let [home, away] = by_lead[size - 1 + i - j];
            let mut p = cells[i * size + j] * (1.0 - (home + away) / fastest).max(0.0);
            if i > 0 {
                p += cells[(i - 1) * size + j] * by_lead[size - 2 + i - j][0] / fastest;
            }
            if j > 0 {
                p += cells[i * size + j - 1] * by_lead[size + i - j][1] / fastest;
            }
            cells[i * size + j] = p;
        }
    }
}
