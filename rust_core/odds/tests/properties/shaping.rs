//! Books shaped to limits, ceilings, a least margin and manual prices.

use crate::chance::Chance;
use odds::{
    BETDAQ, BETFAIR, BETFAIR_FINEST, Ladder, Method, OddsError, OutcomeTerms, PricedBook, PricingRule, Rungs,
    fractional, price_probabilities,
};

fn rule(ladder: &Ladder, method: Method, margin: f64, low: u32, high: u32) -> PricingRule {
    PricingRule::on(Rungs::Decimal(ladder.clone()), method, 1.0, margin, low, high).unwrap()
}

fn shaped(fair: &[f64], rule: &PricingRule, terms: OutcomeTerms<'_>) -> Result<PricedBook, OddsError> {
    price_probabilities(&fair.iter().copied().map(Some).collect::<Vec<_>>(), rule, terms)
}

#[allow(clippy::cast_sign_loss)] // prices are above 0
fn to_e4(price: f64) -> u32 {
    price as u32
}

/// A book reaches its least margin within every limit, or the limits leave no such book.
#[test]
fn a_shaped_book_reaches_its_margin_or_says_that_it_cannot() {
    shaped_books(100_000);
}

#[test]
#[ignore = "minutes: make million"]
fn a_million_shaped_books() {
    shaped_books(1_000_000);
}

fn shaped_books(rounds: usize) {
    let mut chance = Chance::new(29);
    let (mut priced, mut refused) = (0, 0);
    for round in 0..rounds {
        let outcomes = chance.between(2, 12);
        let fair = chance.probabilities(outcomes);
        let method = Method::APPLICATION[round % Method::APPLICATION.len()];
        let margin = 0.3 * chance.unit();
        let least = margin * chance.unit();
        let ladder = [&BETFAIR, &BETFAIR_FINEST, &BETDAQ][round % 3];
        let low = ladder.ceil(10_100 + 100 * u32::try_from(chance.between(0, 140)).unwrap());
        let rule = rule(ladder, method, margin, low, 5_000_000).with_min_margin(least).unwrap();
        let near = |p: f64| to_e4(((0.8 + 0.4 * chance.unit()) * 1e4 / p).max(f64::from(low) + 1.0));
        let mut ceilings: Vec<Option<u32>> = fair.iter().copied().map(near).map(Some).collect();
        ceilings[0] = None;
        let terms = OutcomeTerms { ceilings_e4: &ceilings, manual_e4: &[] };
        match shaped(&fair, &rule, terms) {
            Ok(book) => {
                priced += 1;
                assert!(book.booksum >= (1.0 + least) * (1.0 - 1e-11), "{fair:?} {book:?}");
                for (price, ceiling) in book.prices_e4.iter().zip(&ceilings) {
                    assert!(ladder.is_valid(*price) && (low..=5_000_000).contains(price));
                    assert!(ceiling.is_none_or(|ceiling| *price <= ceiling));
                }
            }
            Err(OddsError::Unattainable { .. }) if method == Method::Shin => {}
            Err(OddsError::Unattainable { .. }) => {
                refused += 1;
                let most = 1e4 / f64::from(low) * outcomes as f64;
                assert!(most < (1.0 + least) * (1.0 + 1e-11), "{fair:?} {margin} {low}");
            }
            Err(other) => panic!("{other}: {fair:?}"),
        }
    }
    assert!(priced > rounds / 2 && refused > rounds / 250, "{priced} priced, {refused} refused");
}

#[test]
fn what_is_held_is_taken_up_by_the_others_and_no_more() {
    let rule = rule(&BETFAIR_FINEST, Method::Multiplicative, 0.08, 10_200, 10_000_000);
    // 0.97 · 1.08 would be a price below 1; held at 1.02 the two others carry the rest of the margin.
    let book = shaped(&[0.97, 0.02, 0.01], &rule, OutcomeTerms::default()).unwrap();
    assert_eq!(book.prices_e4[0], 10_200);
    assert!((1.08..1.081).contains(&book.booksum), "{book:?}");
    // A ceiling that already brings more than the margin leaves the others alone.
    let ceilings = [None, Some(200_000), Some(200_000)];
    let terms = OutcomeTerms { ceilings_e4: &ceilings, manual_e4: &[] };
    let book = shaped(&[0.97, 0.02, 0.01], &rule, terms).unwrap();
    assert!((1.08..1.081).contains(&book.booksum) && book.prices_e4[2] <= 200_000, "{book:?}");
}

#[test]
fn a_least_margin_keeps_a_market_open_that_the_lowest_price_would_close() {
    let strict = rule(&BETFAIR, Method::Power, 0.2, 18_000, 10_000_000);
    let evens = [0.5, 0.5];
    assert!(matches!(shaped(&evens, &strict, OutcomeTerms::default()), Err(OddsError::Unattainable { .. })));
    let book =
        shaped(&evens, &strict.clone().with_min_margin(0.1).unwrap(), OutcomeTerms::default()).unwrap();
    assert_eq!(book.prices_e4, [18_000, 18_000]);
    assert!(matches!(strict.with_min_margin(0.3), Err(OddsError::InvalidMargin { .. })));
}

#[test]
fn manual_prices_come_last_and_give_no_sure_profit_away() {
    let rule = rule(&BETFAIR, Method::Power, 0.05, 10_100, 10_000_000);
    let with =
        |manual_e4: &[Option<u32>]| shaped(&[0.5, 0.5], &rule, OutcomeTerms { ceilings_e4: &[], manual_e4 });
    let book = with(&[Some(20_200), None]).unwrap();
    assert_eq!(book.prices_e4, [20_200, 19_000]);
    assert!((book.booksum - (1.0 / 2.02 + 1.0 / 1.9)).abs() < 1e-15);
    assert!(matches!(with(&[Some(22_000), None]), Err(OddsError::SureLoss { .. })));
    assert!(matches!(with(&[None, Some(20_100)]), Err(OddsError::ManualPrice { index: 1, .. })));
    assert!(matches!(with(&[Some(20_000)]), Err(OddsError::TermsCount { given: 1, outcomes: 2 })));
    let terms = OutcomeTerms { ceilings_e4: &[Some(10_050), None], manual_e4: &[] };
    assert!(matches!(shaped(&[0.5, 0.5], &rule, terms), Err(OddsError::Ceiling { index: 0, .. })));
    let missing = [Some(0.5), None, Some(0.5)];
    let terms = OutcomeTerms { ceilings_e4: &[], manual_e4: &[None, Some(20_000), None] };
    let refused = price_probabilities(&missing, &rule, terms);
    assert!(matches!(refused, Err(OddsError::ManualPrice { index: 1, .. })));
}

/// The exact fractions carry the margin, none is above the exact price, and limits are kept.
#[test]
fn fractions_are_cut_down_and_carry_the_margin() {
    let mut chance = Chance::new(31);
    let mut priced = 0;
    for round in 0..50_000 {
        let outcomes = chance.between(2, 12);
        let fair = chance.probabilities(outcomes);
        let (margin, low) =
            (0.3 * chance.unit(), 10_010 + 40 * u32::try_from(chance.between(0, 60)).unwrap());
        let method = [Method::Power, Method::OddsRatio][round % 2];
        let rule = PricingRule::on(Rungs::Fractional, method, 1.0, margin, low, 1_000_000).unwrap();
        let rule = rule.with_min_margin(0.9 * margin).unwrap();
        let Ok(book) = shaped(&fair, &rule, OutcomeTerms::default()) else { continue };
        priced += 1;
        let rungs: Vec<_> = (0..outcomes).map(|at| book.fraction(at).unwrap()).collect();
        let exact: Vec<f64> = rungs.iter().map(|(n, d)| 1.0 + f64::from(*n) / f64::from(*d)).collect();
        let booksum: f64 = exact.iter().map(|price| 1.0 / price).sum();
        assert!((booksum - book.booksum).abs() < 1e-9 && booksum >= (1.0 + 0.9 * margin) * (1.0 - 1e-11));
        for ((rung, price), (e4, p)) in rungs.iter().zip(&exact).zip(book.prices_e4.iter().zip(&fair)) {
            assert!(fractional::RUNGS.contains(rung) && (1e4 * price - f64::from(*e4)).abs() < 1.0);
            assert!(*price <= 100.0 && 1e4 * price > f64::from(low) - 1e-6);
            assert!(price * p < 1.0 + 1e-11 || 1e4 * price < 1.1 * f64::from(low));
        }
    }
    assert!(priced > 40_000, "{priced}");
    // A manual price is named by its ten-thousandths: 4/6 is 16 666.
    let rule = PricingRule::on(Rungs::Fractional, Method::Power, 1.0, 0.05, 10_100, 1_000_000).unwrap();
    let manual = [Some(16_666), None];
    let terms = OutcomeTerms { ceilings_e4: &[], manual_e4: &manual };
    assert_eq!(shaped(&[0.6, 0.4], &rule, terms).unwrap().fraction(0), Some((4, 6)));
    let manual = [Some(16_000), None];
    let terms = OutcomeTerms { ceilings_e4: &[], manual_e4: &manual };
    let refused = shaped(&[0.6, 0.4], &rule, terms);
    assert_eq!(refused, Err(OddsError::ManualPrice { index: 0, price_e4: 16_000 }));
}
