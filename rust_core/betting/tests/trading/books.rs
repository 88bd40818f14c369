//! Books of events.

use betting::trading::{Book, Payoff, Phase, Position, ScoreSelection, Scores};
use betting::{EachWayTerms, Finish, LegResult, Price};
use proptest::prelude::*;

use crate::{cases, price};

const RUNNERS: usize = 5;

/// A bet on a runner, each-way for so many places if there are any.
#[derive(Debug, Clone)]
struct Drawn {
    stake: u64,
    price: Price,
    runner: usize,
    places: u32,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    (1_u64..10_000, price(), 0..RUNNERS, prop_oneof![Just(0_u32), Just(3)])
        .prop_map(|(stake, price, runner, places)| Drawn { stake, price, runner, places })
}

fn on(runner: usize) -> Vec<LegResult> {
    (0..RUNNERS).map(|other| if other == runner { LegResult::WON } else { LegResult::LOST }).collect()
}

impl Drawn {
    fn payoff(&self) -> Payoff {
        let made = match EachWayTerms::new(1, 5, self.places) {
            Ok(terms) => Payoff::each_way(self.stake.into(), self.price, terms, self.runner, RUNNERS),
            Err(_) => Payoff::results(self.stake.into(), self.price, &on(self.runner)),
        };
        made.expect("a payoff")
    }

    /// What the house keeps when these runners come in, the winner first.
    fn kept(&self, finish: &[usize]) -> i128 {
        let (above, below) = self.price.parts();
        let up = |above: u64, below: u64| i128::from((self.stake * above).div_ceil(below));
        let win = if finish[0] == self.runner { up(above, below) } else { 0 };
        let placed = finish.iter().take(self.places as usize).any(|runner| *runner == self.runner);
        let place = if placed { up((above - below) + 5 * below, 5 * below) } else { 0 };
        i128::from(self.stake) * if self.places > 0 { 2 } else { 1 } - win - place
    }
}

fn book(bets: &[Drawn]) -> Book {
    let mut book = Book::new(RUNNERS).expect("outcomes");
    for bet in bets {
        book.add(Phase::PreMatch, &bet.payoff()).expect("a bet of the book");
    }
    book
}

fn all(book: &Book) -> Position {
    book.position(None, true)
}

/// Every order of the first three.
fn finishes() -> impl Iterator<Item = [usize; 3]> {
    let triples = (0..RUNNERS * RUNNERS * RUNNERS)
        .map(|at| [at / RUNNERS / RUNNERS, at / RUNNERS % RUNNERS, at % RUNNERS]);
    triples.filter(|[a, b, c]| a != b && b != c && a != c)
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_book_is_worth_its_bets_at_the_worst_finish(bets in prop::collection::vec(drawn(), 0..12)) {
        let position = all(&book(&bets));
        for winner in 0..RUNNERS {
            let kept = |finish: [usize; 3]| bets.iter().map(|bet| bet.kept(&finish)).sum::<i128>();
            let worst = finishes().filter(|finish| finish[0] == winner).map(kept).min();
            prop_assert_eq!(Some(position.pnl[winner]), worst, "winner {}", winner);
        }
        prop_assert_eq!(position.exposure(), -position.pnl.iter().min().expect("outcomes"));
        prop_assert_eq!(position.bets, bets.len() as u64);
    }

    #[test]
    fn what_goes_in_comes_out(bets in prop::collection::vec(drawn(), 1..8), other in drawn()) {
        let mut changed = book(&bets);
        changed.add(Phase::PreMatch, &other.payoff()).expect("a bet of the book");
        let with = all(&changed);
        changed.remove(Phase::PreMatch, &other.payoff()).expect("it is there");
        prop_assert_eq!(all(&changed), all(&book(&bets)));
        // A bet that ends takes its own liability along, and at most its stake is missed.
        let stake = other.payoff().stake();
        prop_assert!(all(&changed).exposure() <= with.exposure() + stake);
        prop_assert!(changed.remove(Phase::InPlay, &other.payoff()).is_err());
    }

    #[test]
    fn a_reservation_covers_whatever_is_decided(
        bets in prop::collection::vec(drawn(), 0..4), pending in prop::collection::vec(drawn(), 1..5), accepted in any::<u8>()
    ) {
        let mut book = book(&bets);
        for (key, bet) in pending.iter().enumerate() {
            book.reserve(&key.to_string(), Phase::InPlay, bet.payoff()).expect("a new key");
        }
        let mut before = all(&book).exposure();
        for key in 0..pending.len() {
            if accepted >> key & 1 == 1 {
                book.accept(&key.to_string()).expect("it is held");
            } else {
                book.release(&key.to_string()).expect("it is held");
            }
            let after = all(&book).exposure();
            prop_assert!(after <= before, "{} after {}", after, before);
            before = after;
        }
        prop_assert_eq!(book.held().count(), 0);
        prop_assert_eq!(all(&book), book.position(None, false));
        prop_assert!(book.accept("0").is_err());
    }

    #[test]
    fn the_room_of_an_outcome_is_its_entry_of_the_position(
        bets in prop::collection::vec(drawn(), 0..6), pending in prop::collection::vec(drawn(), 0..4), plain in any::<bool>()
    ) {
        let some = |bets: Vec<Drawn>| -> Vec<Drawn> {
            bets.into_iter().map(|bet| Drawn { places: if plain { 0 } else { bet.places }, ..bet }).collect()
        };
        let (bets, pending) = (some(bets), some(pending));
        let mut book = book(&bets);
        for (key, bet) in pending.iter().enumerate() {
            book.reserve(&key.to_string(), Phase::InPlay, bet.payoff()).expect("a new key");
        }
        let rooms: Result<Vec<i128>, _> = (0..RUNNERS).map(|outcome| book.room(outcome)).collect();
        prop_assert_eq!(rooms.expect("outcomes"), all(&book).pnl);
        prop_assert!(book.room(RUNNERS).is_err());
    }

    #[test]
    fn a_bet_on_one_outcome_returns_there_alone(
        stake in 1_u128..10_000, returns in 0_u128..10_000, outcome in 0..RUNNERS
    ) {
        let mut each = vec![0; RUNNERS];
        each[outcome] = returns;
        let vector = Payoff::vector(stake, each);
        prop_assert_eq!(Payoff::single(stake, returns, outcome, RUNNERS), vector);
        prop_assert!(Payoff::single(stake, returns, RUNNERS, RUNNERS).is_err());
        prop_assert!(Payoff::single(0, returns, outcome, RUNNERS).is_err());
    }

    #[test]
    fn phases_add_up(before in prop::collection::vec(drawn(), 0..6), during in prop::collection::vec(drawn(), 0..6)) {
        // Without place parts: where other runners are placed, each phase alone fears its own worst finish.
        let plain = |bets: &[Drawn]| bets.iter().map(|bet| Drawn { places: 0, ..*bet }).collect::<Vec<_>>();
        let (before, during) = (plain(&before), plain(&during));
        let mut both = book(&before);
        for bet in &during {
            both.add(Phase::InPlay, &bet.payoff()).expect("a bet of the book");
        }
        let phase = |phase| both.position(Some(phase), true).pnl;
        prop_assert_eq!(&phase(Phase::PreMatch), &all(&book(&before)).pnl);
        let sum: Vec<i128> = phase(Phase::PreMatch).iter().zip(phase(Phase::InPlay)).map(|(a, b)| a + b).collect();
        prop_assert_eq!(sum, all(&both).pnl);
    }
}

#[test]
fn a_place_market_loses_its_dearest_winners() {
    let mut book = Book::new(RUNNERS).expect("outcomes");
    for (runner, stake) in [(0, 100), (1, 300), (2, 200)] {
        let price = Price::new(3, 1).expect("a price");
        book.add(Phase::PreMatch, &Payoff::place(stake, price, 2, runner, RUNNERS).expect("a bet"))
            .expect("its book");
    }
    // Two of 300, 900 and 600 are paid: the winner's and the dearest other's.
    assert_eq!(all(&book).pnl, [600 - 1_200, 600 - 1_500, 600 - 1_500, 600 - 900, 600 - 900]);
    assert!(Payoff::place(1, Price::new(3, 1).expect("a price"), 0, 0, RUNNERS).is_err());
}

#[test]
fn what_is_paid_without_a_stake_costs_where_it_is_paid_and_brings_nothing_elsewhere() {
    let unstaked = |places| Payoff::unstaked(70, 1, places, RUNNERS).expect("a payoff");
    let mut book = Book::new(RUNNERS).expect("outcomes");
    book.reserve("a", Phase::PreMatch, unstaked(None)).expect("a new key");
    assert_eq!((all(&book).pnl, all(&book).stakes), (vec![0, -70, 0, 0, 0], 0));
    book.accept("a").expect("it is reserved");
    book.add(Phase::PreMatch, &unstaked(Some(2))).expect("its book");
    // The other placed runner may be this one, whoever wins.
    assert_eq!((all(&book).pnl, all(&book).stakes), (vec![-70, -140, -70, -70, -70], 0));
    for places in [None, Some(2)] {
        book.remove(Phase::PreMatch, &unstaked(places)).expect("it is in the book");
    }
    assert_eq!(all(&book).pnl, [0; RUNNERS]);
    assert!(
        Payoff::unstaked(0, 1, None, RUNNERS).is_err()
            && Payoff::unstaked(1, RUNNERS, None, RUNNERS).is_err()
    );
    assert!(Payoff::unstaked(1, 1, Some(0), RUNNERS).is_err());
}

fn finish(word: &str, home: i32, away: i32) -> Finish {
    ScoreSelection::parse(word).expect("a selection").finish(home, away)
}

#[test]
fn selections_finish_as_the_score_says() {
    let half =
        |word, home, away, expected| assert_eq!(finish(word, home, away), expected, "{word} {home}-{away}");
    half("over2.25", 1, 1, Finish::HalfLost);
    half("under2.25", 1, 1, Finish::HalfWon);
    half("over2", 1, 1, Finish::Push);
    half("home-0.75", 2, 1, Finish::HalfWon);
    half("away+0.25", 0, 0, Finish::HalfWon);
    half("away+1", 2, 1, Finish::Push);
    half("home_dnb", 0, 0, Finish::Push);
    half("home_over1.5", 2, 0, Finish::Won);
    half("away_under0.5", 2, 0, Finish::Won);
    half("2-1", 2, 1, Finish::Won);
    half("1x", 0, 1, Finish::Lost);
    half("odd", 0, 3, Finish::Won);
    half("btts_no", 0, 3, Finish::Won);
    for word in
        ["", "home-", "home0.5", "over", "over-1", "over2.3", "2-", "2:1", "over1e9", "Home", "-", "1-300"]
    {
        assert!(ScoreSelection::parse(word).is_err(), "{word:?}");
    }
}

#[test]
fn bets_of_every_market_meet_in_one_vector() {
    let scores = Scores::new(15).expect("a size");
    let selection = |word: &str| ScoreSelection::parse(word).expect("a selection");
    let bet = |words: &[&str], stake: u128, price: (u64, u64)| {
        let selections: Vec<_> = words.iter().copied().map(selection).collect();
        let results = scores.results(&selections)?;
        Payoff::results(stake, Price::new(price.0, price.1)?, &results)
    };
    let mut book = Book::new(225).expect("cells");
    for (words, stake, price) in
        [(&["home"][..], 100, (5, 2)), (&["over2.25"], 200, (19, 10)), (&["home", "over2.5"], 50, (4, 1))]
    {
        book.add(Phase::PreMatch, &bet(words, stake, price).expect("a bet")).expect("its cells");
    }
    let position = book.position(None, true);
    let at = |home: usize, away: usize| position.pnl[home * 15 + away];
    assert_eq!(at(0, 0), 350);
    assert_eq!(at(1, 1), 350 - 100); // over 2.25 half lost
    assert_eq!(at(2, 0), 350 - 250 - 100);
    assert_eq!(at(2, 1), 350 - 250 - 380 - 200);
    assert_eq!(at(0, 3), 350 - 380);
    assert_eq!(position.exposure(), 480);
    assert!(bet(&["home", "over2"], 50, (4, 1)).is_err(), "a push has no price of its own");
    assert!(bet(&[], 50, (4, 1)).is_err());
}

#[test]
fn what_does_not_fit_a_book_is_refused() {
    let mut book = book(&[]);
    let payoff = |stake, returns: &[u128]| Payoff::vector(stake, returns.to_vec());
    assert!(Book::new(1).is_err() && Scores::new(1).is_err() && Scores::new(65).is_err());
    assert!(payoff(0, &[1, 2]).is_err() && payoff(1, &[]).is_err() && payoff(1, &[1 << 96]).is_err());
    assert!(book.add(Phase::InPlay, &payoff(1, &[2, 0]).expect("a payoff")).is_err());
    let terms = EachWayTerms::new(1, 5, 3).expect("terms");
    assert!(Payoff::each_way(1, Price::new(2, 1).expect("a price"), terms, RUNNERS, RUNNERS).is_err());
    let fits = payoff(1, &[2, 0, 0, 0, 0]).expect("a payoff");
    assert!(book.remove(Phase::InPlay, &fits).is_err());
    book.reserve("a", Phase::InPlay, fits.clone()).expect("a new key");
    assert!(book.reserve("a", Phase::InPlay, fits).is_err() && book.release("b").is_err());
}
