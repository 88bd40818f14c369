//! Kalshi: changes are signed and numbered by subscription, so a missing number spoils every book of its `sid`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::repairs::Repairs;

/// More subscriptions at a time are not asked for.
const MOST_IN_FLIGHT: usize = 8;

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The book of this market must not be used.
    Stale(Arc<str>),
    /// Subscribe anew to the markets of this subscription, for their snapshots.
    Resubscribe(i64),
    /// The book of this market may be used.
    Whole(Arc<str>),
}

/// What a frame holds of the book of one market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame<'a> {
    /// All of it.
    Snapshot(&'a str),
    /// A change of it.
    Delta(&'a str),
}

#[derive(Debug, Default)]
struct Subscription {
    seq: Option<i64>,
    tickers: BTreeSet<Arc<str>>,
}

#[derive(Debug, Clone, Copy)]
struct Market {
    sid: i64,
    whole: bool,
}

/// Which books of one connection may be used.
#[derive(Debug)]
pub struct Recovery {
    subscriptions: BTreeMap<i64, Subscription>,
    markets: BTreeMap<Arc<str>, Market>,
    repairs: Repairs<i64>,
    now: u64,
}

impl Default for Recovery {
    fn default() -> Self {
        Self {
            subscriptions: BTreeMap::new(),
            markets: BTreeMap::new(),
            repairs: Repairs::new(MOST_IN_FLIGHT),
            now: 0,
        }
    }
}

impl Recovery {
    /// The connection is lost, and with it every book and subscription.
    pub fn disconnected(&mut self, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        self.repairs.clear();
        self.subscriptions.clear();
        let stale = |(ticker, market): (&Arc<str>, &mut Market)| {
            std::mem::take(&mut market.whole).then(|| Action::Stale(ticker.clone()))
        };
        self.markets.iter_mut().filter_map(stale).collect()
    }

    /// A frame of the order book channel came.
    pub fn frame(&mut self, sid: i64, seq: i64, frame: Frame<'_>, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        let mut actions = Vec::new();
        let subscription = self.subscriptions.entry(sid).or_default();
        let expected = subscription.seq.map_or(seq, |seq| seq.saturating_add(1));
        if seq < expected && matches!(frame, Frame::Delta(_)) {
            // It came before.
            return self.due(actions);
        }
        subscription.seq = Some(seq);
        if seq != expected {
            // Of numbers that begin again, nobody knows what was between.
            self.spoil(sid, &mut actions);
        }
        match frame {
            Frame::Snapshot(ticker) => self.snapshot(sid, ticker, &mut actions),
            Frame::Delta(ticker) => self.delta(sid, ticker, &mut actions),
        }
        self.due(actions)
    }

    /// Time goes by.
    pub fn tick(&mut self, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        self.due(Vec::new())
    }

    /// The book of `ticker` may be used.
    pub fn is_whole(&self, ticker: &str) -> bool {
        self.markets.get(ticker).is_some_and(|market| market.whole)
    }

    /// The markets of a subscription, to subscribe to anew.
    pub fn tickers(&self, sid: i64) -> impl Iterator<Item = &str> {
        self.subscriptions
            .get(&sid)
            .into_iter()
            .flat_map(|known| known.tickers.iter().map(|ticker| &**ticker))
    }

    fn spoil(&mut self, sid: i64, actions: &mut Vec<Action>) {
        for ticker in &self.subscriptions[&sid].tickers {
            if let Some(market) = self.markets.get_mut(ticker)
                && std::mem::take(&mut market.whole)
            {
                actions.push(Action::Stale(ticker.clone()));
            }
        }
        if !self.subscriptions[&sid].tickers.is_empty() {
            self.repairs.want(&sid);
        }
    }

    fn snapshot(&mut self, sid: i64, ticker: &str, actions: &mut Vec<Action>) {
        let key = self.belongs(sid, ticker);
        let before = self.markets.insert(key.clone(), Market { sid, whole: true });
        if !before.is_some_and(|market| market.whole) {
            actions.push(Action::Whole(key));
        }
        self.settle(sid);
    }

    fn delta(&mut self, sid: i64, ticker: &str, actions: &mut Vec<Action>) {
        match self.markets.get(ticker) {
            // Perhaps through another subscription; then the change is late.
            Some(market) if market.whole => return,
            Some(_) => {}
            None => actions.push(Action::Stale(ticker.into())),
        }
        // A change to a book of which there is no snapshot.
        let key = self.belongs(sid, ticker);
        self.markets.insert(key, Market { sid, whole: false });
        self.repairs.want(&sid);
    }

    /// Moves a market to the subscription that speaks of it.
    fn belongs(&mut self, sid: i64, ticker: &str) -> Arc<str> {
        let key: Arc<str> = ticker.into();
        let before = self.markets.get(ticker).map(|market| market.sid).filter(|before| *before != sid);
        self.subscriptions.entry(sid).or_default().tickers.insert(key.clone());
        if let Some(before) = before {
            if let Some(other) = self.subscriptions.get_mut(&before) {
                other.tickers.remove(ticker);
            }
            self.settle(before);
        }
        key
    }

    /// Nothing is left to ask for once every book of the subscription is whole.
    fn settle(&mut self, sid: i64) {
        let is_whole = |ticker: &Arc<str>| self.markets.get(ticker).is_some_and(|market| market.whole);
        let left = |known: &Subscription| !known.tickers.iter().all(is_whole);
        if !self.subscriptions.get(&sid).is_some_and(left) {
            self.repairs.done(&sid);
        }
    }

    fn due(&mut self, mut actions: Vec<Action>) -> Vec<Action> {
        actions.extend(self.repairs.due(self.now).into_iter().map(Action::Resubscribe));
        actions
    }
}
