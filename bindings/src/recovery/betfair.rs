//! The recovery machine of Betfair's stream for Python.

use feeds::recovery::betfair as core;
use pyo3::prelude::*;

use crate::arguments::invalid;

/// What to do.
#[pyclass(frozen, get_all, module = "pyplatform._core.recovery")]
#[derive(Default)]
pub struct BetfairAction {
    kind: &'static str,
    reason: String,
    stream: &'static str,
    id: i64,
    renew: bool,
    initial_clk: Option<String>,
    clk: Option<String>,
}

impl From<core::Action> for BetfairAction {
    fn from(action: core::Action) -> Self {
        match action {
            core::Action::Connect => Self { kind: "connect", ..Self::default() },
            core::Action::Close => Self { kind: "close", ..Self::default() },
            core::Action::Authenticate { id, renew } => {
                Self { kind: "authenticate", id, renew, ..Self::default() }
            }
            core::Action::Subscribe { kind, id, resume } => {
                let (initial_clk, clk) = clocks(resume.as_ref());
                Self { kind: "subscribe", stream: name(kind), id, initial_clk, clk, ..Self::default() }
            }
            core::Action::Down(reason) => {
                Self { kind: "down", reason: down(reason).into(), ..Self::default() }
            }
            core::Action::Up(reason) => Self { kind: "up", reason: up(reason).into(), ..Self::default() },
            core::Action::Refused(error) => Self { kind: "refused", reason: error.into(), ..Self::default() },
        }
    }
}

fn down(reason: core::Down) -> &'static str {
    match reason {
        core::Down::Connection => "connection",
        core::Down::Heartbeat => "heartbeat",
        core::Down::Late => "late",
        core::Down::Image => "image",
    }
}

fn up(reason: core::Up) -> &'static str {
    match reason {
        core::Up::Image => "image",
        core::Up::Resumed => "resumed",
        core::Up::InTime => "in_time",
    }
}

fn name(kind: core::Kind) -> &'static str {
    match kind {
        core::Kind::Market => "market",
        core::Kind::Order => "order",
    }
}

fn kind(stream: &str) -> PyResult<core::Kind> {
    match stream {
        "market" => Ok(core::Kind::Market),
        "order" => Ok(core::Kind::Order),
        _ => Err(invalid("stream", "expected market or order")),
    }
}

fn clocks(resume: Option<&core::Resume>) -> (Option<String>, Option<String>) {
    resume.map(|resume| (resume.initial_clk.clone(), resume.clk.clone())).unzip()
}

fn shown(actions: Vec<core::Action>) -> Vec<BetfairAction> {
    actions.into_iter().map(BetfairAction::from).collect()
}

/// One connection, made again and again.
#[pyclass(module = "pyplatform._core.recovery")]
pub struct Betfair(core::Recovery);

#[pymethods]
impl Betfair {
    #[new]
    #[pyo3(signature = (streams, *, heartbeat_ms, answer_ms = None, first_wait_ms = None, longest_wait_ms = None))]
    fn new(
        streams: Vec<String>,
        heartbeat_ms: u64,
        answer_ms: Option<u64>,
        first_wait_ms: Option<u64>,
        longest_wait_ms: Option<u64>,
    ) -> PyResult<Self> {
        let kinds = streams.iter().map(|stream| kind(stream)).collect::<PyResult<Vec<_>>>()?;
        let default = core::Patience::default();
        let patience = core::Patience {
            heartbeat: heartbeat_ms,
            answer: answer_ms.unwrap_or(default.answer),
            first_wait: first_wait_ms.unwrap_or(default.first_wait),
            longest_wait: longest_wait_ms.unwrap_or(default.longest_wait),
            ..default
        };
        Ok(Self(core::Recovery::new(patience, &kinds)))
    }

    fn tick(&mut self, now: u64) -> Vec<BetfairAction> {
        shown(self.0.tick(now))
    }

    fn connected(&mut self, now: u64) -> Vec<BetfairAction> {
        shown(self.0.connected(now))
    }

    fn disconnected(&mut self, jitter: u64, now: u64) -> Vec<BetfairAction> {
        shown(self.0.disconnected(jitter, now))
    }

    fn greeted(&mut self, now: u64) -> Vec<BetfairAction> {
        shown(self.0.greeted(now))
    }

    fn accepted(&mut self, id: i64, now: u64) -> Vec<BetfairAction> {
        shown(self.0.accepted(id, now))
    }

    fn rejected(&mut self, id: Option<i64>, error: &str, now: u64) -> Vec<BetfairAction> {
        shown(self.0.rejected(id, error, now))
    }

    #[pyo3(signature = (stream, now, *, id, ct, segment_type, initial_clk, clk, status, heartbeat_ms))]
    #[allow(clippy::too_many_arguments)] // keywords of one Python call
    fn change(
        &mut self,
        stream: &str,
        now: u64,
        id: Option<i64>,
        ct: Option<&str>,
        segment_type: Option<&str>,
        initial_clk: Option<&str>,
        clk: Option<&str>,
        status: Option<i64>,
        heartbeat_ms: Option<u64>,
    ) -> PyResult<(bool, Vec<BetfairAction>)> {
        let part = match segment_type {
            Some("SEG_START") => core::Part::Start,
            Some("SEG") => core::Part::Middle,
            Some("SEG_END") => core::Part::End,
            _ => core::Part::Whole,
        };
        let change = core::Change {
            id,
            image: ct == Some("SUB_IMAGE"),
            resumed: ct == Some("RESUB_DELTA"),
            part,
            initial_clk,
            clk,
            late: status == Some(503),
            heartbeat: heartbeat_ms,
        };
        let (ours, actions) = self.0.change(kind(stream)?, &change, now);
        Ok((ours, shown(actions)))
    }

    fn resume(&self, stream: &str) -> PyResult<Option<(String, String)>> {
        let resume = self.0.resume(kind(stream)?);
        Ok(resume.map(|resume| (resume.initial_clk.clone(), resume.clk.clone())))
    }

    fn rewind(&mut self, stream: &str, resume: Option<(String, String)>) -> PyResult<()> {
        let resume = resume.map(|(initial_clk, clk)| core::Resume { initial_clk, clk });
        self.0.rewind(kind(stream)?, resume);
        Ok(())
    }

    #[getter]
    fn up(&self) -> bool {
        self.0.is_up()
    }
}
