//! Place and settle through the wallet, entries sealed into batches with their SHA-256 chain.

use journal::{BatchBuilder, Digest, genesis_hash};
use money::{Amount, Currency};
use wallet::{
    BetId, Command, Deposit, Envelope, Funds, Key, PlaceBet, PlayerId, Restoring, SettleBet, Slip, Slug,
    Source, Status, Trace, Wallet, encode_command,
};

use crate::work::Work;

const TENANT: &str = "aurora";
const PLAYERS: u64 = 10_000;
/// Entries a batch: what one group commit holds under load.
const BATCH: usize = 256;
/// Bets that are open while the next are placed.
const OPEN: u64 = 512;
const START: u64 = 1_700_000_000_000_000_000;
const CENT: i64 = 10_000;

/// One operation is a bet placed and, some hundred bets later, settled: two commands, two entries.
pub(crate) struct Pairs {
    wallet: Wallet,
    batch: BatchBuilder,
    hash: Digest,
    lo: u64,
    now: u64,
    commands: Commands,
    next: usize,
}

/// Encoded commands one after the other, as they lie in the frames they arrive in.
#[derive(Default)]
struct Commands {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Commands {
    fn push(&mut self, envelope: &Envelope, command: &Command<'_>) {
        encode_command(envelope, command, &mut self.bytes).expect("a sound command");
        self.ends.push(self.bytes.len());
    }

    fn get(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }
}

impl Pairs {
    /// Deposits are made here; the commands of `capacity` pairs are encoded here too: that is the senders' work.
    pub(crate) fn new(capacity: u64) -> Self {
        Self::of(Wallet::new(Slug::new(TENANT).expect("a slug")), capacity)
    }

    /// The same after ten million keys have left memory.
    pub(crate) fn among_old_keys(capacity: u64) -> Self {
        Self::of(with_old_keys(10_000_000), capacity)
    }

    fn of(wallet: Wallet, capacity: u64) -> Self {
        let tenant = wallet.tenant();
        let mut pairs = Self {
            wallet,
            batch: BatchBuilder::new(TENANT).expect("a shard name"),
            hash: genesis_hash(TENANT),
            lo: 0,
            now: START,
            commands: Commands::default(),
            next: 0,
        };
        for player in 0..PLAYERS {
            deposit(tenant, player, &mut pairs.commands);
        }
        bets(tenant, capacity, &mut pairs.commands);
        for _ in 0..PLAYERS {
            pairs.submit();
        }
        pairs
    }

    fn submit(&mut self) -> u64 {
        self.now += 1_000;
        let command = self.commands.get(self.next);
        self.next += 1;
        let reply = self.batch.push_with(|out| self.wallet.submit(command, self.now, out));
        assert!(reply.status == Status::Accepted, "the wallet refused: {reply:?}");
        if self.batch.len() == BATCH {
            let sealed = self.batch.seal(1, self.lo, self.hash, self.wallet.state_hash());
            (self.hash, self.lo) = (sealed.header.hash, sealed.header.hi);
            std::hint::black_box(sealed.bytes.len());
        }
        reply.seq
    }
}

impl Work for Pairs {
    fn run(&mut self, count: u64) -> u64 {
        (0..2 * count).fold(0, |sum, _| sum ^ self.submit())
    }
}

/// A wallet from a snapshot that knows of so many keys outside.
fn with_old_keys(count: u64) -> Wallet {
    const PARTS: u64 = 1 << 10;
    const SECTION: u8 = 7;
    let tenant = Slug::new(TENANT).expect("a slug");
    let mut restoring = Restoring::new(tenant);
    let mut take = |part: &[u8]| restoring.take(part).expect("a part of a state");
    Wallet::new(tenant).save(&mut take).expect("a sound wallet");
    let each = count / PARTS;
    let apart = (1 << 24) / each;
    for part in 0..PARTS {
        // The shelf of keys that tell no time, the time of its newest key, the part, how many, and how far apart.
        let mut bytes = vec![SECTION];
        for number in [0, START, part, each] {
            put_varint(&mut bytes, number);
        }
        for number in 0..each {
            let odd = if number.is_multiple_of(2) { apart / 2 } else { apart + apart / 2 };
            put_varint(&mut bytes, odd);
        }
        take(&bytes);
    }
    restoring.finish().expect("a state")
}

fn put_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn id(kind: u64, number: u64) -> [u8; 16] {
    // Ids are spread like random ones, so that tables and caches meet what they meet in service.
    let mixed = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (u128::from(mixed ^ (mixed >> 29)) << 64 | u128::from(kind << 56 | number)).to_be_bytes()
}

fn envelope(tenant: Slug, player: u64, correlation: u64) -> Envelope {
    Envelope {
        tenant,
        brand: 1,
        player: PlayerId::new(id(1, player)).ok(),
        source: Source::Sportsbook,
        correlation: id(2, correlation),
        trace: Trace::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .expect("a traceparent"),
    }
}

fn deposit(tenant: Slug, player: u64, commands: &mut Commands) {
    let envelope = Envelope { source: Source::Cashier, ..envelope(tenant, player, player) };
    let command = Command::Deposit(Deposit {
        key: Key::Uuid(id(3, player)),
        currency: Currency::from_code("EUR").expect("a currency"),
        amount: Amount::from_i64(1_000_000_000 * CENT),
        psp: Slug::new("bank").expect("a slug"),
    });
    commands.push(&envelope, &command);
}

/// Places and settles interleaved: bet n is settled after bet n + [`OPEN`] was placed, the last ones at the end.
fn bets(tenant: Slug, pairs: u64, commands: &mut Commands) {
    for bet in 0..pairs + OPEN {
        if bet < pairs {
            place(tenant, bet, commands);
        }
        if bet >= OPEN {
            settle(tenant, bet - OPEN, commands);
        }
    }
}

fn place(tenant: Slug, bet: u64, commands: &mut Commands) {
    let envelope = envelope(tenant, bet * 7919 % PLAYERS, bet);
    let command = Command::PlaceBet(PlaceBet {
        key: Key::Uuid(id(4, bet)),
        currency: Currency::from_code("EUR").expect("a currency"),
        stake: Amount::from_i64(500 * CENT),
        slip: Slip { schema: 1, version: 1, bytes: b"1.100000001|20000001|35500|............" },
        funds: Funds::Any,
        bet_id: BetId::new(id(5, bet)).expect("an id"),
        verdict: 0,
        terms: b"....................",
        expires_at: u64::MAX,
        generation: 0,
        pending_until: 0,
        tax: None,
    });
    commands.push(&envelope, &command);
}

fn settle(tenant: Slug, bet: u64, commands: &mut Commands) {
    let envelope = Envelope { player: None, ..envelope(tenant, 0, bet) };
    let returns = if bet.is_multiple_of(4) { 1_775 * CENT } else { 0 };
    let command = Command::SettleBet(SettleBet {
        bet_id: BetId::new(id(5, bet)).expect("an id"),
        revision: 1,
        returns: Amount::from_i64(returns),
        void: None,
        evidence: [7; 32],
        version: 1,
    });
    commands.push(&envelope, &command);
}
