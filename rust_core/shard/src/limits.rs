//! The bounds of the machine.

use crate::queue::QueueLimits;

/// Bounds of the machine; the defaults are the measured ones.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most entries in a batch.
    pub batch_commands: usize,
    /// Most commands applied in one poll: a batch under way to its disk is filled in several, and the executor serves
    /// its callers in between.
    pub turn_commands: usize,
    /// Bytes at which a batch is full.
    pub batch_bytes: usize,
    /// What may wait in each class of requests.
    pub queue: QueueLimits,
    /// Answers kept in full, at least: older keys are answered from the journal. They cover two batches, the one that
    /// fills and the one in flight, which no journal holds yet.
    pub recent_keys: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let queue = QueueLimits { commands: 32_768, bytes: 16 << 20 };
        Self {
            batch_commands: 2_048,
            turn_commands: 512,
            batch_bytes: 512 << 10,
            queue,
            recent_keys: 1 << 14,
        }
    }
}
