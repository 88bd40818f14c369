//! The book of an event: what its owner wins or loses in each outcome.

use std::collections::BTreeMap;

use crate::error::{BettingError, field};
use crate::leg::LegResult;
use crate::price::Price;
use crate::trading::exact::Exact;
use crate::trading::limits::{Limit, MaxStake, NO_LIMIT, PerUnit, StakeLimits};
use crate::trading::payoff::{Part, Payoff};
use crate::trading::reservations::Reservations;

/// When a bet was struck: the books are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before the start.
    PreMatch,
    /// While the event runs.
    InPlay,
}

/// Sums of bets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals {
    bets: u64,
    stakes: i128,
    returns: Vec<i128>,
    /// Place returns by runner, apart for each number of places.
    placed: BTreeMap<u32, Vec<i128>>,
}

/// What the house wins (above 0) or loses in each outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// `P&L_j = Σ stakes − Σ returns in outcome j`; place bets count as if the dearest other runners were placed.
    pub pnl: Vec<i128>,
    /// Stakes of the bets that stand.
    pub stakes: i128,
    /// Bets that stand.
    pub bets: u64,
}

impl Position {
    /// The worst outcome and what it brings.
    pub fn worst(&self) -> (usize, i128) {
        let worst = self.pnl.iter().copied().enumerate().min_by_key(|(_, pnl)| *pnl);
        worst.unwrap_or_default()
    }

    /// What the best outcome brings.
    pub fn best(&self) -> i128 {
        self.pnl.iter().copied().max().unwrap_or_default()
    }

    /// `−min_j P&L_j`: what may be lost; below 0 if every outcome brings a profit.
    pub fn exposure(&self) -> i128 {
        -self.worst().1
    }
}

/// The owner's book of an event.
///
/// Bets stand in one of two phases. A bet that is not decided yet is reserved: it takes room where it would lose the
/// house money and gives none where it would win some, since it may still be refused.
#[derive(Debug, Clone)]
pub struct Book {
    outcomes: usize,
    phases: [Totals; 2],
    reservations: Reservations,
    /// What the reservations take, summed up.
    held: [Totals; 2],
}

impl Totals {
    fn new(outcomes: usize) -> Self {
        Self { returns: vec![0; outcomes], ..Self::default() }
    }

    /// Add (or with −1 take away) a payoff that fits.
    fn put(&mut self, payoff: &Payoff, sign: i128) {
        for part in &payoff.parts {
            match part {
                Part::Outcomes { stake, returns } => {
                    self.stakes += sign * stake;
                    for (sum, value) in self.returns.iter_mut().zip(returns) {
                        *sum += sign * value;
                    }
                }
                Part::Place { stake, runner, places, returns } => {
                    self.stakes += sign * stake;
                    let runners = self.returns.len();
                    self.placed.entry(*places).or_insert_with(|| vec![0; runners])[*runner] += sign * returns;
                }
            }
        }
        self.bets = self.bets.wrapping_add_signed(sign as i64);
    }

    /// Whether the payoff may be part of these sums.
    fn contains(&self, payoff: &Payoff) -> bool {
        let within = |part: &Part| match part {
            Part::Outcomes { returns, .. } => {
                self.returns.iter().zip(returns).all(|(sum, value)| value <= sum)
            }
            Part::Place { runner, places, returns, .. } => {
                self.placed.get(places).is_some_and(|placed| *returns <= placed[*runner])
            }
        };
        self.bets > 0 && payoff.stake() <= self.stakes && payoff.parts.iter().all(within)
    }

    fn plus(&mut self, other: &Self) {
        self.bets += other.bets;
        self.stakes += other.stakes;
        self.returns.iter_mut().zip(&other.returns).for_each(|(sum, value)| *sum += value);
        for (places, placed) in &other.placed {
            let sums = self.placed.entry(*places).or_insert_with(|| vec![0; placed.len()]);
            sums.iter_mut().zip(placed).for_each(|(sum, value)| *sum += value);
        }
    }

    fn pnl(&self) -> Vec<i128> {
        let mut pnl: Vec<i128> = self.returns.iter().map(|returns| self.stakes - returns).collect();
        for (places, placed) in &self.placed {
            let others = *places as usize - 1;
            let mut dearest = placed.clone();
            dearest.sort_unstable_by(|one, other| other.cmp(one));
            let sum = |count: usize| dearest.iter().take(count).sum::<i128>();
            let (with, without) = (sum(others + 1), sum(others));
            for (pnl, own) in pnl.iter_mut().zip(placed) {
                // The winner is placed; the others that are cost most, and it may be one of the dearest itself.
                let among = others > 0 && dearest.get(others - 1).is_none_or(|least| own >= least);
                *pnl -= if among { with } else { without + own };
            }
        }
        pnl
    }
}

impl Book {
    /// An empty book.
    ///
    /// # Errors
    /// Fewer than two outcomes.
    pub fn new(outcomes: usize) -> Result<Self, BettingError> {
        if outcomes < 2 {
            return Err(field("outcomes", "a book has at least 2"));
        }
        let empty = || Totals::new(outcomes);
        let (phases, held) = ([empty(), empty()], [empty(), empty()]);
        Ok(Self { outcomes, phases, reservations: Reservations::default(), held })
    }

    /// Outcomes of the event.
    pub fn outcomes(&self) -> usize {
        self.outcomes
    }

    /// Take a bet in.
    ///
    /// # Errors
    /// A payoff over other outcomes.
    pub fn add(&mut self, phase: Phase, payoff: &Payoff) -> Result<(), BettingError> {
        payoff.check(self.outcomes)?;
        self.phases[phase as usize].put(payoff, 1);
        Ok(())
    }

    /// Take a bet out again: it was voided, settled or cashed out.
    ///
    /// # Errors
    /// A payoff that cannot be in the book of this phase.
    pub fn remove(&mut self, phase: Phase, payoff: &Payoff) -> Result<(), BettingError> {
        payoff.check(self.outcomes)?;
        if !self.phases[phase as usize].contains(payoff) {
            return Err(field("payoff", "is not in the book"));
        }
        self.phases[phase as usize].put(payoff, -1);
        Ok(())
    }

    /// Hold the liability of a bet that is not decided yet, under a key.
    ///
    /// # Errors
    /// A payoff over other outcomes, a key that is held already.
    pub fn reserve(&mut self, key: &str, phase: Phase, payoff: Payoff) -> Result<(), BettingError> {
        payoff.check(self.outcomes)?;
        let worst = payoff.at_worst();
        self.reservations.hold(key, phase, payoff)?;
        self.held[phase as usize].put(&worst, 1);
        Ok(())
    }

    /// Take a reservation out.
    fn take(&mut self, key: &str) -> Result<(Phase, Payoff), BettingError> {
        let (phase, payoff) = self.reservations.take(key)?;
        self.held[phase as usize].put(&payoff.at_worst(), -1);
        Ok((phase, payoff))
    }

    /// Turn a reservation into a bet.
    ///
    /// # Errors
    /// A key that is not held.
    pub fn accept(&mut self, key: &str) -> Result<(), BettingError> {
        let (phase, payoff) = self.take(key)?;
        self.add(phase, &payoff)
    }

    /// Give up a reservation: the bet was refused or its time ran out.
    ///
    /// # Errors
    /// A key that is not held.
    pub fn release(&mut self, key: &str) -> Result<(), BettingError> {
        self.take(key).map(|_| ())
    }

    /// The keys that are held.
    pub fn held(&self) -> impl Iterator<Item = &str> {
        self.reservations.keys()
    }

    /// The position of a phase, or of both together; with or without what is reserved.
    pub fn position(&self, phase: Option<Phase>, with_reserved: bool) -> Position {
        let chosen = |one: Phase| phase.is_none_or(|phase| phase == one);
        let mut totals = Totals::new(self.outcomes);
        for one in [Phase::PreMatch, Phase::InPlay].into_iter().filter(|one| chosen(*one)) {
            totals.plus(&self.phases[one as usize]);
        }
        let (stakes, bets) = (totals.stakes, totals.bets);
        for one in [Phase::PreMatch, Phase::InPlay].into_iter().filter(|one| with_reserved && chosen(*one)) {
            totals.plus(&self.held[one as usize]);
        }
        Position { pnl: totals.pnl(), stakes, bets }
    }

    /// Profit or loss in one outcome, of both phases with what is reserved: an entry of [`Book::position`], alone.
    ///
    /// # Errors
    /// An outcome that the book does not have.
    pub fn room(&self, outcome: usize) -> Result<i128, BettingError> {
        if outcome >= self.outcomes {
            return Err(field("outcome", "is no outcome of the book"));
        }
        let all = || self.phases.iter().chain(&self.held);
        if all().any(|totals| !totals.placed.is_empty()) {
            return Ok(self.position(None, true).pnl[outcome]);
        }
        Ok(all().map(|totals| totals.stakes - totals.returns[outcome]).sum())
    }

    /// The largest stake at a price with these results by outcome: as [`crate::trading::max_stake`], with the market's limit kept in
    /// every outcome, `(market + P&L_j)/(m_j − 1)`.
    ///
    /// # Errors
    /// Results over other outcomes, a selection that never wins, and as for [`crate::trading::max_stake`].
    pub fn max_stake(
        &self,
        results: &[LegResult],
        price: Price,
        limits: &StakeLimits,
        phase: Option<Phase>,
    ) -> Result<MaxStake, BettingError> {
        limits.check()?;
        if results.len() != self.outcomes {
            return Err(field("selection", "has another number of outcomes than the book"));
        }
        if !results.iter().any(|result| result.wins()) {
            return Err(field("selection", "wins in no outcome of the book"));
        }
        let unit = PerUnit::new(Exact::whole(1), Exact::price(price));
        let mut tightest = limits.tightest(&unit, None, None)?;
        let (numerator, denominator) = price.parts();
        for (result, pnl) in results.iter().zip(self.position(phase, true).pnl) {
            let Some(room) = limits.room(pnl) else { break };
            let gross = result.at(numerator.into(), denominator.into());
            let (above, below) = (gross.numerator.unsigned_abs(), gross.denominator.unsigned_abs());
            if above > below {
                let stake = Exact::whole(room).times(below, above - below).down_to(limits.step)?;
                let found = MaxStake { stake, limit: Limit::Market, leg: None };
                // The market comes first among equals, as it does for a single outcome.
                tightest = Some(tightest.map_or(found, |known| found.tighter(known)));
            }
        }
        tightest.ok_or(NO_LIMIT)
    }
}
