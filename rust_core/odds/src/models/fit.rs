//! Strengths of teams from their results: weighted maximum likelihood (Dixon & Coles 1997) with the exact gradient.

use super::error::ModelError;
use super::inversion::tau;
use super::lbfgs;

/// A gradient this small, in goals a match of weight 1, is the optimum to far below 1e-6 of every strength.
const SETTLED: f64 = 3e-10;
/// Most goals of a side; more is a typing error.
const MAX_GOALS: u32 = 255;

/// One match that was played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchResult {
    /// Positions of the home and the away team.
    pub teams: [usize; 2],
    /// Goals of home and away.
    pub goals: [u32; 2],
    /// How much the match counts.
    pub weight: f64,
    /// Nobody plays at home.
    pub neutral: bool,
}

/// Strengths: `ln λ = home_advantage + attack[h] + defence[a]`, `ln μ = attack[a] + defence[h]`, mean attack 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Attack of each team, in logarithms.
    pub attack: Vec<f64>,
    /// What each team's defence adds to the opponents' rate, in logarithms.
    pub defence: Vec<f64>,
    /// What playing at home adds, in logarithms.
    pub home_advantage: f64,
    /// Dependence of the low scores.
    pub rho: f64,
    /// Weighted log-likelihood, nats.
    pub log_likelihood: f64,
    /// Evaluations of the likelihood.
    pub evaluations: u32,
}

impl Fit {
    /// The rates of two teams by position.
    #[must_use]
    pub fn rates(&self, home: usize, away: usize, neutral: bool) -> [f64; 2] {
        let advantage = if neutral { 0.0 } else { self.home_advantage };
        let rate = |attack: usize, defence: usize| self.attack[attack] + self.defence[defence];
        [(advantage + rate(home, away)).exp(), rate(away, home).exp()]
    }
}

/// The most likely strengths of the named teams; `rho` is found unless it is given (0 for independent Poisson).
///
/// # Errors
/// Results that do not determine every strength, and a likelihood that does not settle.
pub fn fit_dixon_coles(
    matches: &[MatchResult],
    teams: &[String],
    rho: Option<f64>,
) -> Result<Fit, ModelError> {
    check(matches, teams, rho)?;
    let n = teams.len();
    let mut at = vec![0.0; 2 * n + 2];
    at[2 * n + 1] = rho.unwrap_or(0.0);
    let found =
        lbfgs::minimise(&mut at, SETTLED, |at, gradient| deviance(matches, n, rho.is_none(), at, gradient));
    let (value, evaluations) = found.map_err(|evaluations| ModelError::NotConverged { evaluations })?;
    // The likelihood does not see attack + c, defence − c: fix c by the mean of the attacks.
    let shift = 1.0 - at[..n].iter().sum::<f64>() / n as f64;
    let constant: f64 =
        matches.iter().map(|one| one.weight * one.goals.map(ln_factorial).iter().sum::<f64>()).sum();
    Ok(Fit {
        attack: at[..n].iter().map(|attack| attack + shift).collect(),
        defence: at[n..2 * n].iter().map(|defence| defence - shift).collect(),
        home_advantage: at[2 * n],
        rho: at[2 * n + 1],
        log_likelihood: -value - constant,
        evaluations,
    })
}

fn ln_factorial(goals: u32) -> f64 {
    (2..=goals).map(|k| f64::from(k).ln()).sum()
}

/// `−Σ w[x ln λ − λ + y ln μ − μ + ln τ]` and its gradient by attacks, defences, home advantage, ρ.
fn deviance(matches: &[MatchResult], n: usize, free_rho: bool, at: &[f64], gradient: &mut [f64]) -> f64 {
    gradient.fill(0.0);
    let factors: Vec<f64> = at[..=2 * n].iter().map(|strength| strength.exp()).collect();
    let mut sum = 0.0;
    for one in matches {
        let ([home, away], weight) = (one.teams, one.weight);
        let (advantage, factor) = if one.neutral { (0.0, 1.0) } else { (at[2 * n], factors[2 * n]) };
        let rates = [factors[home] * factors[n + away] * factor, factors[away] * factors[n + home]];
        let goals = one.goals.map(f64::from);
        let (mut by_home, mut by_away) = (goals[0] - rates[0], goals[1] - rates[1]);
        let logs = [advantage + at[home] + at[n + away], at[away] + at[n + home]];
        sum += weight * (goals[0] * logs[0] - rates[0] + goals[1] * logs[1] - rates[1]);
        if let [low_home @ 0..=1, low_away @ 0..=1] = one.goals {
            let (tau, home_slope, away_slope, rho_slope) =
                tau(rates, at[2 * n + 1], low_home as usize, low_away as usize);
            if tau.is_nan() || tau <= 0.0 {
                return f64::INFINITY;
            }
            sum += weight * tau.ln();
            by_home += home_slope / tau;
            by_away += away_slope / tau;
            gradient[2 * n + 1] -= if free_rho { weight * rho_slope / tau } else { 0.0 };
        }
        gradient[home] -= weight * by_home;
        gradient[n + away] -= weight * by_home;
        gradient[away] -= weight * by_away;
        gradient[n + home] -= weight * by_away;
        gradient[2 * n] -= if one.neutral { 0.0 } else { weight * by_home };
    }
    -sum
}

fn refuse<T>(why: String) -> Result<T, ModelError> {
    Err(ModelError::InvalidResults { why })
}

/// Only results in which every strength shows can be fitted.
fn check(matches: &[MatchResult], teams: &[String], rho: Option<f64>) -> Result<(), ModelError> {
    if let Some(value) = rho.filter(|rho| !rho.is_finite() || rho.abs() > 1.0) {
        return Err(ModelError::InvalidParameter { name: "rho", value, rule: "between -1 and 1" });
    }
    let (mut scored, mut conceded) = (vec![0.0; teams.len()], vec![0.0; teams.len()]);
    for (index, one) in matches.iter().enumerate() {
        if !(one.weight > 0.0 && one.weight.is_finite()) {
            return refuse(format!("the weight of match {index} is {}: it must be above 0", one.weight));
        }
        if let Some(goals) = one.goals.iter().find(|goals| **goals > MAX_GOALS) {
            return refuse(format!(
                "match {index} has {goals} goals of one side: at most {MAX_GOALS} are believed"
            ));
        }
        let [home, away] = one.teams;
        if home == away || home.max(away) >= teams.len() {
            return refuse(format!("match {index} needs two different teams that are in the list of teams"));
        }
        for (team, opponent, goals) in [(home, away, one.goals[0]), (away, home, one.goals[1])] {
            scored[team] += one.weight * f64::from(goals);
            conceded[opponent] += one.weight * f64::from(goals);
        }
    }
    for (did, goals) in [("scored", &scored), ("conceded", &conceded)] {
        if let Some(team) = goals.iter().position(|goals| *goals <= 0.0) {
            return refuse(format!(
                "{} never {did}: its strength has no estimate, leave it out",
                teams[team]
            ));
        }
    }
    connected(matches, teams.len())
}

/// Every attack must be comparable with every other through common defences, or the strengths are not determined.
fn connected(matches: &[MatchResult], n: usize) -> Result<(), ModelError> {
    let mut group: Vec<usize> = (0..2 * n).collect();
    for one in matches {
        let [home, away] = one.teams;
        for (attack, defence) in [(home, n + away), (away, n + home)] {
            let (old, new) = (group[attack], group[defence]);
            if old != new {
                for member in group.iter_mut().filter(|member| **member == old) {
                    *member = new;
                }
            }
        }
    }
    if n >= 2 && group.iter().all(|member| *member == group[0]) {
        return Ok(());
    }
    refuse("the matches do not connect all teams: fit each group of teams that met by itself".to_owned())
}
