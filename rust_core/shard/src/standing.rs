//! Where a machine stands, in words and numbers.

/// Plain counters, read by instruments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Batches made durable.
    pub batches: u64,
    /// Commands accepted into the queue.
    pub commands: u64,
    /// Commands answered "overloaded".
    pub overloaded: u64,
    /// Times the state was thrown away and rebuilt.
    pub recoveries: u64,
}

/// What has become of keys that are old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OldKeys {
    /// Position up to which keys may have left memory for the table of old keys.
    pub evicted: u64,
    /// Time up to which keys are forgotten by a durable entry.
    pub forgotten: u64,
    /// Keys that were looked up in that table.
    pub looks: u64,
}

/// Where the machine stands, for readiness and telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not leading.
    Standby,
    /// Holds the lease and reads the journal.
    Recovering,
    /// Leading.
    Leading,
    /// Gave the lease back.
    Stopped,
    /// An invariant broke.
    Halted,
}
