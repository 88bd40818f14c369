//! How long to wait before the next attempt.

/// Doubles from `first` to `longest` milliseconds with every failure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backoff {
    first: u64,
    longest: u64,
    failures: u32,
}

impl Backoff {
    pub(super) fn new(first: u64, longest: u64) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// Milliseconds to wait after one more failure.
    pub(super) fn fail(&mut self) -> u64 {
        let wait = self.first.saturating_mul(1 << self.failures.min(32)).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        wait
    }

    /// Waits at least as long as after so many failures from now on.
    pub(super) fn at_least(&mut self, failures: u32) {
        self.failures = self.failures.max(failures);
    }

    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}
