//! Betfair's stream: when to connect, with which clocks to subscribe, and when its data may be used.
//!
//! Data is up while every subscription has its image, the exchange does not call it late (503), and something came
//! within two heartbeats.

mod connection;
mod subscription;

pub use connection::Recovery;
pub use subscription::{Change, Kind, Part, Resume};

/// The patience of the machine, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The greeting, and the answers to authentication and subscription, come within this.
    pub answer: u64,
    /// Interval of heartbeats asked for; the exchange says which it took.
    pub heartbeat: u64,
    /// The first wait before connecting again.
    pub first_wait: u64,
    /// The longest.
    pub longest_wait: u64,
    /// After being up so long, waits begin anew.
    pub settled: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: 15_000, heartbeat: 5_000, first_wait: 500, longest_wait: 30_000, settled: 30_000 }
    }
}

/// Why data is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Down {
    /// The connection is lost.
    Connection,
    /// Nothing came within two heartbeats.
    Heartbeat,
    /// The exchange says that its data is late.
    Late,
    /// A new image is coming.
    Image,
}

/// Why data is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Up {
    /// A whole image came.
    Image,
    /// What changed since the clocks of the subscription came.
    Resumed,
    /// Data is no longer late.
    InTime,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Open the connection.
    Connect,
    /// Send an authentication.
    Authenticate {
        /// Id of the request.
        id: i64,
        /// The session was refused before: get a new one.
        renew: bool,
    },
    /// Send a subscription.
    Subscribe {
        /// Which.
        kind: Kind,
        /// Id of the request, and of the messages that answer it.
        id: i64,
        /// Go on from there; an image if `None`.
        resume: Option<Resume>,
    },
    /// Close the connection, and tell of it.
    Close,
    /// Suspend all markets of the stream.
    Down(Down),
    /// They may be used again.
    Up(Up),
    /// No attempt can help: a person must.
    Refused(Box<str>),
}
