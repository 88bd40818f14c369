//! What the tests of the wallet share: short names for ids, and ready-made commands.
#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod model;

use money::{Amount, Currency};
use wallet::{BetId, Command, Envelope, Key, PlaceBet, PlayerId, Reply, Slip, Slug, Source, Trace, Wallet};

pub(crate) fn tenant() -> Slug {
    Slug::new("aurora").expect("a slug")
}

pub(crate) fn player(number: u8) -> PlayerId {
    PlayerId::new([number + 1; 16]).expect("an id")
}

pub(crate) fn bet(number: u8) -> BetId {
    BetId::new([number + 101; 16]).expect("an id")
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency::from_code(code).expect("known")
}

pub(crate) fn amount(units: i128) -> Amount {
    Amount::new(units).expect("in range")
}

pub(crate) fn cents(count: i64) -> Amount {
    Amount::from_i64(count * 10_000)
}

pub(crate) fn envelope(player: Option<PlayerId>) -> Envelope {
    let trace = Trace::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").expect("a trace");
    Envelope { tenant: tenant(), brand: 1, player, source: Source::Sportsbook, correlation: [7; 16], trace }
}

pub(crate) fn encode(envelope: &Envelope, command: &Command<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    wallet::encode_command(envelope, command, &mut bytes).expect("a good command");
    bytes
}

/// A plain accepted placement of an open bet.
pub(crate) fn place(key: &str, bet_id: BetId, stake: Amount) -> PlaceBet<'_> {
    PlaceBet {
        key: Key::new(key).expect("a key"),
        currency: currency("EUR"),
        stake,
        slip: Slip { schema: 1, version: 1, bytes: b"home to win" },
        funds: wallet::Funds::Any,
        bet_id,
        verdict: 0,
        terms: b"2.50",
        expires_at: u64::MAX,
        generation: 0,
        pending_until: 0,
        tax: None,
    }
}

/// A wallet, a replica that follows it by its entries, and the entries.
pub(crate) struct Pair {
    pub(crate) wallet: Wallet,
    pub(crate) replica: Wallet,
    pub(crate) entries: Vec<Vec<u8>>,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self { wallet: Wallet::new(tenant()), replica: Wallet::new(tenant()), entries: Vec::new() }
    }

    /// Submit, and let the replica follow if there is an entry.
    pub(crate) fn submit(&mut self, command: &[u8], now: u64) -> Reply {
        let mut entry = Vec::new();
        let before = self.wallet.seq();
        let reply = self.wallet.submit(command, now, &mut entry);
        assert_eq!(self.wallet.seq(), before + u64::from(!entry.is_empty()), "one entry, one position");
        if !entry.is_empty() {
            self.replica.replay(&entry).expect("a written entry replays");
            self.entries.push(entry);
        }
        assert_eq!(self.wallet.state_hash(), self.replica.state_hash(), "the replica follows");
        reply
    }

    pub(crate) fn run(&mut self, player: Option<PlayerId>, command: &Command<'_>, now: u64) -> Reply {
        self.submit(&encode(&envelope(player), command), now)
    }

    /// The proofs that must hold after every command.
    pub(crate) fn prove(&self) {
        assert_eq!(self.wallet.state_hash(), self.wallet.recomputed_state_hash(), "the hash is of the state");
        for total in self.wallet.totals() {
            assert!(total.is_balanced(), "{total:?}");
        }
        for held in self.wallet.holds_totals() {
            assert_eq!(held.holds, held.accounts, "{held:?}");
        }
        for (key, balance) in self.wallet.accounts() {
            assert!(!key.code.has_floor() || !balance.is_negative(), "{key:?} at {balance}");
        }
    }
}

/// What stands on a player's account of this name.
pub(crate) fn standing(wallet: &Wallet, player: PlayerId, name: &str, code: &str) -> Amount {
    let is_it = |key: &ledger::AccountKey| {
        key.code.name() == name && key.owner.bytes() == player.bytes() && key.currency.code() == code
    };
    wallet.accounts().find(|(key, _)| is_it(key)).map_or(Amount::ZERO, |(_, balance)| balance)
}
