//! Whatever the journal does to a writer: what was answered is there once, and what is there adds up.

mod common;

use std::collections::BTreeMap;

use common::world::{Fault, World};
use common::{deposit, place, settle};
use journal::Batch;
use proptest::prelude::*;
use wallet::{BetId, Decision, Entry, Reply, Status};

#[derive(Clone, Copy, Debug)]
enum Ask {
    Deposit(u8),
    Place(u8),
    Settle(u8),
}

impl Ask {
    fn command(self) -> Vec<u8> {
        match self {
            Self::Deposit(number) => deposit(number % 3, number),
            // Every fourth bet waits for an acceptance that never comes, so time rejects it.
            Self::Place(bet) => place(bet % 3, bet, if bet % 4 == 0 { 1_500 } else { 0 }),
            Self::Settle(bet) => settle(bet % 3, bet),
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Send { writer: usize, kind: u8, asks: Vec<Ask> },
    Execute { writer: usize, fault: Fault },
    ExpireLease,
    LandLate,
    Pass(u64),
}

fn ask() -> impl Strategy<Value = Ask> {
    prop_oneof![
        1 => (0_u8..8).prop_map(Ask::Deposit),
        4 => (0_u8..24).prop_map(Ask::Place),
        2 => (0_u8..24).prop_map(Ask::Settle),
    ]
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        8 => Just(Fault::None),
        1 => Just(Fault::CommittedThenError),
        1 => Just(Fault::ErrorThenCommitted),
        1 => Just(Fault::Lost),
        1 => Just(Fault::RolledBack),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_usize..2, 1_u8..3, prop::collection::vec(ask(), 0..7))
            .prop_map(|(writer, kind, asks)| Step::Send { writer, kind, asks }),
        10 => (0_usize..2, fault()).prop_map(|(writer, fault)| Step::Execute { writer, fault }),
        1 => Just(Step::ExpireLease),
        1 => Just(Step::LandLate),
        1 => (1_u64..200).prop_map(Step::Pass),
    ]
}

fn take(world: &mut World, step: Step) {
    match step {
        Step::Send { writer, kind, asks } => {
            world.send(writer, kind, asks.into_iter().map(Ask::command).collect());
        }
        Step::Execute { writer, fault } => world.execute(writer, fault),
        Step::ExpireLease => world.expire_lease(),
        Step::LandLate => world.land_late(),
        Step::Pass(time) => world.now += time,
    }
}

/// Every keyed entry of the journal, by key; fails when a key has two, or when time stands still.
fn keyed_entries(world: &World) -> BTreeMap<String, (u64, u16, Option<BetId>)> {
    let mut found = BTreeMap::new();
    let mut last = 0;
    for bytes in world.batches() {
        for bytes in Batch::decode(bytes).expect("a batch").entries() {
            let entry = Entry::decode(bytes).expect("an entry");
            assert!(entry.at > last, "journaled time must rise");
            last = entry.at;
            if let Some(key) = entry.head.key {
                let before = found.insert(key.to_string(), (entry.seq, entry.code, entry.bet_id()));
                assert_eq!(before, None, "{key} is in the journal twice");
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_was_answered_is_there_once(steps in prop::collection::vec(step(), 1..120)) {
        let mut world = World::new(2);
        for step in steps {
            take(&mut world, step);
        }
        world.calm_down();
        let follower = world.replay();
        let entries = keyed_entries(&world);
        for reply in world.client.answers.values().flatten() {
            prop_assert!(reply.status != Status::Retry);
            prop_assert!(reply.seq <= follower.chain().seq);
        }
        let answers: Vec<Reply> = world.client.answers.values().flatten().copied().collect();
        for (key, (seq, code, bet_id)) in entries {
            // A bet that waited is answered from the entry that decided it.
            let same_bet = |reply: &Reply| reply.decision != Decision::None && reply.bet_id == bet_id;
            let told = answers.iter().any(|reply| reply.code == code && (reply.seq == seq || same_bet(reply)));
            prop_assert!(told, "{} was decided and its caller told otherwise", key);
        }
        prop_assert!(follower.wallet().totals().iter().all(ledger::Total::is_balanced));
        prop_assert!(follower.wallet().holds_totals().iter().all(|t| t.holds == t.accounts));
    }
}
