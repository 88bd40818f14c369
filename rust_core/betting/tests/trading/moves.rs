//! Prices that follow liability, and prices that changed.

use betting::trading::{AutoMover, Better, MoveRule, MoverState, PricePolicy, StepTable, judge_price, skew};
use betting::{Price, Share, reduce_exchange_price};
use odds::{BETFAIR, Method, OutcomeTerms, PricingRule, Rungs};
use proptest::prelude::*;

use crate::{cases, price};

const MINUTE: u64 = 60_000_000_000;

fn market() -> impl Strategy<Value = (Vec<f64>, Vec<i128>)> {
    let outcome = (1_u32..100, -1_000_000_i128..1_000_000);
    prop::collection::vec(outcome, 2..9).prop_map(|outcomes| {
        let sum: f64 = outcomes.iter().map(|(weight, _)| f64::from(*weight)).sum();
        outcomes.into_iter().map(|(weight, pnl)| (f64::from(weight) / sum, pnl)).unzip()
    })
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn a_skew_keeps_the_sum_and_shortens_what_would_lose((fair, pnl) in market(), alpha in 0.0_f64..0.5) {
        let rule = MoveRule::new(alpha, 1_000_000, 1.0).expect("a rule");
        let skewed = skew(&fair, &pnl, &rule).expect("a skew");
        prop_assert!((skewed.iter().sum::<f64>() - fair.iter().sum::<f64>()).abs() < 1e-12);
        let worst = (0..pnl.len()).min_by_key(|at| pnl[*at]).expect("outcomes");
        let best = (0..pnl.len()).max_by_key(|at| pnl[*at]).expect("outcomes");
        // Scaling back to the sum may lower both; what loses most never gains less than what wins most.
        prop_assert!(skewed[worst] / fair[worst] >= skewed[best] / fair[best] - 1e-12);
        let level = skew(&fair, &vec![7; fair.len()], &rule).expect("a skew");
        prop_assert!(level.iter().zip(&fair).all(|(one, other)| (one - other).abs() < 1e-12));
    }

    /// Moves of a minute stay within its allowance, no price passes its ceiling, and the margin is kept.
    #[test]
    #[allow(clippy::cast_sign_loss)] // prices are above 0
    fn a_mover_keeps_its_allowance_and_its_ceilings(
        (fair, pnl) in market(), times in prop::collection::vec(0_u64..40, 1..12), per_minute in 0.0_f64..0.3
    ) {
        let rule = MoveRule::new(0.25, 200_000, per_minute).expect("a rule");
        let pricing = PricingRule::new(Method::Power, 1.0, 0.06, 10_100, 10_000_000).expect("a rule");
        let ceilings: Vec<Option<u32>> = fair.iter().map(|p| Some((10_100.0_f64.max(9_900.0 / p)) as u32)).collect();
        let terms = OutcomeTerms { ceilings_e4: &ceilings, manual_e4: &[] };
        let mut mover = AutoMover::new(rule, fair.len()).expect("outcomes");
        let (mut now, mut before) = (0, vec![0.0; fair.len()]);
        let mut moves: Vec<(u64, f64)> = Vec::new();
        for (round, seconds) in times.iter().enumerate() {
            now += seconds * 1_000_000_000;
            let pnl: Vec<i128> = pnl.iter().map(|pnl| if round % 3 == 2 { -pnl } else { *pnl }).collect();
            let moved = match mover.step(now, &fair, &pnl, &pricing, terms) {
                Ok(moved) => moved,
                Err(error) => return Err(TestCaseError::reject(error.to_string())),
            };
            let far = moved.offsets.iter().zip(&before).map(|(to, from)| (to - from).abs()).fold(0.0, f64::max);
            moves.push((now, far));
            let spent: f64 = moves.iter().filter(|(at, _)| at + MINUTE > now).map(|(_, far)| far).sum();
            prop_assert!(spent <= per_minute + 1e-12, "{} of {}", spent, per_minute);
            prop_assert!(moved.book.booksum >= 1.06 - 1e-9);
            for (price, ceiling) in moved.book.prices_e4.iter().zip(&ceilings) {
                prop_assert!(BETFAIR.is_valid(*price) && ceiling.is_none_or(|ceiling| *price <= ceiling));
            }
            prop_assert!((moved.book.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            before = moved.offsets;
        }
    }

    #[test]
    fn policies_form_a_ladder(requested in price(), current in price(), percent in 0_u64..100) {
        let within = |percent| PricePolicy::Within(Share::new(percent, 100, "tolerance").expect("a share"));
        let accepts = |policy| judge_price(policy, requested, current, Better::Current).accepted;
        let policies = [PricePolicy::None, PricePolicy::Higher, within(0), within(percent), PricePolicy::Any];
        let accepted = policies.map(accepts);
        prop_assert!(accepted.is_sorted(), "{:?}", accepted);
        prop_assert_eq!(accepted[1], accepted[2]);
        let kept = judge_price(PricePolicy::Any, requested, current, Better::Requested).price;
        let lower = |one: Price, other: Price| {
            u128::from(one.parts().0) * u128::from(other.parts().1) < u128::from(other.parts().0) * u128::from(one.parts().1)
        };
        prop_assert_eq!(kept, if lower(requested, current) { requested } else { current });
    }

    #[test]
    fn a_reduced_price_is_within_a_cent_of_the_truth(price in price(), basis_points in 0_u64..10_000) {
        let reduced = reduce_exchange_price(price, (basis_points, 100), false).expect("a factor");
        let decimal = |price: Price| price.parts().0 as f64 / price.parts().1 as f64;
        let exact = (decimal(price) * (1.0 - basis_points as f64 / 10_000.0)).max(1.01);
        prop_assert!((decimal(reduced) - exact).abs() <= 0.005 + 1e-9);
        let win = reduce_exchange_price(price, (basis_points, 100), true).expect("a factor");
        prop_assert_eq!(win, if basis_points < 250 { price } else { reduced });
    }
}

#[test]
fn a_mover_that_cannot_price_does_not_move() {
    let rule = MoveRule::new(0.25, 1_000, 10.0).expect("a rule");
    let pricing = PricingRule::new(Method::Power, 1.0, 0.05, 10_100, 10_000_000).expect("a rule");
    let mut market = AutoMover::new(rule, 2).expect("outcomes");
    let low = OutcomeTerms { ceilings_e4: &[Some(10_050), None], manual_e4: &[] };
    assert!(market.step(5, &[0.5, 0.5], &[-1_000, 1_000], &pricing, low).is_err());
    let moved =
        market.step(0, &[0.5, 0.5], &[-1_000, 1_000], &pricing, OutcomeTerms::default()).expect("a move");
    assert!(moved.offsets == [0.25, -0.25] && !moved.capped);
    assert!(moved.book.prices_e4[0] < 19_000 && moved.book.prices_e4[1] > 19_000);
    let later = market.step(9, &[0.4, 0.6], &[-1_000, 1_000], &pricing, OutcomeTerms::default());
    assert!(later.is_ok_and(|moved| moved.offsets == [0.25, -0.25]));
    assert!(market.step(8, &[0.5, 0.5], &[0, 0], &pricing, OutcomeTerms::default()).is_err());
    assert!(market.step(9, &[0.3, 0.3, 0.4], &[0, 0, 0], &pricing, OutcomeTerms::default()).is_err());
    assert!(MoveRule::new(f64::NAN, 1, 1.0).is_err() && MoveRule::new(0.2, 0, 1.0).is_err());
    assert!(skew(&[0.5, 1.0], &[0, 0], &rule).is_err() && skew(&[0.5, 0.5], &[0], &rule).is_err());
}

#[test]
fn a_restored_mover_goes_on_where_the_other_stood() {
    let rule = MoveRule::new(0.25, 1_000, 0.1).expect("a rule");
    let pricing = PricingRule::new(Method::Power, 1.0, 0.05, 10_100, 10_000_000).expect("a rule");
    let mut market = AutoMover::new(rule, 2).expect("outcomes");
    let step = |market: &mut AutoMover, second: u64, pnl: i128| {
        let (fair, terms) = ([0.5, 0.5], OutcomeTerms::default());
        market.step(second * 1_000_000_000, &fair, &[-pnl, pnl], &pricing, terms).expect("a move")
    };
    for second in 0..90 {
        step(&mut market, second, i128::from(second * 37 % 1_000));
        let mut restored = AutoMover::restore(rule, market.state()).expect("a state");
        assert_eq!(restored.state(), market.state());
        let (there, here) = (second + second % 3, i128::from(second * 91 % 700));
        assert_eq!(step(&mut restored, there, here), step(&mut market.clone(), there, here));
    }
    let state = market.state();
    let broken: [fn(&mut MoverState); 5] = [
        |state| state.offsets.truncate(1),
        |state| state.offsets[0] = f64::NAN,
        |state| state.spent.reverse(),
        |state| state.spent[0].1 = -1.0,
        |state| state.now_ns = 0,
    ];
    for damage in broken {
        let mut state = state.clone();
        damage(&mut state);
        assert!(AutoMover::restore(rule, state).is_err());
    }
}

#[test]
fn liability_shortens_prices_by_ticks() {
    let table = StepTable::every(10_000).expect("a table");
    let betfair = Rungs::Decimal(BETFAIR.clone());
    let prices = table.apply(&[25_000, 34_000, 0], &[-25_000, 5_000, -90_000], &betfair, 10_100);
    assert_eq!(prices.expect("prices"), [24_600, 34_000, 0]);
    let table = StepTable::rows(&[(5_000, 1), (20_000, 4)]).expect("a table");
    assert_eq!([0, -4_999, -5_000, -19_999, -1_000_000].map(|pnl| table.ticks(pnl)), [0, 0, 1, 1, 4]);
    let held = table.apply(&[10_300], &[-20_000], &betfair, 10_200).expect("prices");
    assert_eq!(held, [10_200]);
    assert!(StepTable::every(0).is_err() && StepTable::rows(&[(5, 2), (6, 1)]).is_err());
    assert!(table.apply(&[20_000], &[], &betfair, 10_100).is_err());
}
