//! What holds for every grid and every market priced back, on random parameters in and out of range.

#![allow(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "counts of goals and places of results are small"
)]

use odds::models::{GoalModel, Line, MarketView, ScoreGrid, goal_expectancy};

use crate::chance::Chance;

const MILLION: u32 = 1_000_000;

/// Rates of all sizes, most of them a match's; some that no model takes.
fn rate(chance: &mut Chance) -> f64 {
    match chance.between(0, 40) {
        0 => [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300][chance.between(0, 4)],
        1 => 100.0 * chance.unit(),
        2 => 1e-6 + 1e-3 * chance.unit(),
        _ => 0.05 + 5.0 * chance.unit(),
    }
}

fn model(chance: &mut Chance) -> GoalModel {
    let rates = [rate(chance), rate(chance)];
    match chance.between(0, 99) {
        0..35 => GoalModel::Poisson { rates },
        35..70 => GoalModel::DixonColes { rates, rho: 1.2 * (chance.unit() - 0.5) },
        70..82 => GoalModel::NegativeBinomial { rates, dispersion: (12.0 * chance.unit() - 2.0).exp() },
        82..94 => GoalModel::ZeroInflatedPoisson { rates, zero_inflation: 1.1 * chance.unit() - 0.05 },
        94..98 => GoalModel::BivariatePoisson { rates, shared: chance.unit() - 0.05 },
        _ => {
            GoalModel::WeibullCopula { rates, shape: 0.5 + chance.unit(), kappa: 4.0 * (chance.unit() - 0.5) }
        }
    }
}

#[test]
fn every_grid_is_a_distribution_or_a_typed_error() {
    grids(100_000);
}

#[test]
#[ignore = "minutes: make million"]
fn a_million_grids() {
    grids(MILLION);
}

fn grids(rounds: u32) {
    let mut chance = Chance::new(5);
    let mut refused = 0;
    for _ in 0..rounds {
        let model = model(&mut chance);
        let Ok(grid) = ScoreGrid::new(model, None) else {
            refused += 1;
            continue;
        };
        let sum: f64 = grid.cells().iter().sum();
        assert!(grid.cells().iter().all(|cell| (0.0..=1.0).contains(cell)), "{model:?}");
        assert!((sum - 1.0).abs() < 1e-12, "{model:?}: {sum}");
        let line = Line::new((chance.between(0, 80) as f64 - 40.0) / 4.0).expect("quarters of a goal");
        for five in [grid.over(line), grid.handicap(line)] {
            let parts = [five.win, five.half_win, five.push, five.half_lose, five.lose];
            assert!(
                parts.iter().all(|part| (0.0..=1.0 + 1e-12).contains(part)),
                "{model:?} {line:?}: {five:?}"
            );
            assert!((parts.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{model:?} {line:?}: {five:?}");
            assert_eq!(five.mirror().mirror(), five);
            assert!(five.fair_price() >= 1.0, "{model:?} {line:?}: {five:?}");
        }
    }
    assert!((rounds / 100..rounds / 2).contains(&refused), "{refused} refusals: both ways must be walked");
}

#[test]
fn every_line_splits_a_grid_where_its_scores_do() {
    let mut chance = Chance::new(6);
    for _ in 0..500 {
        let rates = [0.1 + 3.0 * chance.unit(), 0.1 + 3.0 * chance.unit()];
        let grid = ScoreGrid::new(GoalModel::Poisson { rates }, None).expect("ordinary rates");
        for quarters in -50_i32..50 {
            let line = Line::new(f64::from(quarters) / 4.0).expect("quarters of a goal");
            let (mut over, mut cover) = ([0.0; 5], [0.0; 5]);
            for (at, p) in grid.cells().iter().enumerate() {
                let (home, away) = ((at / grid.size()) as i32, (at % grid.size()) as i32);
                let part = |past: i32| (2 - past.clamp(-2, 2)) as usize;
                over[part(4 * (home + away) - quarters)] += p;
                cover[part(4 * (home - away) + quarters)] += p;
            }
            for (five, parts) in [(grid.over(line), over), (grid.handicap(line), cover)] {
                let found = [five.win, five.half_win, five.push, five.half_lose, five.lose];
                let off = found.iter().zip(parts).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(off < 1e-13, "{line:?}: {found:?} {parts:?}");
            }
        }
    }
}

#[test]
fn every_market_has_rates_that_give_it_or_a_typed_error() {
    inversions(20_000);
}

#[test]
#[ignore = "minutes: make million"]
fn a_million_inversions() {
    inversions(MILLION);
}

fn inversions(rounds: u32) {
    let mut chance = Chance::new(7);
    let mut found = 0;
    for _ in 0..rounds {
        let mut result: [f64; 3] = chance.probabilities(3).try_into().expect("three");
        if chance.between(0, 50) == 0 {
            result[chance.between(0, 2)] = [f64::NAN, -0.1, 1.0, 0.0][chance.between(0, 3)];
        }
        let view = MarketView { result, over: None, rho: None };
        let Ok(rates) = goal_expectancy(&view) else { continue };
        found += 1;
        assert!(rates.rates.iter().all(|rate| rate.is_finite() && *rate > 0.0), "{view:?}");
        if found % 20 == 0 {
            let model = GoalModel::DixonColes { rates: rates.rates, rho: rates.rho };
            let back = ScoreGrid::new(model, None).expect("the rates found").result(0);
            let off = back.iter().zip(result).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off < 1e-8, "{view:?}: {back:?}");
        }
    }
    assert!(found > rounds / 10, "only {found} markets had rates");
}
