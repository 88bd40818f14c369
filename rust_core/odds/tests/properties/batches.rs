//! Batches against one call a market.

use crate::chance::Chance;
use odds::{
    Markets, Method, OddsError, OnInvalid, apply_margin, apply_margins, remove_margin, remove_margins,
};

#[test]
fn a_batch_is_its_markets() {
    let mut chance = Chance::new(37);
    for method in Method::APPLICATION {
        let (mut fair, mut offsets, mut margins) = (Vec::new(), vec![0], Vec::new());
        for _ in 0..500 {
            let outcomes = chance.between(2, 9);
            fair.extend(chance.probabilities(outcomes));
            offsets.push(fair.len());
            margins.push(0.1 * chance.unit());
        }
        let markets = Markets::Ragged(&offsets);
        let applied = apply_margins(&fair, markets, &margins, method, 1.0, OnInvalid::Allow);
        let Ok(applied) = applied else {
            assert!(matches!(applied, Err(OddsError::InMarket { .. })));
            continue;
        };
        let allow = OnInvalid::Allow;
        for (i, pair) in offsets.windows(2).enumerate() {
            let one = apply_margin(&fair[pair[0]..pair[1]], margins[i], method, 1.0, allow).unwrap();
            assert_eq!(applied.values[pair[0]..pair[1]], one.prices);
            assert_eq!((applied.found[i].parameter, applied.found[i].valid), (one.parameter, one.valid));
        }
    }
}

#[test]
fn wide_batches_cut_rows_and_name_the_market_that_fails() {
    let prices = [1.9, 1.95, 1.5, 2.6, 1.2, 4.5];
    let removed = remove_margins(&prices, Markets::Wide(2), Method::Jsd, 1.0, OnInvalid::Error).unwrap();
    for (i, row) in prices.chunks(2).enumerate() {
        let one = remove_margin(row, Method::Jsd, 1.0, OnInvalid::Error).unwrap();
        assert_eq!(removed.values[2 * i..2 * i + 2], one.probabilities);
    }
    let prices = [1.9, 1.95, 1.5, 0.6];
    let error = remove_margins(&prices, Markets::Wide(2), Method::Power, 1.0, OnInvalid::Allow).unwrap_err();
    assert_eq!(
        error.to_string(),
        "market 1: price 1 is 0.6: a decimal price must be a finite number above 1"
    );
    for offsets in [&[][..], &[0], &[1, 4], &[0, 3], &[0, 3, 2, 4]] {
        let wrong = remove_margins(&prices, Markets::Ragged(offsets), Method::Power, 1.0, OnInvalid::Allow);
        assert!(matches!(wrong, Err(OddsError::InvalidOffsets { values: 4 })), "{offsets:?}");
    }
    let wrong = apply_margins(&[0.5; 4], Markets::Wide(2), &[0.1; 3], Method::Power, 1.0, OnInvalid::Allow);
    assert_eq!(wrong, Err(OddsError::MarginCount { margins: 3, markets: 2 }));
}
