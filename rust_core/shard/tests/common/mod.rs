//! What the tests of the machine share: commands, frames, and a journal that misbehaves.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod client;
pub(crate) mod world;

use money::{Amount, Currency};
use wallet::{
    BetId, Command, Deposit, Envelope, Key, PlaceBet, PlayerId, Reply, SettleBet, Slip, Slug, Source, Trace,
};

pub(crate) const SHARD: &str = "aurora";

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
        bet_id: bet_id(bet),
        verdict: 0,
        terms: b"terms",
        expires_at: u64::MAX,
        generation: 0,
        pending_until,
    };
    encode(&envelope(player, Source::Sportsbook), &Command::PlaceBet(command))
}

/// The bet returns 2 EUR.
pub(crate) fn settle(player: u8, bet: u8) -> Vec<u8> {
    let command = SettleBet {
        bet_id: bet_id(bet),
        revision: 1,
        returns: Amount::from_i64(2_000_000),
        evidence: [7; 32],
        version: 1,
    };
    encode(&envelope(player, Source::Sportsbook), &Command::SettleBet(command))
}

/// A request frame.
pub(crate) fn frame(kind: u8, commands: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(&(commands.len() as u16).to_le_bytes());
    for command in commands {
        bytes.extend_from_slice(&(command.len() as u32).to_le_bytes());
        bytes.extend_from_slice(command);
    }
    bytes
}

/// The replies of an answer frame.
pub(crate) fn replies(answer: &[u8]) -> Vec<Reply> {
    let n = u16::from_le_bytes([answer[1], answer[2]]);
    let mut rest = &answer[3..];
    let found = (0..n).map(|_| {
        let (length, tail) = rest.split_first_chunk::<4>().expect("a length");
        let (reply, tail) = tail.split_at(u32::from_le_bytes(*length) as usize);
        rest = tail;
        Reply::decode(reply).expect("a reply")
    });
    let found: Vec<Reply> = found.collect();
    assert!(rest.is_empty(), "bytes follow the last answer");
    found
}
