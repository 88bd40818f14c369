//! The writer of one shard as a machine without I/O.
//!
//! It is told of requests, of the outcomes of what it asked for, and of the time; it asks for actions: take the
//! lease, read the journal, append a sealed batch, send an answer. One append is in flight at a time and the next
//! batch fills meanwhile. No answer leaves before the state it speaks of is durable. When an append's outcome is
//! anything but proven success, the state is thrown away and rebuilt from the journal under a new lease epoch.

mod action;
mod core;
mod follower;
mod frames;
mod keeping;
mod leader;
mod limits;
mod local;
mod machine;
mod queue;
mod recalling;
mod snapshot;
mod standing;

pub use action::{Action, Durable, Outcome, Reason};
pub use follower::Follower;
pub use frames::{Answers, Kind, MAX_BYTES, MAX_ITEMS, Request, RequestError};
pub use limits::Limits;
pub use local::{LocalError, LocalShard};
pub use machine::Shard;
pub use queue::QueueLimits;
pub use snapshot::SnapshotReader;
pub use standing::{OldKeys, Standing, Stats};
