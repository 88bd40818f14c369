//! The ladder against its own list of prices, and the promises of a priced book.

use crate::chance::Chance;
use odds::{BETFAIR, Method, OddsError, OutcomeTerms, PricingRule, price_book};
use proptest::prelude::*;

/// Nothing said of single outcomes.
const PLAIN: OutcomeTerms<'static> = OutcomeTerms { ceilings_e4: &[], manual_e4: &[] };

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn snapping_agrees_with_the_list_of_prices(price in 0_u32..12_000_000) {
        let prices: Vec<u32> = BETFAIR.prices().collect();
        let below = prices.iter().rev().find(|p| **p <= price).copied();
        let above = prices.iter().find(|p| **p >= price).copied();
        let floor = below.unwrap_or(BETFAIR.lowest());
        let ceil = above.unwrap_or(BETFAIR.highest());
        prop_assert_eq!(BETFAIR.floor(price), floor);
        prop_assert_eq!(BETFAIR.ceil(price), ceil);
        prop_assert_eq!(BETFAIR.is_valid(price), prices.contains(&price));
        let nearest = if ceil.abs_diff(price) <= floor.abs_diff(price) { ceil } else { floor };
        prop_assert_eq!(BETFAIR.nearest(price), nearest);
    }

    #[test]
    fn ticks_walk_the_list_and_stay_on_it(start in 0_usize..350, ticks in -400_i32..400) {
        let prices: Vec<u32> = BETFAIR.prices().collect();
        let end = start.saturating_add_signed(isize::try_from(ticks).unwrap()).min(349);
        prop_assert_eq!(BETFAIR.offset(prices[start], ticks), prices[end]);
    }
}

#[test]
fn betfair_has_350_prices() {
    let prices: Vec<u32> = BETFAIR.prices().collect();
    assert_eq!((prices.len(), prices[0], prices[349]), (350, 10_100, 10_000_000));
    assert!(prices.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(BETFAIR.len(), 350);
}

/// Whatever the reference and the limits: on the ladder, within the limits, at least the margin, shorter for likelier.
#[test]
fn priced_books_keep_their_promises() {
    let mut chance = Chance::new(17);
    let mut priced = 0;
    for round in 0..200_000 {
        let outcomes = chance.between(2, 16);
        let fair = chance.probabilities(outcomes);
        let noise = 0.97 + 0.06 * chance.unit();
        let reference: Vec<Option<f64>> =
            fair.iter().map(|p| Some((noise / p).max(1.001)).filter(|_| chance.unit() > 0.1)).collect();
        let method = Method::APPLICATION[round % Method::APPLICATION.len()];
        let margin = 0.2 * chance.unit();
        let (low, high) = (10_100 + 100 * u32::try_from(chance.between(0, 30)).unwrap(), 10_000_000);
        let rule = PricingRule::new(method, 1.0, margin, low, high).unwrap();
        let Ok(book) = price_book(&reference, &rule, PLAIN) else { continue };
        priced += 1;
        assert!(book.booksum >= (1.0 + margin) * (1.0 - 1e-11), "{reference:?} {margin} {book:?}");
        for (offered, given) in book.prices_e4.iter().zip(&reference) {
            assert_eq!(*offered == 0, given.is_none());
            assert!(given.is_none() || (BETFAIR.is_valid(*offered) && (low..=high).contains(offered)));
        }
        for (i, p) in book.probabilities.iter().enumerate() {
            let longer = |j: usize| book.prices_e4[j] >= book.prices_e4[i] || book.prices_e4[j] == 0;
            assert!((0..outcomes).all(|j| book.probabilities[j] > *p || longer(j)), "{book:?}");
        }
    }
    assert!(priced > 100_000, "only {priced} books could be priced");
}

#[test]
fn a_favourite_below_the_lowest_price_is_held_there() {
    let rule = PricingRule::new(Method::Power, 1.0, 0.05, 11_000, 10_000_000).unwrap();
    let book = price_book(&[Some(1.02), Some(60.0), Some(200.0)], &rule, PLAIN).unwrap();
    assert_eq!(book.prices_e4[0], 11_000);
    assert!(book.booksum >= 1.05);
}

#[test]
fn limits_and_margins_out_of_reach_are_refused() {
    assert!(matches!(
        PricingRule::new(Method::Power, 1.0, 0.05, 20_100, 20_100),
        Err(OddsError::PriceLimits { .. })
    ));
    let rule = PricingRule::new(Method::Power, 1.0, 0.5, 15_000, 10_000_000).unwrap();
    let evens = [Some(2.0), Some(2.0)];
    assert!(matches!(price_book(&evens, &rule, PLAIN), Err(OddsError::Unattainable { .. })));
    assert!(matches!(
        price_book(&[Some(2.0), None], &rule, PLAIN),
        Err(OddsError::TooFewOutcomes { found: 1 })
    ));
}

#[test]
fn a_place_market_carries_the_margin_on_every_place() {
    let rule = PricingRule::new(Method::Power, 3.0, 0.08, 10_100, 10_000_000).unwrap();
    let reference = [1.3, 1.6, 2.0, 2.6, 3.5, 5.0, 8.0, 15.0].map(Some);
    let book = price_book(&reference, &rule, PLAIN).unwrap();
    assert!(book.booksum >= 3.0 * 1.08);
    assert!((book.probabilities.iter().sum::<f64>() - 3.0).abs() < 1e-12);
}
