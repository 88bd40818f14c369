//! Bets as objects: the hold on a stake, its states and versions, and the answers given about it.

mod saved;

pub(crate) use saved::SavedBet;

use crate::arena::{Arena, Link};
use crate::command::{Command, Kind};
use crate::effects::{Outcome, Transition};
use crate::fields::Fraction;
use crate::ids::{BetId, PlayerId};
use crate::index::{Index, fingerprint};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::reply::Decision;
use ledger::{StateHash, Term, TermBuilder};
use money::{Amount, Currency};
use std::collections::BTreeSet;

/// Where a bet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BetState {
    /// Placed, waiting to be accepted.
    Pending = 1,
    /// Accepted, waiting for its result.
    Open = 2,
    /// Closed with a result.
    Settled = 3,
    /// Closed, stake given back after it was open.
    Voided = 4,
    /// Closed, stake given back before it was open.
    Rejected = 5,
    /// Closed, sold back before its result.
    CashedOut = 6,
}

impl BetState {
    /// Look up by number.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Pending,
            2 => Self::Open,
            3 => Self::Settled,
            4 => Self::Voided,
            5 => Self::Rejected,
            6 => Self::CashedOut,
            _ => return None,
        })
    }

    /// Name in reports and events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Open => "open",
            Self::Settled => "settled",
            Self::Voided => "voided",
            Self::Rejected => "rejected",
            Self::CashedOut => "cashed_out",
        }
    }

    /// Whether the stake is still held.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Pending | Self::Open)
    }
}

/// A bet, and with it the hold on its stake.
#[derive(Clone, Debug)]
pub struct Bet {
    /// Its id.
    pub id: BetId,
    /// Whose it is.
    pub player: PlayerId,
    /// Currency of the stake.
    pub currency: Currency,
    /// Where it stands.
    pub state: BetState,
    /// Counts its changes, from 1.
    pub version: u32,
    /// What was staked.
    pub stake: Amount,
    /// What of the real money staked is still held.
    pub real_left: Amount,
    /// Until when it may be pending, 0 if it never was.
    pub pending_until: u64,
    /// The minute in which it was placed, which is where the limits count its stake.
    pub(crate) minute: u32,
    /// Whether a record tells what it holds besides real money.
    pub(crate) is_backed: bool,
    pub(crate) purse: PurseIndex,
    /// Among the acceptances and results of all bets.
    accepted: Option<Link>,
    closed: Option<Link>,
}

/// What a new bet is made of.
pub(crate) struct Opening {
    pub(crate) id: BetId,
    pub(crate) player: PlayerId,
    pub(crate) currency: Currency,
    pub(crate) state: BetState,
    pub(crate) version: u32,
    pub(crate) stake: Amount,
    pub(crate) real_left: Amount,
    pub(crate) pending_until: u64,
    pub(crate) minute: u32,
    pub(crate) is_backed: bool,
    pub(crate) purse: PurseIndex,
}

/// Where an answer was journaled, so that it can be given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) seq: u64,
    pub(crate) at: u64,
    pub(crate) version: u32,
}

/// A result of a bet, or its rejection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closing {
    pub(crate) answered: Answered,
    pub(crate) kind: Kind,
    /// The state it left the bet in.
    pub(crate) state: BetState,
    pub(crate) revision: u32,
    pub(crate) returns: Amount,
    /// Why it was rejected, 0 if it was not.
    pub(crate) code: u16,
    /// Of the canonical command.
    pub(crate) digest: [u8; 16],
    /// How much was void: the part of a settlement, or what was voided.
    pub(crate) part: Option<Fraction>,
    /// What became of the real money.
    pub(crate) outcome: Outcome,
    /// The result before it.
    previous: Option<Link>,
}

impl Closing {
    /// How `command` closes a bet.
    pub(crate) fn new(
        command: &Command<'_>,
        answered: Answered,
        digest: [u8; 16],
        state: BetState,
        outcome: Outcome,
    ) -> Self {
        let (revision, returns, part, code) = match command {
            Command::SettleBet(settle) => (settle.revision, settle.returns, settle.void, 0),
            Command::VoidBet(void) => (void.revision, Amount::ZERO, Some(void.part), 0),
            Command::ReopenBet(reopen) => (reopen.revision, Amount::ZERO, None, 0),
            Command::RejectBet(reject) => (0, Amount::ZERO, None, reject.code),
            _ => (0, Amount::ZERO, None, Code::Expired.number()),
        };
        let kind = command.kind();
        Self { answered, kind, state, revision, returns, code, digest, part, outcome, previous: None }
    }

    fn term(&self, bet: &BetId) -> Term {
        const DOMAIN: u64 = 0x636c_6f73_6500_0000; // "close"
        let Answered { seq, at, version } = self.answered;
        let Outcome { lost, void, paid } = self.outcome;
        let kinds = u64::from(self.code) << 16 | (self.state as u64) << 8 | self.kind as u64;
        TermBuilder::new(DOMAIN)
            .bytes16(bet.bytes())
            .pair(seq, at)
            .pair(u64::from(version) << 32 | u64::from(self.revision), kinds)
            .i128(self.returns.units())
            .i128(lost.units())
            .i128(void.units())
            .i128(paid.units())
            .bytes16(&self.digest)
            .finish()
    }

    /// Whether it can be the next thing to happen to a bet in this state.
    pub(crate) fn may_follow(&self, was: BetState) -> bool {
        match self.kind {
            Kind::SettleBet => {
                self.state == BetState::Settled
                    && matches!(was, BetState::Open | BetState::Settled | BetState::Voided)
            }
            Kind::VoidBet => match self.state {
                BetState::Voided => matches!(was, BetState::Open | BetState::Settled | BetState::Voided),
                BetState::Open => was == BetState::Open,
                _ => false,
            },
            Kind::ReopenBet => {
                self.state == BetState::Open && matches!(was, BetState::Settled | BetState::Voided)
            }
            _ => was == BetState::Pending && self.state == BetState::Rejected,
        }
    }

    /// Whether it is a result or takes one back, which a later revision can correct.
    pub(crate) fn is_result(&self) -> bool {
        matches!(self.kind, Kind::SettleBet | Kind::VoidBet | Kind::ReopenBet)
    }
}

/// What a result does with the real money of a bet, if nothing else is recorded: of `released` money a settlement
/// loses all and pays its returns, one that is taken back leaves nothing, and any other closing gives all back.
pub(crate) fn plain_outcome(command: &Command<'_>, released: Amount) -> Outcome {
    match command {
        Command::SettleBet(settle) => Outcome { lost: released, void: Amount::ZERO, paid: settle.returns },
        Command::ReopenBet(_) => Outcome::default(),
        _ => Outcome { lost: Amount::ZERO, void: released, paid: Amount::ZERO },
    }
}

impl Bet {
    fn term(&self) -> Term {
        self.condition(self.lasting())
    }

    /// The hash of what never changes.
    #[inline]
    fn lasting(&self) -> TermBuilder {
        const DOMAIN: u64 = 0x6265_7400_0000_0000; // "bet"
        TermBuilder::new(DOMAIN)
            .bytes16(self.id.bytes())
            .bytes16(self.player.bytes())
            .i128(self.stake.units())
            .pair(self.pending_until, u64::from(self.minute) << 32 | u64::from(self.currency.number()))
    }

    /// With it, the hash of what does.
    #[inline]
    fn condition(&self, lasting: TermBuilder) -> Term {
        lasting.i128(self.real_left.units()).pair(self.state as u64, u64::from(self.version)).finish()
    }
}

impl Answered {
    fn term(&self, bet: &BetId) -> Term {
        const DOMAIN: u64 = 0x6163_6365_7074_0000; // "accept"
        let Self { seq, at, version } = *self;
        TermBuilder::new(DOMAIN).bytes16(bet.bytes()).pair(seq, at).pair(u64::from(version), 0).finish()
    }
}

/// Position of a bet among all bets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BetIndex(u32);

/// All bets ever made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bets {
    all: Arena<Bet>,
    index: Index,
    pending: BTreeSet<(u64, BetId)>,
    accepted: Arena<Answered>,
    closed: Arena<Closing>,
    hash: StateHash,
}

impl Bets {
    pub(crate) fn find(&self, id: &BetId) -> Option<BetIndex> {
        let is_it = |at: u32| self.all[at].id == *id;
        self.index.find(fingerprint(id.bytes()), is_it).map(BetIndex)
    }

    pub(crate) fn get(&self, index: BetIndex) -> &Bet {
        &self.all[index.0]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Bet> {
        self.all.iter()
    }

    /// How the bet was accepted, if it was pending and was.
    pub(crate) fn accepted(&self, bet: &Bet) -> Option<&Answered> {
        bet.accepted.map(|link| &self.accepted[link.position()])
    }

    /// The last result of the bet, or its rejection, if there is one.
    pub(crate) fn closed(&self, bet: &Bet) -> Option<&Closing> {
        bet.closed.map(|link| &self.closed[link.position()])
    }

    /// The result of this revision, if there was one.
    pub(crate) fn result(&self, bet: &Bet, revision: u32) -> Option<&Closing> {
        self.results(bet).find(|closing| closing.is_result() && closing.revision == revision)
    }

    /// All results of the bet and its rejection, the last first.
    fn results(&self, bet: &Bet) -> impl Iterator<Item = &Closing> {
        let before = |closing: &&Closing| closing.previous.map(|link| &self.closed[link.position()]);
        std::iter::successors(self.closed(bet), before)
    }

    /// What was decided about a bet, and where that is journaled if not with its placement.
    pub(crate) fn decision(&self, bet: &Bet) -> (Decision, Option<&Answered>) {
        match self.closed(bet) {
            Some(Closing { kind: Kind::RejectBet | Kind::Tick, code, answered, .. }) => {
                (Decision::Rejected(*code), Some(answered))
            }
            _ if bet.state == BetState::Pending => (Decision::Pending, None),
            _ => (Decision::Accepted, self.accepted(bet)),
        }
    }

    /// Bets still pending at `until`, the longest waiting first, at most `most`.
    pub(crate) fn overdue(&self, until: u64, most: usize) -> Vec<BetIndex> {
        let waiting = self.pending.iter().take_while(|(pending_until, _)| *pending_until <= until).take(most);
        waiting.filter_map(|(_, id)| self.find(id)).collect()
    }

    /// The earliest time at which a pending bet has waited too long.
    pub(crate) fn next_pending_until(&self) -> Option<u64> {
        self.pending.first().map(|(pending_until, _)| *pending_until)
    }

    /// Add a bet whose id was looked for and not found.
    pub(crate) fn insert(&mut self, opening: &Opening) -> BetIndex {
        let Opening { id, player, currency, state, version, stake, real_left, pending_until, .. } = *opening;
        let Opening { minute, is_backed, purse, .. } = *opening;
        let bet = Bet {
            id,
            player,
            currency,
            state,
            version,
            stake,
            real_left,
            pending_until,
            minute,
            is_backed,
            purse,
            accepted: None,
            closed: None,
        };
        if state == BetState::Pending {
            self.pending.insert((pending_until, id));
        }
        self.hash.add(&bet.term());
        let at = self.all.push(bet);
        self.index.insert(fingerprint(id.bytes()), at);
        BetIndex(at)
    }

    /// Make a pending bet open.
    pub(crate) fn accept(&mut self, index: BetIndex, transition: &Transition, answered: Answered) {
        let link = Link::to(self.accepted.push(answered));
        let bet = self.change(index, transition);
        bet.accepted = Some(link);
        let term = answered.term(&bet.id);
        self.hash.add(&term);
    }

    /// Give a bet a result, the first or a later one.
    pub(crate) fn close(&mut self, index: BetIndex, transition: &Transition, closing: Closing) {
        let bet = self.get(index);
        let (term, previous) = (closing.term(&bet.id), bet.closed);
        let link = Link::to(self.closed.push(Closing { previous, ..closing }));
        self.change(index, transition).closed = Some(link);
        self.hash.add(&term);
    }

    pub(crate) fn state_hash(&self) -> StateHash {
        self.hash
    }

    /// The same, from the bets as they stand.
    pub(crate) fn recomputed_hash(&self) -> StateHash {
        let mut hash = StateHash::default();
        for bet in self.iter() {
            hash.add(&bet.term());
            if let Some(answered) = self.accepted(bet) {
                hash.add(&answered.term(&bet.id));
            }
            self.results(bet).for_each(|closing| hash.add(&closing.term(&bet.id)));
        }
        hash
    }

    /// Change a bet; none becomes pending again.
    pub(crate) fn change(&mut self, index: BetIndex, transition: &Transition) -> &mut Bet {
        let bet = &mut self.all[index.0];
        if bet.state == BetState::Pending {
            self.pending.remove(&(bet.pending_until, bet.id));
        }
        let lasting = bet.lasting();
        self.hash.remove(&bet.condition(lasting));
        bet.state = transition.state;
        bet.version = transition.version;
        bet.real_left = transition.real_left;
        self.hash.add(&bet.condition(lasting));
        bet
    }
}
