//! Settlement: systems one by one, and mixed bets in bulk.

use std::hint::black_box;

use betting::{
    Bet, Columns, Finish, Kind, Leg, LegColumns, LegResult, Outcome, Price, Rounding, Stake, Structure,
    settle_columns,
};

use crate::work::Work;

/// Set up a loop by its name.
pub(crate) fn make(name: &str) -> Option<Box<dyn Work>> {
    Some(match name {
        "settle_single" => Box::new(Single),
        "settle_goliath" => Box::new(System(system("GOLIATH", 8, &[]))),
        "settle_10_of_20" => Box::new(System(system("SYSTEM", 20, &[10]))),
        "settle_mixed" => Box::new(Mixed::new()),
        _ => return None,
    })
}

/// Prices in hundredths and results of a coupon.
const COUPON: [(u64, Finish); 8] = [
    (250, Finish::Won),
    (183, Finish::Won),
    (340, Finish::Lost),
    (210, Finish::Won),
    (433, Finish::Void),
    (157, Finish::Won),
    (288, Finish::Lost),
    (600, Finish::Won),
];

fn system(kind: &str, legs: usize, sizes: &[usize]) -> Bet {
    let leg = |(price, finish): &(u64, Finish)| {
        Leg::at(Price::new(*price, 100).expect("a price"), Outcome::of(*finish))
    };
    let legs: Vec<Leg> = COUPON.iter().cycle().take(legs).map(leg).collect();
    let structure = Structure::new(kind, legs.len(), sizes, &[]).expect("a type");
    Bet::new(structure, legs, Stake::Line(100)).expect("its legs")
}

/// One single, exact.
struct Single;

impl Work for Single {
    fn run(&mut self, count: u64) -> u64 {
        let settle = |stake: u64| {
            let stake = i128::from(black_box(stake) + 1);
            let (price, result) = black_box((35_500, LegResult::WON));
            betting::settle_single(stake, price, result, Rounding::HalfUp, 1).expect("a sound bet")
        };
        (0..count).map(settle).fold(0, |sum, settled| sum ^ settled.returns.unsigned_abs() as u64)
    }
}

/// One bet of many lines, exact.
struct System(Bet);

impl Work for System {
    fn run(&mut self, count: u64) -> u64 {
        (0..count)
            .map(|_| betting::settle(black_box(&self.0)).expect("a sound bet"))
            .fold(0, |sum, settled| sum ^ settled.returns as u64)
    }
}

/// Types by how many of a hundred bets they are, with legs, and whether they are each-way.
const MIX: [(&str, u64, u64, bool); 10] = [
    ("SINGLE", 46, 1, false),
    ("SINGLE", 8, 1, true),
    ("DOUBLE", 12, 2, false),
    ("TREBLE", 10, 3, false),
    ("ACCA", 8, 5, false),
    ("PATENT", 4, 3, true),
    ("YANKEE", 4, 4, false),
    ("LUCKY15", 6, 4, true),
    ("LUCKY31", 1, 5, false),
    ("GOLIATH", 1, 8, false),
];
const BETS: u64 = 1_000;

/// Mixed bets in columns, 2.1 legs a bet: results of all kinds, dead heats, deductions.
struct Mixed {
    kinds: Vec<Kind>,
    kind: Vec<u64>,
    offsets: Vec<u64>,
    unit_stake: Vec<u64>,
    each_way: Vec<bool>,
    price: Vec<u64>,
    finish: Vec<Finish>,
    tied: Vec<u64>,
    rule4: Vec<u64>,
    terms: [Vec<u64>; 3],
}

impl Mixed {
    fn new() -> Self {
        let kind = |(name, ..): &(&str, u64, u64, bool)| Kind {
            name: (*name).to_owned(),
            sizes: Vec::new(),
            bankers: Vec::new(),
        };
        let mut mixed = Self {
            kinds: MIX.iter().map(kind).collect(),
            kind: Vec::new(),
            offsets: vec![0],
            unit_stake: Vec::new(),
            each_way: Vec::new(),
            price: Vec::new(),
            finish: Vec::new(),
            tied: Vec::new(),
            rule4: Vec::new(),
            terms: [const { Vec::new() }; 3],
        };
        for bet in 0..BETS {
            let mut left = bet * 37 % 100;
            let at = MIX.iter().position(|(_, share, ..)| {
                let found = left < *share;
                left = left.saturating_sub(*share);
                found
            });
            mixed.push(bet, at.expect("the shares sum to a hundred"));
        }
        mixed
    }

    fn push(&mut self, bet: u64, kind: usize) {
        let (_, _, legs, each_way) = MIX[kind];
        self.kind.push(kind as u64);
        self.unit_stake.push(50 + bet * 91 % 2_000);
        self.each_way.push(each_way);
        for leg in 0..legs {
            let chance = (bet * 7_919 + leg * 104_729) % 100;
            let (finish, tied) = match chance {
                0..42 => (Finish::Won, 1),
                42..44 => (Finish::Won, 2),
                44..50 => (Finish::Placed, 1),
                50..55 => (Finish::Void, 1),
                55..57 => (Finish::HalfWon, 1),
                57..59 => (Finish::HalfLost, 1),
                _ => (Finish::Lost, 1),
            };
            self.price.push(10_500 + (bet * 3_571 + leg * 911) % 900 * 100);
            self.finish.push(finish);
            self.tied.push(tied);
            self.rule4.push(if chance % 20 == 3 { 15 } else { 0 });
            for (column, value) in self.terms.iter_mut().zip([3, 1, 5]) {
                column.push(value);
            }
        }
        self.offsets.push(self.price.len() as u64);
    }

    fn columns(&self, bets: usize) -> Columns<'_> {
        let legs = self.offsets[bets] as usize;
        let [places, above, below] = &self.terms;
        Columns {
            kinds: &self.kinds,
            kind: &self.kind[..bets],
            offsets: &self.offsets[..=bets],
            unit_stake: &self.unit_stake[..bets],
            each_way: &self.each_way[..bets],
            legs: LegColumns {
                price: &self.price[..legs],
                finish: &self.finish[..legs],
                tied: &self.tied[..legs],
                rule4: &self.rule4[..legs],
                places: &places[..legs],
                fraction: [&above[..legs], &below[..legs]],
                ..LegColumns::default()
            },
            rounding: Rounding::HalfUp,
            unit: 1,
            max_payout: None,
        }
    }
}

impl Work for Mixed {
    fn run(&mut self, count: u64) -> u64 {
        let (mut left, mut sum) = (count, 0);
        while left > 0 {
            let bets = left.min(BETS);
            let columns = black_box(self.columns(bets as usize));
            settle_columns(&columns, |settled| sum ^= settled.returns as u64).expect("sound bets");
            left -= bets;
        }
        sum
    }
}
