//! What holds for every book, on a million random ones.

use crate::chance::{Chance, distance};
use odds::Method::{BalancedBook, EfficientShin, Goto, Jsd, Multiplicative, Power, Shin};
use odds::{Method, OddsError, OnInvalid, apply_margin, remove_margin, remove_margin_of_offered};

const MILLION: usize = 1_000_000;

/// Every answer on any book is a number and the sum is the target; what lies outside (0, 1) says it is not valid.
#[test]
fn a_million_random_books_give_no_silent_number() {
    let mut chance = Chance::new(7);
    let (mut worst_sum, mut worst_steps, mut refused) = (0.0_f64, 0, 0);
    for round in 0..MILLION {
        let outcomes = chance.between(2, 12);
        let prices: Vec<f64> = (0..outcomes).map(|_| chance.price()).collect();
        let method = Method::ALL[round % Method::ALL.len()];
        let one_winner = matches!(method, Shin | EfficientShin | BalancedBook);
        let target = if one_winner { 1.0 } else { chance.between(1, outcomes - 1) as f64 };
        match remove_margin(&prices, method, target, OnInvalid::Allow) {
            Ok(found) => {
                let inside = found.probabilities.iter().all(|p| *p > 0.0 && *p < 1.0);
                assert_eq!(found.valid, inside, "{prices:?} {method:?} {target}");
                assert!(found.probabilities.iter().all(|p| p.is_finite()), "{prices:?} {method:?}");
                let sum: f64 = found.probabilities.iter().sum();
                let scale: f64 = found.probabilities.iter().map(|p| p.abs()).sum();
                worst_sum = worst_sum.max((sum - target).abs() / scale);
                worst_steps = worst_steps.max(found.iterations);
            }
            Err(OddsError::Underround { .. } | OddsError::Unattainable { .. }) if method == Jsd => {}
            Err(OddsError::Unattainable { .. }) if method == BalancedBook => {}
            Err(OddsError::NotConverged { .. }) => refused += 1,
            Err(other) => panic!("{prices:?} {method:?} {target}: {other}"),
        }
    }
    assert!(worst_sum <= 1e-13, "sum error {worst_sum}");
    assert!(worst_steps < 100, "{worst_steps} steps");
    assert_eq!(refused, 0);
}

/// Whoever asks for proper books gets them or an error, never a number outside (0, 1).
#[test]
fn only_proper_books_pass_when_errors_are_asked_for() {
    let mut chance = Chance::new(19);
    let mut found = [0; Method::ALL.len()];
    for round in 0..100_000 {
        let outcomes = chance.between(2, 12);
        let prices: Vec<f64> = chance.probabilities(outcomes).iter().map(|p| (0.95 / p).max(1.001)).collect();
        let which = round % Method::ALL.len();
        let Ok(removed) = remove_margin(&prices, Method::ALL[which], 1.0, OnInvalid::Error) else { continue };
        found[which] += 1;
        assert!(removed.valid && removed.probabilities.iter().all(|p| *p > 0.0 && *p < 1.0));
        let book = prices.iter().map(|price| 1.0 / price);
        // Every method takes from every outcome, except the closed form of Shin, which scales at the end.
        let takes = removed.probabilities.iter().zip(book).all(|(p, pi)| *p <= pi * (1.0 + 1e-12));
        assert!(takes || Method::ALL[which] == EfficientShin, "{prices:?} {removed:?}");
    }
    assert!(found.iter().all(|count| *count > 1_000), "{found:?}");
}

/// The two closed forms of Shin agree with the solved one where they must: on two outcomes.
#[test]
fn efficient_shin_of_two_is_shin() {
    let mut chance = Chance::new(23);
    for _ in 0..100_000 {
        let first = 0.02 + 0.96 * chance.unit();
        let prices = [0.96 / first, 0.96 / (1.0 - first)].map(|price| price.max(1.001));
        let Ok(shin) = remove_margin(&prices, Shin, 1.0, OnInvalid::Error) else { continue };
        let closed = remove_margin(&prices, EfficientShin, 1.0, OnInvalid::Error).unwrap();
        assert!(distance(&shin.probabilities, &closed.probabilities) <= 1e-13, "{prices:?}");
    }
}

/// Putting a margin on and taking it off by the same method gives the probabilities back.
#[test]
fn removal_undoes_application() {
    let mut chance = Chance::new(11);
    let mut worst = 0.0_f64;
    for round in 0..300_000 {
        let outcomes = chance.between(2, 20);
        let fair = chance.probabilities(outcomes);
        let margin = chance.unit() * 0.25;
        let method = Method::APPLICATION[round % Method::APPLICATION.len()];
        let Ok(applied) = apply_margin(&fair, margin, method, 1.0, OnInvalid::Error) else { continue };
        assert!((applied.booksum - 1.0 - margin).abs() <= 1e-13, "{fair:?} {margin} {method:?}");
        let removed = remove_margin(&applied.prices, method, 1.0, OnInvalid::Error).unwrap();
        worst = worst.max(distance(&fair, &removed.probabilities));
    }
    assert!(worst <= 1e-12, "round trip {worst}");
}

/// The likelier outcome never has the longer price, and every price is shorter than fair.
#[test]
fn prices_are_monotone_and_shorter_than_fair() {
    let mut chance = Chance::new(13);
    for round in 0..100_000 {
        let outcomes = chance.between(2, 20);
        let fair = chance.probabilities(outcomes);
        let method = Method::APPLICATION[round % Method::APPLICATION.len()];
        let margin = 0.001 + 0.2 * chance.unit();
        let Ok(applied) = apply_margin(&fair, margin, method, 1.0, OnInvalid::Error) else { continue };
        let mut order: Vec<usize> = (0..outcomes).collect();
        order.sort_by(|a, b| fair[*a].total_cmp(&fair[*b]));
        for pair in order.windows(2) {
            assert!(applied.prices[pair[0]] >= applied.prices[pair[1]], "{fair:?} {method:?}");
        }
        assert!(applied.prices.iter().zip(&fair).all(|(price, p)| *price < 1.0 / p), "{fair:?} {method:?}");
    }
}

/// Place markets: the probabilities of k winners sum to k.
#[test]
fn power_reaches_any_number_of_winners() {
    let prices = [1.3, 1.6, 2.0, 2.6, 3.5, 5.0, 8.0, 15.0];
    for winners in 1..8 {
        let removed = remove_margin(&prices, Power, f64::from(winners), OnInvalid::Allow).unwrap();
        let sum: f64 = removed.probabilities.iter().sum();
        assert!((sum - f64::from(winners)).abs() <= 1e-13, "{winners}: {sum}");
        assert!(removed.valid);
        assert_eq!(removed.underround, winners > 2);
    }
}

/// Two outcomes under Shin both give up half the margin.
#[test]
fn shin_of_two_is_additive() {
    let removed = remove_margin(&[1.5, 2.6], Shin, 1.0, OnInvalid::Error).unwrap();
    let half = (1.0 / 1.5 + 1.0 / 2.6 - 1.0) / 2.0;
    assert!(distance(&removed.probabilities, &[1.0 / 1.5 - half, 1.0 / 2.6 - half]) <= 1e-15);
}

#[test]
fn what_cannot_be_done_is_a_typed_error() {
    let remove = |prices: &[f64], method, target| {
        remove_margin(prices, method, target, OnInvalid::Error).expect_err("must be refused")
    };
    assert_eq!(remove(&[], Power, 1.0), OddsError::TooFewOutcomes { found: 0 });
    assert_eq!(remove(&[2.0], Power, 1.0), OddsError::TooFewOutcomes { found: 1 });
    assert_eq!(remove(&[2.0, 1.0], Power, 1.0), OddsError::InvalidPrice { index: 1, price: 1.0 });
    assert!(matches!(remove(&[f64::NAN, 2.0], Shin, 1.0), OddsError::InvalidPrice { index: 0, .. }));
    assert!(matches!(remove(&[f64::INFINITY, 2.0], Shin, 1.0), OddsError::InvalidPrice { .. }));
    assert!(matches!(remove(&[-2.0, 2.0], Shin, 1.0), OddsError::InvalidPrice { .. }));
    assert!(matches!(remove(&[2.0, 2.0], Power, 2.0), OddsError::InvalidTarget { .. }));
    assert!(matches!(remove(&[2.0, 2.0], Power, f64::NAN), OddsError::InvalidTarget { .. }));
    assert!(matches!(remove(&[2.0, 2.0, 2.0], Shin, 2.0), OddsError::UnsupportedTarget { .. }));
    assert!(matches!(remove(&[2.1, 2.1], Shin, 1.0), OddsError::Underround { .. }));

    let apply = |fair: &[f64], margin, method| {
        apply_margin(fair, margin, method, 1.0, OnInvalid::Error).expect_err("must be refused")
    };
    assert!(matches!(apply(&[0.99, 0.01], 0.2, Shin), OddsError::Unattainable { .. }));
    assert!(matches!(apply(&[0.5, 0.5], 1.0, Power), OddsError::Unattainable { .. }));
    assert!(matches!(apply(&[0.99, 0.01], 0.05, Multiplicative), OddsError::ImpossiblePrice { .. }));
    assert!(matches!(apply(&[0.6, 0.5], 0.05, Power), OddsError::ProbabilitySum { .. }));
    assert!(matches!(apply(&[1.0, 0.0], 0.05, Power), OddsError::InvalidProbability { .. }));
    assert!(matches!(apply(&[0.5, 0.5], -0.05, Power), OddsError::InvalidMargin { .. }));
    assert!(matches!(apply(&[0.5, 0.5], 0.05, Goto), OddsError::RemovalOnly { method: "goto", .. }));
    assert!(matches!(apply(&[0.5, 0.5], 1.0, BalancedBook), OddsError::Unattainable { .. }));
    assert!(matches!(remove(&[1.5, 1.6, 200.0], Jsd, 1.0), OddsError::Unattainable { method: "jsd", .. }));
    assert!(matches!(Method::from_name("guess"), Err(OddsError::UnknownMethod { .. })));
}

#[test]
fn suspended_outcomes_are_left_out() {
    let removed = remove_margin(&[1.8, 2.5, 9.0], Shin, 1.0, OnInvalid::Error).unwrap();
    let offered = [None, Some(1.8), Some(2.5), None, Some(9.0)];
    let found = remove_margin_of_offered(&offered, Shin, 1.0, OnInvalid::Error).unwrap();
    let fair = &removed.probabilities;
    assert_eq!(found.probabilities, [0.0, fair[0], fair[1], 0.0, fair[2]]);
    let refused = remove_margin_of_offered(&[None, Some(1.8), Some(0.5)], Shin, 1.0, OnInvalid::Error);
    assert_eq!(refused, Err(OddsError::InvalidPrice { index: 2, price: 0.5 }));
    let alone = remove_margin_of_offered(&[None, Some(1.8)], Shin, 1.0, OnInvalid::Error);
    assert_eq!(alone, Err(OddsError::TooFewOutcomes { found: 1 }));
}

/// With π = (S−1)/2 the closed form divides by 0: an error or the fallback, whatever is allowed.
#[test]
fn efficient_shin_has_no_number_at_its_pole() {
    let remove = |on_invalid| remove_margin(&[2.0, 2.0, 16.0, 16.0], EfficientShin, 1.0, on_invalid);
    for on_invalid in [OnInvalid::Error, OnInvalid::Allow] {
        assert_eq!(remove(on_invalid), Err(OddsError::Undefined { method: "efficient_shin", index: 2 }));
    }
    assert_eq!(remove(OnInvalid::Fallback).unwrap().method, Multiplicative);
}

#[test]
fn the_fallback_is_multiplicative_and_says_so() {
    let underround = remove_margin(&[2.1, 2.2], Shin, 1.0, OnInvalid::Fallback).unwrap();
    assert_eq!((underround.method, underround.underround), (Multiplicative, true));
    let out_of_reach = apply_margin(&[0.8, 0.2], 0.9, Shin, 1.0, OnInvalid::Fallback);
    assert!(matches!(out_of_reach, Err(OddsError::ImpossiblePrice { method: "multiplicative", .. })));
}
