//! Prices that move against liability.

use std::collections::VecDeque;
use std::fmt;

use odds::{OddsError, OutcomeTerms, PricedBook, PricingRule, price_probabilities};

/// A minute on the clock.
const MINUTE_NS: u64 = 60_000_000_000;
/// Moves that are younger than each other by less are remembered as one.
const SLOT_NS: u64 = 1_000_000_000;

/// Why prices could not be moved.
#[derive(Debug, Clone, PartialEq)]
pub enum MoveError {
    /// A field breaks a rule.
    Field {
        /// The field.
        field: &'static str,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// The moved probabilities cannot be priced.
    Pricing(OddsError),
}

impl fmt::Display for MoveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field { field, rule } => write!(f, "{field}: {rule}"),
            Self::Pricing(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MoveError {}

fn field(field: &'static str, rule: &'static str) -> MoveError {
    MoveError::Field { field, rule }
}

/// How prices follow liability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MoveRule {
    alpha: f64,
    limit: i128,
    per_minute: f64,
}

impl MoveRule {
    /// An outcome that stands `limit` below the average moves by `alpha` in log-odds (0.2 to 0.3 is usual); all moves
    /// of a minute together by at most `per_minute`.
    ///
    /// # Errors
    /// Numbers that are not finite or below 0, a limit that is not above 0.
    pub fn new(alpha: f64, limit: i128, per_minute: f64) -> Result<Self, MoveError> {
        for (name, value) in [("alpha", alpha), ("per_minute", per_minute)] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(field(name, "must be a finite number of at least 0"));
            }
        }
        if limit <= 0 {
            return Err(field("limit", "must be above 0"));
        }
        Ok(Self { alpha, limit, per_minute })
    }

    /// Where liability pulls each outcome, in log-odds: `α(P̄ − P&L_i)/L`.
    fn pulls(&self, pnl: &[i128]) -> Vec<f64> {
        let mean = pnl.iter().map(|pnl| *pnl as f64).sum::<f64>() / pnl.len() as f64;
        pnl.iter().map(|pnl| self.alpha * (mean - *pnl as f64) / self.limit as f64).collect()
    }
}

/// Fair probabilities skewed by liability: `logit p′_i = logit p_i + α(P̄ − P&L_i)/L`, scaled back to the same sum.
///
/// What the house would lose on becomes shorter, so that the next customer takes the other side.
///
/// # Errors
/// Fewer than two outcomes, another number of profits and losses, a probability not strictly between 0 and 1, a pull
/// that takes one there.
pub fn skew(fair: &[f64], pnl: &[i128], rule: &MoveRule) -> Result<Vec<f64>, MoveError> {
    check(fair, pnl)?;
    shifted(fair, &rule.pulls(pnl))
}

fn check(fair: &[f64], pnl: &[i128]) -> Result<(), MoveError> {
    if fair.len() < 2 || fair.len() != pnl.len() {
        return Err(field("pnl", "needs one entry for each of at least 2 outcomes"));
    }
    if !fair.iter().all(|p| *p > 0.0 && *p < 1.0) {
        return Err(field("fair", "probabilities must lie strictly between 0 and 1"));
    }
    Ok(())
}

/// Probabilities shifted in log-odds and scaled back to their sum.
fn shifted(fair: &[f64], pulls: &[f64]) -> Result<Vec<f64>, MoveError> {
    // p/(p + (1−p)·e^−pull) is the logistic curve at logit p + pull, without the logarithm.
    let raw: Vec<f64> = fair.iter().zip(pulls).map(|(p, pull)| p / (p + (1.0 - p) * (-pull).exp())).collect();
    let scale = fair.iter().sum::<f64>() / raw.iter().sum::<f64>();
    let skewed: Vec<f64> = raw.into_iter().map(|p| p * scale).collect();
    if skewed.iter().all(|p| *p > 0.0 && *p < 1.0) {
        return Ok(skewed);
    }
    Err(field("pnl", "pulls a probability to 0 or 1: lower alpha or raise the limit"))
}

/// Prices after a move.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The book that is offered.
    pub book: PricedBook,
    /// How far each outcome is from its fair probability, in log-odds before scaling back.
    pub offsets: Vec<f64>,
    /// Whether the minute's allowance held the move back.
    pub capped: bool,
}

/// Where a mover stands: what its owner writes down to go on after a restart or elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct MoverState {
    /// The last move.
    pub now_ns: u64,
    /// How far each outcome is from its fair probability, in log-odds.
    pub offsets: Vec<f64>,
    /// Moves of the last minute: when, and how far the outcome that moved most.
    pub spent: Vec<(u64, f64)>,
}

/// Moves the prices of one market against liability, never by more than the allowance of a minute.
///
/// The time comes with the question; fair probabilities may change freely, only what liability adds is held back.
#[derive(Debug, Clone)]
pub struct AutoMover {
    rule: MoveRule,
    offsets: Vec<f64>,
    /// Moves of the last minute: when, and how far the outcome that moved most.
    spent: VecDeque<(u64, f64)>,
    now: u64,
}

impl AutoMover {
    /// A market that has not been moved yet.
    ///
    /// # Errors
    /// Fewer than two outcomes.
    pub fn new(rule: MoveRule, outcomes: usize) -> Result<Self, MoveError> {
        if outcomes < 2 {
            return Err(field("outcomes", "a market has at least 2"));
        }
        Ok(Self { rule, offsets: vec![0.0; outcomes], spent: VecDeque::new(), now: 0 })
    }

    /// A market where an earlier mover stood, under a rule that may be another by now.
    ///
    /// # Errors
    /// Fewer than two outcomes, numbers that are not finite, moves that are negative, out of order or after `now_ns`.
    pub fn restore(rule: MoveRule, state: MoverState) -> Result<Self, MoveError> {
        let MoverState { now_ns, offsets, spent } = state;
        let mover = Self::new(rule, offsets.len())?;
        if !offsets.iter().all(|offset| offset.is_finite()) {
            return Err(field("offsets", "must be finite numbers"));
        }
        let counts = |(at, moved): &(u64, f64)| *at <= now_ns && moved.is_finite() && *moved >= 0.0;
        if !spent.is_sorted_by_key(|(at, _)| *at) || !spent.iter().all(counts) {
            return Err(field("spent", "must be moves of at least 0 at rising times, none after now_ns"));
        }
        Ok(Self { offsets, spent: spent.into(), now: now_ns, ..mover })
    }

    /// Where the market stands, for [`AutoMover::restore`].
    pub fn state(&self) -> MoverState {
        let spent = self.spent.iter().copied().collect();
        MoverState { now_ns: self.now, offsets: self.offsets.clone(), spent }
    }

    /// Move towards where liability pulls and price the result: margin, ladder, limits, and never above a ceiling.
    ///
    /// `terms.ceilings_e4` are the prices at which a customer could sell elsewhere what we sold: above them a move
    /// would be an arbitrage.
    ///
    /// # Errors
    /// Other numbers of outcomes, a clock that goes back, what [`skew`] and pricing refuse; then nothing has moved.
    pub fn step(
        &mut self,
        now_ns: u64,
        fair: &[f64],
        pnl: &[i128],
        pricing: &PricingRule,
        terms: OutcomeTerms<'_>,
    ) -> Result<Moved, MoveError> {
        check(fair, pnl)?;
        if fair.len() != self.offsets.len() {
            return Err(field("fair", "has another number of outcomes than the market"));
        }
        if now_ns < self.now {
            return Err(field("now_ns", "is before the last move"));
        }
        let wanted = self.rule.pulls(pnl);
        let distance =
            wanted.iter().zip(&self.offsets).map(|(to, from)| (to - from).abs()).fold(0.0, f64::max);
        // A slot is forgotten once its youngest move is a minute old.
        let recent = |(at, _): &&(u64, f64)| at.saturating_add(MINUTE_NS + SLOT_NS) > now_ns;
        let spent: f64 = self.spent.iter().filter(recent).map(|(_, moved)| moved).sum();
        let left = (self.rule.per_minute - spent).max(0.0);
        let capped = distance > left;
        let share = if capped { left / distance } else { 1.0 };
        let offsets: Vec<f64> =
            wanted.iter().zip(&self.offsets).map(|(to, from)| from + share * (to - from)).collect();
        let moved = shifted(fair, &offsets)?;
        let moved: Vec<Option<f64>> = moved.into_iter().map(Some).collect();
        let book = price_probabilities(&moved, pricing, terms).map_err(MoveError::Pricing)?;
        self.remember(now_ns, share * distance);
        self.offsets.clone_from(&offsets);
        Ok(Moved { book, offsets, capped })
    }

    fn remember(&mut self, now_ns: u64, moved: f64) {
        self.now = now_ns;
        while self.spent.front().is_some_and(|(at, _)| at.saturating_add(MINUTE_NS + SLOT_NS) <= now_ns) {
            self.spent.pop_front();
        }
        match self.spent.back_mut() {
            Some((at, sum)) if now_ns < at.saturating_add(SLOT_NS) => *sum += moved,
            _ => self.spent.push_back((now_ns, moved)),
        }
    }
}
