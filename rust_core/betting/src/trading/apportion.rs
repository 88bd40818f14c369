//! Multiples in the books of their legs: what each leg carries of stake and payout.

use crate::error::{BettingError, field};
use crate::evaluate::{Element, Rule, part};
use crate::price::Price;
use crate::structure::Structure;
use crate::trading::exact::Exact;

/// How far a leg is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegState {
    /// No result yet.
    Open,
    /// Won: what it carried is with the open legs now.
    Won,
    /// Void: the price is 1.
    Void,
    /// Lost.
    Lost,
}

/// The shares of all legs together: fine enough for any stake, and they add up exactly.
const WHOLE_BITS: u32 = 60;

/// What the open legs of a bet carry, for one unit of stake on every line.
///
/// In a line of open legs with prices P, leg k carries `A_k = ln P_k / Σ ln P` of the line's stake and of its payout
/// (static stake apportionment); once a leg has won, the legs still open share its part, and a lost line carries
/// nothing.
#[derive(Debug, Clone)]
pub struct Apportionment {
    stake: Exact,
    payout: Exact,
    stake_shares: Vec<u64>,
    payout_shares: Vec<u64>,
}

/// Sums of the lines while they are read.
struct Weights<'a> {
    prices: &'a [f64],
    states: &'a [LegState],
    lines: u128,
    stakes: Vec<f64>,
    payouts: Vec<f64>,
}

impl Apportionment {
    /// The apportionment of a bet with these lines, prices and results so far.
    ///
    /// # Errors
    /// Other numbers of prices or results than the bet has legs, too many lines to be listed, no line left that
    /// depends on an open leg, prices whose product no float holds.
    pub fn new(structure: &Structure, prices: &[Price], states: &[LegState]) -> Result<Self, BettingError> {
        for given in [prices.len(), states.len()] {
            if given != structure.legs {
                return Err(BettingError::Legs { needed: structure.legs, given });
            }
        }
        let decimal = |price: &Price| {
            let (numerator, denominator) = price.parts();
            numerator as f64 / denominator as f64
        };
        let decimals: Vec<f64> = prices.iter().map(decimal).collect();
        let nothing = vec![0.0; prices.len()];
        let mut weights =
            Weights { prices: &decimals, states, lines: 0, stakes: nothing.clone(), payouts: nothing };
        for line in structure.lines()? {
            let payout = line.iter().map(|leg| weights.worth(*leg)).product();
            weights.add(&line, payout);
        }
        for &(first, second) in &structure.pairs {
            for (first, second) in [(first, second), (second, first)] {
                let won = weights.worth(first);
                let carried = won.min(structure.carried.into());
                if won > 0.0 {
                    weights.add(&[first, second], won - carried + carried * weights.worth(second));
                }
            }
        }
        if weights.lines == 0 {
            return Err(field("results", "leave no line that depends on an open leg"));
        }
        if !weights.payouts.iter().all(|weight| weight.is_finite()) {
            return Err(BettingError::Overflow);
        }
        let at_risk = |open| part(structure, &elements(prices, states, open), Rule::default());
        // Before the first result every line is at risk.
        let fresh = states.iter().all(|state| *state == LegState::Open);
        let payout = if fresh { at_risk(true) } else { at_risk(true).less(&at_risk(false)) };
        Ok(Self {
            stake: Exact::whole(weights.lines),
            payout,
            stake_shares: shares(&weights.stakes),
            payout_shares: shares(&weights.payouts),
        })
    }

    /// Legs of the bet.
    pub fn legs(&self) -> usize {
        self.stake_shares.len()
    }

    /// The share of the stake on each leg; they sum to 1.
    pub fn factors(&self) -> Vec<f64> {
        let whole = (1_u64 << WHOLE_BITS) as f64;
        self.stake_shares.iter().map(|share| *share as f64 / whole).collect()
    }

    /// The stake on each leg for a unit stake, in whole units of money that add up to the stake of the lines.
    pub fn stakes(&self, unit_stake: u128) -> Result<Vec<u128>, BettingError> {
        let total = self.stake.times(unit_stake, 1).up()?;
        Ok(divide(total, &self.stake_shares))
    }

    /// The payout on each leg for a unit stake, in whole units of money that add up to the payout if every open leg
    /// wins, rounded up.
    pub fn payouts(&self, unit_stake: u128) -> Result<Vec<u128>, BettingError> {
        let total = self.payout.times(unit_stake, 1).up()?;
        Ok(divide(total, &self.payout_shares))
    }

    /// Stake and payout of the whole bet for one unit of stake.
    pub(crate) fn whole(&self) -> (&Exact, &Exact) {
        (&self.stake, &self.payout)
    }

    /// Stake and payout on a leg for one unit of stake.
    pub(crate) fn of_leg(&self, leg: usize) -> (Exact, Exact) {
        let of = |whole: &Exact, share: u64| whole.times(share.into(), 1 << WHOLE_BITS);
        (of(&self.stake, self.stake_shares[leg]), of(&self.payout, self.payout_shares[leg]))
    }
}

impl Weights<'_> {
    /// What the line multiplies if every open leg wins.
    fn worth(&self, leg: usize) -> f64 {
        match self.states[leg] {
            LegState::Open | LegState::Won => self.prices[leg],
            LegState::Void => 1.0,
            LegState::Lost => 0.0,
        }
    }

    /// Add a line by its payout for one unit.
    fn add(&mut self, line: &[usize], payout: f64) {
        let open = line.iter().filter(|leg| self.states[**leg] == LegState::Open);
        let logarithms: f64 = open.clone().map(|leg| (self.prices[*leg] - 1.0).ln_1p()).sum();
        if payout == 0.0 || open.clone().next().is_none() {
            return;
        }
        self.lines += 1;
        for leg in open {
            let share = (self.prices[*leg] - 1.0).ln_1p() / logarithms;
            self.stakes[*leg] += share;
            self.payouts[*leg] += share * payout;
        }
    }
}

/// The legs as settled ones, the open ones won or lost.
fn elements(prices: &[Price], states: &[LegState], open_wins: bool) -> Vec<Element> {
    let element = |(price, state): (&Price, &LegState)| {
        let (numerator, denominator) = price.parts();
        let one = u128::from(denominator);
        match state {
            LegState::Won => Element { gross: numerator.into(), base: one, one },
            LegState::Open if open_wins => Element { gross: numerator.into(), base: one, one },
            LegState::Void => Element { gross: 1, base: 1, one: 1 },
            LegState::Open | LegState::Lost => Element { gross: 0, base: 0, one: 1 },
        }
    };
    prices.iter().zip(states).map(element).collect()
}

/// Weights as whole shares; what rounding leaves goes to the largest.
#[allow(clippy::cast_sign_loss)] // weights are not negative
fn shares(weights: &[f64]) -> Vec<u64> {
    let (sum, whole) = (weights.iter().sum::<f64>(), 1_u64 << WHOLE_BITS);
    let mut shares: Vec<u64> = weights.iter().map(|weight| (weight / sum * whole as f64) as u64).collect();
    let largest = (0..weights.len()).max_by(|one, other| weights[*one].total_cmp(&weights[*other]));
    if let Some(largest) = largest {
        let others: u64 = shares.iter().sum::<u64>() - shares[largest];
        shares[largest] = whole - others;
    }
    shares
}

/// An amount in whole parts by shares: rounded down, what is left going to the largest remainders.
fn divide(total: u128, shares: &[u64]) -> Vec<u128> {
    let (high, low) = (total >> WHOLE_BITS, total & ((1 << WHOLE_BITS) - 1));
    let mut parts = Vec::with_capacity(shares.len());
    let mut remainders = Vec::with_capacity(shares.len());
    for (leg, share) in shares.iter().enumerate() {
        let product = low * u128::from(*share);
        parts.push(high * u128::from(*share) + (product >> WHOLE_BITS));
        remainders.push((product & ((1 << WHOLE_BITS) - 1), leg));
    }
    let left = total - parts.iter().sum::<u128>();
    remainders.sort_unstable_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    for (_, leg) in remainders.into_iter().take(left as usize) {
        parts[leg] += 1;
    }
    parts
}
