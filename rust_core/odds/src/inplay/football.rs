//! Football under way: the goals still to come on top of the score.

use super::birth::{self, LeadEffects};
use super::error::InplayError;
use super::remaining::Remaining;
use crate::models::{ScoreGrid, check_rates, check_rest, check_rho, check_score, parameter, rest_cells};

/// Most red cards of a side: with five a match is abandoned.
const MAX_RED_CARDS: u32 = 4;
/// Largest factor on a rate.
const MAX_FACTOR: f64 = 10.0;

/// A match as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct FootballState {
    /// Rates of home and away for the whole match, goals.
    pub rates: [f64; 2],
    /// Dependence of the low scores before the match.
    pub rho: f64,
    /// Minutes played.
    pub minute: f64,
    /// Minutes the match will take.
    pub length: f64,
    /// Goals of home and away.
    pub score: [u32; 2],
    /// How scoring is spread over the match.
    pub remaining: Remaining,
    /// What multiplies the rates from here on, besides cards.
    pub factors: [f64; 2],
    /// Red cards of home and away.
    pub red_cards: [u32; 2],
    /// What a red card does to one's own rate and to the opponents'.
    pub card_factors: [f64; 2],
    /// How rates follow the score; not at all without them.
    pub lead_effects: Option<LeadEffects>,
}

impl FootballState {
    /// A match at kick-off, with our defaults.
    #[must_use]
    pub fn kick_off(rates: [f64; 2]) -> Self {
        Self {
            rates,
            rho: 0.0,
            minute: 0.0,
            length: 90.0,
            score: [0, 0],
            remaining: Remaining::Quadratic { k: 0.2 },
            factors: [1.0, 1.0],
            red_cards: [0, 0],
            card_factors: [0.67, 1.2],
            lead_effects: None,
        }
    }

    fn check(&self) -> Result<(), InplayError> {
        check_rates(self.rates)?;
        check_score(self.score)?;
        check_rho(self.rates, self.rho)?;
        let rule = "0 together with lead_effects, which replace it";
        parameter("rho", self.rho, self.lead_effects.is_none() || self.rho == 0.0, rule)?;
        let names = ["home_factor", "away_factor", "card_factors", "card_factors"];
        for (name, value) in names.into_iter().zip(self.factors.into_iter().chain(self.card_factors)) {
            parameter(name, value, value > 0.0 && value <= MAX_FACTOR, "above 0 and at most 10")?;
        }
        for (name, cards) in ["home_red_cards", "away_red_cards"].into_iter().zip(self.red_cards) {
            parameter(name, f64::from(cards), cards <= MAX_RED_CARDS, "between 0 and 4")?;
        }
        Ok(())
    }
}

/// What may still happen in a match.
#[derive(Debug, Clone, PartialEq)]
pub struct Football {
    share: f64,
    rates: [f64; 2],
    rho: f64,
    /// The rates as they are at the score.
    current: [f64; 2],
    rest: ScoreGrid,
    grid: ScoreGrid,
}

impl Football {
    /// The goals still to come: Poisson at the rates `λ·factor·0.67^own cards·1.2^opponents' cards·s(minute)`, with τ at
    /// `ρ·s`; or the birth process of the lead effects.
    ///
    /// # Errors
    /// A minute outside the match, rates, factors, cards or goals out of their range, a ρ out of its bounds at the rates
    /// that remain.
    pub fn new(state: &FootballState) -> Result<Self, InplayError> {
        state.check()?;
        let share = state.remaining.share(state.minute, state.length)?;
        let [own, opponents] = state.card_factors;
        let rate = |side: usize| {
            let card = |factor: f64, side: usize| factor.powf(f64::from(state.red_cards[side]));
            share * state.rates[side] * state.factors[side] * card(own, side) * card(opponents, 1 - side)
        };
        let (rates, rho) = ([rate(0), rate(1)], state.rho * share);
        check_rest(rates)?;
        let lead = i64::from(state.score[0]) - i64::from(state.score[1]);
        let (cells, size) = match &state.lead_effects {
            Some(effects) => birth::cells(rates, effects, lead)?,
            None => rest_cells(rates, rho)?,
        };
        let [home, away] = state.lead_effects.as_ref().map_or([1.0, 1.0], |effects| effects.at(lead));
        let current = [rates[0] * home, rates[1] * away];
        let grid = ScoreGrid::on_top(&cells, size, state.score)?;
        Ok(Self { share, rates, rho, current, rest: ScoreGrid::from_cells(cells, size)?, grid })
    }

    /// The share of the goals still to come.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.share
    }

    /// Rates of the goals still to come, before lead effects.
    #[must_use]
    pub fn rates(&self) -> [f64; 2] {
        self.rates
    }

    /// Dependence of the goals still to come.
    #[must_use]
    pub fn rho(&self) -> f64 {
        self.rho
    }

    /// The final score, with every market.
    #[must_use]
    pub fn grid(&self) -> &ScoreGrid {
        &self.grid
    }

    /// The goals still to come alone: Asian handicaps struck now count only these.
    #[must_use]
    pub fn rest(&self) -> &ScoreGrid {
        &self.rest
    }

    /// The next goal is home's, away's, or there is none: `λ/(λ+μ)·(1 − e^{−(λ+μ)})`, and so on.
    ///
    /// No τ enters: it speaks of final scores, not of their order.
    #[must_use]
    pub fn next_goal(&self) -> [f64; 3] {
        let [home, away] = self.current;
        let both = home + away;
        if both == 0.0 {
            return [0.0, 0.0, 1.0];
        }
        let any = -(-both).exp_m1();
        [any * (home / both), any * (away / both), (-both).exp()]
    }
}
