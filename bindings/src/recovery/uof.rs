//! The recovery machine of Sportradar's feed for Python.

use feeds::recovery::uof as core;
use pyo3::prelude::*;

use crate::arguments::invalid;

/// What to do.
#[pyclass(frozen, get_all, module = "pyplatform._core.recovery")]
pub struct UofAction {
    kind: &'static str,
    product: i64,
    reason: &'static str,
    request_id: i64,
    after: Option<i64>,
    lost: u64,
}

impl From<core::Action> for UofAction {
    fn from(action: core::Action) -> Self {
        let plain =
            |kind, product, reason| Self { kind, product, reason, request_id: 0, after: None, lost: 0 };
        match action {
            core::Action::Request { product, request_id, after, lost } => {
                Self { request_id, after, lost, ..plain("request", product, "") }
            }
            core::Action::Down { product, reason } => plain("down", product, down(reason)),
            core::Action::Up { product, reason } => plain("up", product, up(reason)),
            core::Action::EventDone { product, request_id } => {
                Self { request_id, ..plain("event_done", product, "") }
            }
        }
    }
}

fn down(reason: core::Down) -> &'static str {
    match reason {
        core::Down::AliveInterval => "alive_interval",
        core::Down::QueueDelay => "queue_delay",
        core::Down::Connection => "connection",
        core::Down::Producer => "producer",
    }
}

fn up(reason: core::Up) -> &'static str {
    match reason {
        core::Up::FirstRecovery => "first_recovery",
        core::Up::Recovered => "recovered",
        core::Up::DelayOver => "delay_over",
    }
}

/// What is known of a producer.
#[pyclass(frozen, get_all, module = "pyplatform._core.recovery")]
pub struct UofStanding {
    phase: &'static str,
    up: bool,
    recovery_point: Option<i64>,
    request_id: Option<i64>,
    blocked_until: u64,
}

impl From<core::Standing> for UofStanding {
    fn from(standing: core::Standing) -> Self {
        let core::Standing { phase, up, recovery_point, request_id, blocked_until } = standing;
        let phase = match phase {
            core::Phase::NotStarted => "not_started",
            core::Phase::Started => "started",
            core::Phase::Completed => "completed",
            core::Phase::Interrupted => "interrupted",
            core::Phase::Error => "error",
        };
        Self { phase, up, recovery_point, request_id, blocked_until }
    }
}

/// A producer: its number, window, data sessions and where an earlier run stopped.
type Setting = (i64, u64, u32, Option<i64>);

/// The producers of one connection.
#[pyclass(module = "pyplatform._core.recovery")]
pub struct Uof(core::Recovery);

fn shown(actions: Vec<core::Action>) -> Vec<UofAction> {
    actions.into_iter().map(UofAction::from).collect()
}

#[pymethods]
impl Uof {
    #[new]
    #[pyo3(signature = (
        producers, *, sessions, first_request_id, alive_ms = None, delay_ms = None, between_ms = None,
        recovery_ms = None,
    ))]
    #[allow(clippy::too_many_arguments)] // keywords of one Python call
    fn new(
        producers: Vec<Setting>,
        sessions: usize,
        first_request_id: i64,
        alive_ms: Option<u64>,
        delay_ms: Option<u64>,
        between_ms: Option<u64>,
        recovery_ms: Option<u64>,
    ) -> PyResult<Self> {
        if !(1..=32).contains(&sessions) {
            return Err(invalid("sessions", "expected 1 to 32"));
        }
        let default = core::Patience::default();
        let patience = core::Patience {
            alive: alive_ms.unwrap_or(default.alive),
            delay: delay_ms.unwrap_or(default.delay),
            between: between_ms.unwrap_or(default.between),
            recovery: recovery_ms.unwrap_or(default.recovery),
            ..default
        };
        let settings: Vec<_> = producers
            .into_iter()
            .map(|(product, window, sessions, resume)| core::Setting { product, window, sessions, resume })
            .collect();
        Ok(Self(core::Recovery::new(patience, &settings, sessions, first_request_id)))
    }

    fn connected(&mut self, now: u64) -> Vec<UofAction> {
        shown(self.0.connected(now))
    }

    fn disconnected(&mut self, now: u64) -> Vec<UofAction> {
        shown(self.0.disconnected(now))
    }

    fn alive(&mut self, product: i64, timestamp: i64, subscribed: bool, now: u64) -> Vec<UofAction> {
        shown(self.0.alive(product, timestamp, subscribed, now))
    }

    fn processed(
        &mut self,
        product: i64,
        session: usize,
        timestamp: i64,
        request_id: Option<i64>,
        now: u64,
    ) -> Vec<UofAction> {
        shown(self.0.processed(product, session, timestamp, request_id, now))
    }

    fn snapshot_complete(
        &mut self,
        product: i64,
        session: usize,
        timestamp: i64,
        request_id: i64,
        now: u64,
    ) -> Vec<UofAction> {
        shown(self.0.snapshot_complete(product, session, timestamp, request_id, now))
    }

    fn product_down(&mut self, product: i64, now: u64) -> Vec<UofAction> {
        shown(self.0.product_down(product, now))
    }

    fn request_failed(&mut self, product: i64, request_id: i64, refused: bool, now: u64) -> Vec<UofAction> {
        shown(self.0.request_failed(product, request_id, refused, now))
    }

    fn recover_event(&mut self, product: i64, now: u64) -> (Option<i64>, u64) {
        match self.0.recover_event(product, now) {
            Ok(request_id) => (Some(request_id), 0),
            Err(core::Blocked { until }) => (None, until),
        }
    }

    fn tick(&mut self, now: u64) -> Vec<UofAction> {
        shown(self.0.tick(now))
    }

    fn standing(&self, product: i64) -> Option<UofStanding> {
        self.0.standing(product).map(UofStanding::from)
    }

    fn products(&self) -> Vec<i64> {
        self.0.products().collect()
    }
}
