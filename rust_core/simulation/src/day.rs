//! What players, traders and payment providers ask for: a day of commands, with the mistakes real senders make.

use money::{Amount, Currency};
use wallet::{
    AcceptBet, BetId, Command, Deposit, Envelope, Fraction, Funds, Key, Kind, PlaceBet, PlayerId,
    RaiseGeneration, RejectBet, ReopenBet, Reply, SettleBet, Slip, Slug, Source, Status, TokenId, Trace,
    VoidBet,
};

use crate::chance::Chance;
use crate::errands::{Errands, is_errand, token};

pub(crate) const TENANT: &str = "aurora";
pub(crate) const PLAYERS: u64 = 5;
/// A euro, and a yen, at their scale.
pub(crate) const WHOLE: i64 = 1_000_000;
pub(crate) const SECOND: u64 = 1_000_000_000;

/// The state of the senders.
pub(crate) struct Day {
    currencies: [Currency; 2],
    deposits: u64,
    bets: Vec<Placed>,
    generation: u64,
    errands: Errands,
    /// Whether every other bet's key tells when it was made.
    timed: bool,
}

/// A bet somebody sent, as far as its sender knows it.
struct Placed {
    player: u64,
    /// Version of the bet by the last answer about it.
    version: u32,
    revision: u32,
    /// When it was sent first.
    made_at: u64,
}

fn id(number: u64) -> [u8; 16] {
    (u128::from(number) + 1).to_be_bytes()
}

fn tenant() -> Slug {
    Slug::new(TENANT).expect("a slug")
}

impl Day {
    pub(crate) fn new(timed: bool) -> Self {
        let currency = |code| Currency::from_code(code).expect("a currency");
        let currencies = [currency("EUR"), currency("JPY")];
        Self { currencies, deposits: 0, bets: Vec::new(), generation: 0, errands: Errands::default(), timed }
    }

    /// The next command of the day at `now`, encoded.
    pub(crate) fn next(&mut self, chance: &mut Chance, now: u64) -> Vec<u8> {
        match chance.below(140) {
            0..15 => self.deposit(chance),
            15..60 => self.place(chance, now),
            60..68 => self.about_a_bet(chance, |bet_id, placed, _| {
                Command::AcceptBet(AcceptBet { bet_id, version: placed.version.max(1) })
            }),
            68..73 => self.about_a_bet(chance, |bet_id, placed, _| {
                Command::RejectBet(RejectBet { bet_id, code: 203, version: placed.version.max(1) })
            }),
            73..93 => self.about_a_bet(chance, settle),
            93..95 => self.about_a_bet(chance, |bet_id, placed, chance| {
                let (revision, version) = (placed.revision + 1, placed.version.max(1));
                Command::ReopenBet(ReopenBet {
                    bet_id,
                    revision,
                    evidence: [chance.below(3) as u8; 32],
                    version,
                })
            }),
            95..99 => self.about_a_bet(chance, |bet_id, placed, chance| {
                let (revision, version) = (placed.revision + 1, placed.version.max(1));
                let part = Fraction::new(1, 1 + chance.below(2) as u32).expect("a part");
                Command::VoidBet(VoidBet { bet_id, revision, reason: chance.below(3) as u16, part, version })
            }),
            99 => self.raise(),
            _ => self.errand(chance, now),
        }
    }

    /// What a sender learns from an answer.
    pub(crate) fn learn(&mut self, reply: &Reply) {
        self.errands.learn(reply);
        let Some(id) = reply.object_id.filter(|_| reply.status != Status::Retry) else { return };
        if is_errand(&id) {
            return;
        }
        let number = u128::from_be_bytes(*id.bytes()) as usize - 1;
        if let Some(placed) = self.bets.get_mut(number) {
            placed.version = placed.version.max(reply.version);
        }
    }

    fn currency(&self, player: u64) -> Currency {
        self.currencies[usize::from(player == 0)]
    }

    fn deposit(&mut self, chance: &mut Chance) -> Vec<u8> {
        let player = chance.below(PLAYERS);
        let currency = self.currency(player);
        // Now and then an old number comes again, at times with another amount.
        let number = if chance.once_in(8) { chance.below(self.deposits + 1) } else { self.deposits };
        self.deposits = self.deposits.max(number + 1);
        let key = format!("deposit-{number}");
        let deposit = Deposit {
            key: Key::new(&key).expect("a key"),
            currency,
            amount: whole(chance.between(1, 5) * 10),
            psp: Slug::new("bank").expect("a slug"),
        };
        encode(Some(player), Source::Cashier, &Command::Deposit(deposit))
    }

    fn place(&mut self, chance: &mut Chance, now: u64) -> Vec<u8> {
        let repeats = chance.once_in(10) && !self.bets.is_empty();
        let number = if repeats { chance.below(self.bets.len() as u64) } else { self.bets.len() as u64 };
        let player =
            self.bets.get(number as usize).map_or_else(|| chance.below(PLAYERS), |placed| placed.player);
        if !repeats {
            self.bets.push(Placed { player, version: 0, revision: 0, made_at: now });
        }
        let key = self.key(number);
        let currency = self.currency(player);
        let slip = [number as u8];
        let place = PlaceBet {
            key: Key::new(&key).expect("a key"),
            currency,
            stake: whole(chance.between(1, 8)),
            slip: Slip { schema: 1, version: 1, bytes: &slip },
            funds: if chance.once_in(6) { free_bet(chance) } else { Funds::Any },
            bet_id: BetId::new(id(number)).expect("not zero"),
            verdict: if chance.once_in(9) { 201 } else { 0 },
            terms: b"terms",
            expires_at: now + chance.between(1, 20) * SECOND,
            generation: self.generation,
            pending_until: if chance.once_in(3) { now + chance.between(1, 8) * SECOND } else { 0 },
            tax: None,
        };
        encode(Some(player), Source::Sportsbook, &Command::PlaceBet(place))
    }

    fn key(&self, number: u64) -> String {
        if !self.timed || number.is_multiple_of(2) {
            return format!("bet-{number}");
        }
        let millis = format!("{:012x}", self.bets[number as usize].made_at / 1_000_000);
        format!("{}-{}-7000-8000-{number:012x}", &millis[..8], &millis[8..])
    }

    fn about_a_bet<'a>(
        &mut self,
        chance: &mut Chance,
        command: impl FnOnce(BetId, &mut Placed, &mut Chance) -> Command<'a>,
    ) -> Vec<u8> {
        // One beyond the last is a bet nobody placed.
        let number = chance.below(self.bets.len() as u64 + 1);
        let bet_id = BetId::new(id(number)).expect("not zero");
        let mut unknown = Placed { player: 0, version: 1, revision: 0, made_at: 0 };
        let placed = self.bets.get_mut(number as usize).unwrap_or(&mut unknown);
        let command = command(bet_id, placed, chance);
        encode(None, Source::Sportsbook, &command)
    }

    fn errand(&mut self, chance: &mut Chance, now: u64) -> Vec<u8> {
        let number = chance.below(self.bets.len() as u64 + 1);
        let version = self.bets.get(number as usize).map_or(1, |placed| placed.version);
        self.errands.next(chance, now, (id(number), version))
    }

    fn raise(&mut self) -> Vec<u8> {
        self.generation += 1;
        let raise = RaiseGeneration { generation: self.generation };
        encode(None, Source::System, &Command::RaiseGeneration(raise))
    }
}

/// So many euros or yen.
fn whole(amount: u64) -> Amount {
    Amount::from_i64(amount.cast_signed() * WHOLE)
}

/// One of the free bets that players are given.
fn free_bet(chance: &mut Chance) -> Funds {
    Funds::FreeBet(TokenId::new(token(chance)).expect("not zero"))
}

fn settle<'a>(bet_id: BetId, placed: &mut Placed, chance: &mut Chance) -> Command<'a> {
    // A revision comes again now and then, at times with another result.
    if placed.revision == 0 || chance.once_in(6) {
        placed.revision += 1;
    }
    let returns = whole(chance.below(4));
    Command::SettleBet(SettleBet {
        bet_id,
        revision: placed.revision,
        returns,
        void: if chance.once_in(5) { Fraction::new(1, 2) } else { None },
        evidence: [chance.below(2) as u8; 32],
        version: placed.version.max(1),
    })
}

pub(crate) fn encode(player: Option<u64>, source: Source, command: &Command<'_>) -> Vec<u8> {
    let envelope = Envelope {
        tenant: tenant(),
        brand: 1,
        player: player.map(|player| PlayerId::new(id(player)).expect("not zero")),
        source,
        correlation: [0; 16],
        trace: Trace::default(),
    };
    let mut bytes = Vec::new();
    wallet::encode_command(&envelope, command, &mut bytes).expect("a sound command");
    bytes
}

/// Whether a command is remembered under a key of its own.
pub(crate) fn is_keyed(command: &[u8]) -> bool {
    kind(command).is_keyed()
}

/// Whether an accepted command may be refused when it comes again: a raised generation that was raised since.
pub(crate) fn is_overtaken(command: &[u8]) -> bool {
    kind(command) == Kind::RaiseGeneration
}

fn kind(command: &[u8]) -> Kind {
    wallet::decode_command(command).expect("a command of the day").command.kind()
}
