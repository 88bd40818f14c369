//! What must happen when the core panics under Python.

/// Ends the process if a panic passes while it lives.
///
/// `PyO3` would turn the panic into an exception and asyncio would log it and go on, with a wallet of which nobody
/// knows how far it came. The journal knows; a new process reads it.
pub(crate) struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::abort();
        }
    }
}
