//! Sportradar's Unified Odds Feed: which producers are whole, and when to ask for what was missed.
//!
//! A producer is up while everything it sent since its last complete recovery has come and is processed in time.
//! Anything else is down, and its markets are not to be sold. Alives of the *system session*, which nothing can hold up,
//! tell whether a producer lives; what the *data sessions* processed tells whether we keep up.

mod limits;
mod machine;
mod producer;

pub use machine::{Blocked, Recovery};

/// The patience of the machine, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// A producer that was silent for longer is down.
    pub alive: u64,
    /// One whose messages are processed later than this is down.
    pub delay: u64,
    /// Least time between two requests for one producer.
    pub between: u64,
    /// A recovery that takes longer has failed.
    pub recovery: u64,
    /// One of which no message came for so long has failed too.
    pub answer: u64,
    /// A producer never recovered is asked for even without alives after so long.
    pub unheard: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            alive: 20_000,
            delay: 20_000,
            between: 30_000,
            recovery: 1_200_000,
            answer: 300_000,
            unheard: 60_000,
        }
    }
}

/// A producer to watch.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its number, in messages `product`.
    pub product: i64,
    /// How far back its recoveries reach, in milliseconds.
    pub window: u64,
    /// The data sessions that get its `snapshot_complete`, bit by bit.
    pub sessions: u32,
    /// Up to when everything was processed by an earlier run.
    pub resume: Option<i64>,
}

/// Why a producer is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Down {
    /// No alive came in time.
    AliveInterval,
    /// Its messages are processed too late.
    QueueDelay,
    /// The connection is lost.
    Connection,
    /// The producer says that we do not get its messages, or that it is down.
    Producer,
}

/// Why a producer is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Up {
    /// For the first time.
    FirstRecovery,
    /// What was missed has come.
    Recovered,
    /// Nothing was missed, and its messages are processed in time again.
    DelayOver,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Ask the producer for what was missed.
    Request {
        /// The producer.
        product: i64,
        /// Unique and increasing.
        request_id: i64,
        /// Everything made after this; all odds if `None`.
        after: Option<i64>,
        /// Milliseconds before `after` that no recovery reaches any more: what was settled then is not sent again.
        lost: u64,
    },
    /// Suspend all its markets.
    Down {
        /// The producer.
        product: i64,
        /// Why.
        reason: Down,
    },
    /// Its markets may be sold again, as their messages say.
    Up {
        /// The producer.
        product: i64,
        /// Why.
        reason: Up,
    },
    /// The recovery of a single event is complete.
    EventDone {
        /// The producer.
        product: i64,
        /// As [`Recovery::recover_event`] answered.
        request_id: i64,
    },
}

/// Where the recovery of a producer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// None was ever asked for.
    NotStarted,
    /// Its messages are coming.
    Started,
    /// The last one came to its end.
    Completed,
    /// The producer was lost while it ran.
    Interrupted,
    /// The last one failed.
    Error,
}

/// What is known of a producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Where its recovery stands.
    pub phase: Phase,
    /// It is up.
    pub up: bool,
    /// Everything made up to then was processed: `resume` of the next run.
    pub recovery_point: Option<i64>,
    /// The request that runs.
    pub request_id: Option<i64>,
    /// Before this no request is made, whatever happens; 0 if one may be made now.
    pub blocked_until: u64,
}
