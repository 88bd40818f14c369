//! One producer.

use std::collections::BTreeSet;

use super::limits::{Limits, Reach};
use super::{Action, Down, Patience, Phase, Setting, Standing, Up};

/// What is asked for reaches so far into the window: the way takes time.
const WINDOW_MARGIN: u64 = 600_000;
/// Recoveries of single events that are waited for.
const MAX_EVENTS: usize = 1_024;

/// A recovery that was asked for.
#[derive(Debug, Clone, Copy)]
struct Request {
    id: i64,
    reach: Reach,
    asked: u64,
    /// When something of it last came.
    heard: u64,
    /// Data sessions that have not seen its end, bit by bit.
    waiting: u32,
    /// Everything up to then has come, once this recovery is complete.
    seen: Option<i64>,
    /// The producer said since that we get its messages.
    subscribed: bool,
}

#[derive(Debug, Clone, Copy)]
enum State {
    NotStarted,
    Started(Request),
    Completed,
    Interrupted(Request),
    Error,
}

/// What the connection knows that a producer needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    pub(super) time: u64,
    /// When the connection was made; `None` while there is none.
    pub(super) connected: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Producer {
    pub(super) setting: Setting,
    state: State,
    /// Nothing was missed since a complete recovery.
    whole: bool,
    /// What comes is processed too late.
    delayed: bool,
    recovered_before: bool,
    heard: Option<u64>,
    /// The time the last alive heard was made.
    newest: Option<i64>,
    /// What each data session has processed: the time it was made.
    processed: Vec<Option<i64>>,
    point: Option<i64>,
    requested: Option<u64>,
    pub(super) limits: Limits,
    pub(super) events: BTreeSet<i64>,
}

impl Producer {
    pub(super) fn new(setting: Setting, sessions: usize) -> Self {
        Self {
            setting,
            state: State::NotStarted,
            whole: false,
            delayed: false,
            recovered_before: false,
            heard: None,
            newest: None,
            processed: vec![None; sessions],
            point: setting.resume,
            requested: None,
            limits: Limits::new(),
            events: BTreeSet::new(),
        }
    }

    fn is_up(&self) -> bool {
        self.whole && !self.delayed
    }

    pub(super) fn connected(&mut self) {
        self.heard = None;
        self.newest = None;
        self.delayed = false;
        self.processed.fill(None);
    }

    pub(super) fn disconnected(&mut self, actions: &mut Vec<Action>) {
        self.lose(Down::Connection, actions);
        self.state = State::Error;
        self.events.clear();
    }

    /// Something was missed, or may have been.
    pub(super) fn lose(&mut self, reason: Down, actions: &mut Vec<Action>) {
        if self.is_up() {
            actions.push(Action::Down { product: self.setting.product, reason });
        }
        self.whole = false;
        if let State::Started(request) = self.state {
            self.state = State::Interrupted(request);
        }
    }

    pub(super) fn product_down(&mut self, actions: &mut Vec<Action>) {
        self.lose(Down::Producer, actions);
        self.state = State::Error;
    }

    /// Checks every patience there is.
    pub(super) fn watch(&mut self, now: Now, patience: &Patience, actions: &mut Vec<Action>) {
        let Some(connected) = now.connected else { return };
        if self.is_silent(now, patience) {
            // Silence that a request was made into does not interrupt its recovery: it was there before.
            let heard_since = |request: &Request| self.heard.is_some_and(|heard| heard >= request.asked);
            let interrupts = matches!(&self.state, State::Started(request) if heard_since(request));
            if self.whole || interrupts {
                self.lose(Down::AliveInterval, actions);
            }
        }
        if let State::Started(request) | State::Interrupted(request) = self.state
            && (now.time - request.asked > patience.recovery || now.time - request.heard > patience.answer)
        {
            self.state = State::Error;
        }
        if !self.delayed && self.is_late(now.time, connected, patience) {
            if self.is_up() {
                actions.push(Action::Down { product: self.setting.product, reason: Down::QueueDelay });
            }
            self.delayed = true;
        }
    }

    fn is_silent(&self, now: Now, patience: &Patience) -> bool {
        let since = self.heard.or(now.connected).unwrap_or(now.time);
        now.time - since > patience.alive
    }

    /// What the slowest session last processed is old, and there is something newer.
    fn is_late(&self, now: u64, connected: u64, patience: &Patience) -> bool {
        let slowest = self.processed.iter().copied().min().flatten();
        let made = slowest.map_or(connected, |made| u64::try_from(made).unwrap_or(0)).min(now);
        !self.processed.is_empty() && self.newest > slowest && now - made >= patience.delay
    }

    /// Everything the producer made up to then has been processed, if nothing was missed.
    fn reached(&self, alive: i64) -> Option<i64> {
        let slowest = self.processed.iter().copied().min().unwrap_or(Some(alive));
        slowest.map(|processed| processed.min(alive))
    }

    pub(super) fn processed(&mut self, session: usize, made: i64) {
        if let Some(processed) = self.processed.get_mut(session) {
            *processed = (*processed).max(Some(made));
        }
        self.advance();
    }

    /// Moves the time from which a recovery would have to begin.
    fn advance(&mut self) {
        let reached = self.newest.and_then(|alive| self.reached(alive));
        match &mut self.state {
            State::Started(request) if request.subscribed => request.seen = request.seen.max(reached),
            _ if self.whole => self.point = self.point.max(reached),
            _ => {}
        }
    }

    pub(super) fn answered(&mut self, request_id: i64, now: u64) {
        if let State::Started(request) | State::Interrupted(request) = &mut self.state
            && request.id == request_id
        {
            request.heard = now;
        }
    }

    /// An alive of the system session; answers whether a recovery is to be asked for.
    pub(super) fn alive(
        &mut self,
        timestamp: i64,
        subscribed: bool,
        now: Now,
        patience: &Patience,
        actions: &mut Vec<Action>,
    ) -> bool {
        self.heard = Some(now.time);
        self.newest = self.newest.max(Some(timestamp));
        if let State::Started(request) = &mut self.state {
            if subscribed {
                request.subscribed = true;
                self.advance();
                return false;
            }
            if !request.subscribed {
                // Until a first recovery is complete, nothing else is said.
                return false;
            }
        }
        if !subscribed {
            self.lose(Down::Producer, actions);
            return true;
        }
        if !self.whole {
            return true;
        }
        self.advance();
        if self.delayed && self.is_in_time(now, patience) {
            self.delayed = false;
            actions.push(Action::Up { product: self.setting.product, reason: Up::DelayOver });
        }
        false
    }

    fn is_in_time(&self, now: Now, patience: &Patience) -> bool {
        now.connected.is_some_and(|connected| !self.is_late(now.time, connected, patience))
    }

    /// The end of a recovery; answers whether another is to be asked for.
    pub(super) fn complete(
        &mut self,
        session: usize,
        request_id: i64,
        now: Now,
        patience: &Patience,
        actions: &mut Vec<Action>,
    ) -> bool {
        let product = self.setting.product;
        let (State::Started(request) | State::Interrupted(request)) = &mut self.state else {
            return self.event_done(request_id, actions);
        };
        if request.id != request_id {
            return self.event_done(request_id, actions);
        }
        request.heard = now.time;
        request.waiting &= !1_u32.checked_shl(session as u32).unwrap_or(0);
        if request.waiting != 0 {
            return false;
        }
        self.point = self.point.max(request.seen);
        let interrupted = matches!(self.state, State::Interrupted(_));
        self.state = State::Completed;
        if interrupted {
            return true;
        }
        if self.is_silent(now, patience) {
            // A recovery says nothing about what a silent producer should have sent since.
            return false;
        }
        self.whole = true;
        self.delayed = self.delayed && !self.is_in_time(now, patience);
        if !self.delayed {
            let reason = if self.recovered_before { Up::Recovered } else { Up::FirstRecovery };
            actions.push(Action::Up { product, reason });
        }
        self.recovered_before = true;
        false
    }

    fn event_done(&mut self, request_id: i64, actions: &mut Vec<Action>) -> bool {
        if self.events.remove(&request_id) {
            actions.push(Action::EventDone { product: self.setting.product, request_id });
        }
        false
    }

    /// Nobody took the request; if it was `refused` it does not count.
    pub(super) fn failed(&mut self, request_id: i64, refused: bool) {
        if let State::Started(request) | State::Interrupted(request) = self.state
            && request.id == request_id
        {
            if refused {
                self.limits.of(request.reach).give_back(request.asked);
            }
            self.state = State::Error;
        }
        self.events.remove(&request_id);
    }

    /// The timer found it never or not successfully recovered, without an alive for long.
    pub(super) fn is_unheard(&self, now: Now, patience: &Patience) -> bool {
        let since = self.heard.or(now.connected).unwrap_or(now.time);
        matches!(self.state, State::NotStarted | State::Error) && now.time - since >= patience.unheard
    }

    /// Asks for a recovery, unless it must wait; the next alive or tick asks again.
    pub(super) fn request(&mut self, now: Now, patience: &Patience, id: &mut i64, actions: &mut Vec<Action>) {
        if now.connected.is_none() || matches!(self.state, State::Started(_)) {
            return;
        }
        let (after, lost) = self.after(now.time);
        let reach = Reach::of(after, now.time);
        if self.blocked_until(reach, patience) > now.time {
            return;
        }
        self.limits.of(reach).take(now.time);
        self.requested = Some(now.time);
        let request_id = std::mem::replace(id, id.saturating_add(1));
        self.state = State::Started(Request {
            id: request_id,
            reach,
            asked: now.time,
            heard: now.time,
            waiting: self.setting.sessions,
            seen: None,
            subscribed: false,
        });
        actions.push(Action::Request { product: self.setting.product, request_id, after, lost });
    }

    fn blocked_until(&self, reach: Reach, patience: &Patience) -> u64 {
        let interval = self.requested.map_or(0, |at| at + patience.between);
        interval.max(self.limits.free_at(reach))
    }

    /// Where a recovery begins, and how much before that is out of reach.
    fn after(&self, now: u64) -> (Option<i64>, u64) {
        let Some(point) = self.point.and_then(|point| u64::try_from(point).ok()) else { return (None, 0) };
        let earliest = now.saturating_sub(self.setting.window.saturating_sub(WINDOW_MARGIN));
        let after = point.clamp(earliest, now);
        (i64::try_from(after).ok(), earliest.saturating_sub(point))
    }

    pub(super) fn remember_event(&mut self, request_id: i64) {
        if self.events.len() >= MAX_EVENTS {
            self.events.pop_first();
        }
        self.events.insert(request_id);
    }

    pub(super) fn standing(&self, now: u64, patience: &Patience) -> Standing {
        let (phase, request_id) = match &self.state {
            State::NotStarted => (Phase::NotStarted, None),
            State::Started(request) => (Phase::Started, Some(request.id)),
            State::Completed => (Phase::Completed, None),
            State::Interrupted(request) => (Phase::Interrupted, Some(request.id)),
            State::Error => (Phase::Error, None),
        };
        let blocked = self.blocked_until(Reach::of(self.after(now).0, now), patience);
        Standing {
            phase,
            up: self.is_up(),
            recovery_point: self.point,
            request_id,
            blocked_until: if blocked > now { blocked } else { 0 },
        }
    }
}
