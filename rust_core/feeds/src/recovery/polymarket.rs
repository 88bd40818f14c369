//! Polymarket: frames have no numbers, so a lost one shows only in best prices that are not the book's.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::repairs::Repairs;

/// More at a time would be refused.
const MOST_IN_FLIGHT: usize = 8;

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The book of this asset must not be used.
    Stale(Arc<str>),
    /// Fetch the book of this asset whole.
    Refetch(Arc<str>),
    /// The book of this asset may be used.
    Whole(Arc<str>),
}

/// Which books of one connection may be used.
#[derive(Debug)]
pub struct Recovery {
    /// Whether each book is whole.
    assets: BTreeMap<Arc<str>, bool>,
    repairs: Repairs<Arc<str>>,
    connected: bool,
    now: u64,
}

impl Default for Recovery {
    fn default() -> Self {
        Self { assets: BTreeMap::new(), repairs: Repairs::new(MOST_IN_FLIGHT), connected: false, now: 0 }
    }
}

impl Recovery {
    /// The connection stands; the books of all assets known are to be fetched.
    pub fn connected(&mut self, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        self.connected = true;
        for (asset, whole) in &self.assets {
            if !whole {
                self.repairs.want(asset);
            }
        }
        self.due(Vec::new())
    }

    /// The connection is lost, and with it every book.
    pub fn disconnected(&mut self, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        self.connected = false;
        self.repairs.clear();
        let mut actions = Vec::new();
        for (asset, whole) in &mut self.assets {
            if std::mem::take(whole) {
                actions.push(Action::Stale(asset.clone()));
            }
        }
        actions
    }

    /// The feed named best prices that the book of `asset` does not have, or changed a book it has not sent.
    pub fn mismatch(&mut self, asset: &str, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        let mut actions = Vec::new();
        let key: Arc<str> = asset.into();
        let known = self.assets.insert(key.clone(), false);
        if known != Some(false) {
            actions.push(Action::Stale(key.clone()));
        }
        self.repairs.want(&key);
        self.due(actions)
    }

    /// The book of `asset` came whole, from the feed or fetched.
    pub fn book(&mut self, asset: &str, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        let mut actions = Vec::new();
        if self.connected {
            let key: Arc<str> = asset.into();
            self.repairs.done(&key);
            if self.assets.insert(key.clone(), true) != Some(true) {
                actions.push(Action::Whole(key));
            }
        }
        self.due(actions)
    }

    /// Time goes by.
    pub fn tick(&mut self, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        self.due(Vec::new())
    }

    /// The book of `asset` may be used.
    pub fn is_whole(&self, asset: &str) -> bool {
        self.assets.get(asset).copied().unwrap_or(false)
    }

    fn due(&mut self, mut actions: Vec<Action>) -> Vec<Action> {
        if self.connected {
            actions.extend(self.repairs.due(self.now).into_iter().map(Action::Refetch));
        }
        actions
    }
}
