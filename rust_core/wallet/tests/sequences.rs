//! Random sequences of commands against an independent model of the rules.

mod common;

use common::model::Model;
use common::{Pair, amount, bet, currency, encode, envelope, player};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use wallet::{
    AcceptBet, Command, Deposit, Entry, Envelope, FiledKey, Key, PlaceBet, RaiseGeneration, RejectBet,
    ReopenBet, SettleBet, Slip, Slug, Source, Tick, VoidBet, Wallet,
};

/// A command by small numbers, so that keys, bets and versions meet again.
#[derive(Clone, Debug)]
enum Step {
    Deposit {
        key: u8,
        jpy: bool,
        amount: usize,
        psp: bool,
    },
    Place {
        key: u8,
        jpy: bool,
        stake: usize,
        slip: u8,
        bet: u8,
        verdict: bool,
        fresh: u64,
        generation: u64,
        wait: u64,
    },
    Accept {
        bet: u8,
        version: u32,
    },
    Reject {
        bet: u8,
        version: u32,
        code: u16,
    },
    Settle {
        bet: u8,
        version: u32,
        revision: u32,
        returns: usize,
        evidence: u8,
    },
    Void {
        bet: u8,
        version: u32,
        revision: u32,
        reason: u16,
    },
    Reopen {
        bet: u8,
        version: u32,
        revision: u32,
        evidence: u8,
    },
    Tick {
        ahead: u64,
    },
    Raise {
        generation: u64,
    },
}

const AMOUNTS: [i128; 8] =
    [10_000_000, 5_000_000, 120_000_000, 10_000, 0, -10_000_000, 10_005_000, 1_000_000_000_000];

fn versions() -> impl Strategy<Value = u32> {
    prop_oneof![4 => Just(1_u32), 2 => Just(2), 1 => Just(3)]
}

fn revisions() -> impl Strategy<Value = u32> {
    prop_oneof![5 => Just(1_u32), 3 => 2..4_u32]
}

fn steps() -> impl Strategy<Value = Vec<(u8, bool, u64, Step)>> {
    let amounts = prop_oneof![8 => 0..3_usize, 3 => 3..AMOUNTS.len()];
    let (stakes, returns) = (amounts.clone(), amounts.clone());
    let step = prop_oneof![
        4 => (0..6_u8, any::<bool>(), amounts, any::<bool>())
            .prop_map(|(key, jpy, amount, psp)| Step::Deposit { key, jpy, amount, psp }),
        8 => (
            0..24_u8, prop::bool::weighted(0.2), stakes, 0..3_u8, 0..6_u8, prop::bool::weighted(0.9),
            0..40_u64, 0..6_u64, prop_oneof![Just(0), 1..200_u64],
        )
            .prop_map(|(key, jpy, stake, slip, bet, verdict, fresh, generation, wait)| {
                Step::Place { key, jpy, stake, slip, bet, verdict, fresh, generation, wait }
            }),
        3 => (0..6_u8, 1..3_u32).prop_map(|(bet, version)| Step::Accept { bet, version }),
        4 => (0..6_u8, prop_oneof![4 => Just(1_u32), 1 => Just(2)], 200..202_u16)
            .prop_map(|(bet, version, code)| Step::Reject { bet, version, code }),
        5 => (0..6_u8, versions(), revisions(), returns, prop::bool::weighted(0.2).prop_map(u8::from)).prop_map(
            |(bet, version, revision, returns, evidence)| Step::Settle { bet, version, revision, returns, evidence }
        ),
        2 => (0..6_u8, versions(), revisions(), 0..2_u16)
            .prop_map(|(bet, version, revision, reason)| Step::Void { bet, version, revision, reason }),
        6 => (0..6_u8, 2..4_u32, 1..4_u32, prop::bool::weighted(0.3).prop_map(u8::from))
            .prop_map(|(bet, version, revision, evidence)| Step::Reopen { bet, version, revision, evidence }),
        1 => (0..80_u64).prop_map(|ahead| Step::Tick { ahead }),
        1 => prop_oneof![9 => 0..2_u64, 1 => 0..6_u64].prop_map(|generation| Step::Raise { generation }),
    ];
    prop::collection::vec((0..3_u8, prop::bool::weighted(0.3), 0..20_u64, step), 1..120)
}

/// Build the command of a step and hand it on.
fn with_command<T>(step: &Step, now: u64, then: impl FnOnce(&Command<'_>) -> T) -> T {
    let money = |jpy: &bool| currency(if *jpy { "JPY" } else { "EUR" });
    match step {
        Step::Deposit { key, jpy, amount: index, psp } => {
            let key = format!("deposit-{key}");
            let psp = Slug::new(if *psp { "acme-pay" } else { "other-pay" }).expect("a slug");
            let key = Key::new(&key).expect("a key");
            then(&Command::Deposit(Deposit {
                key,
                currency: money(jpy),
                amount: amount(AMOUNTS[*index]),
                psp,
            }))
        }
        Step::Place { key, jpy, stake, slip, bet: number, verdict, fresh, generation, wait } => {
            let key = format!("01890a5d-ac96-774b-bcce-b302099a80{key:02x}");
            then(&Command::PlaceBet(PlaceBet {
                key: Key::new(&key).expect("a key"),
                currency: money(jpy),
                stake: amount(AMOUNTS[*stake]),
                slip: Slip { schema: 1, version: u16::from(*slip > 1), bytes: &[*slip; 60] },
                funds: wallet::Funds::Any,
                bet_id: bet(*number),
                verdict: if *verdict { 0 } else { 203 },
                terms: &[*number; 9][..usize::from(*number)],
                expires_at: now + fresh,
                generation: generation + 1,
                pending_until: if *wait == 0 { 0 } else { now + wait },
                tax: None,
            }))
        }
        Step::Accept { bet: number, version } => {
            then(&Command::AcceptBet(AcceptBet { bet_id: bet(*number), version: *version }))
        }
        Step::Reject { bet: number, version, code } => {
            then(&Command::RejectBet(RejectBet { bet_id: bet(*number), code: *code, version: *version }))
        }
        Step::Settle { bet: number, version, revision, returns, evidence } => {
            then(&Command::SettleBet(SettleBet {
                bet_id: bet(*number),
                revision: *revision,
                returns: amount(AMOUNTS[*returns]),
                void: None,
                evidence: [*evidence; 32],
                version: *version,
            }))
        }
        Step::Void { bet: number, version, revision, reason } => then(&Command::VoidBet(VoidBet {
            bet_id: bet(*number),
            revision: *revision,
            reason: *reason,
            part: wallet::Fraction::WHOLE,
            version: *version,
        })),
        Step::Reopen { bet: number, version, revision, evidence } => then(&Command::ReopenBet(ReopenBet {
            bet_id: bet(*number),
            revision: *revision,
            evidence: [*evidence; 32],
            version: *version,
        })),
        Step::Tick { ahead } => then(&Command::Tick(Tick { until: now.saturating_sub(20) + ahead })),
        Step::Raise { generation } => {
            then(&Command::RaiseGeneration(RaiseGeneration { generation: *generation }))
        }
    }
}

/// Submit to a wallet that keeps few answers, and hand it the entries it asks for; how many those were.
fn recalling(wallet: &mut Wallet, entries: &[Vec<u8>], command: &[u8], now: u64) -> (wallet::Reply, usize) {
    let (mut recalled, mut entry) = (wallet::Recalled::new(), Vec::new());
    loop {
        let missing = wallet.missing(command, &recalled);
        match wallet.submit_recalling(command, now, &recalled, &mut entry) {
            Ok(reply) => {
                assert_eq!(missing, wallet::Missing::default());
                return (reply, recalled.len());
            }
            Err(lacks) => {
                assert_eq!(missing, lacks);
                lacks
                    .seqs
                    .into_iter()
                    .for_each(|seq| recalled.insert(seq, entries[seq as usize - 1].clone()));
                for key in lacks.keys {
                    recalled.look(key, wallet.seq(), filed(entries, key));
                }
            }
        }
        assert!(entry.is_empty(), "who lacks something has done nothing");
    }
}

/// What a table of old keys holds of a fingerprint.
fn filed(entries: &[Vec<u8>], key: u64) -> Vec<u64> {
    let entries = entries.iter().map(|entry| Entry::decode(entry).expect("an entry"));
    let rows = entries.filter_map(|entry| FiledKey::of(&entry));
    rows.filter(|row| row.fingerprint == key).map(|row| row.seq).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_wallet_agrees_with_the_model(steps in steps()) {
        let (mut pair, mut model) = (Pair::new(), Model::default());
        let mut forgetful = Wallet::new(common::tenant());
        forgetful.keep_recent(1);
        let mut now = 1_000;
        for (who, system, pause, step) in &steps {
            now += pause;
            let keyed = matches!(step, Step::Deposit { .. } | Step::Place { .. });
            let named = if *system && !keyed { None } else { Some(player(*who)) };
            let source = if keyed && *system { Source::Cashier } else { Source::Sportsbook };
            let sender = Envelope { source, ..envelope(named) };
            let (bytes, expected) = with_command(step, now, |command| {
                (encode(&sender, command), model.apply(named, source as u8, command, now))
            });
            let (from_journal, _) = recalling(&mut forgetful, &pair.entries, &bytes, now);
            let reply = pair.submit(&bytes, now);
            prop_assert_eq!(&reply, &expected, "{:?}", step);
            prop_assert_eq!(&from_journal, &expected, "answered from the journal: {:?}", step);
            let mut answer = Vec::new();
            reply.encode(&mut answer);
            prop_assert_eq!(wallet::Reply::decode(&answer), Ok(reply));
            pair.prove();
        }
        model.assert_balances(&pair.wallet);
        model.assert_balances(&pair.replica);
        prop_assert_eq!(forgetful.state_hash(), pair.wallet.state_hash());

        let mut rebuilt = Wallet::new(common::tenant());
        for entry in &pair.entries {
            rebuilt.replay(entry).expect("a written entry replays");
        }
        prop_assert_eq!(rebuilt.state_hash(), pair.wallet.state_hash());
    }
}

/// The property above is worth what its sequences reach: every kind of command with every outcome it can have.
#[test]
fn the_sequences_reach_every_outcome() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut seen, mut recalled) = (std::collections::BTreeSet::new(), 0);
    for _ in 0..2_000 {
        let tree = steps().new_tree(&mut runner).expect("a sequence");
        let (mut pair, mut now) = (Pair::new(), 1_000);
        let mut forgetful = Wallet::new(common::tenant());
        forgetful.keep_recent(1);
        for (who, system, pause, step) in tree.current() {
            now += pause;
            let keyed = matches!(step, Step::Deposit { .. } | Step::Place { .. });
            let named = if system && !keyed { None } else { Some(player(who)) };
            with_command(&step, now, |command| {
                let bytes = encode(&envelope(named), command);
                recalled += recalling(&mut forgetful, &pair.entries, &bytes, now).1;
                let reply = pair.submit(&bytes, now);
                let outcome = if reply.replayed { "replayed" } else { wallet::code_name(reply.code) };
                let outcome = if outcome == "key_conflict" { reply.field.name() } else { outcome };
                seen.insert((command.kind().name(), outcome.to_owned()));
            });
        }
    }
    assert!(recalled > 1_000, "{recalled} answers came from the journal");
    let judged = ["", "replayed", "unknown_bet", "player_mismatch", "stale_version"];
    let expected: &[(&str, &[&str])] = &[
        (
            "deposit",
            &["", "replayed", "amount_not_positive", "amount_not_whole", "currency", "amount", "psp"],
        ),
        ("place_bet", &["", "replayed", "insufficient_funds", "stake_not_positive", "stake_not_whole"]),
        ("place_bet", &["bet_exists", "expired", "stale_generation", "currency", "stake", "slip"]),
        ("accept_bet", &judged),
        ("accept_bet", &["bet_not_pending"]),
        ("reject_bet", &judged),
        ("reject_bet", &["bet_not_pending", "code"]),
        ("settle_bet", &judged),
        ("settle_bet", &["bet_not_open", "returns_negative", "returns_not_whole"]),
        ("settle_bet", &["operation", "returns", "evidence", "stale_revision"]),
        ("void_bet", &judged),
        ("void_bet", &["bet_not_open", "operation", "reason"]),
        ("reopen_bet", &judged),
        ("reopen_bet", &["bet_not_closed", "operation", "evidence", "stale_revision"]),
        ("tick", &[""]),
        ("raise_generation", &["", "replayed", "generation_not_higher"]),
    ];
    for (kind, outcomes) in expected {
        for outcome in *outcomes {
            assert!(seen.contains(&(*kind, (*outcome).to_owned())), "{kind} never answered {outcome:?}");
        }
    }
}
