//! Kelly stakes: no other stake grows the bank faster.

use crate::chance::Chance;
use odds::{OddsError, kelly, kelly_exclusive};

fn growth(stakes: &[f64], prices: &[Option<f64>], probabilities: &[f64]) -> f64 {
    let reserve = 1.0 - stakes.iter().sum::<f64>();
    let wealth = |i: usize| reserve + prices[i].map_or(0.0, |price| stakes[i] * price);
    (0..stakes.len()).map(|i| probabilities[i] * wealth(i).ln()).sum()
}

#[test]
fn no_other_stakes_on_exclusive_outcomes_grow_faster() {
    let mut chance = Chance::new(29);
    let mut staked = 0;
    for _ in 0..20_000 {
        let outcomes = chance.between(2, 8);
        let probabilities = chance.probabilities(outcomes);
        let prices: Vec<Option<f64>> = probabilities
            .iter()
            .map(|p| Some(((0.6 + 0.6 * chance.unit()) / p).max(1.001)).filter(|_| chance.unit() > 0.1))
            .collect();
        let best = kelly_exclusive(&prices, &probabilities).unwrap();
        assert!(best.stakes.iter().all(|stake| (0.0..=1.0).contains(stake)), "{best:?}");
        assert!((best.stakes.iter().sum::<f64>() + best.reserve - 1.0).abs() <= 1e-12, "{best:?}");
        assert!(best.log_growth.is_finite() && best.log_growth >= -1e-15, "{best:?}");
        staked += u32::from(best.reserve < 1.0);
        for i in 0..outcomes {
            for change in [1e-4, -1e-4] {
                let mut other = best.stakes.clone();
                other[i] = (other[i] + change).max(0.0);
                if other.iter().sum::<f64>() > 1.0 {
                    continue; // That would be staking borrowed money.
                }
                let grown = growth(&other, &prices, &probabilities);
                assert!(grown.is_nan() || grown <= best.log_growth + 1e-12, "{prices:?} {probabilities:?}");
            }
        }
    }
    assert!(staked > 10_000);
}

#[test]
fn a_single_stake_is_the_exclusive_one_with_nothing_on_the_rest() {
    let mut chance = Chance::new(31);
    for _ in 0..100_000 {
        let (p, price) = (0.01 + 0.98 * chance.unit(), chance.price());
        let single = kelly(price, p, 1.0).unwrap();
        let both = kelly_exclusive(&[Some(price), None], &[p, 1.0 - p]).unwrap();
        assert!((single.stake - both.stakes[0]).abs() <= 1e-9, "{p} {price}");
        assert!((single.log_growth - both.log_growth).abs() <= 1e-9, "{p} {price}");
        let half = kelly(price, p, 0.5).unwrap();
        assert!(half.stake <= single.stake && half.log_growth <= single.log_growth);
    }
}

#[test]
fn stakes_that_cannot_be_found_are_typed_errors() {
    assert!(matches!(kelly(1.0, 0.5, 1.0), Err(OddsError::InvalidPrice { .. })));
    assert!(matches!(kelly(2.0, 1.1, 1.0), Err(OddsError::InvalidChance { .. })));
    assert!(matches!(kelly(2.0, f64::NAN, 1.0), Err(OddsError::InvalidChance { .. })));
    assert!(matches!(kelly(2.0, 0.5, 0.0), Err(OddsError::InvalidFraction { .. })));
    assert!(matches!(kelly_exclusive(&[Some(2.0)], &[1.0]), Err(OddsError::TooFewOutcomes { found: 1 })));
    let prices = [Some(2.0), Some(3.0)];
    assert!(matches!(kelly_exclusive(&prices, &[0.5]), Err(OddsError::LengthMismatch { .. })));
    assert!(matches!(kelly_exclusive(&prices, &[0.5, 0.3]), Err(OddsError::ProbabilitySum { .. })));
}
