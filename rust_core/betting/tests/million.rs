//! A million random bets, a third of them made to land on ties: floats with their bound and big integers always agree.

use betting::{
    Bet, DeadHeat, EachWayTerms, Finish, Leg, Outcome, Path, Price, Pricing, Rounding, Stake, Structure,
    settle, settle_by,
};

const BETS: u64 = 1_000_000;
const TYPES: [(&str, usize); 17] = [
    ("SINGLE", 1),
    ("DOUBLE", 2),
    ("TREBLE", 3),
    ("ACCA", 5),
    ("TRIXIE", 3),
    ("PATENT", 3),
    ("YANKEE", 4),
    ("LUCKY15", 4),
    ("CANADIAN", 5),
    ("LUCKY31", 5),
    ("HEINZ", 6),
    ("SUPER_HEINZ", 7),
    ("GOLIATH", 8),
    ("SSA", 2),
    ("ROUND_ROBIN", 3),
    ("FLAG", 4),
    ("UNION_JACK", 9),
];

/// Xorshift: the same million every time.
struct Random(u64);

impl Random {
    /// Uniform below a limit.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) % limit
    }

    fn from<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// Prices whose products end in halves, or of every kind.
    fn price(&mut self, tie: bool) -> Price {
        let (above, below) = match (tie, self.below(4)) {
            (true, 0) => (1 + self.below(12), 2),
            (true, _) => (1 + self.below(30), 10),
            (false, 0) => (1 + self.below(40), 1 + self.below(40)),
            (false, 1) => (1 + self.below(90_000), 10_000),
            (false, _) => (1 + self.below(900), 100),
        };
        Price::new(above + below, below).expect("above 1")
    }

    fn outcome(&mut self, tie: bool) -> Outcome {
        use Finish::{HalfLost, HalfWon, Lost, Placed, Push, Void, Won};
        let finish = if tie {
            self.from(&[Won, Won, Won, Won, Won, Void])
        } else {
            self.from(&[Won, Won, Won, Won, Won, Won, Placed, Lost, Void, Push, HalfWon, HalfLost])
        };
        let mut outcome = Outcome { position: (finish == Placed).then_some(2), ..Outcome::of(finish) };
        if matches!(finish, Won | Placed) && !tie {
            match self.below(12) {
                0 => outcome.tied = 2 + self.below(3) as u32,
                1 => outcome.void_halves = 1,
                2 if finish == Won => outcome.dead_heat = DeadHeat::new(1, 3).ok(),
                _ => {}
            }
        }
        outcome
    }

    fn leg(&mut self, tie: bool) -> Leg {
        let pricing =
            self.from(&[Pricing::Taken, Pricing::Taken, Pricing::Best, Pricing::BestBeforeDeduction]);
        Leg {
            starting_price: Some(self.price(tie)),
            pricing,
            deduction: if tie || self.below(5) > 0 { 0 } else { 5 * self.below(19) as u8 },
            terms: EachWayTerms::new(1, self.from(&[4, 5]), self.from(&[1, 2, 3])).ok(),
            ..Leg::at(self.price(tie), self.outcome(tie))
        }
    }

    fn bet(&mut self) -> Bet {
        let tie = self.below(3) == 0;
        let (name, count) = if tie { self.from(&TYPES[..8]) } else { self.from(&TYPES) };
        let system = !tie && self.below(12) == 0;
        let (name, count, sizes) = if system {
            let legs = 3 + self.below(10);
            ("SYSTEM", legs as usize, vec![1 + self.below(legs - 1) as usize])
        } else {
            (name, count, Vec::new())
        };
        let structure = Structure::new(name, count, &sizes, &[]).expect("a type");
        let each_way = !tie && self.below(4) == 0;
        let mut legs: Vec<Leg> = (0..count).map(|_| self.leg(tie)).collect();
        // A factor from a feed is of the win part and does not say the place part.
        legs.iter_mut().filter(|_| each_way).for_each(|leg| leg.outcome.dead_heat = None);
        let stake = if self.below(4) == 0 {
            Stake::Total(1 + self.below(9_000))
        } else {
            Stake::Line(1 + self.below(40))
        };
        let bet = Bet::new(structure, legs, stake).expect("its legs");
        Bet {
            each_way,
            free: self.below(16) == 0,
            rounding: self.from(&[Rounding::HalfUp, Rounding::HalfEven, Rounding::Down]),
            unit: self.from(&[1, 1, 1, 5]),
            ..bet
        }
    }
}

/// Some of the million; how many of them were ties that half up and half even decide differently.
fn agree(seed: u64, bets: u64) -> u64 {
    let mut random = Random(seed);
    let mut ties = 0;
    for at in 0..bets {
        let bet = random.bet();
        let quick = settle(&bet).unwrap_or_else(|error| panic!("bet {at} of {seed}: {error}"));
        let exact = settle_by(&bet, Path::BigIntegers).expect("the same bet");
        assert_eq!(quick, exact, "bet {at} of {seed}: {bet:?}");
        let by = |rounding| settle(&Bet { rounding, ..bet.clone() }).expect("the same bet").returns;
        ties += u64::from(by(Rounding::HalfUp) != by(Rounding::HalfEven));
    }
    ties
}

#[test]
fn floats_and_big_integers_agree_on_a_million_bets() {
    let parts: Vec<u64> = std::thread::scope(|threads| {
        let seeds = [0x9E37_79B9_7F4A_7C15, 0x5DEE_CE66_D1CE_4E5B];
        let running = seeds.map(|seed| threads.spawn(move || agree(seed, BETS / 2)));
        running.into_iter().map(|part| part.join().expect("its half agrees")).collect()
    });
    let ties: u64 = parts.iter().sum();
    assert!(ties > BETS / 100, "only {ties} ties: the million must be hard");
}
