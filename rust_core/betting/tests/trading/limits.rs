//! The largest stake binds: it keeps every limit, and one step more breaks the one that is named.

use betting::trading::{
    Apportionment, Book, LegState, Limit, MaxStake, Payoff, Phase, RelevantLeg, ScoreSelection, Scores,
    StakeLimits, max_stake, max_stake_multiple, parlay_limit,
};
use betting::{BettingError, EachWayTerms, Price, Share, Structure};
use proptest::prelude::*;

use crate::{cases, price};

fn limits() -> impl Strategy<Value = StakeLimits> {
    let some = || prop::option::of(0_u128..10_000_000);
    let used = (0_u128..1_000_000, 0_u128..1_000_000);
    (
        some(),
        some(),
        some(),
        some(),
        some(),
        some(),
        used,
        (0_u64..400),
        prop::sample::select(&[1_u128, 5, 100][..]),
    )
        .prop_map(
            |(market, bet, selection, stake, payout, day_payout, (used, paid_today), factor, step)| {
                StakeLimits {
                    market,
                    bet_liability: bet,
                    selection_liability: selection,
                    used,
                    stake,
                    payout,
                    day_payout,
                    paid_today,
                    factor: (factor, 100),
                    step,
                }
            },
        )
}

/// Whether a stake keeps a limit, written down a second time.
fn keeps(limits: &StakeLimits, limit: Limit, stake: u128, price: Price, pnl: i128) -> bool {
    let (above, below) = price.parts();
    let payout = stake * u128::from(above);
    let liability = payout - stake * u128::from(below);
    let (below, factor) = (u128::from(below), u128::from(limits.factor.0));
    match limit {
        Limit::Market => limits.market.is_none_or(|most| {
            liability.cast_signed() <= (most.cast_signed() + pnl).max(0) * below.cast_signed()
        }),
        Limit::BetLiability => {
            limits.bet_liability.is_none_or(|most| liability * 100 <= most * factor * below)
        }
        Limit::SelectionLiability => limits
            .selection_liability
            .is_none_or(|most| liability * 100 <= (most * factor).saturating_sub(limits.used * 100) * below),
        Limit::Stake => limits.stake.is_none_or(|most| stake * 100 <= most * factor),
        Limit::Payout => limits.payout.is_none_or(|most| payout <= most * below),
        Limit::DayPayout => {
            limits.day_payout.is_none_or(|most| payout <= most.saturating_sub(limits.paid_today) * below)
        }
    }
}

const EVERY: [Limit; 6] = [
    Limit::Market,
    Limit::BetLiability,
    Limit::SelectionLiability,
    Limit::Stake,
    Limit::Payout,
    Limit::DayPayout,
];

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn one_step_more_breaks_the_limit_that_is_named(
        limits in limits(), price in price(), pnl in -5_000_000_i128..5_000_000
    ) {
        let Ok(found) = max_stake(price, &limits, pnl) else {
            let given = [limits.market, limits.bet_liability, limits.selection_liability, limits.stake, limits.payout];
            prop_assert!(given.iter().chain([&limits.day_payout]).all(Option::is_none));
            return Ok(());
        };
        prop_assert_eq!(found.stake % limits.step, 0);
        for limit in EVERY {
            prop_assert!(keeps(&limits, limit, found.stake, price, pnl), "{:?} {:?}", limit, found);
        }
        prop_assert!(!keeps(&limits, found.limit, found.stake + limits.step, price, pnl), "{:?}", found);
    }

    #[test]
    fn a_multiple_of_one_leg_is_a_single(limits in limits(), price in price(), pnl in -5_000_000_i128..5_000_000) {
        let single = Structure::new("SINGLE", 1, &[], &[]).expect("a type");
        let carried = Apportionment::new(&single, &[price], &[LegState::Open]).expect("an open leg");
        let free = StakeLimits { step: limits.step, ..StakeLimits::default() };
        let by_leg = max_stake_multiple(&carried, &[(limits, pnl)], (&free, 0));
        let by_bet = max_stake_multiple(&carried, &[(StakeLimits::default(), 0)], (&limits, pnl));
        let alone = max_stake(price, &limits, pnl);
        prop_assert_eq!(&by_bet, &alone);
        prop_assert_eq!(by_leg, alone.map(|found| MaxStake { leg: Some(0), ..found }));
    }

    /// Whatever the multiple, the parts of it that the legs' books get keep the legs' limits.
    #[test]
    fn the_parts_of_a_multiple_keep_the_limits_of_their_legs(
        prices in prop::collection::vec(price(), 2..6), market in 1_u128..100_000_000, fold in 0_usize..6
    ) {
        let sizes = [1 + fold % prices.len()];
        let system = Structure::new("SYSTEM", prices.len(), &sizes, &[]).expect("a type");
        let carried = Apportionment::new(&system, &prices, &vec![LegState::Open; prices.len()]).expect("open legs");
        let leg = (StakeLimits { market: Some(market), ..StakeLimits::default() }, 0);
        let found = max_stake_multiple(&carried, &vec![leg; prices.len()], (&StakeLimits::default(), 0)).expect("a limit");
        prop_assert_eq!(found.limit, Limit::Market);
        let worst = |stake| {
            let (stakes, payouts) = (carried.stakes(stake).expect("small"), carried.payouts(stake).expect("small"));
            stakes.iter().zip(payouts).map(|(stake, payout)| payout - stake).max().expect("legs")
        };
        // Parts are whole units: each may be one off.
        prop_assert!(worst(found.stake) <= market + 2);
        prop_assert!(worst(found.stake + 1) + 2 >= market);
    }

    #[test]
    fn a_stake_on_scores_keeps_the_worst_cell(
        stake in 1_u128..10_000, price in price(), market in 0_u128..1_000_000, word in 0_usize..8
    ) {
        let scores = Scores::new(8).expect("a size");
        let words = ["home", "over2.25", "home-0.75", "2-1", "away+1", "btts", "under3", "home_dnb"];
        let results = |word: &str| scores.results(&[ScoreSelection::parse(word).expect("a word")]).expect("results");
        let mut book = Book::new(64).expect("cells");
        let other = Payoff::results(stake, price, &results(words[(word + 3) % 8])).expect("a payoff");
        book.add(Phase::PreMatch, &other).expect("its cells");
        let limits = StakeLimits { market: Some(market), ..StakeLimits::default() };
        let found = book.max_stake(&results(words[word]), price, &limits, None).expect("a limit");
        let before = book.position(None, true).pnl;
        let breaks = |stake: u128| {
            let payoff = Payoff::results(stake, price, &results(words[word])).expect("a payoff");
            let mut with = book.clone();
            with.add(Phase::InPlay, &payoff).expect("its cells");
            let after = with.position(None, true).pnl;
            // A cell that is beyond the limit already may only get better.
            before.iter().zip(after).any(|(before, after)| after < *before && after < -market.cast_signed())
        };
        prop_assert!(found.stake == 0 || !breaks(found.stake), "{:?}", found);
        prop_assert!(breaks(found.stake + 1), "{:?}", found);
    }

    #[test]
    fn an_each_way_stake_binds_at_the_dearest_placing(
        limits in limits(), price in price(), runner in 0_usize..4, others in prop::collection::vec((0_usize..4, 1_u128..9_000), 0..6)
    ) {
        let terms = EachWayTerms::new(1, 4, 3).expect("terms");
        let bet = |runner, stake| Payoff::each_way(stake, price, terms, runner, 4).expect("a bet");
        let mut book = Book::new(4).expect("outcomes");
        for (runner, stake) in others {
            book.add(Phase::PreMatch, &bet(runner, stake)).expect("its outcomes");
        }
        let Ok(found) = book.max_stake_each_way(runner, price, terms, &limits, None) else { return Ok(()) };
        prop_assert_eq!(found.stake % limits.step, 0);
        let keeps = |stake: u128| {
            let mut with = book.clone();
            if stake > 0 {
                with.add(Phase::PreMatch, &bet(runner, stake)).expect("its outcomes");
            }
            let pnl = with.position(None, true).pnl;
            let before = book.position(None, true).pnl;
            let least = limits.market.map_or(i128::MIN, |market| -market.cast_signed());
            before.iter().zip(pnl).all(|(before, after)| after >= least || after >= *before)
        };
        prop_assert!(keeps(found.stake));
        let alone = StakeLimits { market: None, ..limits };
        let other = book.max_stake_each_way(runner, price, terms, &alone, None).map_or(u128::MAX, |other| other.stake);
        prop_assert!(found.stake <= other);
        prop_assert!(found.stake == other || !keeps(found.stake + limits.step), "{:?}", found);
        prop_assert_eq!(found.limit == Limit::Market, !keeps(found.stake + limits.step) || other == u128::MAX);
    }

    #[test]
    fn a_parlay_takes_no_more_than_its_tightest_leg_for_each(
        legs in prop::collection::vec((1_u128..1_000_000, price(), 1_u64..99), 1..6)
    ) {
        let legs: Vec<RelevantLeg> = legs
            .into_iter()
            .map(|(liability, price, percent)| RelevantLeg {
                liability,
                price,
                probability: Share::new(percent, 100, "p").expect("a share"),
            })
            .collect();
        let single = |leg: &RelevantLeg| {
            let (above, below) = leg.price.parts();
            leg.liability * u128::from(below) / u128::from(above - below)
        };
        let tightest = legs.iter().map(single).min().expect("legs");
        let limit = parlay_limit(&legs, 1).expect("a limit");
        prop_assert!(limit <= (tightest + 1) * legs.len() as u128);
        if legs.len() == 1 {
            prop_assert_eq!(limit, tightest);
        }
        prop_assert_eq!(parlay_limit(&legs, 10).expect("a limit"), limit / 10 * 10);
    }
}

#[test]
fn an_accumulator_that_no_integer_holds_is_bounded_all_the_same() {
    let prices = vec![Price::new(1_000, 1).expect("a price"); 20];
    let acca = Structure::new("ACCA", 20, &[], &[]).expect("a type");
    let carried = Apportionment::new(&acca, &prices, &[LegState::Open; 20]).expect("open legs");
    let bet = StakeLimits { payout: Some(1_000_000_000), ..StakeLimits::default() };
    let none = [(StakeLimits::default(), 0); 20];
    let found = max_stake_multiple(&carried, &none, (&bet, 0)).expect("a limit");
    assert_eq!(found, MaxStake { stake: 0, limit: Limit::Payout, leg: None });
    assert_eq!(carried.payouts(1), Err(BettingError::Overflow));
    assert_eq!(carried.stakes(100).expect("small"), vec![5; 20]);
}

#[test]
fn questions_without_an_answer_are_refused() {
    let price = Price::new(2, 1).expect("a price");
    let with = |limits| max_stake(price, &limits, 0);
    let some = StakeLimits { market: Some(100), ..StakeLimits::default() };
    assert!(with(StakeLimits::default()).is_err());
    assert!(with(StakeLimits { step: 0, ..some }).is_err());
    assert!(with(StakeLimits { factor: (1, 0), ..some }).is_err());
    assert!(parlay_limit(&[], 1).is_err());
    let certain = RelevantLeg { liability: 1, price, probability: Share::WHOLE };
    assert!(parlay_limit(&[certain], 1).is_err());
}
