//! Counts beside goals in same-game multiples.

use odds::models::{
    CountLeg, CountModel, GameLeg, GoalModel, GoalsOf, Leg, Line, ModelError, PricedLeg, SameGame, ScoreGrid,
};

use crate::chance::Chance;

fn count(what: &str, model: CountModel, line: f64, over: bool) -> GameLeg {
    GameLeg::Count(CountLeg { what: what.into(), model, line: Line::half(line).expect("a half line"), over })
}

fn joint(grid: &ScoreGrid, legs: &[GameLeg]) -> Result<f64, ModelError> {
    let legs = legs.iter().map(|leg| PricedLeg { leg: leg.clone(), margin: 0.0 }).collect();
    SameGame::new(grid.clone(), [0, 0], legs, 0.5).map(|multiple| multiple.probability())
}

/// A count keeps its own distribution whatever it goes with, is independent without correlation, and goes with the
/// goals where the correlation says.
#[test]
fn a_count_keeps_its_distribution_and_follows_the_goals() {
    let mut chance = Chance::new(41);
    for round in 0..60 {
        let rates = [0.3 + 2.5 * chance.unit(), 0.3 + 2.5 * chance.unit()];
        let grid = ScoreGrid::new(GoalModel::DixonColes { rates, rho: -0.05 }, None).expect("ordinary rates");
        let goals = [GoalsOf::Home, GoalsOf::Away, GoalsOf::Both][round % 3];
        let (mean, dispersion) = (1.0 + 12.0 * chance.unit(), [None, Some(8.0)][round % 2]);
        let correlation = 1.8 * (chance.unit() - 0.5);
        let model = CountModel { mean, dispersion, goals, correlation };
        let line = mean.floor() + 0.5;
        let corners = count("corners", model, line, true);
        let alone = joint(&grid, std::slice::from_ref(&corners)).expect("a fair chance");
        let free = CountModel { correlation: 0.0, ..model };
        let same = joint(&grid, &[count("corners", free, line, true)]).expect("a fair chance");
        assert!((alone - same).abs() < 1e-9, "{model:?}: {alone} {same}");
        let rest = joint(&grid, &[count("corners", model, line, false)]).expect("a fair chance");
        assert!((alone + rest - 1.0).abs() < 1e-9, "{model:?}");
        let many = GameLeg::Score(match goals {
            GoalsOf::Home => Leg::HomeOver(Line::half(1.5).expect("a half line")),
            GoalsOf::Away => Leg::AwayOver(Line::half(1.5).expect("a half line")),
            GoalsOf::Both => Leg::Over(Line::half(2.5).expect("a half line")),
        });
        let goals_alone = joint(&grid, std::slice::from_ref(&many)).expect("a fair chance");
        let both = joint(&grid, &[many.clone(), corners]).expect("a fair chance");
        assert_eq!(both > alone * goals_alone, correlation > 0.0, "{model:?}");
        assert!(both <= alone.min(goals_alone) && both >= (alone + goals_alone - 1.0).max(0.0));
        let independent = joint(&grid, &[many, count("corners", free, line, true)]).expect("a fair chance");
        assert!((independent - same * goals_alone).abs() < 1e-12);
    }
}

#[test]
fn legs_of_one_count_bound_it_and_agree() {
    let grid = ScoreGrid::new(GoalModel::Poisson { rates: [1.5, 1.1] }, None).expect("ordinary rates");
    let model = CountModel { mean: 10.4, dispersion: None, goals: GoalsOf::Both, correlation: 0.2 };
    let (more, fewer) = (count("corners", model, 8.5, true), count("corners", model, 12.5, false));
    let p = |legs: &[GameLeg]| joint(&grid, legs).expect("a fair chance");
    let band = p(&[more.clone(), fewer.clone()]);
    assert!((band - (p(std::slice::from_ref(&more)) + p(std::slice::from_ref(&fewer)) - 1.0)).abs() < 1e-12);
    let none = [more.clone(), count("corners", model, 7.5, false)];
    assert!(matches!(joint(&grid, &none), Err(ModelError::Contradictory { .. })));
    let other = CountModel { mean: 9.0, ..model };
    let unequal = [more, count("corners", other, 12.5, false)];
    assert_eq!(joint(&grid, &unequal), Err(ModelError::UnequalCounts { what: "corners".into() }));
    assert!(CountModel { correlation: 0.96, ..model }.check().is_err());
    assert!(CountModel { mean: f64::NAN, ..model }.check().is_err());
}
