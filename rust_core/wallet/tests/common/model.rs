//! The rules once more, naively: maps, whole bodies compared, no bytes. The wallet must agree with it.

use super::{amount, player};
use std::collections::BTreeMap;
use wallet::{
    BetId, Command, Decision, Deposit, Field, Kind, ObjectId, PlaceBet, PlayerId, ReopenBet, Reply,
    SettleBet, Status, Terms, Tick, VoidBet,
};

type Closed = (Kind, u32, i128, Vec<u8>, Reply);

#[derive(Clone, Debug, PartialEq)]
struct ModelBet {
    player: PlayerId,
    currency: &'static str,
    unit: i128,
    stake: i128,
    state: &'static str,
    version: u32,
    until: u64,
    accepted: Option<Reply>,
    /// Results in order: (kind, revision, returns, everything else, answer).
    closed: Vec<Closed>,
}

/// (what is asked, field by field with its name; the answer)
type Remembered = (Vec<(Field, String)>, Reply);

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) real: BTreeMap<(PlayerId, &'static str), i128>,
    pub(crate) debt: BTreeMap<(PlayerId, &'static str), i128>,
    pub(crate) held: BTreeMap<(PlayerId, &'static str), i128>,
    pub(crate) house: BTreeMap<(&'static str, &'static str), i128>,
    keys: BTreeMap<(PlayerId, u8, Kind, String), Remembered>,
    bets: BTreeMap<BetId, ModelBet>,
    generation: u64,
    raised: (u64, u64),
    seq: u64,
    at: u64,
}

fn reply(status: Status, code: u16, seq: u64, at: u64) -> Reply {
    Reply {
        status,
        code,
        replayed: false,
        seq,
        at,
        object_id: None,
        version: 0,
        decision: Decision::None,
        terms: Terms::default(),
        field: Field::None,
        purse: None,
    }
}

fn again(original: &Reply) -> Reply {
    Reply { replayed: true, ..*original }
}

impl Model {
    pub(crate) fn apply(
        &mut self,
        named: Option<PlayerId>,
        source: u8,
        command: &Command<'_>,
        now: u64,
    ) -> Reply {
        match command {
            Command::Deposit(_) | Command::PlaceBet(_) => {
                self.keyed(named.unwrap_or(player(0)), source, command, now)
            }
            Command::RaiseGeneration(raise) => self.raise(raise.generation, now),
            Command::Tick(tick) => self.tick(*tick, now),
            _ => self.about_bet(named, command, now),
        }
    }

    fn time(&self, now: u64) -> u64 {
        now.max(self.at + 1)
    }

    fn journal(&mut self, now: u64, code: u16) -> Reply {
        self.at = self.time(now);
        self.seq += 1;
        let status = if code == 0 { Status::Accepted } else { Status::Refused };
        reply(status, code, self.seq, self.at)
    }

    fn keyed(&mut self, who: PlayerId, source: u8, command: &Command<'_>, now: u64) -> Reply {
        let key = command.key().expect("keyed").to_string();
        let (body, bet_id, terms): (_, _, &[u8]) = match command {
            Command::Deposit(d) => (
                vec![
                    (Field::Currency, d.currency.to_string()),
                    (Field::Amount, d.amount.to_string()),
                    (Field::Psp, d.psp.as_str().to_owned()),
                ],
                None,
                &[],
            ),
            Command::PlaceBet(p) => (
                vec![
                    (Field::Currency, p.currency.to_string()),
                    (Field::Stake, p.stake.to_string()),
                    (Field::Slip, format!("{:?}", p.slip)),
                ],
                Some(p.bet_id),
                p.terms,
            ),
            _ => unreachable!("keyed"),
        };
        let name = (who, source, command.kind(), key);
        if let Some((original, answer)) = self.keys.get(&name) {
            let differs = original.iter().zip(&body).find(|(a, b)| a != b).map(|(a, _)| a.0);
            return match differs {
                None => self.decided(&again(answer)),
                Some(field) => Reply {
                    field,
                    object_id: answer.object_id,
                    ..reply(Status::Conflict, 160, answer.seq, answer.at)
                },
            };
        }
        let code = match command {
            Command::Deposit(d) => self.deposit(who, d),
            Command::PlaceBet(p) => {
                let time = self.time(now);
                if p.expires_at < time || (p.pending_until > 0 && p.pending_until <= time) {
                    return reply(Status::Retry, 150, 0, time);
                }
                if p.generation < self.generation {
                    return reply(Status::Retry, 151, 0, time);
                }
                if p.verdict == 0 { self.place(who, p) } else { p.verdict }
            }
            _ => unreachable!("keyed"),
        };
        let mut answer = self.journal(now, code);
        answer.object_id = bet_id.map(ObjectId::from);
        answer.version = u32::from(bet_id.is_some() && code == 0);
        answer.terms = Terms::new(terms).expect("short");
        self.keys.insert(name, (body, answer));
        self.decided(&answer)
    }

    /// An accepted placement tells what was decided by now, and where; what happened later is not its business.
    fn decided(&self, answer: &Reply) -> Reply {
        let id = answer.object_id.filter(|_| answer.status == Status::Accepted);
        let id = id.and_then(|id| BetId::new(*id.bytes()).ok());
        let Some(bet) = id.and_then(|id| self.bets.get(&id)) else { return *answer };
        let waited = bet.accepted.map_or(answer.seq, |accepted| accepted.seq);
        match bet.closed.last() {
            Some((Kind::RejectBet, _, _, rest, how)) => {
                let code = u16::from_le_bytes([rest[0], rest[1]]);
                Reply { decision: Decision::Rejected(code), seq: how.seq, at: how.at, ..*answer }
            }
            Some((Kind::Tick, _, _, _, how)) => {
                Reply { decision: Decision::Rejected(150), seq: how.seq, at: how.at, ..*answer }
            }
            None if bet.state == "pending" => Reply { decision: Decision::Pending, ..*answer },
            _ => Reply { decision: Decision::Accepted, seq: waited, ..*answer },
        }
    }

    fn deposit(&mut self, who: PlayerId, deposit: &Deposit<'_>) -> u16 {
        let (units, unit) = (deposit.amount.units(), deposit.currency.minor_unit().units());
        if units <= 0 {
            return 109;
        }
        if units % unit != 0 {
            return 110;
        }
        *self.house.entry(("psp", deposit.currency.code())).or_default() += units;
        *self.real.entry((who, deposit.currency.code())).or_default() += units;
        0
    }

    fn place(&mut self, who: PlayerId, place: &PlaceBet<'_>) -> u16 {
        let (stake, unit) = (place.stake.units(), place.currency.minor_unit().units());
        let currency = place.currency.code();
        if stake <= 0 {
            return 102;
        }
        if stake % unit != 0 {
            return 103;
        }
        if self.bets.contains_key(&place.bet_id) {
            return 104;
        }
        let real = self.real.entry((who, currency)).or_default();
        if *real < stake {
            return 101;
        }
        *real -= stake;
        *self.held.entry((who, currency)).or_default() += stake;
        let bet = ModelBet {
            player: who,
            currency,
            unit,
            stake,
            state: if place.pending_until > 0 { "pending" } else { "open" },
            version: 1,
            until: place.pending_until,
            accepted: None,
            closed: Vec::new(),
        };
        self.bets.insert(place.bet_id, bet);
        0
    }

    fn raise(&mut self, generation: u64, now: u64) -> Reply {
        if generation < self.generation {
            return self.journal(now, 115);
        }
        if generation == self.generation {
            return again(&reply(Status::Accepted, 0, self.raised.0, self.raised.1));
        }
        self.generation = generation;
        let answer = self.journal(now, 0);
        self.raised = (answer.seq, answer.at);
        answer
    }

    fn tick(&mut self, tick: Tick, now: u64) -> Reply {
        let until = tick.until.min(self.time(now));
        let overdue = |bet: &ModelBet| bet.state == "pending" && bet.until <= until;
        let ids: Vec<_> = self.bets.iter().filter(|(_, bet)| overdue(bet)).map(|(id, _)| *id).collect();
        if ids.is_empty() {
            return reply(Status::Accepted, 0, self.seq, self.at);
        }
        let answer = self.journal(now, 0);
        for id in &ids {
            self.close(*id, "rejected", 0, (Kind::Tick, 0, Vec::new(), answer));
        }
        Reply { version: u32::try_from(ids.len()).expect("few"), ..answer }
    }

    fn about_bet(&mut self, named: Option<PlayerId>, command: &Command<'_>, now: u64) -> Reply {
        let id = command.bet_id().expect("about a bet");
        let Some(bet) = self.bets.get(&id).cloned() else {
            return Reply { object_id: Some(id.into()), ..self.journal(now, 105) };
        };
        if named.is_some_and(|named| named != bet.player) {
            return Reply { object_id: Some(id.into()), ..self.journal(now, 114) };
        }
        let refused = |model: &mut Self, code| Reply {
            object_id: Some(id.into()),
            version: bet.version,
            ..model.journal(now, code)
        };
        if let Command::AcceptBet(accept) = command {
            if let Some(answer) = &bet.accepted {
                return again(answer);
            }
            if bet.state != "pending" || bet.until <= self.time(now) {
                return refused(self, 108);
            }
            if bet.version != accept.version {
                return refused(self, 106);
            }
            let answer =
                Reply { object_id: Some(id.into()), version: bet.version + 1, ..self.journal(now, 0) };
            let bet = self.bets.get_mut(&id).expect("there");
            (bet.state, bet.version, bet.accepted) = ("open", answer.version, Some(answer));
            return answer;
        }
        self.end(id, &bet, command, now)
    }

    fn end(&mut self, id: BetId, bet: &ModelBet, command: &Command<'_>, now: u64) -> Reply {
        let (kind, revision, expected, returns, rest) = match command {
            Command::RejectBet(r) => (Kind::RejectBet, 0, r.version, 0, r.code.to_le_bytes().to_vec()),
            Command::SettleBet(SettleBet { revision, version, returns, evidence, .. }) => {
                (Kind::SettleBet, *revision, *version, returns.units(), evidence.to_vec())
            }
            Command::VoidBet(VoidBet { revision, version, reason, .. }) => {
                (Kind::VoidBet, *revision, *version, 0, reason.to_le_bytes().to_vec())
            }
            Command::ReopenBet(ReopenBet { revision, version, evidence, .. }) => {
                (Kind::ReopenBet, *revision, *version, 0, evidence.to_vec())
            }
            _ => unreachable!("ends a bet"),
        };
        let reject = kind == Kind::RejectBet;
        let is_same = |(was, number, ..): &&Closed| {
            if reject { *was == kind } else { *was as u8 >= 6 && *number == revision }
        };
        if let Some((was, _, was_returns, was_rest, answer)) = bet.closed.iter().find(is_same) {
            let conflict = |field| Reply {
                field,
                object_id: Some(id.into()),
                version: answer.version,
                ..reply(Status::Conflict, 160, answer.seq, answer.at)
            };
            let other = match kind {
                Kind::RejectBet => Field::Code,
                Kind::VoidBet => Field::Reason,
                _ => Field::Evidence,
            };
            return match (*was == kind, *was_returns == returns, *was_rest == rest) {
                (false, ..) => conflict(Field::Operation),
                (true, false, _) => conflict(Field::Returns),
                (true, true, false) => conflict(other),
                (true, true, true) => again(answer),
            };
        }
        let later = bet.closed.iter().any(|(was, number, ..)| *was as u8 >= 6 && *number > revision);
        let code = match (bet.state, reject) {
            ("pending" | "open" | "rejected", false) if kind == Kind::ReopenBet => 158,
            ("pending" | "rejected", false) => 107,
            ("open" | "settled" | "voided" | "rejected", true) => 108,
            _ if later && !reject => 149,
            _ if bet.version != expected => 106,
            _ if returns < 0 => 111,
            _ if returns % bet.unit != 0 => 112,
            _ => 0,
        };
        let version = bet.version + u32::from(code == 0);
        let answer = Reply { object_id: Some(id.into()), version, ..self.journal(now, code) };
        if code == 0 {
            let state = match kind {
                Kind::SettleBet => "settled",
                Kind::VoidBet => "voided",
                Kind::ReopenBet => "open",
                _ => "rejected",
            };
            self.close(id, state, returns, (kind, revision, rest, answer));
        }
        answer
    }

    fn close(&mut self, id: BetId, state: &'static str, returns: i128, how: (Kind, u32, Vec<u8>, Reply)) {
        let bet = self.bets.get_mut(&id).expect("there");
        let (player, currency, before, staked) = (bet.player, bet.currency, bet.state, bet.stake);
        let paid_before = bet.closed.last().map_or(0, |closed| closed.2);
        (bet.state, bet.version) = (state, bet.version + 1);
        bet.closed.push((how.0, how.1, returns, how.2, how.3));
        let holds = |state| if matches!(state, "pending" | "open") { staked } else { 0 };
        *self.held.entry((player, currency)).or_default() += holds(state) - holds(before);
        let lost = |state| if state == "settled" { staked } else { 0 };
        let given = |state| if matches!(state, "voided" | "rejected") { staked } else { 0 };
        *self.house.entry(("stakes", currency)).or_default() += lost(state) - lost(before);
        *self.house.entry(("payouts", currency)).or_default() += returns - paid_before;
        let real = self.real.entry((player, currency)).or_default();
        *real += returns - paid_before + given(state) - given(before);
        if *real < 0 {
            *self.debt.entry((player, currency)).or_default() -= *real;
            *real = 0;
        }
    }

    /// Balances of the wallet, by the same names.
    pub(crate) fn assert_balances(&self, wallet: &wallet::Wallet) {
        for (&(who, code), &real) in &self.real {
            let held = self.held.get(&(who, code)).copied().unwrap_or(0);
            assert_eq!(wallet.balance(who, super::currency(code)), (amount(real), amount(held)));
            let debt = self.debt.get(&(who, code)).copied().unwrap_or(0);
            assert_eq!(super::standing(wallet, who, "PLAYER_DEBT", code), amount(debt));
        }
        for (&(name, code), &units) in &self.house {
            let number = [("psp", 1200), ("stakes", 4100), ("payouts", 4110)];
            let number = number.iter().find(|(known, _)| *known == name).expect("known").1;
            let found = wallet
                .accounts()
                .filter(|(key, _)| key.code.number() == number && key.currency.code() == code);
            assert_eq!(found.map(|(_, balance)| balance.units()).sum::<i128>(), units, "{name} {code}");
        }
        let open = self.bets.values().filter(|bet| matches!(bet.state, "pending" | "open")).count();
        assert_eq!(wallet.open_bets().count(), open);
    }
}
