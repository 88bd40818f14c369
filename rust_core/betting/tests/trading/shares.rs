//! What multiples put on their legs.

use betting::trading::{Apportionment, LegState};
use betting::{Price, Structure};
use proptest::prelude::*;

use crate::{cases, price};

fn of(kind: &str, prices: &[Price], sizes: &[usize], states: &[LegState]) -> Apportionment {
    let structure = Structure::new(kind, prices.len(), sizes, &[]).expect("a type");
    Apportionment::new(&structure, prices, states).expect("an open leg")
}

fn decimal(price: &Price) -> f64 {
    let (above, below) = price.parts();
    above as f64 / below as f64
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn shares_add_up_to_the_bet(prices in prop::collection::vec(price(), 1..8), stake in 1_u128..1_000_000_000) {
        let carried = of("ACCA", &prices, &[], &vec![LegState::Open; prices.len()]);
        prop_assert!((carried.factors().iter().sum::<f64>() - 1.0).abs() < 1e-15);
        prop_assert_eq!(carried.stakes(stake).expect("small").iter().sum::<u128>(), stake);
        let whole = stake as f64 * prices.iter().map(decimal).product::<f64>();
        let payout = carried.payouts(stake).expect("small").iter().sum::<u128>() as f64;
        prop_assert!(payout >= whole * (1.0 - 1e-12) && payout <= whole * (1.0 + 1e-12) + 1.0);
        let logarithms: f64 = prices.iter().map(|price| decimal(price).ln()).sum();
        for (price, factor) in prices.iter().zip(carried.factors()) {
            prop_assert!((factor - decimal(price).ln() / logarithms).abs() < 1e-12);
        }
    }

    #[test]
    fn a_system_is_the_sum_of_its_lines(prices in prop::collection::vec(price(), 4), stake in 1_000_u128..1_000_000) {
        let whole = of("YANKEE", &prices, &[], &[LegState::Open; 4]);
        let (mut stakes, mut payouts) = ([0_u128; 4], [0_u128; 4]);
        let yankee = Structure::new("YANKEE", 4, &[], &[]).expect("a type");
        for line in yankee.lines().expect("few lines") {
            let chosen: Vec<Price> = line.iter().map(|leg| prices[*leg]).collect();
            let one = of("ACCA", &chosen, &[], &vec![LegState::Open; chosen.len()]);
            for (at, leg) in line.iter().enumerate() {
                stakes[*leg] += one.stakes(stake).expect("small")[at];
                payouts[*leg] += one.payouts(stake).expect("small")[at];
            }
        }
        // Every line alone is rounded to whole units.
        let near = |one: u128, other: u128| one.abs_diff(other) <= 22 + other / 1_000_000_000_000;
        let both = whole.stakes(stake).expect("small").into_iter().zip(whole.payouts(stake).expect("small"));
        for (leg, (on_stake, on_payout)) in both.enumerate() {
            prop_assert!(near(on_stake, stakes[leg]) && near(on_payout, payouts[leg]), "leg {}", leg);
        }
    }

    #[test]
    fn what_a_won_leg_carried_goes_to_the_open_ones(prices in prop::collection::vec(price(), 3), stake in 1_u128..1_000_000) {
        let states = |first| [first, LegState::Open, LegState::Open];
        let [before, won, void, lost] =
            [LegState::Open, LegState::Won, LegState::Void, LegState::Lost].map(|first| {
                let treble = Structure::new("TREBLE", 3, &[], &[]).expect("a type");
                Apportionment::new(&treble, &prices, &states(first))
            });
        let (before, won, void) = (before.expect("open"), won.expect("open"), void.expect("open"));
        let sum = |of: &Apportionment| of.payouts(stake).expect("small").iter().sum::<u128>();
        prop_assert_eq!(sum(&before), sum(&won));
        prop_assert!(sum(&void) <= sum(&won));
        prop_assert_eq!(won.factors(), void.factors());
        prop_assert_eq!(won.factors()[0].to_bits(), 0);
        prop_assert_eq!(won.factors()[1..].to_vec(), of("DOUBLE", &prices[1..], &[], &[LegState::Open; 2]).factors());
        prop_assert!(lost.is_err());
    }
}

#[test]
fn what_is_won_already_is_at_risk_no_more() {
    let evens = Price::new(2, 1).expect("a price");
    let states = [LegState::Won, LegState::Open];
    // A single on the first leg is paid; the single and the double of the second are open.
    let carried = of("SYSTEM", &[evens; 2], &[1, 2], &states);
    assert_eq!(carried.stakes(100).expect("small"), [0, 200]);
    assert_eq!(carried.payouts(100).expect("small"), [0, 600]);
    // Up and down: 200 come back, 100 of them stay on the second leg.
    let carried = of("SSA", &[evens; 2], &[], &[LegState::Open; 2]);
    assert_eq!(carried.stakes(100).expect("small"), [100, 100]);
    assert_eq!(carried.payouts(100).expect("small"), [300, 300]);
}
