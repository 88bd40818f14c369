//! What holds for every single, and the published examples.

use betting::{BettingError, DeadHeat, LegResult, Rounding, settle_single};
use proptest::prelude::*;

const MODES: [Rounding; 3] = [Rounding::HalfUp, Rounding::Down, Rounding::HalfEven];

fn returns(stake: i128, price_e4: u32, result: LegResult, rounding: Rounding) -> i128 {
    settle_single(stake, price_e4, result, rounding, 1).expect("a proper bet").returns
}

fn result(won: bool, void_halves: u8, places: u32, tied: u32) -> LegResult {
    let dead_heat = DeadHeat::new(places, tied).expect("a proper dead heat");
    LegResult::new(won, void_halves, dead_heat).expect("a proper result")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn void_gives_the_stake_back_and_lost_nothing(
        stake in 1_i128..1_000_000_000_000, price in 10_001_u32..100_000_000, mode in prop::sample::select(&MODES[..])
    ) {
        prop_assert_eq!(returns(stake, price, LegResult::VOID, mode), stake);
        prop_assert_eq!(returns(stake, price, LegResult::LOST, mode), 0);
        prop_assert_eq!(returns(stake, price, result(true, 2, 1, 3), mode), stake);
    }

    #[test]
    fn half_results_lie_between_whole_ones(
        stake in 1_i128..1_000_000_000_000, price in 10_001_u32..100_000_000, mode in prop::sample::select(&MODES[..])
    ) {
        let won = returns(stake, price, LegResult::WON, mode);
        let half_won = returns(stake, price, result(true, 1, 1, 1), mode);
        let half_lost = returns(stake, price, result(false, 1, 1, 1), mode);
        prop_assert!(stake <= half_won && half_won <= won);
        prop_assert!(half_lost <= stake);
        let exact_half = settle_single(stake, price, result(false, 1, 1, 1), mode, 1).unwrap().exact();
        prop_assert_eq!(exact_half.0 * 2, stake * exact_half.1);
    }

    #[test]
    fn a_longer_price_never_pays_less(
        stake in 1_i128..1_000_000_000_000, low in 10_001_u32..50_000_000, more in 0_u32..50_000_000,
        void_halves in 0_u8..3, won: bool, places in 1_u32..6, tied in 1_u32..9,
        mode in prop::sample::select(&MODES[..])
    ) {
        let leg = result(won, void_halves, places, tied);
        prop_assert!(returns(stake, low, leg, mode) <= returns(stake, low + more, leg, mode));
    }

    #[test]
    fn more_runners_in_a_dead_heat_never_pay_more(
        stake in 1_i128..1_000_000_000_000, price in 10_001_u32..100_000_000, places in 1_u32..6, tied in 1_u32..9
    ) {
        let alone = returns(stake, price, result(true, 0, places, tied), Rounding::Down);
        let shared = returns(stake, price, result(true, 0, places, tied + 1), Rounding::Down);
        prop_assert!(shared <= alone);
        prop_assert!(tied > places || alone == returns(stake, price, LegResult::WON, Rounding::Down));
    }

    #[test]
    fn one_rounding_misses_by_less_than_a_unit(
        minor in 1_i128..1_000_000_000, price in 10_001_u32..100_000_000, void_halves in 0_u8..3, tied in 1_u32..9,
        unit in prop::sample::select(vec![1_i128, 5, 10_000]), mode in prop::sample::select(&MODES[..])
    ) {
        let settled = settle_single(minor * unit, price, result(true, void_halves, 1, tied), mode, unit).unwrap();
        let (numerator, denominator) = settled.exact();
        let miss = (numerator - settled.returns * denominator).abs();
        prop_assert_eq!(settled.returns % unit, 0);
        let step = unit * denominator;
        prop_assert!(2 * miss <= step || (mode == Rounding::Down && miss < step));
    }
}

#[test]
fn dead_heats_divide_the_stake_at_full_price() {
    assert_eq!(returns(5_000, 25_000, result(true, 0, 1, 2), Rounding::HalfUp), 6_250);
    assert_eq!(returns(3_000, 40_000, result(true, 0, 1, 3), Rounding::HalfUp), 4_000);
    assert_eq!(returns(1_000, 50_000, result(true, 0, 2, 2), Rounding::HalfUp), 5_000);
}

#[test]
fn ties_follow_the_mode() {
    let settle = |stake, price, mode| returns(stake, price, LegResult::WON, mode);
    assert_eq!(settle(5, 13_000, Rounding::HalfUp), 7);
    assert_eq!(settle(5, 13_000, Rounding::HalfEven), 6);
    assert_eq!(settle(5, 13_000, Rounding::Down), 6);
}

#[test]
fn nonsense_is_named() {
    let settle = |stake, price, unit| settle_single(stake, price, LegResult::WON, Rounding::Down, unit);
    assert_eq!(settle(0, 20_000, 1), Err(BettingError::Stake { stake: 0, unit: 1 }));
    assert_eq!(settle(-5, 20_000, 1), Err(BettingError::Stake { stake: -5, unit: 1 }));
    assert_eq!(settle(15, 20_000, 10), Err(BettingError::Stake { stake: 15, unit: 10 }));
    assert_eq!(settle(15, 20_000, 0), Err(BettingError::Unit { unit: 0 }));
    assert_eq!(settle(15, 10_000, 1), Err(BettingError::Price { price_e4: 10_000 }));
    assert_eq!(settle(i128::MAX, 20_000, 1), Err(BettingError::Overflow));
    assert_eq!(LegResult::new(true, 3, DeadHeat::NONE), Err(BettingError::VoidHalves { halves: 3 }));
    assert_eq!(DeadHeat::new(0, 2), Err(BettingError::DeadHeat { places: 0, tied: 2 }));
}
