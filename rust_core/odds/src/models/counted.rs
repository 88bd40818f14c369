//! Counts beside goals (corners, cards, fouls), joined to the goals by a Gaussian copula.

use super::count::Count;
use super::error::ModelError;
use super::five_way::Line;
use super::grid::{ScoreGrid, parameter};
use crate::normal::{between, upper};
use std::fmt;

/// Normal scores beyond this are as good as certain.
const FAR: f64 = 8.5;
/// Widest stretch of the latent variable that one rule integrates, and the narrowest that is needed.
const STRETCH: f64 = 1.0;
const NARROW: f64 = 0.25;
/// Halvings after which a normal score is exact to the last bits.
const HALVINGS: u32 = 58;
/// Gauss-Legendre of eight points: nodes and weights of one half.
const RULE: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_5),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_3),
];

/// Which goals a count goes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoalsOf {
    /// Home's.
    Home,
    /// Away's.
    Away,
    /// All goals of the match.
    Both,
}

/// How something counted in a match is spread, and how it goes with the goals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountModel {
    /// Its expectation.
    pub mean: f64,
    /// Of the negative binomial distribution; Poisson without.
    pub dispersion: Option<f64>,
    /// The goals it goes with.
    pub goals: GoalsOf,
    /// Of the normal scores of both.
    pub correlation: f64,
}

/// A leg about something counted in a match.
#[derive(Debug, Clone, PartialEq)]
pub struct CountLeg {
    /// What is counted: legs of one name are about one count.
    pub what: String,
    /// How it is spread.
    pub model: CountModel,
    /// A half line.
    pub line: Line,
    /// More than the line, or fewer.
    pub over: bool,
}

impl fmt::Display for CountLeg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.over { "over" } else { "under" };
        write!(f, "{} {way}{}", self.what, self.line.goals())
    }
}

impl CountModel {
    /// That its numbers are in their range.
    ///
    /// # Errors
    /// A mean that is not above 0 and at most 100, a correlation beyond 0.95, a dispersion that is not above 0.
    pub fn check(&self) -> Result<(), ModelError> {
        parameter("mean", self.mean, self.mean > 0.0 && self.mean <= 100.0, "above 0 and at most 100")?;
        let rule = "at least -0.95 and at most 0.95";
        parameter("correlation", self.correlation, self.correlation.abs() <= 0.95, rule)?;
        let dispersion = self.dispersion.unwrap_or(1.0);
        parameter("dispersion", dispersion, dispersion > 0.0 && dispersion <= 1e9, "above 0 and at most 1e9")
    }

    /// The normal score that separates counts below `bound` from the others.
    fn bound(&self, bound: usize) -> f64 {
        if bound == 0 || bound == usize::MAX {
            return if bound == 0 { f64::NEG_INFINITY } else { f64::INFINITY };
        }
        let count = match self.dispersion {
            None => Count::poisson(self.mean),
            Some(dispersion) => Count::negative_binomial(self.mean, dispersion),
        };
        let below: f64 = count.masses(bound).iter().sum();
        score(below, 1.0 - below)
    }
}

impl CountLeg {
    /// Counts that make the leg good: the least, and the first that is too many.
    fn range(&self) -> (usize, usize) {
        let above = usize::try_from(self.line.quarters().div_euclid(4) + 1).unwrap_or(0);
        if self.over { (above, usize::MAX) } else { (0, above) }
    }
}

/// The probability that the legs of one count are good, by the goals it goes with.
#[derive(Clone)]
pub(super) struct Given {
    model: CountModel,
    range: (usize, usize),
    good: Vec<f64>,
}

impl Given {
    pub(super) fn at(&self, home: usize, away: usize) -> f64 {
        self.good[match self.model.goals {
            GoalsOf::Home => home,
            GoalsOf::Away => away,
            GoalsOf::Both => home + away,
        }]
    }
}

/// Each count's part; given the goals, counts are independent of each other. What was worked out before is `known`.
pub(super) fn given_goals<'a>(
    legs: impl Iterator<Item = &'a CountLeg>,
    grid: &ScoreGrid,
    known: &mut Vec<Given>,
) -> Result<Vec<Given>, ModelError> {
    let mut counts: Vec<(&CountLeg, (usize, usize))> = Vec::new();
    for leg in legs {
        let (least, most) = leg.range();
        match counts.iter_mut().find(|(other, _)| other.what == leg.what) {
            Some((other, _)) if other.model != leg.model => {
                return Err(ModelError::UnequalCounts { what: leg.what.clone() });
            }
            Some((_, range)) => *range = (range.0.max(least), range.1.min(most)),
            None => counts.push((leg, (least, most))),
        }
    }
    let part = |(leg, range): (&CountLeg, (usize, usize))| {
        let before = known.iter().find(|given| given.model == leg.model && given.range == range);
        before.cloned().unwrap_or_else(|| {
            known.push(given(leg.model, range, grid));
            known[known.len() - 1].clone()
        })
    };
    Ok(counts.into_iter().map(part).collect())
}

/// `P(least ≤ N < most | goals)`: with `Y` the goals' normal score, `N` is good while `ρY + √(1−ρ²)·E` lies between the
/// normal scores of its bounds.
fn given(model: CountModel, range: (usize, usize), grid: &ScoreGrid) -> Given {
    let marginal = match model.goals {
        GoalsOf::Home => &grid.home,
        GoalsOf::Away => &grid.away,
        GoalsOf::Both => &grid.totals,
    };
    let (least, most) = range;
    let (low, high) = (model.bound(least), model.bound(most));
    let (own, rest) = (model.correlation, (1.0 - model.correlation * model.correlation).sqrt());
    let widest = (rest / own.abs()).clamp(NARROW, STRETCH);
    let good = |y: f64| between((low - own * y) / rest, (high - own * y) / rest);
    let (mut below, mut left) = (0.0, -FAR);
    let mut answers = Vec::with_capacity(marginal.len());
    for (goals, mass) in marginal.iter().enumerate() {
        below += mass;
        let above: f64 = marginal[goals + 1..].iter().sum();
        let right = if goals + 1 == marginal.len() { FAR } else { score(below, above).max(left) };
        answers.push(if least < most { average(left, right, widest, good) } else { 0.0 });
        left = right;
    }
    Given { model, range, good: answers }
}

/// The normal score of a probability, from both sides of it.
fn score(below: f64, above: f64) -> f64 {
    let tail = below.min(above);
    let (mut near, mut far) = (0.0, FAR);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(near, far);
        if upper(middle) > tail {
            near = middle;
        } else {
            far = middle;
        }
    }
    if below < above { -near } else { near }
}

/// The mean of a function of a normal variable between two of its values, in stretches of at most `widest`.
fn average(left: f64, right: f64, widest: f64, of: impl Fn(f64) -> f64) -> f64 {
    let stretches = ((right - left) / widest).ceil();
    if stretches < 1.0 {
        return of(left);
    }
    let half = (right - left) / stretches / 2.0;
    let (mut sum, mut weight) = (0.0, 0.0);
    let mut middle = left + half;
    while middle < right {
        for (node, share) in RULE {
            for y in [middle - half * node, middle + half * node] {
                let density = share * (-y * y / 2.0).exp();
                weight += density;
                sum += density * of(y);
            }
        }
        middle += 2.0 * half;
    }
    if weight > 0.0 { sum / weight } else { of(f64::midpoint(left, right)) }
}
