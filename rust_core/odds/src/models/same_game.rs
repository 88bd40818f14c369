//! Same-game multiples: legs about one match, priced by their joint probability.

use super::counted::{self, CountLeg, Given};
use super::error::ModelError;
use super::grid::{ScoreGrid, parameter};
use super::legs::Leg;
use super::rest::check_score;
use super::scorers::{Scorer, given_goals};
use std::fmt;

/// A leg of a same-game multiple.
#[derive(Debug, Clone, PartialEq)]
pub enum GameLeg {
    /// About the final score.
    Score(Leg),
    /// About a player's goals.
    Scorer(Scorer),
    /// About something else that is counted.
    Count(CountLeg),
}

impl fmt::Display for GameLeg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Score(leg) => leg.fmt(f),
            Self::Scorer(scorer) => scorer.fmt(f),
            Self::Count(count) => count.fmt(f),
        }
    }
}

/// A leg and the margin it adds.
#[derive(Debug, Clone, PartialEq)]
pub struct PricedLeg {
    /// The leg.
    pub leg: GameLeg,
    /// Share of the payout it costs, in [0, 1).
    pub margin: f64,
}

/// Legs about one match and what they are worth together.
#[derive(Debug, Clone)]
pub struct SameGame {
    grid: ScoreGrid,
    score: [u32; 2],
    legs: Vec<PricedLeg>,
    cap: f64,
    joint: f64,
    each: Vec<f64>,
    /// Whether the leg adds a margin: not if the others imply it.
    counted: Vec<bool>,
    margin: f64,
}

impl SameGame {
    /// The multiple of `legs` on a match with these final scores, which stands at `score`: goals scored by then are
    /// nobody's of the players asked for.
    ///
    /// The joint probability is the sum of the cells in which every leg is good, weighted by the chance of the players'
    /// and the counts' legs at that score. The price is `(1 − m)/joint` with `m = min(1 − Π(1−m_i), cap)` over the legs that the
    /// others do not imply.
    ///
    /// # Errors
    /// No leg, legs that cannot all win, shares that are not in (0, 1] or pass 1 together, margins and a cap that are not
    /// in [0, 1), a price that is not above 1.
    pub fn new(grid: ScoreGrid, score: [u32; 2], legs: Vec<PricedLeg>, cap: f64) -> Result<Self, ModelError> {
        check_past(&grid, score)?;
        parameter("cap", cap, (0.0..1.0).contains(&cap), "at least 0 and below 1")?;
        if legs.is_empty() {
            return Err(ModelError::NoLeg);
        }
        for PricedLeg { leg, margin } in &legs {
            parameter("margin", *margin, (0.0..1.0).contains(margin), "at least 0 and below 1")?;
            match leg {
                GameLeg::Score(_) => {}
                GameLeg::Scorer(scorer) => scorer.check()?,
                GameLeg::Count(count) => count.model.check()?,
            }
        }
        let mut known = Vec::new();
        let mut joint = |wanted: &[&GameLeg]| joint(&grid, score, wanted, &mut known);
        let all: Vec<&GameLeg> = legs.iter().map(|leg| &leg.leg).collect();
        let together = joint(&all)?;
        if together <= 0.0 {
            let names: Vec<String> = all.iter().map(ToString::to_string).collect();
            return Err(ModelError::Contradictory { legs: names.join(", ") });
        }
        let each = all.iter().map(|leg| joint(&[*leg])).collect::<Result<Vec<f64>, _>>()?;
        let mut counted = vec![true; legs.len()];
        for at in 0..legs.len() {
            counted[at] = false;
            let others: Vec<&GameLeg> =
                all.iter().zip(&counted).filter(|(_, counted)| **counted).map(|(leg, _)| *leg).collect();
            // The very same cells in the same order: a leg that excludes nothing changes no bit of the sum.
            counted[at] = joint(&others)? > together;
        }
        let kept = legs.iter().zip(&counted).filter(|(_, counted)| **counted);
        let margin = (1.0 - kept.map(|(leg, _)| 1.0 - leg.margin).product::<f64>()).min(cap);
        let price = (1.0 - margin) / together;
        if price <= 1.0 {
            return Err(ModelError::NoWinnings { price });
        }
        Ok(Self { grid, score, legs, cap, joint: together, each, counted, margin })
    }

    /// The multiple without some legs, at the same model: what a void leg leaves.
    ///
    /// # Errors
    /// No leg left; a price that is not above 1.
    pub fn without(&self, void: impl Fn(&GameLeg) -> bool) -> Result<Self, ModelError> {
        let legs = self.legs.iter().filter(|leg| !void(&leg.leg)).cloned().collect();
        Self::new(self.grid.clone(), self.score, legs, self.cap)
    }

    /// The probability that every leg wins.
    #[must_use]
    pub fn probability(&self) -> f64 {
        self.joint
    }

    /// The probability of each leg alone.
    #[must_use]
    pub fn each(&self) -> &[f64] {
        &self.each
    }

    /// Whether each leg adds its margin: a leg the others imply does not.
    #[must_use]
    pub fn counted(&self) -> &[bool] {
        &self.counted
    }

    /// The legs.
    #[must_use]
    pub fn legs(&self) -> &[PricedLeg] {
        &self.legs
    }

    /// What joint probabilities the legs' own allow (Fréchet): `[max(0, Σp − n + 1), min p]`.
    #[must_use]
    pub fn bounds(&self) -> [f64; 2] {
        let failing: f64 = self.each.iter().map(|p| 1.0 - p).sum();
        [(1.0 - failing).max(0.0), self.each.iter().copied().fold(1.0, f64::min)]
    }

    /// The share of the payout that is kept.
    #[must_use]
    pub fn margin(&self) -> f64 {
        self.margin
    }

    /// The decimal price: `(1 − margin)/probability`.
    #[must_use]
    pub fn price(&self) -> f64 {
        (1.0 - self.margin) / self.joint
    }
}

/// The probability that all legs are good; 1 without legs.
fn joint(
    grid: &ScoreGrid,
    score: [u32; 2],
    legs: &[&GameLeg],
    known: &mut Vec<Given>,
) -> Result<f64, ModelError> {
    let about_score: Vec<Leg> =
        legs.iter().filter_map(|leg| if let GameLeg::Score(leg) = leg { Some(*leg) } else { None }).collect();
    let side = |home: bool| {
        let scorers = legs.iter().filter_map(|leg| match leg {
            GameLeg::Scorer(scorer) if scorer.home == home => Some(scorer),
            _ => None,
        });
        given_goals(scorers, grid.size)
    };
    let counts =
        legs.iter().filter_map(|leg| if let GameLeg::Count(count) = leg { Some(count) } else { None });
    let counts = counted::given_goals(counts, grid, known)?;
    let ([home, away], by_home, by_away) = (score.map(|goals| goals as usize), side(true)?, side(false)?);
    let mut sum = 0.0;
    let rows = grid.cells.chunks_exact(grid.size).enumerate().skip(home);
    for ((goals, (i, row)), p) in (i64::from(score[0])..).zip(rows).zip(by_home) {
        let cells = row.iter().enumerate().skip(away);
        for ((against, (j, cell)), q) in (i64::from(score[1])..).zip(cells).zip(&by_away) {
            if about_score.iter().all(|leg| leg.holds(goals, against)) {
                sum += cell * p * q * counts.iter().map(|count| count.at(i, j)).product::<f64>();
            }
        }
    }
    Ok(sum)
}

/// Scores a match has left behind must have no probability.
fn check_past(grid: &ScoreGrid, score: [u32; 2]) -> Result<(), ModelError> {
    check_score(score)?;
    let [home, away] = score.map(|goals| (goals as usize).min(grid.size));
    let past = grid.home[..home].iter().sum::<f64>() + grid.away[..away].iter().sum::<f64>();
    let rule = "0: the grid must be that of the match at this score";
    parameter("the probability of scores below score", past, past < 1e-9, rule)
}
