//! Players who score: each goal of a side is a player's with his share of its goals.

use super::error::ModelError;
use super::grid::parameter;
use std::fmt;

/// How far the shares of a side may pass 1 by rounding.
const SLACK: f64 = 1e-9;
/// Most goals a player is asked for.
const MAX_GOALS: u32 = 20;

/// A leg about the goals of one player.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorer {
    /// He plays for home.
    pub home: bool,
    /// His name: legs of one player belong together.
    pub player: String,
    /// The share of his side's goals that are his, in (0, 1].
    pub share: f64,
    /// Fewest goals that make the leg good.
    pub least: u32,
    /// Most goals that make the leg good, if there is such a number.
    pub most: Option<u32>,
}

impl fmt::Display for Scorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (least, None) => write!(f, "{} {least}+", self.player),
            (0, Some(0)) => write!(f, "{} no goal", self.player),
            (least, Some(most)) => write!(f, "{} {least} to {most}", self.player),
        }
    }
}

impl Scorer {
    pub(super) fn check(&self) -> Result<(), ModelError> {
        parameter("share", self.share, self.share > 0.0 && self.share <= 1.0, "above 0 and at most 1")?;
        parameter("goals", self.least.into(), self.least <= MAX_GOALS, "between 0 and 20")
    }

    /// Both legs of one player at once.
    fn and(&self, other: &Self) -> Result<Self, ModelError> {
        if (self.share - other.share).abs() > SLACK {
            return Err(ModelError::UnequalShares { player: self.player.clone() });
        }
        let most = match (self.most, other.most) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Ok(Self { least: self.least.max(other.least), most, ..self.clone() })
    }
}

/// The probability that all legs of one side's players are good, for each number of goals it may score.
///
/// Given `k` goals their numbers are multinomial. Player by player each takes a binomial part of what the ones before
/// left; for one player who is to score it is `1 − (1−s)^k`.
pub(super) fn given_goals<'a>(
    legs: impl Iterator<Item = &'a Scorer>,
    size: usize,
) -> Result<Vec<f64>, ModelError> {
    let mut players: Vec<Scorer> = Vec::new();
    for leg in legs {
        match players.iter_mut().find(|known| known.player == leg.player) {
            Some(known) => *known = known.and(leg)?,
            None => players.push(leg.clone()),
        }
    }
    let sum: f64 = players.iter().map(|player| player.share).sum();
    parameter("the sum of a side's shares", sum, sum <= 1.0 + SLACK, "at most 1")?;
    let mut good = vec![1.0; size];
    // From the last player to the first: what is left for one is what the earlier ones have not.
    while let Some(player) = players.pop() {
        let earlier: f64 = players.iter().map(|player| player.share).sum();
        good = take(&player, (player.share / (1.0 - earlier)).clamp(0.0, 1.0), &good);
    }
    Ok(good)
}

/// `Σ_x binomial(x; k, share)·later(k − x)` over the goals that make the leg good, for every k.
fn take(player: &Scorer, share: f64, later: &[f64]) -> Vec<f64> {
    let most = player.most.map_or(usize::MAX, |most| most as usize);
    let mut binomial = vec![1.0];
    let mut good = Vec::with_capacity(later.len());
    for goals in 0..later.len() {
        let wanted = binomial.iter().enumerate().skip(player.least as usize).take_while(|(x, _)| *x <= most);
        good.push(wanted.map(|(x, p)| p * later[goals - x]).sum());
        binomial.push(0.0);
        for x in (1..binomial.len()).rev() {
            binomial[x] = binomial[x] * (1.0 - share) + binomial[x - 1] * share;
        }
        binomial[0] *= 1.0 - share;
    }
    good
}
