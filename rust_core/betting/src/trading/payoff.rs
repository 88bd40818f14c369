//! What a bet pays in each outcome of an event.

use crate::error::{BettingError, field};
use crate::leg::LegResult;
use crate::price::Price;
use crate::terms::EachWayTerms;

/// Amounts stay below this, so that the sum of any number of bets fits.
const LARGEST: u128 = 1 << 96;

/// A bet as the house sees it, over the outcomes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payoff {
    pub(crate) parts: Vec<Part>,
}

/// A stake that is settled by one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// What comes back in each outcome, of which exactly one happens.
    Outcomes { stake: i128, returns: Vec<i128> },
    /// What comes back if a runner is among so many placed; the winner is.
    Place { stake: i128, runner: usize, places: u32, returns: i128 },
}

impl Payoff {
    /// A bet of any market: what it returns in each outcome, stake included.
    ///
    /// # Errors
    /// A stake of 0, an amount beyond 96 bits, no outcome.
    pub fn vector(stake: u128, returns: Vec<u128>) -> Result<Self, BettingError> {
        if returns.is_empty() {
            return Err(field("returns", "needs an entry for each outcome"));
        }
        let stake = amount("stake", stake)?;
        let returns =
            returns.into_iter().map(|value| returned("returns", value)).collect::<Result<_, _>>()?;
        Ok(Self { parts: vec![Part::Outcomes { stake, returns }] })
    }

    /// A bet on one of so many outcomes: what it returns there, and nothing in the others.
    ///
    /// # Errors
    /// As for [`Payoff::vector`]; an outcome that is not one of them.
    pub fn single(stake: u128, returns: u128, outcome: usize, outcomes: usize) -> Result<Self, BettingError> {
        let (stake, won) = (amount("stake", stake)?, returned("returns", returns)?);
        let mut returns = vec![0; outcomes];
        *returns.get_mut(outcome).ok_or(field("outcome", "is no outcome of the book"))? = won;
        Ok(Self { parts: vec![Part::Outcomes { stake, returns }] })
    }

    /// What is paid without a stake: a free bet's winnings, or what a bet pays beyond its price. It is paid if `runner`
    /// wins, or with `places` if it is among so many.
    ///
    /// # Errors
    /// Returns of 0, an amount beyond 96 bits; an outcome that is not one of them; no places.
    pub fn unstaked(
        returns: u128,
        runner: usize,
        places: Option<u32>,
        outcomes: usize,
    ) -> Result<Self, BettingError> {
        amount("returns", returns)?;
        let mut parts = match places {
            None => Self::single(returns, returns, runner, outcomes)?.parts,
            Some(places) => Self::placed(returns, (1, 1), places, runner, outcomes)?.parts,
        };
        for part in &mut parts {
            let (Part::Outcomes { stake, .. } | Part::Place { stake, .. }) = part;
            *stake = 0;
        }
        Ok(Self { parts })
    }

    /// A bet at a price with its result in each outcome; returns are rounded up.
    ///
    /// # Errors
    /// As for [`Payoff::vector`].
    pub fn results(stake: u128, price: Price, results: &[LegResult]) -> Result<Self, BettingError> {
        let (numerator, denominator) = price.parts();
        let gross = |result: &LegResult| {
            let multiplier = result.at(numerator.into(), denominator.into());
            up(stake, multiplier.numerator.unsigned_abs(), multiplier.denominator.unsigned_abs())
        };
        Self::vector(stake, results.iter().map(gross).collect::<Result<_, _>>()?)
    }

    /// An each-way bet on a runner: the stake on each part, the place part at the terms.
    ///
    /// # Errors
    /// As for [`Payoff::vector`]; a runner that is no outcome.
    pub fn each_way(
        stake: u128,
        price: Price,
        terms: EachWayTerms,
        runner: usize,
        outcomes: usize,
    ) -> Result<Self, BettingError> {
        let ((numerator, denominator), (fraction, whole)) = (price.parts(), terms.fraction());
        let below = u128::from(denominator) * u128::from(whole);
        let above = u128::from(numerator - denominator) * u128::from(fraction) + below;
        let mut parts = Self::placed(stake, (above, below), terms.places(), runner, outcomes)?.parts;
        let mut results = vec![LegResult::LOST; outcomes];
        results[runner] = LegResult::WON;
        parts.append(&mut Self::results(stake, price, &results)?.parts);
        Ok(Self { parts })
    }

    /// A bet on a runner in a market with several winners: to be placed, to finish in the top so many.
    ///
    /// # Errors
    /// As for [`Payoff::each_way`], and no winner.
    pub fn place(
        stake: u128,
        price: Price,
        winners: u32,
        runner: usize,
        outcomes: usize,
    ) -> Result<Self, BettingError> {
        let (numerator, denominator) = price.parts();
        Self::placed(stake, (numerator.into(), denominator.into()), winners, runner, outcomes)
    }

    fn placed(
        stake: u128,
        (above, below): (u128, u128),
        places: u32,
        runner: usize,
        outcomes: usize,
    ) -> Result<Self, BettingError> {
        if runner >= outcomes {
            return Err(field("selection", "is no outcome of the book"));
        }
        if places == 0 {
            return Err(field("winners", "must be at least 1"));
        }
        let (returns, stake) = (returned("stake", up(stake, above, below)?)?, amount("stake", stake)?);
        Ok(Self { parts: vec![Part::Place { stake, runner, places, returns }] })
    }

    /// The stake of all parts.
    pub fn stake(&self) -> i128 {
        let of = |part: &Part| match part {
            Part::Outcomes { stake, .. } | Part::Place { stake, .. } => *stake,
        };
        self.parts.iter().map(of).sum()
    }

    /// Whether it fits a book of so many outcomes.
    pub(crate) fn check(&self, outcomes: usize) -> Result<(), BettingError> {
        let fits = |part: &Part| match part {
            Part::Outcomes { returns, .. } => returns.len() == outcomes,
            Part::Place { runner, .. } => *runner < outcomes,
        };
        if self.parts.iter().all(fits) {
            return Ok(());
        }
        Err(field("payoff", "has another number of outcomes than the book"))
    }

    /// What the bet takes from the house while it is undecided: its losses without the stakes it might bring.
    pub(crate) fn at_worst(&self) -> Self {
        let loss = |returns: i128, stake: i128| (returns - stake).max(0);
        let worst = |part: &Part| match part {
            Part::Outcomes { stake, returns } => {
                let returns = returns.iter().map(|value| loss(*value, *stake)).collect();
                Part::Outcomes { stake: 0, returns }
            }
            Part::Place { stake, runner, places, returns } => {
                Part::Place { stake: 0, runner: *runner, places: *places, returns: loss(*returns, *stake) }
            }
        };
        Self { parts: self.parts.iter().map(worst).collect() }
    }
}

fn up(stake: u128, above: u128, below: u128) -> Result<u128, BettingError> {
    Ok(stake.checked_mul(above).ok_or(BettingError::Overflow)?.div_ceil(below))
}

fn amount(name: &'static str, value: u128) -> Result<i128, BettingError> {
    if value == 0 { Err(field(name, "must be above 0")) } else { returned(name, value) }
}

fn returned(name: &'static str, value: u128) -> Result<i128, BettingError> {
    if value >= LARGEST { Err(field(name, "is beyond 96 bits")) } else { Ok(value.cast_signed()) }
}
