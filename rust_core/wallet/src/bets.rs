//! Bets as objects: the hold on a stake, its states and versions, and the answers given about it.

use crate::command::{Command, Kind};
use crate::effects::Transition;
use crate::ids::{BetId, PlayerId};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
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
    pub(crate) accepted: Option<Answered>,
    pub(crate) closed: Option<Closing>,
}

/// A player's accounts in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlayerAccounts {
    pub(crate) real: AccountId,
    pub(crate) held: AccountId,
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
    /// Of the canonical command.
    pub(crate) digest: [u8; 16],
}

impl Closing {
    /// How `command` closes a bet.
    pub(crate) fn new(command: &Command<'_>, answered: Answered, digest: [u8; 16]) -> Self {
        let (revision, returns) = match command {
            Command::SettleBet(settle) => (settle.revision, settle.returns),
            Command::VoidBet(void) => (void.revision, Amount::ZERO),
            _ => (0, Amount::ZERO),
        };
        Self { answered, kind: command.kind(), revision, returns, digest }
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
    fn go(&mut self, transition: &Transition) {
        self.state = transition.state;
        self.version = transition.version;
        self.real_left = transition.real_left;
    }

    fn term(&self) -> Term {
        const DOMAIN: u64 = 0x6265_7400_0000_0000; // "bet"
        let small = u64::from(self.state as u8) << 48 | u64::from(self.currency.number());
        let mut term = TermBuilder::new(DOMAIN)
            .bytes16(self.id.bytes())
            .bytes16(self.player.bytes())
            .i128(self.stake.units())
            .i128(self.real_left.units())
            .pair(small, u64::from(self.version) << 32 | u64::from(self.accepted.is_some()))
            .pair(self.pending_until, u64::from(self.closed.is_some()));
        if let Some(Answered { seq, at, version }) = self.accepted {
            term = term.pair(seq, at).pair(u64::from(version), 0);
        }
        if let Some(Closing { answered, kind, revision, returns, digest }) = &self.closed {
            term = term
                .pair(answered.seq, answered.at)
                .pair(u64::from(answered.version) << 32 | u64::from(*revision), *kind as u64)
                .i128(returns.units())
                .bytes16(digest);
        }
        term.finish()
    }
}

/// Position of a bet among all bets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BetIndex(u32);

/// All bets ever made.
#[derive(Clone, Debug)]
pub(crate) struct Bets {
    all: Vec<Bet>,
    index: HashMap<BetId, BetIndex, FixedState>,
    pending: BTreeSet<(u64, BetId)>,
    hash: StateHash,
}

impl Bets {
    pub(crate) fn new() -> Self {
        Self {
            all: Vec::new(),
            index: HashMap::with_hasher(FixedState::with_seed(1)),
            pending: BTreeSet::new(),
            hash: StateHash::default(),
        }
    }

    pub(crate) fn find(&self, id: &BetId) -> Option<BetIndex> {
        self.index.get(id).copied()
    }

    pub(crate) fn get(&self, index: BetIndex) -> &Bet {
        &self.all[index.0 as usize]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Bet> {
        self.all.iter()
    }

    /// Bets still pending at `until`, the longest waiting first, at most `most`.
    pub(crate) fn overdue(&self, until: u64, most: usize) -> Vec<BetIndex> {
        let waiting = self.pending.iter().take_while(|(pending_until, _)| *pending_until <= until).take(most);
        waiting.filter_map(|(_, id)| self.find(id)).collect()
    }

    pub(crate) fn next_pending_until(&self) -> Option<u64> {
        self.pending.first().map(|(pending_until, _)| *pending_until)
    }

    pub(crate) fn insert(&mut self, bet: Bet) {
        let index = BetIndex(u32::try_from(self.all.len()).expect("fewer than 2^32 bets"));
        let before = self.index.insert(bet.id, index);
        assert!(before.is_none(), "a bet is made once");
        if bet.state == BetState::Pending {
            self.pending.insert((bet.pending_until, bet.id));
        }
        self.hash.add(&bet.term());
        self.all.push(bet);
    }

    /// Make a pending bet open.
    pub(crate) fn accept(&mut self, index: BetIndex, transition: &Transition, answered: Answered) {
        self.update(index, |bet| {
            bet.go(transition);
            bet.accepted = Some(answered);
        });
    }

    /// End a bet.
    pub(crate) fn close(&mut self, index: BetIndex, transition: &Transition, closing: Closing) {
        self.update(index, |bet| {
            bet.go(transition);
            bet.closed = Some(closing);
        });
    }

    pub(crate) fn state_hash(&self) -> StateHash {
        self.hash
    }

    /// Change a bet that is not closed; none becomes pending again.
    fn update(&mut self, index: BetIndex, change: impl FnOnce(&mut Bet)) {
        let bet = &mut self.all[index.0 as usize];
        if bet.state == BetState::Pending {
            self.pending.remove(&(bet.pending_until, bet.id));
        }
        self.hash.remove(&bet.term());
        change(bet);
        self.hash.add(&bet.term());
    }
}
