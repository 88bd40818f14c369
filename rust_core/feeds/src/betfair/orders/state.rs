//! The state of all orders of a stream.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::books::OrderOptions;
use super::message::{MarketChange, Matches, Message, RunnerChange};
use super::order::Order;
use crate::betfair::change::Op;
use crate::betfair::ladder::{Ladder, Level};
use crate::betfair::session::Session;
use crate::problem::{Fault, Reason};

/// Completed orders kept for a caller who does not come for them.
const MAX_COMPLETED: usize = 100_000;

/// Matched bets of one strategy.
#[derive(Debug, Clone, Default)]
pub struct StrategyMatches {
    matches: [Ladder; 2],
}

impl StrategyMatches {
    /// Backs matched, by rising price.
    pub fn backs(&self) -> &[Level] {
        self.matches[0].levels()
    }

    /// Lays matched, by rising price.
    pub fn lays(&self) -> &[Level] {
        self.matches[1].levels()
    }
}

/// Orders of one runner, that is of a selection at a handicap.
#[derive(Debug, Clone, Default)]
pub struct OrderRunner {
    matches: StrategyMatches,
    orders: BTreeMap<Box<str>, Order>,
    strategies: BTreeMap<Box<str>, StrategyMatches>,
}

impl OrderRunner {
    /// All bets matched.
    pub fn matches(&self) -> &StrategyMatches {
        &self.matches
    }

    /// Orders of which something can still be matched, by bet id.
    pub fn orders(&self) -> impl ExactSizeIterator<Item = &Order> {
        self.orders.values()
    }

    /// Bets matched, by the customer's reference of their strategy.
    pub fn strategies(&self) -> impl ExactSizeIterator<Item = (&str, &StrategyMatches)> {
        self.strategies.iter().map(|(name, matches)| (&**name, matches))
    }
}

/// Orders of one market.
#[derive(Debug, Clone, Default)]
pub struct OrderMarket {
    publish_time: u64,
    closed: bool,
    account_id: Box<str>,
    /// By id and the bits of the handicap, ordered as the numbers are.
    runners: BTreeMap<(i64, Handicap), OrderRunner>,
}

/// A finite number as a key.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Handicap(f64);

impl Eq for Handicap {}

impl PartialOrd for Handicap {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Handicap {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl OrderMarket {
    /// When the last change was published, milliseconds since the epoch.
    pub fn publish_time(&self) -> u64 {
        self.publish_time
    }

    /// The exchange said that the market is closed.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The account, where the feed names it.
    pub fn account_id(&self) -> &str {
        &self.account_id
    }

    /// Runners as id, handicap and orders, in that order.
    pub fn runners(&self) -> impl ExactSizeIterator<Item = (i64, f64, &OrderRunner)> {
        self.runners.iter().map(|((id, hc), runner)| (*id, hc.0, runner))
    }
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) session: Session,
    markets: BTreeMap<Arc<str>, OrderMarket>,
    pub(super) completed: Vec<(Arc<str>, i64, f64, Order)>,
    pub(super) updates: u64,
    /// Orders and runners in all.
    held: usize,
    max_held: usize,
}

/// What a runner counts for in `held`.
fn weight(runner: &OrderRunner) -> usize {
    1 + runner.orders.len() + runner.strategies.len()
}

impl State {
    pub(super) fn new(options: &OrderOptions) -> Self {
        Self {
            session: Session::new(Op::Order, options.subscription),
            markets: BTreeMap::new(),
            completed: Vec::new(),
            updates: 0,
            held: 0,
            max_held: options.max_held,
        }
    }

    pub(super) fn markets(&self) -> &BTreeMap<Arc<str>, OrderMarket> {
        &self.markets
    }

    /// Drops a market; answers whether it was known.
    pub(super) fn forget(&mut self, id: &str) -> bool {
        let Some(market) = self.markets.remove(id) else { return false };
        self.held -= market.runners.values().map(weight).sum::<usize>();
        true
    }

    pub(super) fn take(&mut self, message: &mut Message) -> Result<(), Fault> {
        if !self.session.admit(&message.envelope) {
            return Ok(());
        }
        if self.session.note(&message.envelope) {
            self.markets.clear();
            self.held = 0;
        }
        let time = message.envelope.publish_time.unwrap_or_default();
        let mut limit = None;
        for change in message.markets.drain(..) {
            self.updates += 1;
            limit = self.change(change, time).err().or(limit);
        }
        limit.map_or(Ok(()), |what| Err(Fault { at: 0, reason: Reason::Limit(what) }))
    }

    fn change(&mut self, change: MarketChange, time: u64) -> Result<(), &'static str> {
        let id: Arc<str> = change.id.into();
        let Self { markets, completed, held, max_held, .. } = self;
        if !markets.contains_key(&id) && markets.len() + *held >= *max_held {
            return Err("markets with orders");
        }
        let market = markets.entry(id.clone()).or_default();
        market.publish_time = time;
        market.closed = change.closed.unwrap_or(market.closed);
        if let Some(account) = change.account_id {
            market.account_id = account.into();
        }
        if change.full_image {
            *held -= market.runners.values().map(weight).sum::<usize>();
            market.runners.clear();
        }
        let mut limit = Ok(());
        for change in change.runners {
            let key = (change.id, Handicap(change.hc));
            if !market.runners.contains_key(&key) && *held >= *max_held {
                limit = Err("runners with orders");
                continue;
            }
            let before = market.runners.get(&key).map_or(0, weight);
            let runner = market.runners.entry(key).or_default();
            let room = *max_held - (*held - before).min(*max_held);
            let done = runner.change(change, room, |order| {
                let kept = completed.len() < MAX_COMPLETED;
                if kept {
                    completed.push((id.clone(), key.0, key.1.0, order));
                }
                kept
            });
            *held = *held - before + weight(runner);
            limit = limit.and(done);
        }
        limit
    }
}

impl OrderRunner {
    fn change(
        &mut self,
        change: RunnerChange,
        room: usize,
        mut complete: impl FnMut(Order) -> bool,
    ) -> Result<(), &'static str> {
        if change.full_image {
            *self = Self::default();
        }
        let mut limit = Ok(());
        for order in change.orders {
            if order.is_complete() {
                self.orders.remove(&order.id);
                if !complete(order) {
                    limit = Err("completed orders that nobody took");
                }
            } else if self.orders.contains_key(&order.id) || weight(self) < room {
                self.orders.insert(order.id.clone(), order);
            } else {
                limit = Err("orders");
            }
        }
        if !self.matches.update(&change.matches) {
            limit = Err("prices of matched bets");
        }
        for (name, matches) in &change.strategies {
            if !self.strategies.contains_key(name) && weight(self) >= room {
                limit = Err("strategies");
            } else if !self.strategies.entry(name.clone()).or_default().update(matches) {
                limit = Err("prices of matched bets");
            }
        }
        limit
    }
}

impl StrategyMatches {
    /// Size 0 removes a price, an empty list all of them; answers whether all had room.
    fn update(&mut self, changes: &[Matches; 2]) -> bool {
        let mut room = true;
        for (ladder, change) in self.matches.iter_mut().zip(changes) {
            let Some(levels) = change else { continue };
            if levels.is_empty() {
                ladder.clear();
            }
            room &= ladder.update(levels, false);
        }
        room
    }
}
