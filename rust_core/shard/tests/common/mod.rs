//! What the tests of the machine share: commands and frames.
#![allow(dead_code, reason = "each test file uses its own part")]

use money::{Amount, Currency};
use shard::{Answers, Kind, Limits, QueueLimits, Request};
use wallet::{
    BetId, Command, Deposit, Envelope, Funds, Key, PlaceBet, PlayerId, Reply, SettleBet, Slip, Slug, Source,
    Trace,
};

pub(crate) const SHARD: &str = "aurora";
pub(crate) const LIMITS: Limits = Limits {
    batch_commands: 4,
    turn_commands: 4,
    batch_bytes: 4096,
    queue: QueueLimits { commands: 12, bytes: 1 << 16 },
    recent_keys: 64,
};

pub(crate) fn tenant() -> Slug {
    Slug::new(SHARD).expect("a slug")
}

fn envelope(player: u8, source: Source) -> Envelope {
    Envelope {
        tenant: tenant(),
        brand: 1,
        player: Some(PlayerId::new([player + 1; 16]).expect("not zero")),
        source,
        correlation: [0; 16],
        trace: Trace::default(),
    }
}

fn encode(envelope: &Envelope, command: &Command<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    wallet::encode_command(envelope, command, &mut bytes).expect("a good command");
    bytes
}

fn euro() -> Currency {
    Currency::from_code("EUR").expect("a currency")
}

pub(crate) fn bet_id(bet: u8) -> BetId {
    BetId::new([bet + 1; 16]).expect("not zero")
}

/// 10 EUR for a player.
pub(crate) fn deposit(player: u8, number: u8) -> Vec<u8> {
    let key = format!("deposit-{number}");
    let command = Deposit {
        key: Key::new(&key).expect("a key"),
        currency: euro(),
        amount: Amount::from_i64(10_000_000),
        psp: Slug::new("bank").expect("a slug"),
    };
    encode(&envelope(player, Source::Cashier), &Command::Deposit(command))
}

/// A bet of 1 EUR under its own key; pending until `pending_until` if that is not 0.
pub(crate) fn place(player: u8, bet: u8, pending_until: u64) -> Vec<u8> {
    let key = format!("bet-{bet}");
    let command = PlaceBet {
        key: Key::new(&key).expect("a key"),
        currency: euro(),
        stake: Amount::from_i64(1_000_000),
        slip: Slip { schema: 1, version: 1, bytes: b"slip" },
        funds: Funds::Any,
        bet_id: bet_id(bet),
        verdict: 0,
        terms: b"terms",
        expires_at: u64::MAX,
        generation: 0,
        pending_until,
        tax: None,
    };
    encode(&envelope(player, Source::Sportsbook), &Command::PlaceBet(command))
}

/// The bet returns 2 EUR.
pub(crate) fn settle(player: u8, bet: u8) -> Vec<u8> {
    let command = SettleBet {
        bet_id: bet_id(bet),
        revision: 1,
        returns: Amount::from_i64(2_000_000),
        void: None,
        evidence: [7; 32],
        version: 1,
    };
    encode(&envelope(player, Source::Sportsbook), &Command::SettleBet(command))
}

/// A request frame.
pub(crate) fn frame(kind: Kind, commands: &[Vec<u8>]) -> Vec<u8> {
    Request::encode(kind, commands).0
}

/// The replies of an answer frame.
pub(crate) fn replies(answer: &[u8]) -> Vec<Reply> {
    Answers::read(answer).map(|reply| Reply::decode(reply).expect("a reply")).collect()
}
