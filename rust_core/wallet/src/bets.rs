//! Bets as objects: the hold on a stake, its states and versions, and the answers given about it.

use crate::arena::{Arena, Link};
use crate::command::{Command, Kind};
use crate::effects::Transition;
use crate::ids::{BetId, PlayerId};
use crate::index::{Index, fingerprint};
use crate::refusal::Code;
use crate::reply::Decision;
use ledger::{AccountId, StateHash, Term, TermBuilder};
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
    pub(crate) accounts: PlayerAccounts,
    /// Among the acceptances and closings of all bets.
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
    pub(crate) accounts: PlayerAccounts,
}

/// A player's accounts in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlayerAccounts {
    pub(crate) real: AccountId,
    pub(crate) held: AccountId,
}

impl PlayerAccounts {
    /// The pair that was opened together, from the first.
    pub(crate) const fn beginning_with(real: AccountId) -> Self {
        Self { real, held: real.next() }
    }
}

/// Where an answer was journaled, so that it can be given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) seq: u64,
    pub(crate) at: u64,
    pub(crate) version: u32,
}

/// How a bet was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closing {
    pub(crate) answered: Answered,
    pub(crate) kind: Kind,
    pub(crate) revision: u32,
    pub(crate) returns: Amount,
    /// Why it was rejected, 0 if it was not.
    pub(crate) code: u16,
    /// Of the canonical command.
    pub(crate) digest: [u8; 16],
}

impl Closing {
    /// How `command` closes a bet.
    pub(crate) fn new(command: &Command<'_>, answered: Answered, digest: [u8; 16]) -> Self {
        let (revision, returns, code) = match command {
            Command::SettleBet(settle) => (settle.revision, settle.returns, 0),
            Command::VoidBet(void) => (void.revision, Amount::ZERO, 0),
            Command::RejectBet(reject) => (0, Amount::ZERO, reject.code),
            _ => (0, Amount::ZERO, Code::Expired.number()),
        };
        Self { answered, kind: command.kind(), revision, returns, code, digest }
    }

    fn term(&self, bet: &BetId) -> Term {
        const DOMAIN: u64 = 0x636c_6f73_6500_0000; // "close"
        let Answered { seq, at, version } = self.answered;
        TermBuilder::new(DOMAIN)
            .bytes16(bet.bytes())
            .pair(seq, at)
            .pair(
                u64::from(version) << 32 | u64::from(self.revision),
                u64::from(self.code) << 8 | self.kind as u64,
            )
            .i128(self.returns.units())
            .bytes16(&self.digest)
            .finish()
    }

    /// The state it leaves the bet in.
    pub(crate) fn state(&self) -> BetState {
        match self.kind {
            Kind::SettleBet => BetState::Settled,
            Kind::VoidBet => BetState::Voided,
            _ => BetState::Rejected,
        }
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
            .pair(self.pending_until, u64::from(self.currency.number()))
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

    /// How the bet was closed, if it was.
    pub(crate) fn closed(&self, bet: &Bet) -> Option<&Closing> {
        bet.closed.map(|link| &self.closed[link.position()])
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
    pub(crate) fn insert(&mut self, opening: &Opening) {
        let Opening { id, player, currency, state, version, stake, real_left, pending_until, accounts } =
            *opening;
        let (accepted, closed) = (None, None);
        let bet = Bet {
            id,
            player,
            currency,
            state,
            version,
            stake,
            real_left,
            pending_until,
            accounts,
            accepted,
            closed,
        };
        if state == BetState::Pending {
            self.pending.insert((pending_until, id));
        }
        self.hash.add(&bet.term());
        self.index.insert(fingerprint(id.bytes()), self.all.push(bet));
    }

    /// Make a pending bet open.
    pub(crate) fn accept(&mut self, index: BetIndex, transition: &Transition, answered: Answered) {
        let link = Link::to(self.accepted.push(answered));
        let bet = self.change(index, transition);
        bet.accepted = Some(link);
        let term = answered.term(&bet.id);
        self.hash.add(&term);
    }

    /// End a bet.
    pub(crate) fn close(&mut self, index: BetIndex, transition: &Transition, closing: Closing) {
        let term = closing.term(&self.get(index).id);
        let link = Link::to(self.closed.push(closing));
        self.change(index, transition).closed = Some(link);
        self.hash.add(&term);
    }

    pub(crate) fn state_hash(&self) -> StateHash {
        self.hash
    }

    /// The same, from the bets as they stand.
    pub(crate) fn recomputed_hash(&self) -> StateHash {
        StateHash::of(self.iter().flat_map(|bet| {
            let accepted = self.accepted(bet).map(|answered| answered.term(&bet.id));
            let closed = self.closed(bet).map(|closing| closing.term(&bet.id));
            [Some(bet.term()), accepted, closed].into_iter().flatten()
        }))
    }

    /// Change a bet that is not closed; none becomes pending again.
    fn change(&mut self, index: BetIndex, transition: &Transition) -> &mut Bet {
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
