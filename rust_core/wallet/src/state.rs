//! The state of a wallet, which only two things change: rules deciding on a command, and replay of an entry.

use crate::bets::{Bet, BetState, Bets};
use crate::command::{EvictKeys, ForgetKeys};
use crate::counters::{Counts, minute_of};
use crate::expiry::Expiries;
use crate::idempotency::{Idempotency, PARTS};
use crate::ids::{ObjectId, PlayerId, Slug};
use crate::object::{Grant, GrantState, Object, Objects, Policy};
use crate::purse::{PurseIndex, Purses};
use crate::queued::Queued;
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
    pub(crate) objects: Objects,
    pub(crate) purses: Purses,
    pub(crate) expiries: Expiries,
    pub(crate) queued: Queued,
    pub(crate) idempotency: Idempotency,
    pub(crate) last: Position,
    pub(crate) generation: u64,
    /// Where the generation was raised.
    pub(crate) raised: Position,
}

impl State {
    pub(crate) fn new(tenant: Slug) -> Self {
        Self {
            tenant,
            ledger: Ledger::new(),
            bets: Bets::default(),
            objects: Objects::default(),
            purses: Purses::default(),
            expiries: Expiries::default(),
            queued: Queued::default(),
            idempotency: Idempotency::default(),
            last: Position::default(),
            generation: 0,
            raised: Position::default(),
        }
    }

    /// The purse of a player, opened if need be.
    pub(crate) fn purse(&mut self, player: PlayerId, currency: Currency) -> PurseIndex {
        self.purses.open(&mut self.ledger, player, currency)
    }

    /// The house's account of `code`, opened if need be.
    pub(crate) fn house(&mut self, code: AccountCode, currency: Currency) -> AccountId {
        self.ledger.open(AccountKey::house(code, currency))
    }

    /// The account of `code` that belongs to `owner`, opened if need be.
    pub(crate) fn owned(&mut self, code: AccountCode, currency: Currency, owner: &[u8; 16]) -> AccountId {
        self.ledger.open(AccountKey { code, currency, owner: Owner::new(*owner) })
    }

    /// What stands on an account, which need not have been opened.
    pub(crate) fn standing_on(&self, code: AccountCode, currency: Currency, owner: &[u8; 16]) -> Amount {
        let key = AccountKey { code, currency, owner: Owner::new(*owner) };
        self.ledger.find(&key).map_or(Amount::ZERO, |id| self.ledger.balance(id))
    }

    /// The account of this name, opened if need be.
    pub(crate) fn open(&mut self, key: AccountKey) -> AccountId {
        self.ledger.open(key)
    }

    /// Keep a record; false when its version is not the next.
    #[must_use = "a record of another version is not kept"]
    pub(crate) fn keep(&mut self, object: Object) -> bool {
        self.follow(&object);
        self.objects.put(object)
    }

    /// Keep a record as it was; false when there is one of its id.
    #[must_use = "a second record of an id is not kept"]
    pub(crate) fn restore(&mut self, object: Object) -> bool {
        self.follow(&object);
        self.objects.restore(object)
    }

    /// What follows from a record: the grant of a purse, and what ends by itself.
    fn follow(&mut self, object: &Object) {
        if let Object::Grant(grant) = object {
            let (player, currency, id) = (grant.player, grant.currency, grant.id);
            let is_active = grant.state == GrantState::Active;
            let at = self.purse(player, currency);
            let active = &mut self.purses.get_mut(at).grant;
            match (is_active, *active) {
                (true, _) => *active = Some(id),
                (false, Some(other)) if other == id => *active = None,
                (false, _) => {}
            }
            self.queued.follow(at, grant);
        }
        self.expiries.follow(object);
    }

    /// The grant from which a purse may stake.
    pub(crate) fn active_grant(&self, purse: PurseIndex) -> Option<&Grant> {
        self.purses.get(purse).grant.and_then(|id| self.objects.grants.find(&id))
    }

    /// The tenant's policy, if one was set.
    pub(crate) fn policy(&self) -> Option<&Policy> {
        self.objects.policies.iter().next()
    }

    /// Count in the minute of an entry.
    #[inline]
    pub(crate) fn count(&mut self, purse: PurseIndex, at: u64, counts: &Counts) {
        if !counts.is_empty() {
            self.purses.count(purse, minute_of(at), counts);
        }
    }

    /// What a player may spend, and what is held for bets.
    pub(crate) fn balance(&self, player: PlayerId, currency: Currency) -> (Amount, Amount) {
        let on = |code| self.standing_on(code, currency, player.bytes());
        (on(AccountCode::PlayerReal), on(AccountCode::PlayerBetHeld))
    }

    /// What a player may stake of the active bonus.
    pub(crate) fn bonus(&self, player: PlayerId, currency: Currency) -> Amount {
        let grant = self.purses.find(player, currency).and_then(|at| self.purses.get(at).grant);
        grant.map_or(Amount::ZERO, |id: ObjectId| {
            self.standing_on(AccountCode::PlayerBonus, currency, id.bytes())
        })
    }

    /// When the next thing happens by itself: a pending bet has waited too long, or a bonus or a free bet ends.
    pub(crate) fn next_due(&self) -> Option<u64> {
        let (pending, ending) = (self.bets.next_pending_until(), self.expiries.next());
        [pending, ending].into_iter().flatten().min()
    }

    /// Let keys of a part go; false when there are none to go, or the part or position is none.
    #[must_use = "keys that are not there do not go"]
    pub(crate) fn evict(&mut self, evict: &EvictKeys) -> bool {
        let part = usize::from(evict.part);
        let is_sound = part < PARTS && evict.until < self.last.seq && evict.at < self.last.at;
        is_sound && self.idempotency.evict(part, evict.until, evict.at) > 0
    }

    /// Forget old keys; false when they are forgotten already, or not past.
    #[must_use = "keys are not forgotten twice"]
    pub(crate) fn forget(&mut self, forget: ForgetKeys) -> bool {
        let is_new = forget.before > self.idempotency.cold().forgotten && forget.before < self.last.at;
        if is_new {
            self.idempotency.forget(forget.before);
        }
        is_new
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
        let parts = parts.plus(&self.objects.state_hash()).plus(&self.purses.state_hash());
        parts.plus(&self.idempotency.state_hash()).plus(&self.own_hash())
    }

    /// The same, from all parts as they stand.
    pub(crate) fn recomputed_hash(&self) -> StateHash {
        let parts = self.ledger.recomputed_hash().plus(&self.bets.recomputed_hash());
        let parts = parts.plus(&self.objects.recomputed_hash()).plus(&self.purses.recomputed_hash());
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
