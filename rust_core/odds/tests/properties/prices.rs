//! Prices in every format and on every ladder.

use odds::{BETDAQ, BETFAIR, BETFAIR_FINEST, Format, Ladder, OddsError, Price, Side, fractional};
use proptest::prelude::*;

/// A price from its customary fraction.
fn chalked((n, d): fractional::Rung) -> Price {
    Price::from_profit(u128::from(n), u128::from(d)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_format_gives_the_price_back(n in 1_u128..10_000_000, d in 1_u128..1_000_000) {
        let price = Price::from_profit(n, d).unwrap();
        for format in Format::ALL {
            let value = price.value(format);
            let sign = if value.negative { "-" } else { "" };
            let text = format!("{sign}{}/{}", value.numerator, value.denominator);
            prop_assert_eq!(Price::parse(&text, format), Ok(price));
        }
    }

    #[test]
    fn no_text_breaks_the_parser(text in "\\PC{0,24}", number in "[+-]?[0-9]{0,20}[./]?[0-9]{0,20}") {
        for format in Format::ALL {
            for text in [&text, &number] {
                if let Ok(price) = Price::parse(text, format) {
                    prop_assert!(price.profit().0 > 0 && price.to_f64() >= 1.0);
                }
            }
        }
    }

    #[test]
    fn what_is_shown_is_within_half_a_unit(hundredths in 101_u128..100_000) {
        let price = Price::from_profit(hundredths - 100, 100).unwrap();
        prop_assert_eq!(price.display(Format::Decimal, 2), format!("{}.{:02}", hundredths / 100, hundredths % 100));
        let american: f64 = price.display(Format::American, 0).parse().unwrap();
        let x = hundredths as f64 / 100.0 - 1.0;
        let exact = if x >= 1.0 { 100.0 * x } else { -100.0 / x };
        prop_assert!((american - exact).abs() <= 0.5 + 1e-9);
    }

    #[test]
    fn fractions_snap_as_the_list_says(n in 1_u128..2_000_000, d in 1_u128..2_000) {
        let price = Price::from_profit(n, d).unwrap();
        let floor = fractional::RUNGS.into_iter().rfind(|rung| chalked(*rung) <= price);
        let ceil = fractional::RUNGS.into_iter().find(|rung| chalked(*rung) >= price);
        prop_assert_eq!(fractional::floor(price), floor);
        prop_assert_eq!(fractional::ceil(price), ceil);
        prop_assert_eq!(fractional::is_valid(price), floor == ceil);
        let nearest = fractional::nearest(price);
        prop_assert!(floor == Some(nearest) || ceil == Some(nearest));
    }

    #[test]
    fn every_ladder_agrees_with_its_list(price in 0_u32..11_000_000, ticks in -50_i32..50) {
        for ladder in [&BETFAIR, &BETDAQ] {
            let prices: Vec<u32> = ladder.prices().collect();
            let floor = prices.iter().rev().find(|p| **p <= price).copied().unwrap_or(ladder.lowest());
            let ceil = prices.iter().find(|p| **p >= price).copied().unwrap_or(ladder.highest());
            prop_assert_eq!((ladder.floor(price), ladder.ceil(price)), (floor, ceil));
            prop_assert_eq!(ladder.limit(price, Side::Back), floor);
            prop_assert_eq!(ladder.limit(price, Side::Lay), ceil);
            let there = ladder.offset(price, ticks);
            let at_an_end = there == ladder.lowest() || there == ladder.highest();
            prop_assert!(at_an_end || ladder.distance(price, there) == ticks);
        }
    }
}

/// The ladders that are written down are the ones their tiers make.
#[test]
fn ladders_are_their_tiers() {
    let hundredths = |tiers: &[(u32, u32, u32)]| {
        let tiers: Vec<_> = tiers.iter().map(|(a, b, c)| (a * 100, b * 100, c * 100)).collect();
        Ladder::from_tiers(&tiers).unwrap().prices().collect::<Vec<u32>>()
    };
    let finest = hundredths(&[(101, 100_000, 1)]);
    assert_eq!((finest.len(), finest), (99_900, BETFAIR_FINEST.prices().collect()));
    let betdaq = hundredths(&[
        (101, 300, 1),
        (300, 400, 5),
        (400, 1_000, 10),
        (1_000, 2_000, 50),
        (2_000, 5_000, 100),
        (5_000, 20_000, 200),
        (20_000, 100_000, 500),
    ]);
    assert_eq!((betdaq.len(), betdaq), (565, BETDAQ.prices().collect()));
}

#[test]
fn tiers_that_make_no_ladder_are_refused() {
    for tiers in [
        &[][..],
        &[(10_000, 20_000, 100)],
        &[(10_100, 10_100, 100)],
        &[(10_100, 20_000, 0)],
        &[(10_100, 20_000, 700)],
        &[(20_000, 10_100, 100)],
        &[(10_001, u32::MAX, 1)],
    ] {
        assert!(matches!(Ladder::from_tiers(tiers), Err(OddsError::InvalidTier { index: 0 })), "{tiers:?}");
    }
    let gap = Ladder::from_tiers(&[(10_100, 20_000, 100), (20_100, 30_000, 100)]);
    assert!(matches!(gap, Err(OddsError::InvalidTier { index: 1 })));
}

/// Between 13/10 and 11/8 lies 107/80: as far from both, so the shorter price is taken.
#[test]
fn halfway_between_two_fractions_is_the_shorter() {
    assert_eq!(fractional::nearest(Price::from_profit(107, 80).unwrap()), (13, 10));
    assert_eq!(fractional::offset(chalked((13, 10)), 1), (11, 8));
    assert_eq!(fractional::offset(chalked((13, 10)), -500), (1, 1000));
    assert_eq!(fractional::distance(chalked((13, 10)), chalked((6, 4))), 3);
    assert_eq!(fractional::floor(Price::parse("1.0005", Format::Decimal).unwrap()), None);
}
