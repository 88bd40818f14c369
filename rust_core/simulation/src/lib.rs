//! Days of a shard under every fault we can think of, each made from a seed.
//!
//! Two writers run the very machine that production runs, before a record that commits and says it failed, fails and
//! commits later, loses answers, rolls back and fails over; with clocks that are off and step back, processes that die
//! and resign, and a network that loses, repeats, delays and reorders. Callers ask again until they are answered. After
//! each day the record is replayed by a stranger and every answer held against it. The same seed is the same day.

mod callers;
mod chance;
mod check;
mod database;
mod day;
mod errands;
mod keys;
mod snapshots;
mod standby;
mod told;
mod world;

pub use check::Counts;

/// Which faults of the record a day may have, besides those that every day has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fault that a day has or has not")]
pub struct Faults {
    /// The primary dies at times and its standby goes on.
    pub fail_over: bool,
    /// The standby lacks acknowledged rows: the writer that acknowledged them must stop rather than go on.
    pub lose_tail: bool,
    /// No fault: a writer that waits for the lease follows what is announced, and goes on from there.
    pub hot_standby: bool,
    /// A replayer takes snapshots, some of which are damaged; writers and standbys begin from the newest good one.
    pub snapshots: bool,
    /// No fault either: keys leave memory for the table of old keys within moments, nights pass, and what is older than a
    /// day is forgotten.
    pub old_keys: bool,
}

/// What a day came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything asked was answered, and everything holds.
    Well(Counts),
    /// A writer found that the record had lost what it had acknowledged, and stopped.
    Stopped(String),
}

/// Live through the day of `seed`, in which `acts` things are asked or broken; the error says what did not hold.
pub fn live(seed: u64, acts: u64, faults: Faults) -> Result<End, String> {
    let mut world = world::World::new(seed, acts, faults);
    world.run()?;
    match world.halted.take() {
        Some(reason) => Ok(End::Stopped(reason)),
        None => world.check().map(End::Well),
    }
}
