//! What a leader does about old keys: part by part they leave memory, once the table of old keys holds them.

use wallet::{Command, EvictKeys, ForgetKeys};

/// Parts of the memory of keys.
const PARTS: u16 = 1 << 10;

/// How far old keys have been let go and forgotten, and shall be.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Keeping {
    /// The parts that are swept now, one a batch: up to which position and time, and which is next.
    sweep: Option<(EvictKeys, u16)>,
    /// What was filed since, and is swept next.
    filed: Option<(u64, u64)>,
    forget: Option<u64>,
    /// Where the last forgetting stands in the journal, and up to which time it goes.
    forgetting: (u64, u64),
    /// Time up to which keys are forgotten for good: their rows are of no use any more.
    forgotten: u64,
}

impl Keeping {
    /// From a state in which keys up to a time are forgotten.
    pub(crate) fn of(forgotten: u64) -> Self {
        Self { forgotten, ..Self::default() }
    }

    /// Keys up to position `seq`, of time `at`, stand in the table.
    pub(crate) fn file(&mut self, seq: u64, at: u64) {
        self.filed = Some((seq, at));
    }

    /// Keys that were made up to a time shall be forgotten.
    pub(crate) fn forget(&mut self, before: u64) {
        self.forget = Some(before);
    }

    pub(crate) fn has_work(&self) -> bool {
        self.sweep.is_some() || self.filed.is_some() || self.forget.is_some()
    }

    /// The next command, which is little work.
    pub(crate) fn next(&mut self) -> Option<Command<'static>> {
        if let Some(before) = self.forget.take() {
            return Some(Command::ForgetKeys(ForgetKeys { before }));
        }
        if self.sweep.is_none() {
            self.sweep = self.filed.take().map(|(until, at)| (EvictKeys { part: 0, until, at }, 0));
        }
        let (evict, part) = self.sweep?;
        self.sweep = (part + 1 < PARTS).then_some((evict, part + 1));
        Some(Command::EvictKeys(EvictKeys { part, ..evict }))
    }

    /// The state forgets up to `before` since the entry at `seq`.
    pub(crate) fn stands(&mut self, seq: u64, before: u64) {
        if before > self.forgetting.1 {
            self.forgetting = (seq, before);
        }
    }

    /// The journal is durable up to here.
    pub(crate) fn committed(&mut self, hi: u64) {
        let (seq, before) = self.forgetting;
        if seq <= hi {
            self.forgotten = self.forgotten.max(before);
        }
    }

    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }
}
