//! Damage to a journal, one bit at a time, and journals that are not this wallet's.

mod common;

use common::{Pair, bet, cents, currency, place, player};
use wallet::{
    AcceptBet, Command, Corrupt, Deposit, Entry, Head, Key, Kind, PlaceBet, RaiseGeneration, RejectBet,
    ReopenBet, SettleBet, Slug, Tick, VoidBet, Wallet,
};

/// Every kind of command, accepted and refused.
fn journal() -> Pair {
    let mut pair = Pair::new();
    let who = Some(player(1));
    let deposit = Deposit {
        key: Key::new("d-1").expect("a key"),
        currency: currency("EUR"),
        amount: cents(10_000),
        psp: Slug::new("acme").expect("a slug"),
    };
    let pending =
        |key, number, until| PlaceBet { pending_until: until, ..place(key, bet(number), cents(500)) };
    let settle = |number, version, returns| SettleBet {
        bet_id: bet(number),
        revision: 1,
        returns,
        void: None,
        evidence: [9; 32],
        version,
    };
    for command in [
        Command::Deposit(deposit),
        Command::PlaceBet(place("k-1", bet(1), cents(500))),
        Command::PlaceBet(pending("01890a5d-ac96-774b-bcce-b302099a8057", 2, 900)),
        Command::PlaceBet(pending("k-3", 3, 900)),
        Command::PlaceBet(pending("k-4", 4, 800)),
        Command::PlaceBet(pending("k-5", 5, 800)),
        Command::PlaceBet(place("k-6", bet(6), cents(500_000))),
        Command::PlaceBet(PlaceBet { verdict: 203, ..place("k-7", bet(7), cents(500)) }),
        Command::AcceptBet(AcceptBet { bet_id: bet(2), version: 1 }),
        Command::RejectBet(RejectBet { bet_id: bet(3), code: 204, version: 1 }),
        Command::SettleBet(settle(1, 1, cents(1_250))),
        Command::SettleBet(settle(9, 1, cents(0))),
        Command::VoidBet(VoidBet {
            bet_id: bet(2),
            revision: 1,
            reason: 7,
            part: wallet::Fraction::WHOLE,
            version: 2,
        }),
        Command::ReopenBet(ReopenBet { bet_id: bet(2), revision: 2, evidence: [9; 32], version: 3 }),
        Command::RaiseGeneration(RaiseGeneration { generation: 3 }),
    ] {
        assert_ne!(pair.run(who, &command, 500).seq, 0);
    }
    let ticked = pair.run(None, &Command::Tick(Tick { until: 850 }), 860);
    assert_eq!(ticked.version, 2, "two bets had waited too long");
    pair.prove();
    pair
}

fn rebuilt(entries: &[Vec<u8>]) -> Result<Wallet, Corrupt> {
    let mut wallet = Wallet::new(common::tenant());
    entries.iter().try_for_each(|entry| wallet.replay(entry))?;
    Ok(wallet)
}

/// What an entry says besides what it does: opaque to replay, and the journal's chain to protect. It is who asked
/// under which trace, the guards a verdict had passed, the version a command expected, and the code of a refusal
/// that is not frozen.
fn is_opaque_change(was: &Entry<'_>, is: &Entry<'_>) -> bool {
    let context = |head: &Head<'_>| (head.brand, head.source, head.correlation, *head.trace.bytes());
    let guards = match (was.command, is.command) {
        (Command::PlaceBet(was), Command::PlaceBet(is)) => {
            PlaceBet {
                expires_at: was.expires_at,
                generation: was.generation,
                pending_until: was.pending_until,
                verdict: was.verdict,
                ..is
            } == was
        }
        (was, is) => was == is || (was.kind() == is.kind() && !was.kind().is_keyed()),
    };
    let unfrozen = !was.kind().is_keyed();
    let bystander = unfrozen && (!was.is_accepted() || was.bet_id().is_none());
    guards
        && (was.command != is.command
            || context(&was.head) != context(&is.head)
            || (was.player() != is.player() && bystander)
            || (was.code != is.code && unfrozen))
}

#[test]
fn every_flipped_bit_is_noticed() {
    let pair = journal();
    let sound = pair.wallet.state_hash();
    let (mut refused, mut other_state, mut opaque) = (0, 0, 0);
    for (at, entry) in pair.entries.iter().enumerate() {
        for bit in 0..entry.len() * 8 {
            let mut entries = pair.entries.clone();
            entries[at][bit / 8] ^= 1 << (bit % 8);
            match rebuilt(&entries) {
                Err(_) => refused += 1,
                Ok(wallet) if wallet.state_hash() != sound => other_state += 1,
                Ok(_) => {
                    let (was, is) = (Entry::decode(entry), Entry::decode(&entries[at]));
                    let (was, is) = (was.expect("sound"), is.expect("it replayed"));
                    assert!(is_opaque_change(&was, &is), "bit {bit} of {was:?}");
                    opaque += 1;
                }
            }
        }
    }
    // Brand, correlation and trace are text to the wallet; nearly all else is caught without the chain.
    assert!(refused > other_state && other_state > 0 && opaque > 0, "{refused} {other_state} {opaque}");
}

#[test]
fn entries_out_of_place_are_refused() {
    let entries = journal().entries;
    let last = entries.len() - 1;
    let expected = |result: Result<Wallet, Corrupt>, error: Corrupt| assert_eq!(result.err(), Some(error));
    expected(rebuilt(&entries[1..]), Corrupt::Seq { expected: 1, found: 2 });
    expected(rebuilt(&[&entries[..3], &entries[4..]].concat()), Corrupt::Seq { expected: 4, found: 5 });
    expected(
        rebuilt(&[&entries[..], &entries[last..]].concat()),
        Corrupt::Seq { expected: entries.len() as u64 + 1, found: entries.len() as u64 },
    );
    let mut truncated = entries.clone();
    truncated[2].pop();
    assert!(matches!(rebuilt(&truncated), Err(Corrupt::Wire(_))));
}

#[test]
fn an_entry_tells_its_story_alone() {
    let pair = journal();
    let entries: Vec<_> = pair.entries.iter().map(|entry| Entry::decode(entry).expect("sound")).collect();
    let placed = &entries[1];
    assert_eq!((placed.seq, placed.kind(), placed.code), (2, Kind::PlaceBet, 0));
    assert_eq!((placed.player(), placed.bet_id()), (Some(player(1)), Some(bet(1))));
    assert_eq!((placed.amount(), placed.terms()), (Some(cents(500)), Some(&b"2.50"[..])));
    assert_eq!(placed.slip().map(|slip| slip.bytes), Some(&b"home to win"[..]));
    let balances: Vec<_> = placed.balances().map(|(key, after)| (key.code.name(), after)).collect();
    assert_eq!(balances, [("PLAYER_REAL", cents(9_500)), ("PLAYER_BET_HELD", cents(500))]);
    let short = &entries[6];
    assert_eq!((short.code, short.effects().count()), (101, 0));
    let won = &entries[10];
    assert_eq!((won.currency(), won.amount()), (Some(currency("EUR")), Some(cents(1_250))));
    let names: Vec<_> = won.balances().map(|(key, _)| key.code.name()).collect();
    assert_eq!(names, ["PLAYER_BET_HELD", "SPORT_STAKES", "SPORT_PAYOUTS", "PLAYER_REAL"]);
    let ticked = entries.last().expect("there");
    let bets: Vec<_> = ticked.effects().map(|effect| (effect.bet_id, effect.player)).collect();
    assert_eq!(bets, [(Some(bet(4)), Some(player(1))), (Some(bet(5)), Some(player(1)))]);
}
