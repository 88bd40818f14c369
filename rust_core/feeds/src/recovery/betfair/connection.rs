//! The connection and its subscriptions.

use super::subscription::{Change, Effect, Kind, Resume, Standing, Subscription};
use super::{Action, Down, Patience, Up};
use crate::recovery::backoff::Backoff;

/// A limit of the exchange is no passing fault: wait as after so many failures.
const LIMITED: u32 = 5;
/// Jitter is given in thousandths.
const FULL: u64 = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting { until: u64 },
    Connecting,
    Greeting,
    Authenticating { id: i64 },
    Subscribed,
    Closing,
    Refused,
}

/// One connection, made again and again.
#[derive(Debug)]
pub struct Recovery {
    patience: Patience,
    phase: Phase,
    subscriptions: Vec<Subscription>,
    next_id: i64,
    now: u64,
    /// When something last came, or a step was taken.
    heard: u64,
    heartbeat: u64,
    backoff: Backoff,
    up_since: Option<u64>,
    /// The session was refused; twice in a row is once too often.
    session_refused: bool,
    /// What made the connection close, if it was not lost.
    closing: Option<Down>,
}

impl Recovery {
    /// Not connected, and due to be at the first tick.
    pub fn new(patience: Patience, kinds: &[Kind]) -> Self {
        Self {
            patience,
            phase: Phase::Waiting { until: 0 },
            subscriptions: kinds.iter().map(|kind| Subscription::new(*kind)).collect(),
            next_id: 1,
            now: 0,
            heard: 0,
            heartbeat: patience.heartbeat,
            backoff: Backoff::new(patience.first_wait, patience.longest_wait),
            up_since: None,
            session_refused: false,
            closing: None,
        }
    }

    /// Time goes by.
    pub fn tick(&mut self, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        let silence = self.now - self.heard;
        match self.phase {
            Phase::Waiting { until } if until <= self.now => {
                self.step(Phase::Connecting);
                vec![Action::Connect]
            }
            Phase::Greeting | Phase::Authenticating { .. } if silence > self.patience.answer => {
                self.close(None)
            }
            Phase::Subscribed if silence > self.allowed_silence() => self.close(Some(Down::Heartbeat)),
            _ => {
                if self.up_since.is_some_and(|since| self.now - since >= self.patience.settled) {
                    self.backoff.reset();
                }
                Vec::new()
            }
        }
    }

    fn allowed_silence(&self) -> u64 {
        let heartbeats = self.heartbeat.saturating_mul(2);
        let answered = self.subscriptions.iter().all(|one| one.standing > Standing::Requested);
        if answered { heartbeats } else { heartbeats.max(self.patience.answer) }
    }

    /// The socket is open.
    pub fn connected(&mut self, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        if self.phase == Phase::Connecting {
            self.step(Phase::Greeting);
        }
        Vec::new()
    }

    /// The socket is closed, or was never opened. `jitter` spreads the next attempt: thousandths, from 0 to 1,000.
    pub fn disconnected(&mut self, jitter: u64, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        let down = self.closing.take().unwrap_or(Down::Connection);
        let actions = self.down(down);
        for subscription in &mut self.subscriptions {
            subscription.lost();
        }
        if self.phase != Phase::Refused {
            let wait = self.backoff.fail();
            let wait = wait / 2 + wait / 2 * jitter.min(FULL) / FULL;
            self.phase = Phase::Waiting { until: self.now.saturating_add(wait) };
        }
        actions
    }

    /// The exchange greeted.
    pub fn greeted(&mut self, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        if self.phase != Phase::Greeting {
            return Vec::new();
        }
        let id = self.take_id();
        self.step(Phase::Authenticating { id });
        vec![Action::Authenticate { id, renew: self.session_refused }]
    }

    /// The exchange took a request, or answered a heartbeat.
    pub fn accepted(&mut self, id: i64, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        self.heard = self.now;
        if self.phase == (Phase::Authenticating { id }) {
            self.session_refused = false;
            self.step(Phase::Subscribed);
            return (0..self.subscriptions.len()).map(|at| self.subscribe(at)).collect();
        }
        if let Some(subscription) = self.subscriptions.iter_mut().find(|one| one.is(id)) {
            subscription.accepted();
        }
        Vec::new()
    }

    /// The exchange refused a request; it does not say which if the request was none.
    pub fn rejected(&mut self, id: Option<i64>, error: &str, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        self.heard = self.now;
        match error {
            "NO_SESSION" | "INVALID_SESSION_INFORMATION" if !self.session_refused => {
                self.session_refused = true;
                self.close(None)
            }
            "NO_SESSION"
            | "INVALID_SESSION_INFORMATION"
            | "NO_APP_KEY"
            | "INVALID_APP_KEY"
            | "NOT_AUTHORIZED"
            | "INVALID_INPUT"
            | "INVALID_REQUEST"
            | "SUBSCRIPTION_LIMIT_EXCEEDED" => self.refuse(error),
            "INVALID_CLOCK" => {
                for one in self.subscriptions.iter_mut().filter(|one| id.is_none_or(|id| one.is(id))) {
                    one.set_resume(None);
                }
                self.close(None)
            }
            "MAX_CONNECTION_LIMIT_EXCEEDED" | "TOO_MANY_REQUESTS" => {
                self.backoff.at_least(LIMITED);
                self.close(None)
            }
            _ => self.close(None),
        }
    }

    /// A change message came. Answers whether it is of a subscription that stands: others are to be dropped.
    pub fn change(&mut self, kind: Kind, change: &Change<'_>, now: u64) -> (bool, Vec<Action>) {
        self.now = self.now.max(now);
        self.heard = self.now;
        let of = |one: &&mut Subscription| one.kind == kind && change.id.is_none_or(|id| one.is(id));
        let subscription = self.subscriptions.iter_mut().find(of);
        let Some(subscription) = subscription.filter(|_| self.phase == Phase::Subscribed) else {
            return (false, Vec::new());
        };
        if let Some(heartbeat) = change.heartbeat.filter(|heartbeat| *heartbeat > 0) {
            self.heartbeat = heartbeat;
        }
        let was_late = subscription.late;
        let effect = subscription.take(change);
        let resumed = subscription.was_resumed();
        let actions = if change.late {
            self.down(Down::Late)
        } else {
            match effect {
                Effect::Begins => self.down(Down::Image),
                Effect::Complete => self.up(if resumed { Up::Resumed } else { Up::Image }),
                Effect::Nothing if was_late => self.up(Up::InTime),
                Effect::Nothing => Vec::new(),
            }
        };
        (true, actions)
    }

    /// Where a subscription can go on from, were the connection lost now.
    pub fn resume(&self, kind: Kind) -> Option<&Resume> {
        self.subscriptions.iter().find(|one| one.kind == kind)?.resume()
    }

    /// Goes on from there instead: what came after it was thrown away.
    pub fn rewind(&mut self, kind: Kind, resume: Option<Resume>) {
        if let Some(subscription) = self.subscriptions.iter_mut().find(|one| one.kind == kind) {
            subscription.set_resume(resume);
        }
    }

    /// Data may be used.
    pub fn is_up(&self) -> bool {
        self.up_since.is_some()
    }

    fn subscribe(&mut self, at: usize) -> Action {
        let id = self.take_id();
        let subscription = &mut self.subscriptions[at];
        subscription.request(id);
        Action::Subscribe { kind: subscription.kind, id, resume: subscription.resume().cloned() }
    }

    fn up(&mut self, reason: Up) -> Vec<Action> {
        if self.up_since.is_some()
            || !self.subscriptions.iter().all(|one| one.standing == Standing::Whole && !one.late)
        {
            return Vec::new();
        }
        self.up_since = Some(self.now);
        vec![Action::Up(reason)]
    }

    fn down(&mut self, reason: Down) -> Vec<Action> {
        if self.up_since.take().is_some() { vec![Action::Down(reason)] } else { Vec::new() }
    }

    fn close(&mut self, reason: Option<Down>) -> Vec<Action> {
        if matches!(self.phase, Phase::Waiting { .. } | Phase::Closing | Phase::Refused) {
            return Vec::new();
        }
        self.closing = reason;
        let mut actions = self.down(reason.unwrap_or(Down::Connection));
        self.step(Phase::Closing);
        actions.push(Action::Close);
        actions
    }

    fn refuse(&mut self, error: &str) -> Vec<Action> {
        if matches!(self.phase, Phase::Waiting { .. } | Phase::Refused) {
            return Vec::new();
        }
        let mut actions = self.down(Down::Connection);
        self.phase = Phase::Refused;
        actions.push(Action::Refused(error.into()));
        actions
    }

    fn step(&mut self, phase: Phase) {
        self.phase = phase;
        self.heard = self.now;
    }

    fn take_id(&mut self) -> i64 {
        let id = self.next_id;
        self.next_id = self.next_id.saturating_add(1);
        id
    }
}
