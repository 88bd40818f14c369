//! Keys that leave memory and are forgotten: a key repeated at any time is answered as at first, or is too old.

mod common;

use common::{bet, cents, currency, encode, envelope, place, player, tenant};
use proptest::prelude::*;
use std::collections::BTreeMap;
use wallet::{
    Code, Command, Corrupt, Deposit, Entry, EvictKeys, FiledKey, ForgetKeys, Key, Missing, Recalled, Reply,
    Restoring, SettleBet, Slug, Status, Wallet,
};

const DAY: u64 = 86_400 * 1_000_000_000;
const PARTS: u16 = 1 << 10;

/// Something that happens after so many hours.
#[derive(Clone, Debug)]
enum Step {
    /// A deposit or a bet of a player under one of a few keys.
    Ask { who: u8, bets: bool, named: Named },
    /// Everything up to so many entries ago leaves memory.
    Evict { but: u64 },
    /// What was answered so many days ago is forgotten.
    Forget { days: u64 },
    /// The writer goes on from a snapshot of who follows.
    Restore,
}

/// A key: text, a random UUID, or one of version 7 made on a day, which may be far ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Text(u8),
    Random(u8),
    Timed { day: u64, number: u8 },
}

impl Named {
    fn key(self) -> String {
        match self {
            Self::Text(number) => format!("key-{number}"),
            Self::Random(number) => format!("0190a0b0-c0d0-4000-8000-0000000000{number:02x}"),
            Self::Timed { day, number } => {
                let millis = format!("{:012x}", day * DAY / 1_000_000);
                format!("{}-{}-7000-8000-0000000000{number:02x}", &millis[..8], &millis[8..])
            }
        }
    }

    fn made_at(self) -> Option<u64> {
        if let Self::Timed { day, .. } = self { Some(day * DAY) } else { None }
    }
}

/// A writer's wallet with its journal, and one that follows.
struct World {
    wallet: Wallet,
    replica: Wallet,
    entries: Vec<Vec<u8>>,
    now: u64,
    forgotten: u64,
    looks: u64,
}

impl World {
    fn new() -> Self {
        let mut wallet = Wallet::new(tenant());
        wallet.keep_recent(1);
        let (replica, entries) = (Wallet::new(tenant()), Vec::new());
        Self { wallet, replica, entries, now: DAY, forgotten: 0, looks: 0 }
    }

    fn journal(&mut self, entry: Vec<u8>) {
        if !entry.is_empty() {
            self.replica.replay(&entry).expect("a written entry replays");
            self.entries.push(entry);
            assert_eq!(self.wallet.state_hash(), self.replica.state_hash());
        }
    }

    /// What the table holds: all keys up to the last eviction, whatever was forgotten of them.
    fn filed(&self, key: u64) -> Vec<u64> {
        let entries = self.entries.iter().take(self.wallet.keys_evicted() as usize);
        let entries = entries.map(|entry| Entry::decode(entry).expect("an entry"));
        let rows = entries.filter_map(|entry| FiledKey::of(&entry));
        let kept = rows.filter(|row| !(row.is_dated && row.at + DAY <= self.forgotten));
        kept.filter(|row| row.fingerprint == key).map(|row| row.seq).collect()
    }

    fn ask(&mut self, command: &[u8]) -> Reply {
        let (mut recalled, mut entry) = (Recalled::new(), Vec::new());
        loop {
            match self.wallet.submit_recalling(command, self.now, &recalled, &mut entry) {
                Ok(reply) => {
                    self.journal(entry);
                    return reply;
                }
                Err(Missing { seqs, keys }) => {
                    for seq in seqs {
                        recalled.insert(seq, self.entries[seq as usize - 1].clone());
                    }
                    for key in keys {
                        self.looks += 1;
                        recalled.look(key, self.wallet.seq(), self.filed(key));
                    }
                }
            }
        }
    }

    fn own(&mut self, command: &Command<'_>) {
        let mut entry = Vec::new();
        let _ = self.wallet.submit_own(command, self.now, &mut entry).expect("a good command");
        self.journal(entry);
    }

    fn evict(&mut self, but: u64) {
        let until = self.wallet.seq().saturating_sub(but);
        if until == 0 {
            return;
        }
        let at = Entry::decode(&self.entries[until as usize - 1]).expect("an entry").at;
        (0..PARTS).for_each(|part| self.own(&Command::EvictKeys(EvictKeys { part, until, at })));
        assert_eq!(self.wallet.state_hash(), self.wallet.recomputed_state_hash());
        let left = self.wallet.key_memory();
        assert!(left.hot as u64 <= self.wallet.seq() - until, "{left:?} of {}", self.wallet.seq());
    }

    fn restore(&mut self) {
        let (mut restoring, mut parts) = (Restoring::new(tenant()), Vec::new());
        self.replica.save(|part| parts.push(part.to_vec())).expect("a sound state");
        parts.iter().try_for_each(|part| restoring.take(part)).expect("the parts of a state");
        let mut restored = restoring.finish().expect("a state");
        restored.keep_recent(1);
        let mut again = Vec::new();
        restored.save(|part| again.push(part.to_vec())).expect("a sound state");
        assert!(parts == again, "a state has one form");
        assert_eq!(restored.state_hash(), self.wallet.state_hash());
        self.wallet = restored;
    }
}

fn command(who: u8, bets: bool, key: &str) -> Vec<u8> {
    let key = Key::new(key).expect("a key");
    let sender = envelope(Some(player(who)));
    if bets {
        // Every attempt with a bet of its own would be a fresh one for the rules, too.
        let name = key.to_string();
        let number = name.bytes().fold(who, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) % 100;
        return encode(&sender, &Command::PlaceBet(place(&name, bet(number), cents(100))));
    }
    let psp = Slug::new("bank").expect("a slug");
    encode(&sender, &Command::Deposit(Deposit { key, currency: currency("EUR"), amount: cents(1_000), psp }))
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let named = prop_oneof![
        (0..6_u8).prop_map(Named::Text),
        (0..6_u8).prop_map(Named::Random),
        (0..40_u64, 0..2_u8).prop_map(|(day, number)| Named::Timed { day, number }),
    ];
    let ask = (0..2_u8, any::<bool>(), named).prop_map(|(who, bets, named)| Step::Ask { who, bets, named });
    let step = prop_oneof![
        12 => ask,
        2 => (0..6_u64).prop_map(|but| Step::Evict { but }),
        1 => (0..20_u64).prop_map(|days| Step::Forget { days }),
        1 => Just(Step::Restore),
    ];
    prop::collection::vec((0..24_u64, step), 1..60)
}

/// The looks that were needed; the error says what was answered otherwise.
fn live(steps: Vec<(u64, Step)>) -> Result<u64, TestCaseError> {
    let mut world = World::new();
    let mut first = BTreeMap::new();
    for (hours, step) in steps {
        world.now += hours * DAY / 24;
        match step {
            Step::Evict { but } => world.evict(but),
            Step::Forget { days } => {
                let before = world.now.saturating_sub(days * DAY);
                world.own(&Command::ForgetKeys(ForgetKeys { before }));
                world.forgotten = world.forgotten.max(world.wallet.keys_forgotten());
            }
            Step::Restore => world.restore(),
            Step::Ask { who, bets, named } => {
                let reply = world.ask(&command(who, bets, &named.key()));
                let made_at = named.made_at().filter(|_| world.forgotten > 0);
                let passed = made_at.is_some_and(|made_at| made_at <= world.forgotten);
                // A key is remembered for as long as is said, and for ever if its clock was far ahead.
                let stands =
                    |at: u64| at + DAY > world.forgotten || made_at.is_some_and(|made| made > at + DAY);
                match first.get(&(who, bets, named)) {
                    Some(was @ Reply { at, .. }) if !passed || stands(*at) => {
                        prop_assert_eq!(reply, Reply { replayed: true, ..*was });
                    }
                    None if !passed => {
                        prop_assert!(matches!(reply.status, Status::Accepted | Status::Refused));
                        prop_assert!(!reply.replayed && reply.seq == world.wallet.seq());
                        prop_assert_ne!(reply.code, Code::KeyTooOld.number());
                        first.insert((who, bets, named), reply);
                    }
                    _ => {
                        prop_assert_eq!(
                            (reply.status, reply.code),
                            (Status::Refused, Code::KeyTooOld.number())
                        );
                        prop_assert_eq!(reply.seq, 0, "nothing is remembered of it");
                    }
                }
            }
        }
    }
    Ok(world.looks)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_key_is_answered_as_at_first_or_is_too_old(steps in steps()) {
        live(steps)?;
    }
}

#[test]
fn the_sequences_look_into_the_table_often() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut looks = 0;
    for _ in 0..100 {
        let tree = steps().new_tree(&mut runner).expect("a sequence");
        looks += live(proptest::strategy::ValueTree::current(&tree)).expect("a sequence that holds");
    }
    assert!(looks > 100, "{looks} looks");
}

#[test]
fn what_has_an_id_is_answered_by_what_it_is_when_its_key_is_long_forgotten() {
    let mut world = World::new();
    let named = |number| Named::Timed { day: 1, number }.key();
    let _ = world.ask(&command(0, false, "money"));
    let placed =
        |key: &str| encode(&envelope(Some(player(0))), &Command::PlaceBet(place(key, bet(7), cents(100))));
    let settled = encode(
        &envelope(None),
        &Command::SettleBet(SettleBet {
            bet_id: bet(7),
            revision: 1,
            returns: cents(250),
            void: None,
            evidence: [1; 32],
            version: 1,
        }),
    );
    assert_eq!(world.ask(&placed(&named(1))).status, Status::Accepted);
    let result = world.ask(&settled);
    world.now += 200 * DAY;
    let _ = world.ask(&command(1, false, "later"));
    world.evict(1);
    world.own(&Command::ForgetKeys(ForgetKeys { before: world.now - 20 * DAY }));
    world.forgotten = world.wallet.keys_forgotten();
    let before = world.wallet.balance(player(0), currency("EUR"));
    assert_eq!(world.ask(&placed(&named(1))).code, Code::KeyTooOld.number(), "its key was forgotten");
    assert_eq!(world.ask(&placed("another")).code, Code::BetExists.number(), "the bet is not");
    assert_eq!(world.ask(&settled), Reply { replayed: true, ..result });
    assert_eq!(world.wallet.balance(player(0), currency("EUR")), before);
    assert_eq!(
        world.wallet.key_memory().cold,
        1,
        "the shelf of dated keys is gone, a key without a time stays"
    );
}

#[test]
fn nobody_else_may_let_keys_go() {
    let mut world = World::new();
    let _ = world.ask(&command(0, false, "a"));
    let _ = world.ask(&command(0, false, "b"));
    for own in [
        Command::EvictKeys(EvictKeys { part: 0, until: 1, at: 1 }),
        Command::ForgetKeys(ForgetKeys { before: 1 }),
    ] {
        let reply = world.ask(&encode(&envelope(None), &own));
        assert_eq!((reply.status, reply.code), (Status::Malformed, Code::Malformed.number()));
    }
    assert_eq!((world.wallet.seq(), world.wallet.key_memory().hot), (2, 2));
}

#[test]
fn a_key_that_was_let_go_since_it_was_looked_up_is_looked_up_again() {
    let mut world = World::new();
    // A bet under the bits of another key that went before, so that the filter doubts it.
    let _ = world.ask(&command(0, false, "old"));
    let _ = world.ask(&command(0, false, "other"));
    world.evict(1);
    let asked = command(0, false, "old");
    let Err(Missing { keys, .. }) =
        world.wallet.submit_recalling(&asked, world.now, &Recalled::new(), &mut Vec::new())
    else {
        panic!("it is in the table")
    };
    let mut stale = Recalled::new();
    stale.look(keys[0], 0, Vec::new());
    let again = world.wallet.submit_recalling(&asked, world.now, &stale, &mut Vec::new());
    assert_eq!(again, Err(Missing { keys, ..Missing::default() }));
    assert!(world.ask(&asked).replayed);
}

#[test]
fn a_journal_that_lets_go_what_is_not_there_is_corrupt() {
    let mut world = World::new();
    let _ = world.ask(&command(0, false, "a"));
    let _ = world.ask(&command(0, false, "b"));
    world.evict(1);
    let eviction = world.entries.last().expect("an entry").clone();
    let mut other = Wallet::new(tenant());
    for number in 0..2 {
        let _ = other.submit(&command(1, false, &format!("c{number}")), 5 + number, &mut Vec::new());
    }
    assert!(matches!(other.replay(&eviction), Err(Corrupt::Keys | Corrupt::Time)));
}
