//! What the cashier, the bonus engine, game providers and compliance ask: commands of named fields, often repeated and
//! often out of order.

use std::collections::BTreeMap;

use money::Currency;
use wallet::{Command, Key, Kind, ObjectId, Reply, Source, Status, Value};

use crate::chance::Chance;
use crate::day::{PLAYERS, SECOND, WHOLE, encode};

const PROVIDER: &str = "acme";
/// Things of a kind that the senders name.
const FEW: u64 = 20;

/// The state of the senders.
#[derive(Default)]
pub(crate) struct Errands {
    next: u64,
    /// Versions by the last answers.
    versions: BTreeMap<ObjectId, u32>,
    /// Whether the provider's profile stands: games begin with it.
    playing: bool,
}

/// One errand: its fields by name.
struct Errand {
    kind: Kind,
    source: Source,
    player: Option<u64>,
    fields: Vec<(&'static str, Told)>,
}

/// The value of a field while it is put together.
enum Told {
    Number(i128),
    Text(String),
    Id([u8; 16]),
    Ratio(u32, u32),
}

impl Told {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(text),
            Self::Id(id) => Value::Bytes(id),
            Self::Ratio(part, whole) => Value::Ratio(*part, *whole),
        }
    }
}

fn text(text: &str) -> Told {
    Told::Text(text.to_owned())
}

fn euros(chance: &mut Chance, most: u64) -> Told {
    Told::Number(i128::from(chance.between(1, most)) * i128::from(WHOLE))
}

/// An id that no bet and no player has.
fn id(kind: u8, number: u64) -> [u8; 16] {
    let mut bytes = u128::from(number + 1).to_be_bytes();
    bytes[0] = kind;
    bytes
}

impl Errands {
    /// The next errand at `now`, encoded; `bet` is a bet that somebody sent, with its version.
    pub(crate) fn next(&mut self, chance: &mut Chance, now: u64, bet: ([u8; 16], u32)) -> Vec<u8> {
        let mut errand = match chance.below(if self.playing { 11 } else { 8 }) {
            0 => self.withdrawal(chance),
            1 => adjustment(chance),
            2 => grant(chance, now),
            3 => self.end_of_grant(chance),
            4 => free_bet(chance, now),
            5 => cash_out(chance, bet),
            6 => guard(chance, now),
            7 => profile(),
            8 => debit(chance),
            9 => credit(chance),
            _ => rollback(chance),
        };
        // Euros are what these players have; the first has yen.
        let currency = if errand.player == Some(0) { "JPY" } else { "EUR" };
        errand.fields.push(("currency", text(currency)));
        debug_assert!(Currency::from_code(currency).is_ok(), "a currency of the table");
        // Now and then an old number comes again, at times with other content.
        let number = if chance.once_in(6) { chance.below(self.next + 1) } else { self.next };
        self.next = self.next.max(number + 1);
        let key = format!("errand-{number}");
        let mut value_of = |name: &'static str| {
            let told = errand.fields.iter().find(|(known, _)| *known == name);
            told.map_or(Value::Nothing, |(_, told)| told.value())
        };
        let command = Command::build(errand.kind, Key::new(&key).expect("a key"), &mut value_of);
        encode(errand.player, errand.source, &command.expect("a sound errand"))
    }

    /// What a sender learns from an answer.
    pub(crate) fn learn(&mut self, reply: &Reply) {
        let Some(id) = reply.object_id.filter(|_| reply.status == Status::Accepted) else { return };
        self.playing |= id.bytes().starts_with(PROVIDER.as_bytes());
        let version = self.versions.entry(id).or_default();
        *version = reply.version.max(*version);
    }

    fn version(&self, id: [u8; 16]) -> Told {
        let known = ObjectId::new(id).ok().and_then(|id| self.versions.get(&id));
        Told::Number(known.map_or(1, |version| i128::from(*version)))
    }

    fn withdrawal(&self, chance: &mut Chance) -> Errand {
        let withdrawal = id(2, chance.below(FEW));
        let about = ("withdrawal", Told::Id(withdrawal));
        let version = ("version", self.version(withdrawal));
        let (kind, mut fields) = match chance.below(5) {
            0 | 1 => {
                (Kind::RequestWithdrawal, vec![about, ("amount", euros(chance, 9)), ("psp", text("bank"))])
            }
            2 => (Kind::ApproveWithdrawal, vec![about, version]),
            3 => (Kind::PayWithdrawal, vec![about, version, ("tax", Told::Number(0))]),
            _ => (Kind::ReturnWithdrawal, vec![about, version]),
        };
        let why = if chance.once_in(2) { "rejected" } else { "bounced" };
        fields.push(("why", text(why)));
        let player = (kind == Kind::RequestWithdrawal).then(|| chance.below(PLAYERS));
        Errand { kind, source: Source::Cashier, player, fields }
    }

    fn end_of_grant(&self, chance: &mut Chance) -> Errand {
        let grant = id(3, chance.below(FEW));
        let kind = if chance.once_in(2) { Kind::ConvertBonus } else { Kind::EndBonus };
        let fields =
            vec![("grant", Told::Id(grant)), ("version", self.version(grant)), ("why", text("forfeited"))];
        Errand { kind, source: Source::Bonus, player: None, fields }
    }
}

fn adjustment(chance: &mut Chance) -> Errand {
    let kind = [Kind::Adjust, Kind::LockFunds, Kind::UnlockFunds][chance.below(3) as usize];
    let fields = vec![
        ("amount", euros(chance, 5)),
        ("reason", text("because")),
        ("actor", Told::Id(id(8, 1))),
        ("approver", Told::Id(id(8, 2))),
    ];
    Errand { kind, source: Source::Cashier, player: Some(chance.below(PLAYERS)), fields }
}

fn grant(chance: &mut Chance, now: u64) -> Errand {
    let policy = ["non_sticky", "sticky", "bonus_first"][chance.below(3) as usize];
    let fields = vec![
        ("grant", Told::Id(id(3, chance.below(FEW)))),
        ("amount", euros(chance, 9)),
        ("policy", text(policy)),
        ("phantom", Told::Number(i128::from(chance.below(2)))),
        ("expires_at", Told::Number(i128::from(now + chance.between(1, 40) * SECOND))),
    ];
    Errand { kind: Kind::GrantBonus, source: Source::Bonus, player: Some(chance.below(PLAYERS)), fields }
}

/// The name of a free bet that may have been given.
pub(crate) fn token(chance: &mut Chance) -> [u8; 16] {
    id(4, chance.below(FEW))
}

fn free_bet(chance: &mut Chance, now: u64) -> Errand {
    let fields = vec![
        ("token", Told::Id(token(chance))),
        ("amount", euros(chance, 4)),
        ("returns_stake", Told::Number(i128::from(chance.below(2)))),
        ("expires_at", Told::Number(i128::from(now + chance.between(1, 40) * SECOND))),
        ("policy", text("non_sticky")),
        ("lasts", Told::Number(i128::from(chance.between(1, 40) * SECOND))),
    ];
    // What it wins is money, or bonus money.
    let kind = if chance.once_in(2) { Kind::GiveBonusFreeBet } else { Kind::GiveFreeBet };
    Errand { kind, source: Source::Bonus, player: Some(chance.below(PLAYERS)), fields }
}

fn cash_out(chance: &mut Chance, (bet, version): ([u8; 16], u32)) -> Errand {
    let fields = vec![
        ("bet", Told::Id(bet)),
        ("version", Told::Number(i128::from(version.max(1)))),
        ("part", Told::Ratio(1, 1 + chance.below(3) as u32)),
        ("amount", euros(chance, 4)),
    ];
    Errand { kind: Kind::CashOut, source: Source::Sportsbook, player: None, fields }
}

fn guard(chance: &mut Chance, now: u64) -> Errand {
    let (kind, mut fields) = if chance.once_in(2) {
        (Kind::SetLimits, vec![("wager_day", euros(chance, 400)), ("deposit_day", euros(chance, 2_000))])
    } else {
        let until = if chance.once_in(4) { now + 3 * SECOND } else { 0 };
        (Kind::SetStatus, vec![("excluded_until", Told::Number(i128::from(until)))])
    };
    fields.extend(["may_bet", "may_deposit", "may_withdraw"].map(|may| (may, Told::Number(1))));
    Errand { kind, source: Source::Compliance, player: Some(chance.below(PLAYERS)), fields }
}

fn profile() -> Errand {
    let switches =
        ["refusals_not_frozen", "multi_win", "negative_allowed"].map(|name| (name, Told::Number(0)));
    let mut fields = vec![
        ("provider", text(PROVIDER)),
        ("unit", Told::Number(10_000)),
        ("conflict_check", Told::Number(1)),
        ("unknown_rollback", text("refuse")),
        ("after_win", text("apply")),
        ("unknown_win", text("pay")),
    ];
    fields.extend(switches);
    Errand { kind: Kind::SetProfile, source: Source::Casino, player: None, fields }
}

fn game(kind: Kind, chance: &mut Chance, fields: Vec<(&'static str, Told)>) -> Errand {
    // Each player has bets of its own, in a round of its own.
    let bet = chance.below(FEW);
    let player = bet % PLAYERS;
    let mut all = vec![
        ("provider", text(PROVIDER)),
        ("bet", Told::Text(format!("bet-{bet}"))),
        ("round", Told::Text(format!("round-{player}"))),
        ("amount", euros(chance, 3)),
    ];
    all.extend(fields);
    Errand { kind, source: Source::Casino, player: Some(player), fields: all }
}

fn debit(chance: &mut Chance) -> Errand {
    let contribution = Told::Number(10_000);
    game(Kind::CasinoDebit, chance, vec![("jackpot", text("mega")), ("contribution", contribution)])
}

fn credit(chance: &mut Chance) -> Errand {
    let closes = Told::Number(i128::from(chance.once_in(30)));
    game(Kind::CasinoCredit, chance, vec![("kind", text("win")), ("closes", closes)])
}

fn rollback(chance: &mut Chance) -> Errand {
    game(Kind::CasinoRollback, chance, Vec::new())
}

/// Whether a name is that of something an errand made.
pub(crate) fn is_errand(id: &ObjectId) -> bool {
    id.bytes()[0] != 0
}
