//! Columns of bets settle as their bets do one by one.

use betting::{
    Bet, BettingError, Columns, EachWayTerms, Finish, Kind, Leg, LegColumns, Outcome, Price, Rounding, Stake,
    Structure, settle, settle_columns,
};
use proptest::prelude::*;

const FINISHES: [Finish; 7] = [
    Finish::Won,
    Finish::Placed,
    Finish::Lost,
    Finish::Void,
    Finish::Push,
    Finish::HalfWon,
    Finish::HalfLost,
];

fn kinds() -> Vec<Kind> {
    let kind = |name: &str, sizes: &[usize], bankers: &[usize]| Kind {
        name: name.to_owned(),
        sizes: sizes.to_vec(),
        bankers: bankers.to_vec(),
    };
    vec![
        kind("ACCA", &[], &[]),
        kind("SYSTEM", &[1, 2], &[]),
        kind("SYSTEM", &[2], &[1]),
        kind("SSA", &[], &[]),
    ]
}

/// Price over 100, result, ties, position, rule 4, places of the terms.
type LegRow = (u64, Finish, u64, u64, u64, u64);
/// Type, stake of a line, each-way, legs.
type Row = (u64, u64, bool, Vec<LegRow>);

fn row() -> impl Strategy<Value = Row> {
    let finish = prop::sample::select(&FINISHES[..]);
    let leg = (101_u64..2_000, finish, 1_u64..4, 1_u64..2, 0_u64..30, 1_u64..5);
    (0_u64..4, 1_u64..500, any::<bool>(), prop::collection::vec(leg, 3..7))
}

fn alone(kinds: &[Kind], (kind, stake, each_way, legs): &Row) -> Bet {
    let kind = &kinds[*kind as usize];
    let structure = Structure::new(&kind.name, legs.len(), &kind.sizes, &kind.bankers).expect("a type");
    let leg = |&(price, finish, tied, position, rule4, places): &LegRow| Leg {
        deduction: rule4 as u8,
        terms: EachWayTerms::new(1, 5, places as u32).ok(),
        ..Leg::at(
            Price::new(price, 100).expect("a price"),
            Outcome { tied: tied as u32, position: Some(position as u32), ..Outcome::of(finish) },
        )
    };
    let bet = Bet::new(structure, legs.iter().map(leg).collect(), Stake::Line(*stake)).expect("its legs");
    Bet { each_way: *each_way, rounding: Rounding::HalfEven, ..bet }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn columns_settle_as_bets_do(rows in prop::collection::vec(row(), 0..30)) {
        let kinds = kinds();
        let legs: Vec<&LegRow> = rows.iter().flat_map(|row| &row.3).collect();
        let column = |of: fn(&LegRow) -> u64| legs.iter().map(|leg| of(leg)).collect::<Vec<u64>>();
        let (price, tied, position) = (column(|leg| leg.0), column(|leg| leg.2), column(|leg| leg.3));
        let (rule4, places) = (column(|leg| leg.4), column(|leg| leg.5));
        let hundred = vec![100; legs.len()];
        let (ones, fives) = (vec![1; legs.len()], vec![5; legs.len()]);
        let finish: Vec<Finish> = legs.iter().map(|leg| leg.1).collect();
        let mut offsets = vec![0];
        offsets.extend(rows.iter().scan(0, |end, row| { *end += row.3.len() as u64; Some(*end) }));
        let columns = Columns {
            kinds: &kinds,
            kind: &rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            offsets: &offsets,
            unit_stake: &rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            each_way: &rows.iter().map(|row| row.2).collect::<Vec<_>>(),
            legs: LegColumns {
                price: &price, price_below: &hundred, finish: &finish, tied: &tied, position: &position,
                rule4: &rule4, places: &places, fraction: [&ones, &fives], void_halves: &[],
            },
            rounding: Rounding::HalfEven,
            unit: 1,
            max_payout: None,
        };
        let mut found = Vec::new();
        settle_columns(&columns, |settled| found.push(settled)).expect("proper bets");
        let wanted: Vec<_> = rows.iter().map(|row| settle(&alone(&kinds, row)).expect("a proper bet")).collect();
        prop_assert_eq!(found, wanted);
    }
}

#[test]
fn what_is_wrong_is_named_with_its_bet() {
    let kinds = kinds();
    let settled = |kind: &[u64], offsets: &[u64], price: &[u64], each_way: &[bool]| {
        let finish = vec![Finish::Won; price.len()];
        let legs = LegColumns { price, finish: &finish, ..LegColumns::default() };
        let columns = Columns {
            kinds: &kinds,
            kind,
            offsets,
            unit_stake: &vec![100; kind.len()],
            each_way,
            legs,
            rounding: Rounding::HalfUp,
            unit: 1,
            max_payout: None,
        };
        let mut returns = Vec::new();
        settle_columns(&columns, |settled| returns.push(settled.returns)).map(|()| returns)
    };
    assert_eq!(settled(&[0, 0], &[0, 1, 3], &[20_000, 15_000, 30_000], &[]), Ok(vec![200, 450]));
    let named = |found: Result<Vec<u128>, (usize, BettingError)>| {
        found.map_err(|(bet, error)| (bet, error.to_string())).expect_err("it is wrong")
    };
    let (bet, words) = named(settled(&[0, 0], &[0, 1, 2], &[20_000, 10_000], &[]));
    assert!(bet == 1 && words.contains("leg 0") && words.contains("above 1"), "{words}");
    let (bet, words) = named(settled(&[0, 9], &[0, 1, 2], &[20_000, 20_000], &[]));
    assert!(bet == 1 && words.contains("kind"), "{words}");
    let (bet, words) = named(settled(&[0], &[0, 1], &[20_000], &[true]));
    assert!(bet == 0 && words.contains("ew"), "{words}");
    for offsets in [&[0, 2, 1][..], &[0, 1], &[1, 1, 1], &[0, 1, 3]] {
        assert!(named(settled(&[0, 0], offsets, &[20_000, 20_000], &[])).1.contains("offsets"));
    }
}
