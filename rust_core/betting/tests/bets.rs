//! What holds for every bet.

use betting::{
    Bet, Bonus, BonusOn, Chance, EachWayTerms, Finish, Leg, Outcome, Path, Price, Pricing, Rounding, Share,
    Stake, Structure, cash_out, resettle, secured, settle, settle_by,
};
use proptest::prelude::*;

const TYPES: [&str; 26] = [
    "SINGLE",
    "DOUBLE",
    "TREBLE",
    "ACCA",
    "TRIXIE",
    "PATENT",
    "YANKEE",
    "LUCKY15",
    "CANADIAN",
    "LUCKY31",
    "HEINZ",
    "LUCKY63",
    "SUPER_HEINZ",
    "GOLIATH",
    "SYSTEM",
    "SYSTEM",
    "SYSTEM",
    "SSA",
    "DSA",
    "ROUND_ROBIN",
    "FLAG",
    "SUPER_FLAG",
    "UNION_JACK",
    "ALPHABET",
    "FOURFOLD",
    "GOLIATH_WITH_SINGLES",
];
const FINISHES: [Finish; 7] = [
    Finish::Won,
    Finish::Placed,
    Finish::Lost,
    Finish::Void,
    Finish::Push,
    Finish::HalfWon,
    Finish::HalfLost,
];

fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { cases: count, failure_persistence: None, ..ProptestConfig::default() }
}

/// Short decimals make ties; fractions and dead heats make denominators that no float holds.
fn price() -> impl Strategy<Value = Price> {
    let made = |(above, below): (u64, u64)| Price::new(above + below, below).expect("above 1");
    prop_oneof![
        (1_u64..40, Just(10)).prop_map(made),
        (1_u64..900, Just(100)).prop_map(made),
        (1_u64..90_000, Just(10_000)).prop_map(made),
        (1_u64..40, 1_u64..40).prop_map(made),
    ]
}

fn leg() -> impl Strategy<Value = Leg> {
    let finish = prop_oneof![4 => Just(Finish::Won), 3 => prop::sample::select(&FINISHES[..])];
    let pricing = prop::sample::select(&[Pricing::Taken, Pricing::Best, Pricing::BestBeforeDeduction][..]);
    (price(), price(), finish, 1_u32..4, 0_u8..91, pricing, 1_u32..4).prop_map(
        |(price, starting, finish, tied, deduction, pricing, places)| {
            let position = if finish == Finish::Placed { 2 } else { 1 };
            let outcome = Outcome { tied, position: Some(position), ..Outcome::of(finish) };
            Leg {
                starting_price: Some(starting),
                pricing,
                deduction: if deduction % 3 == 0 { deduction } else { 0 },
                terms: EachWayTerms::new(1, 5, places).ok(),
                ..Leg::at(price, outcome)
            }
        },
    )
}

fn structure(kind: usize, choice: usize) -> Structure {
    let name = TYPES[kind];
    let legs = Structure::usual_legs(name).unwrap_or(2 + choice % 9);
    let sizes: Vec<usize> = if name == "SYSTEM" { vec![1 + choice % (legs - 1)] } else { Vec::new() };
    let bankers: &[usize] = if name == "SYSTEM" && choice % 2 == 1 { &[0] } else { &[] };
    Structure::new(name, legs, &sizes, bankers).expect("a proper type")
}

fn bet() -> impl Strategy<Value = Bet> {
    let mode = prop::sample::select(&[Rounding::HalfUp, Rounding::Down, Rounding::HalfEven][..]);
    let bonus = prop_oneof![
        3 => Just(Bonus::default()),
        1 => (1_u64..4, 0_u64..200, any::<bool>()).prop_map(|(odds, percent, profit)| Bonus {
            one_winner: Some((odds, 1)),
            all_winners: Some((percent, 10)),
            on: if profit { BonusOn::Profit } else { BonusOn::Returns },
            boost: Some((percent, 10)),
        }),
    ];
    let stake = prop_oneof![(1_u64..30).prop_map(Stake::Line), (1_u64..10_000).prop_map(Stake::Total)];
    let flags = (any::<bool>(), any::<bool>(), prop::sample::select(&[1_u64, 1, 5][..]));
    (0..TYPES.len(), 0..100_usize, prop::collection::vec(leg(), 10), stake, mode, bonus, flags).prop_map(
        |(kind, choice, mut legs, stake, rounding, bonus, (each_way, free, unit))| {
            let structure = structure(kind, choice);
            legs.truncate(Structure::usual_legs(TYPES[kind]).unwrap_or(2 + choice % 9));
            let plain = Bet::new(structure, legs, stake).expect("as many legs as the type has");
            Bet { each_way, free, unit, rounding, bonus, ..plain }
        },
    )
}

fn returns(bet: &Bet) -> u128 {
    settle(bet).expect("a proper bet").returns
}

/// The same bet with some legs replaced.
fn with(bet: &Bet, change: impl Fn(usize, &mut Leg)) -> Bet {
    let mut changed = bet.clone();
    changed.legs.iter_mut().enumerate().for_each(|(at, leg)| change(at, leg));
    changed
}

fn symmetric(kind: &str, legs: Vec<Leg>, sizes: &[usize]) -> Bet {
    let structure = Structure::new(kind, legs.len(), sizes, &[]).expect("a proper type");
    Bet { rounding: Rounding::Down, ..Bet::new(structure, legs, Stake::Line(1_000_000)).expect("its legs") }
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn every_path_gives_the_same_answer(bet in bet()) {
        let exact = settle_by(&bet, Path::BigIntegers).expect("a proper bet");
        prop_assert_eq!(settle(&bet).expect("a proper bet"), exact);
        if exact.lines < 600 {
            prop_assert_eq!(settle_by(&bet, Path::Listed).expect("a proper bet"), exact);
        }
    }

    #[test]
    fn the_order_of_legs_does_not_matter(legs in prop::collection::vec(leg(), 2..9), turn in 0_usize..9, size in 0_usize..9) {
        let size = 1 + size % legs.len();
        let mut turned = legs.clone();
        turned.rotate_left(turn % legs.len());
        turned.reverse();
        prop_assert_eq!(returns(&symmetric("SYSTEM", legs, &[size])), returns(&symmetric("SYSTEM", turned, &[size])));
    }

    #[test]
    fn a_void_leg_is_a_leg_removed(legs in prop::collection::vec(leg(), 1..9), at in 0_usize..9, price in price()) {
        let mut more = legs.clone();
        more.insert(at % (legs.len() + 1), Leg::at(price, Outcome::of(Finish::Void)));
        prop_assert_eq!(returns(&symmetric("ACCA", more, &[])), returns(&symmetric("ACCA", legs, &[])));
    }

    #[test]
    fn half_results_lie_between_whole_ones(bet in bet(), at in 0_usize..10) {
        let bet = Bet { bonus: Bonus::default(), ..bet };
        let at = at % bet.legs.len();
        let as_if = |finish| {
            let outcome = Outcome::of(finish);
            returns(&with(&bet, |leg, fields| if leg == at { fields.outcome = outcome; }))
        };
        let order = [Finish::Lost, Finish::HalfLost, Finish::Push, Finish::HalfWon, Finish::Won].map(as_if);
        prop_assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn what_is_secured_is_paid_whatever_follows(bet in bet(), open in any::<u16>()) {
        let bet = Bet { bonus: Bonus::default(), ..bet };
        let running = with(&bet, |at, leg| if open >> at & 1 == 1 { leg.outcome = Outcome::of(Finish::Open); });
        let known = secured(&running).expect("a proper bet").returns;
        let end = returns(&bet);
        prop_assert!(known <= end);
        if running.open_lines().expect("a proper bet") == 0 {
            prop_assert_eq!(returns(&running), end);
            prop_assert_eq!(known, end);
        } else {
            prop_assert!(settle(&running).is_err());
        }
    }

    #[test]
    fn a_correction_back_and_forth_pays_once(bet in bet(), at in 0_usize..10) {
        let at = at % bet.legs.len();
        let other = with(&bet, |leg, fields| if leg == at { fields.outcome = Outcome::of(Finish::Lost); });
        let mut paid = 0_i128;
        for revision in [&bet, &other, &bet] {
            paid += resettle(revision, paid.unsigned_abs()).expect("a proper bet").1;
        }
        prop_assert_eq!(paid.unsigned_abs(), returns(&bet));
    }

    #[test]
    fn a_certain_outcome_cashes_out_at_what_it_returns(bet in bet(), at in 0_usize..10) {
        let structure = bet.structure.clone();
        let plain = Bet::new(structure, bet.legs.clone(), bet.stake).expect("its legs");
        let at = at % plain.legs.len();
        let as_if = |finish| with(&plain, |leg, fields| if leg == at { fields.outcome = Outcome::of(finish); });
        let chances = vec![Some(Chance::Model { win: Share::WHOLE, place: None }); plain.legs.len()];
        let offer = cash_out(&as_if(Finish::Open), &chances, Share::NOTHING, Share::WHOLE).expect("a proper bet");
        let won = Bet { rounding: Rounding::Down, ..as_if(Finish::Won) };
        prop_assert_eq!(offer.value, Some(returns(&won)));
    }
}

#[test]
fn listed_lines_are_as_many_as_counted() {
    for (kind, lines) in
        [("GOLIATH", 247), ("ALPHABET", 26), ("UNION_JACK", 8), ("LUCKY63", 63), ("TRIXIE", 4)]
    {
        let legs = Structure::usual_legs(kind).expect("its legs");
        let structure = Structure::new(kind, legs, &[], &[]).expect("a proper type");
        assert_eq!(structure.line_count(), lines);
        assert_eq!(structure.lines().expect("a short list").len() as u128, lines);
    }
    let banked = Structure::new("SYSTEM", 5, &[2], &[1, 3]).expect("a proper type");
    assert_eq!(banked.lines().expect("a short list").iter().filter(|line| line.contains(&1)).count(), 3);
}

#[test]
fn what_no_integer_holds_is_said_or_capped() {
    let thousand = Price::new(1_000, 1).expect("a price");
    let acca = |legs| symmetric("ACCA", vec![Leg::at(thousand, Outcome::of(Finish::Won)); legs], &[]);
    assert_eq!(returns(&acca(10)), 1_000_000 * 1_000_u128.pow(10));
    assert_eq!(settle(&acca(20)), Err(betting::BettingError::Overflow));
    assert_eq!(returns(&Bet { max_payout: Some(100_000_000), ..acca(64) }), 100_000_000);
}
