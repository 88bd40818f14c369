//! A player's money in one currency: the accounts it is kept in, the bonus it may be staked with, and its counters.

use crate::arena::Arena;
use crate::counters::{Counters, Counts};
use crate::ids::{ObjectId, PlayerId};
use crate::index::{Index, fingerprint};
use ledger::{AccountCode, AccountId, AccountKey, Ledger, Owner, StateHash, TermBuilder};
use money::Currency;

/// Position of a purse among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PurseIndex(u32);

#[derive(Clone, Debug)]
pub(crate) struct Purse {
    pub(crate) player: PlayerId,
    pub(crate) currency: Currency,
    pub(crate) real: AccountId,
    pub(crate) held: AccountId,
    /// The active bonus grant.
    pub(crate) grant: Option<ObjectId>,
    pub(crate) counters: Counters,
}

impl Purse {
    fn name(&self) -> TermBuilder {
        const DOMAIN: u64 = 0x636f_756e_7465_7200; // "counter"
        TermBuilder::new(DOMAIN ^ u64::from(self.currency.number())).bytes16(self.player.bytes())
    }
}

/// The purses of all players.
#[derive(Clone, Debug, Default)]
pub(crate) struct Purses {
    all: Arena<Purse>,
    index: Index,
    hash: StateHash,
}

impl Purses {
    pub(crate) fn get(&self, at: PurseIndex) -> &Purse {
        &self.all[at.0]
    }

    pub(crate) fn get_mut(&mut self, at: PurseIndex) -> &mut Purse {
        &mut self.all[at.0]
    }

    #[inline]
    pub(crate) fn find(&self, player: PlayerId, currency: Currency) -> Option<PurseIndex> {
        let is_it = |at: u32| self.all[at].player == player && self.all[at].currency == currency;
        self.index.find(mark(player, currency), is_it).map(PurseIndex)
    }

    /// The purse of a player, opened with its accounts if need be.
    pub(crate) fn open(&mut self, ledger: &mut Ledger, player: PlayerId, currency: Currency) -> PurseIndex {
        if let Some(known) = self.find(player, currency) {
            return known;
        }
        let owner = Owner::new(*player.bytes());
        let [real, held] = [AccountCode::PlayerReal, AccountCode::PlayerBetHeld]
            .map(|code| ledger.open(AccountKey { code, currency, owner }));
        let purse = Purse { player, currency, real, held, grant: None, counters: Counters::default() };
        let at = self.all.push(purse);
        self.index.insert(mark(player, currency), at);
        PurseIndex(at)
    }

    /// Open a purse with counters as they were; false when there is one.
    #[must_use = "a second purse is not opened"]
    pub(crate) fn restore(
        &mut self,
        ledger: &mut Ledger,
        player: PlayerId,
        currency: Currency,
        counters: Counters,
    ) -> bool {
        let is_new = self.find(player, currency).is_none();
        if is_new {
            let at = self.open(ledger, player, currency);
            let purse = self.get_mut(at);
            purse.counters = counters;
            let counted = purse.counters.hash(purse.name());
            self.hash = self.hash.plus(&counted);
        }
        is_new
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Purse> {
        self.all.iter()
    }

    /// Count in the minute of an entry.
    #[inline]
    pub(crate) fn count(&mut self, at: PurseIndex, now: u32, counts: &Counts) {
        let purse = &mut self.all[at.0];
        let name = purse.name();
        purse.counters.count(now, counts, name, &mut self.hash);
    }

    pub(crate) fn state_hash(&self) -> StateHash {
        self.hash
    }

    /// The same, from the counters as they stand.
    pub(crate) fn recomputed_hash(&self) -> StateHash {
        self.all
            .iter()
            .fold(StateHash::default(), |hash, purse| hash.plus(&purse.counters.hash(purse.name())))
    }
}

fn mark(player: PlayerId, currency: Currency) -> u32 {
    fingerprint(player.bytes()) ^ u32::from(currency.number()) << 16
}
