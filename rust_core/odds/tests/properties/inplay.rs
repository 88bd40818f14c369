//! What holds for every match under way, on random states in and out of range.

use odds::inplay::tennis::{Player, SetRules, SetState, Tennis, TennisState};
use odds::inplay::{Football, FootballState, InplayError, LeadEffects, Remaining, Stern, SternState};
use odds::models::Line;

use crate::chance::Chance;

/// A number of its range, now and then one that no model takes.
fn number(chance: &mut Chance, low: f64, high: f64) -> f64 {
    match chance.between(0, 60) {
        0 => [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300][chance.between(0, 4)],
        1 => [low, high][chance.between(0, 1)],
        _ => low + (high - low) * chance.unit(),
    }
}

fn count(chance: &mut Chance, most: usize) -> u32 {
    chance.between(0, most) as u32
}

fn pair(chance: &mut Chance, most: usize) -> [u32; 2] {
    [count(chance, most), count(chance, most)]
}

fn is_distribution(parts: &[f64]) -> bool {
    let sum: f64 = parts.iter().sum();
    parts.iter().all(|part| (-1e-15..=1.0 + 1e-12).contains(part)) && (sum - 1.0).abs() < 1e-9
}

fn football(chance: &mut Chance) -> Result<(), InplayError> {
    let minute = number(chance, 0.0, 95.0);
    let spread = chance.unit();
    let remaining = [Remaining::Quadratic { k: spread }, Remaining::Power { exponent: 0.5 + spread }];
    let state = FootballState {
        rates: [number(chance, 0.05, 4.0), number(chance, 0.05, 4.0)],
        rho: if chance.between(0, 1) == 0 { 0.0 } else { 0.4 * (chance.unit() - 0.5) },
        minute,
        length: minute.max(90.0),
        score: pair(chance, 6),
        remaining: remaining[chance.between(0, 1)],
        factors: [number(chance, 0.5, 2.0), 1.0],
        red_cards: pair(chance, 1),
        lead_effects: match chance.between(0, 300) {
            0 => Some(LeadEffects::new(vec![(-1, [1.2, 0.9]), (0, [1.0, 1.0]), (1, [0.9, 1.2])])?),
            _ => None,
        },
        ..FootballState::kick_off([1.0, 1.0])
    };
    let found = Football::new(&state)?;
    assert!(is_distribution(&found.grid().result(0)) && is_distribution(&found.next_goal()), "{state:?}");
    for grid in [found.grid(), found.rest()] {
        assert!(grid.cells().iter().all(|cell| (0.0..=1.0).contains(cell)), "{state:?}");
    }
    assert!((0.0..=1.0).contains(&found.share()), "{state:?}");
    Ok(())
}

fn tennis(chance: &mut Chance) -> Result<(), InplayError> {
    let rules = |chance: &mut Chance| SetRules {
        tiebreak_at: [Some(6), Some(6), Some(6), None, Some(12)][chance.between(0, 4)],
        tiebreak_to: [7, 7, 10][chance.between(0, 2)],
        no_ad: chance.between(0, 4) == 0,
    };
    let (rules, final_rules) = (rules(chance), rules(chance));
    let server = [Player::A, Player::B][chance.between(0, 1)];
    let state = TennisState {
        serve: [number(chance, 0.02, 0.98), number(chance, 0.02, 0.98)],
        best_of: [1, 3, 3, 5, 2][chance.between(0, 4)],
        sets: pair(chance, 2),
        set: SetState { games: pair(chance, 7), points: pair(chance, 4), server },
        rules,
        final_rules,
    };
    let found = Tennis::new(state)?;
    for p in [found.point(), found.game(), found.set(), found.won()] {
        assert!((0.0..=1.0).contains(&p), "{state:?}: {p}");
    }
    let scores = found.set_scores();
    assert!(is_distribution(&scores.iter().map(|(_, p)| *p).collect::<Vec<_>>()), "{state:?}");
    let won: f64 = scores.iter().filter(|([a, b], _)| a > b).map(|(_, p)| p).sum();
    assert!((won - found.won()).abs() < 1e-12, "{state:?}");
    Ok(())
}

fn stern(chance: &mut Chance) -> Result<(), InplayError> {
    let lead = count(chance, 80).cast_signed() - 40;
    let state = SternState {
        mean: number(chance, -20.0, 20.0),
        spread: number(chance, 1.0, 20.0),
        lead,
        remaining: number(chance, 0.0, 1.0),
        overtime: [5.0 / 48.0, 0.0][chance.between(0, 1)],
        total: Some((lead.abs() + 100, number(chance, 100.0, 250.0), number(chance, 5.0, 30.0))),
    };
    let found = Stern::new(state)?;
    let line = Line::new((chance.between(0, 200) as f64 - 100.0) / 4.0).expect("quarters of a point");
    assert!(is_distribution(&found.result()) && is_distribution(&found.moneyline()), "{state:?}");
    for five in [found.handicap(line), found.handicap_with_overtime(line), found.over(line)?] {
        let parts = [five.win, five.half_win, five.push, five.half_lose, five.lose];
        assert!(is_distribution(&parts), "{state:?} {line:?}: {five:?}");
    }
    assert!((0.0..=1.0).contains(&found.continuous()), "{state:?}");
    Ok(())
}

/// States of each game: whoever has an answer has probabilities, whoever has none says why.
fn states(rounds: u32) {
    let games = [football, tennis, stern];
    let (mut chance, mut answered) = (Chance::new(11), [0; 3]);
    for round in 0..rounds as usize {
        answered[round % 3] += u32::from(games[round % 3](&mut chance).is_ok());
    }
    let both = rounds / 20..rounds / 3 - rounds / 100;
    assert!(answered.iter().all(|answers| both.contains(answers)), "{answered:?}: both ways must be walked");
}

#[test]
fn every_match_under_way_has_probabilities_or_a_typed_error() {
    states(60_000);
}

#[test]
#[ignore = "minutes: make million"]
fn a_million_matches_under_way() {
    states(1_000_000);
}
