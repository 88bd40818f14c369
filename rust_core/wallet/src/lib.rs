//! Player wallet commands: idempotency, guards, holds and postings.
