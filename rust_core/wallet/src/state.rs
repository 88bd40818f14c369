//! The state of a wallet, which only two things change: rules deciding on a command, and replay of an entry.

use crate::bets::{Bet, BetState, Bets, PlayerAccounts};
use crate::idempotency::Idempotency;
use crate::ids::{PlayerId, Slug};
use crate::index::{Index, fingerprint};
use ledger::{AccountCode, AccountId, AccountKey, Ledger, Owner, StateHash, TermBuilder};
use money::{Amount, Currency};
use std::collections::BTreeMap;

/// What is held for bets in one currency, from both ends. In a sound wallet the two are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldsTotal {
    /// The currency.
    pub currency: Currency,
    /// What the bets say is held.
    pub holds: Amount,
    /// What the players' held accounts hold.
    pub accounts: Amount,
}

/// Position in the journal and time of the last entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) seq: u64,
    pub(crate) at: u64,
}

impl Position {
    /// Where the next entry goes.
    pub(crate) fn next(self, now: u64) -> Self {
        Self { seq: self.seq + 1, at: now.max(self.at + 1) }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) tenant: Slug,
    pub(crate) ledger: Ledger,
    pub(crate) bets: Bets,
    pub(crate) idempotency: Idempotency,
    pub(crate) last: Position,
    pub(crate) generation: u64,
    /// Where the generation was raised.
    pub(crate) raised: Position,
    /// Finds the number of a player's first account in one currency, without the ledger's full names.
    players: Index,
}

impl State {
    pub(crate) fn new(tenant: Slug) -> Self {
        Self {
            tenant,
            ledger: Ledger::new(),
            bets: Bets::default(),
            idempotency: Idempotency::default(),
            last: Position::default(),
            generation: 0,
            raised: Position::default(),
            players: Index::default(),
        }
    }

    /// The accounts of a player, if they were opened.
    pub(crate) fn find_accounts(&self, player: PlayerId, currency: Currency) -> Option<PlayerAccounts> {
        let found = self.players.find(player_mark(player, currency), |number| {
            let key = self.ledger.key(AccountId::from_number(number));
            key.owner.bytes() == player.bytes() && key.currency == currency
        });
        found.map(|number| PlayerAccounts::beginning_with(AccountId::from_number(number)))
    }

    /// The accounts of a player, opened if need be.
    pub(crate) fn player_accounts(&mut self, player: PlayerId, currency: Currency) -> PlayerAccounts {
        if let Some(known) = self.find_accounts(player, currency) {
            return known;
        }
        let [real, held] = player_keys(player, currency).map(|key| self.ledger.open(key));
        assert_eq!(held, real.next(), "a player's accounts are opened here only, one after the other");
        self.players.insert(player_mark(player, currency), real.number());
        PlayerAccounts::beginning_with(real)
    }

    /// The account of this name, opened if need be.
    pub(crate) fn open(&mut self, key: AccountKey, player: PlayerId) -> AccountId {
        match key.code {
            AccountCode::PlayerReal => self.player_accounts(player, key.currency).real,
            AccountCode::PlayerBetHeld => self.player_accounts(player, key.currency).held,
            _ => self.ledger.open(key),
        }
    }

    /// What a player may spend, and what is held for bets.
    pub(crate) fn balance(&self, player: PlayerId, currency: Currency) -> (Amount, Amount) {
        let [real, held] = player_keys(player, currency)
            .map(|key| self.ledger.find(&key).map_or(Amount::ZERO, |id| self.ledger.balance(id)));
        (real, held)
    }

    pub(crate) fn open_bets(&self) -> impl Iterator<Item = &Bet> {
        self.bets.iter().filter(|bet| bet.state.holds())
    }

    pub(crate) fn holds_totals(&self) -> Vec<HoldsTotal> {
        let mut totals = BTreeMap::<Currency, (i128, i128)>::new();
        for bet in self.bets.iter() {
            totals.entry(bet.currency).or_default().0 += bet.real_left.units();
        }
        for (key, balance) in self.ledger.accounts() {
            if key.code == AccountCode::PlayerBetHeld {
                totals.entry(key.currency).or_default().1 += balance.units();
            }
        }
        let amount = |units| Amount::new(units).expect("the sum of holds is in range");
        totals
            .into_iter()
            .map(|(currency, (holds, accounts))| HoldsTotal {
                currency,
                holds: amount(holds),
                accounts: amount(accounts),
            })
            .collect()
    }

    /// Everything a later command could see, hashed.
    pub(crate) fn hash(&self) -> StateHash {
        let parts = self.ledger.state_hash().plus(&self.bets.state_hash());
        parts.plus(&self.idempotency.state_hash()).plus(&self.own_hash())
    }

    /// The same, from all parts as they stand.
    pub(crate) fn recomputed_hash(&self) -> StateHash {
        let parts = self.ledger.recomputed_hash().plus(&self.bets.recomputed_hash());
        parts.plus(&self.idempotency.recomputed_hash()).plus(&self.own_hash())
    }

    fn own_hash(&self) -> StateHash {
        const DOMAIN: u64 = 0x7761_6c6c_6574_0000; // "wallet"
        let own = TermBuilder::new(DOMAIN)
            .bytes16(self.tenant.bytes())
            .pair(self.last.seq, self.last.at)
            .pair(self.generation, 0)
            .pair(self.raised.seq, self.raised.at);
        StateHash::of([own.finish()])
    }
}

/// The state in which a placement opens a bet.
pub(crate) fn opening_state(pending_until: u64) -> BetState {
    if pending_until == 0 { BetState::Open } else { BetState::Pending }
}

fn player_mark(player: PlayerId, currency: Currency) -> u32 {
    fingerprint(player.bytes()) ^ u32::from(currency.number()) << 16
}

fn player_keys(player: PlayerId, currency: Currency) -> [AccountKey; 2] {
    let owner = Owner::new(*player.bytes());
    [AccountCode::PlayerReal, AccountCode::PlayerBetHeld].map(|code| AccountKey { code, currency, owner })
}
