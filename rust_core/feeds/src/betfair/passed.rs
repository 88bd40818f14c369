//! Messages of other streams on the same connection, as they came: races and cricket have no state here.

use super::change::Op;
use crate::problem::{Fault, Reason};

/// Bytes kept for a caller who does not come for them.
const MAX_BYTES: usize = 16 << 20;

/// A message as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// `rcm` or `ccm`.
    pub op: &'static str,
    /// One JSON object.
    pub text: Box<[u8]>,
}

#[derive(Debug)]
pub(super) struct PassedOn {
    wanted: bool,
    bytes: usize,
    messages: Vec<Text>,
}

impl PassedOn {
    pub(super) fn new(wanted: bool) -> Self {
        Self { wanted, bytes: 0, messages: Vec::new() }
    }

    pub(super) fn add(&mut self, op: Op, text: &[u8]) -> Result<(), Fault> {
        let op = match op {
            Op::Race => "rcm",
            Op::Cricket => "ccm",
            _ => return Ok(()),
        };
        if !self.wanted {
            return Ok(());
        }
        if self.bytes + text.len() > MAX_BYTES {
            return Err(Fault { at: 0, reason: Reason::Limit("race or cricket messages that nobody took") });
        }
        self.bytes += text.len();
        self.messages.push(Text { op, text: text.into() });
        Ok(())
    }

    pub(super) fn take(&mut self) -> Vec<Text> {
        self.bytes = 0;
        std::mem::take(&mut self.messages)
    }
}
