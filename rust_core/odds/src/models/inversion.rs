//! From the probabilities of a market back to the scoring rates (Poisson, Dixon-Coles), by Newton's method.

use super::count::Count;
use super::error::ModelError;
use super::five_way::Line;
use super::grid::{MAX_SIZE, check_rates, check_rho};

/// Steps after which no rates are taken to give the probabilities; ordinary markets take 4 to 7.
const MAX_STEPS: u32 = 60;
/// Largest difference between a probability asked for and the one of the rates found.
const SETTLED: f64 = 1e-11;
/// Furthest a logarithm of a rate moves in one step.
const STRIDE: f64 = 1.0;
/// Logarithms of rates the search stays between: a goal in a million matches, a hundred a match.
const LOWEST: f64 = -13.9;
const HIGHEST: f64 = 4.61;
/// How often a step that makes things worse is halved.
const MAX_HALVINGS: usize = 30;
/// Where ρ starts when it is looked for.
const START_RHO: f64 = 0.0;

/// What the market says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarketView {
    /// Fair probabilities of home, draw, away.
    pub result: [f64; 3],
    /// A half line of goals and the fair probability of more goals.
    pub over: Option<(f64, f64)>,
    /// Dependence ρ, or `None` to find it from result and goals together.
    pub rho: Option<f64>,
}

/// The rates that give a market its probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GoalExpectancy {
    /// Rates of home and away, goals a match.
    pub rates: [f64; 2],
    /// Dependence of the low scores.
    pub rho: f64,
    /// Newton steps taken.
    pub iterations: u32,
}

/// Values of the market at some rates and their derivatives by (ln λ, ln μ, ρ).
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    home: [f64; 4],
    away: [f64; 4],
    draw: [f64; 4],
    over: [f64; 4],
}

/// One equation: how far off, and its derivatives.
type Row = [f64; 4];

/// The rates of a Dixon-Coles model whose markets are `view`.
///
/// Without goals: `P(home) − P(away)` and `P(draw)` at the given ρ (0 if none). With goals and ρ: `P(home) − P(away)`
/// and `P(over)`. With goals and no ρ: all three for λ, μ and ρ.
///
/// # Errors
/// Probabilities that are not strictly between 0 and 1 or do not sum to 1, a line that is not a half line, markets
/// no rates can give, a ρ out of its bounds at the rates found.
pub fn goal_expectancy(view: &MarketView) -> Result<GoalExpectancy, ModelError> {
    let line = check(view)?;
    let [home, _, away] = view.result;
    let lean = 0.9 * (home - away);
    let mut at = [(1.3_f64).ln() + lean, (1.3_f64).ln() - lean, view.rho.unwrap_or(START_RHO)];
    let free_rho = view.rho.is_none() && view.over.is_some();
    let (mut rows, count) = equations(view, line, at, free_rho);
    for iterations in 0..MAX_STEPS {
        if worst(&rows[..count]) <= SETTLED {
            let rates = [at[0].exp(), at[1].exp()];
            check_rates(rates).map_err(|_| ModelError::Unattainable)?;
            check_rho(rates, at[2])?;
            return Ok(GoalExpectancy { rates, rho: at[2], iterations });
        }
        let step = solve(rows, count).ok_or(ModelError::Unattainable)?;
        let before = worst(&rows[..count]);
        let better = |scale: f64| {
            let next = std::array::from_fn(|i| at[i] + scale * step[i]);
            if next[..2].iter().any(|log: &f64| !(LOWEST..=HIGHEST).contains(log)) {
                return None;
            }
            let (rows, _) = equations(view, line, next, free_rho);
            (worst(&rows[..count]) < before).then_some((next, rows))
        };
        let longest = step[0].abs().max(step[1].abs()).max(4.0 * step[2].abs());
        let scales = std::iter::successors(Some(f64::min(1.0, STRIDE / longest)), |scale| Some(scale / 2.0));
        (at, rows) = scales.take(MAX_HALVINGS).find_map(better).ok_or(ModelError::Unattainable)?;
    }
    Err(ModelError::Unattainable)
}

/// Guards; gives the line in quarters.
fn check(view: &MarketView) -> Result<usize, ModelError> {
    let rule = "strictly between 0 and 1";
    for (name, value) in ["home", "draw", "away"].into_iter().zip(view.result) {
        if !(value > 0.0 && value < 1.0) {
            return Err(ModelError::InvalidParameter { name, value, rule });
        }
    }
    let sum: f64 = view.result.iter().sum();
    if (sum - 1.0).abs() > 1e-9 {
        let rule = "1: remove the margin first";
        return Err(ModelError::InvalidParameter {
            name: "the sum of home, draw and away",
            value: sum,
            rule,
        });
    }
    if let Some(value) = view.rho.filter(|rho| !rho.is_finite() || rho.abs() > 1.0) {
        return Err(ModelError::InvalidParameter { name: "rho", value, rule: "between -1 and 1" });
    }
    let Some((line, over)) = view.over else { return Ok(10) };
    if !(over > 0.0 && over < 1.0) {
        return Err(ModelError::InvalidParameter { name: "over", value: over, rule });
    }
    usize::try_from(Line::half(line)?.quarters()).map_err(|_| ModelError::Unattainable)
}

fn equations(view: &MarketView, line: usize, at: [f64; 3], free_rho: bool) -> ([Row; 3], usize) {
    let moments = moments([at[0].exp(), at[1].exp()], at[2], line);
    let [home, draw, away] = view.result;
    let mut lean: Row = std::array::from_fn(|i| moments.home[i] - moments.away[i]);
    lean[0] -= home - away;
    let mut level = moments.draw;
    level[0] -= draw;
    let mut goals = moments.over;
    goals[0] -= view.over.map_or(0.0, |(_, over)| over);
    match (view.over.is_some(), free_rho) {
        (_, true) => ([lean, level, goals], 3),
        (true, false) => ([lean, goals, [0.0; 4]], 2),
        (false, false) => ([lean, level, [0.0; 4]], 2),
    }
}

/// Result and goals of the whole distribution, every cell with its exact derivatives.
fn moments(rates: [f64; 2], rho: f64, line: usize) -> Moments {
    let mut sum = Moments::default();
    let largest = rates[0].max(rates[1]);
    // Beyond this reach a Poisson count has less probability than the last bit of the sums.
    let wanted = largest + 11.0 * largest.sqrt() + 12.0;
    let size = (16..MAX_SIZE).step_by(4).find(|&size| size as f64 >= wanted).unwrap_or(MAX_SIZE);
    let [home, away] = rates.map(|rate| Count::poisson(rate).masses(size));
    for (i, p) in home.iter().enumerate() {
        for (j, q) in away.iter().enumerate() {
            let base = p * q;
            let mut cell = [base, base * (i as f64 - rates[0]), base * (j as f64 - rates[1]), 0.0];
            if i < 2 && j < 2 {
                cell = correct(cell, rates, rho, i, j);
            }
            let result = match i.cmp(&j) {
                std::cmp::Ordering::Greater => &mut sum.home,
                std::cmp::Ordering::Equal => &mut sum.draw,
                std::cmp::Ordering::Less => &mut sum.away,
            };
            add(result, &cell);
            if 4 * (i + j) > line {
                add(&mut sum.over, &cell);
            }
        }
    }
    sum
}

fn add(sum: &mut Row, cell: &Row) {
    for (sum, cell) in sum.iter_mut().zip(cell) {
        *sum += cell;
    }
}

/// A low score times τ, with the derivatives of τ.
fn correct([base, by_home, by_away, _]: Row, [home, away]: [f64; 2], rho: f64, i: usize, j: usize) -> Row {
    let (t, home_slope, away_slope, rho_slope) = tau([home, away], rho, i, j);
    [t * base, t * by_home + home_slope * base, t * by_away + away_slope * base, rho_slope * base]
}

/// τ of a low score and its derivatives by ln λ, ln μ and ρ.
pub(super) fn tau([home, away]: [f64; 2], rho: f64, i: usize, j: usize) -> (f64, f64, f64, f64) {
    match (i, j) {
        (0, 0) => (1.0 - home * away * rho, -home * away * rho, -home * away * rho, -home * away),
        (0, 1) => (1.0 + home * rho, home * rho, 0.0, home),
        (1, 0) => (1.0 + away * rho, 0.0, away * rho, away),
        (1, 1) => (1.0 - rho, 0.0, 0.0, -1.0),
        _ => (1.0, 0.0, 0.0, 0.0),
    }
}

fn worst(rows: &[Row]) -> f64 {
    let worse =
        |worst: f64, row: &Row| if row[0].is_finite() { worst.max(row[0].abs()) } else { f64::INFINITY };
    rows.iter().fold(0.0, worse)
}

/// The Newton step of the first `count` equations in as many unknowns, by elimination with pivots.
fn solve(mut rows: [Row; 3], count: usize) -> Option<[f64; 3]> {
    for column in 0..count {
        let size = |row: &usize| rows[*row][column + 1].abs();
        let pivot = (column..count).max_by(|a, b| size(a).total_cmp(&size(b)))?;
        rows.swap(column, pivot);
        let lead = rows[column];
        if lead[column + 1].is_nan() || lead[column + 1].abs() < 1e-14 {
            return None;
        }
        for row in rows[..count].iter_mut().skip(column + 1) {
            let factor = row[column + 1] / lead[column + 1];
            for (value, lead) in row.iter_mut().zip(lead) {
                *value -= factor * lead;
            }
        }
    }
    let mut step = [0.0; 3];
    for column in (0..count).rev() {
        let row = rows[column];
        let known: f64 = (column + 1..count).map(|other| row[other + 1] * step[other]).sum();
        step[column] = (-row[0] - known) / row[column + 1];
    }
    step.iter().all(|value| value.is_finite()).then_some(step)
}
