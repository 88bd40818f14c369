//! Terms that houses add: equally divided each-way, bonuses of lines, caps of a day, related legs.

use betting::{
    Bet, BettingError, Bonus, BonusOn, Contingency, DayCap, EachWayTerms, Finish, Leg, LineBonus, Outcome,
    Path, Price, Reason, Rounding, Stake, Structure, check_results, related, settle, settle_by,
};
use proptest::prelude::*;

fn at(price: (u64, u64), finish: Finish) -> Leg {
    let terms = EachWayTerms::new(1, 4, 2).ok();
    let position = if finish == Finish::Placed { Some(2) } else { None };
    let outcome = Outcome { position, ..Outcome::of(finish) };
    Leg { terms, ..Leg::at(Price::new(price.0, price.1).expect("a price"), outcome) }
}

fn bet(kind: &str, legs: Vec<Leg>) -> Bet {
    let structure = Structure::new(kind, legs.len(), &[], &[]).expect("a type");
    Bet::new(structure, legs, Stake::Line(10_000)).expect("its legs")
}

fn divided(kind: &str, legs: Vec<Leg>) -> Bet {
    Bet { each_way: true, equally_divided: true, rounding: Rounding::Down, ..bet(kind, legs) }
}

#[test]
fn an_equally_divided_double_halves_what_the_first_leg_returns() {
    let both = |second| {
        let settled = settle(&divided("DOUBLE", vec![at((4, 1), Finish::Won), at((4, 1), second)]));
        let settled = settled.expect("a proper bet");
        (settled.returns, settled.lines, settled.total_stake)
    };
    // The first leg returns 4 + 1.75 for two units: 2.875 go on each part of the second.
    assert_eq!(both(Finish::Won), (165_312, 2, 20_000));
    assert_eq!(both(Finish::Placed), (50_312, 2, 20_000));
    assert_eq!(both(Finish::Void), (57_500, 2, 20_000));
    assert_eq!(both(Finish::Lost), (0, 2, 20_000));
}

#[test]
fn an_equally_divided_bet_has_no_bonus_and_one_life_a_line() {
    let bonus = Bonus { boost: Some((10, 1)), ..Bonus::default() };
    let won = divided("DOUBLE", vec![at((4, 1), Finish::Won); 2]);
    assert!(matches!(settle(&Bet { bonus, ..won }), Err(BettingError::Field { field: "bonus", .. })));
    // The win part is lost, but the place part feeds both parts of what follows.
    let running = divided("DOUBLE", vec![at((4, 1), Finish::Placed), at((4, 1), Finish::Open)]);
    assert_eq!(running.open_lines(), Ok(2));
    let free = Bet { free: true, ..divided("SINGLE", vec![at((4, 1), Finish::Placed)]) };
    // 20 000 · (0 + 1.75)/2 is less than the stake, which does not come back.
    assert_eq!(settle(&free).expect("a proper bet").returns, 0);
}

#[test]
fn a_day_pays_no_more_than_its_cap() {
    let won = bet("SINGLE", vec![at((9, 1), Finish::Won)]);
    let of = |max_payout, paid| {
        let day_cap = Some(DayCap { most: 100_000, paid });
        settle(&Bet { max_payout, day_cap, ..won.clone() }).expect("a proper bet").returns
    };
    assert_eq!(
        [of(None, 0), of(None, 40_000), of(None, 200_000), of(Some(50_000), 40_000)],
        [90_000, 60_000, 0, 50_000]
    );
}

fn bonus(on: BonusOn) -> LineBonus {
    LineBonus::new(&[(2, (5, 1)), (3, (125, 10))], on).expect("a table")
}

#[test]
fn lines_of_winners_earn_the_percentage_of_their_length() {
    let legs = vec![at((2, 1), Finish::Won), at((3, 1), Finish::Won), at((2, 1), Finish::Void)];
    // Doubles 6, 2, 3 and a treble of 6; only the double of both winners earns, 5 % of 6 or of 5.
    for (on, returns) in [(BonusOn::Returns, 173_000), (BonusOn::Profit, 172_500)] {
        let with = Bet { line_bonus: Some(bonus(on)), ..bet("TRIXIE", legs.clone()) };
        assert_eq!(settle(&with).expect("a proper bet").returns, returns);
    }
    let all =
        Bet { line_bonus: Some(bonus(BonusOn::Returns)), ..bet("TREBLE", vec![at((2, 1), Finish::Won); 3]) };
    assert_eq!(settle(&all).expect("a proper bet").returns, 90_000);
    let capped = Bet { max_line_payout: Some(85_000), ..all };
    assert_eq!(settle(&capped).expect("a proper bet").returns, 85_000);
}

#[test]
fn a_table_of_line_bonuses_rises() {
    for rows in [&[][..], &[(3, (5, 1)), (2, (6, 1))], &[(0, (5, 1))], &[(65, (5, 1))]] {
        assert!(LineBonus::new(rows, BonusOn::Returns).is_err(), "{rows:?}");
    }
}

#[test]
fn related_legs_are_named_with_the_reason() {
    let leg = |event: &str, market: &str, selection: &str| Contingency {
        event: Some(event.to_owned()),
        market: Some(market.to_owned()),
        selection: Some(selection.to_owned()),
        ..Contingency::default()
    };
    let fact = vec!["A is in the final".to_owned()];
    let legs = [
        leg("semi", "1", "A"),
        leg("semi", "1", "B"),
        leg("semi", "2", "over"),
        Contingency { causes: fact.clone(), ..leg("other semi", "3", "A") },
        Contingency { consequences: fact, ..leg("cup", "4", "A") },
        leg("cup", "4", "A"),
    ];
    let about: Vec<_> = legs.into_iter().enumerate().collect();
    let acca = Structure::new("ACCA", 6, &[], &[]).expect("a type");
    let found: Vec<_> = related(&about, &acca).iter().map(|r| (r.first, r.second, r.reason)).collect();
    let expected = vec![
        (0, 1, Reason::Exclusive),
        (0, 2, Reason::SameEvent),
        (1, 2, Reason::SameEvent),
        (3, 4, Reason::CauseAndConsequence),
        (4, 5, Reason::SameSelection),
    ];
    assert_eq!(found, expected);
    let singles = Structure::new("SYSTEM", 6, &[1], &[]).expect("a type");
    assert!(related(&about, &singles).is_empty());
    let contradict = |results: [Finish; 6]| {
        let legs = results.map(|finish| at((2, 1), finish));
        check_results(&about, &legs).is_err()
    };
    let (won, lost, open) = (Finish::Won, Finish::Lost, Finish::Open);
    assert!(contradict([won, won, lost, lost, lost, lost]));
    assert!(contradict([won, lost, lost, lost, won, lost]));
    assert!(!contradict([won, lost, won, won, lost, lost]));
    assert!(!contradict([won, lost, won, won, won, open]));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_equally_divided_single_is_a_win_to_win_single(price in 101_u64..2_000, stake in 1_u64..999) {
        for finish in [Finish::Won, Finish::Placed, Finish::Lost, Finish::Void, Finish::HalfWon] {
            let one = Bet { stake: Stake::Line(stake), ..divided("SINGLE", vec![at((price, 100), finish)]) };
            let usual = Bet { equally_divided: false, ..one.clone() };
            prop_assert_eq!(settle(&one), settle(&usual));
        }
    }

    #[test]
    fn line_bonuses_are_the_same_in_every_arithmetic(
        legs in prop::collection::vec((101_u64..900, any::<bool>()), 3), each_way in any::<bool>(), free in any::<bool>()
    ) {
        let legs = legs.iter().map(|&(price, won)| at((price, 100), if won { Finish::Won } else { Finish::Placed }));
        let plain = Bet { each_way, free, ..bet("PATENT", legs.collect()) };
        for on in [BonusOn::Returns, BonusOn::Profit] {
            let with = Bet { line_bonus: Some(bonus(on)), ..plain.clone() };
            let fast = settle(&with);
            prop_assert_eq!(&fast, &settle_by(&with, Path::BigIntegers));
            prop_assert!(fast.expect("a proper bet").returns >= settle(&plain).expect("a proper bet").returns);
        }
    }
}
