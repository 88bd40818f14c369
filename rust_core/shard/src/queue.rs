//! What waits to be applied: two bounded classes, players before bulk.

use std::collections::VecDeque;

use crate::frames::{Kind, Request};

/// How much may wait in each class.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    /// Commands.
    pub commands: usize,
    /// Bytes of their frames.
    pub bytes: usize,
}

#[derive(Debug, Default)]
struct Class {
    requests: VecDeque<Request>,
    commands: usize,
    bytes: usize,
}

impl Class {
    fn count_in(&mut self, request: &Request) {
        self.commands += request.len();
        self.bytes += request.byte_len();
    }

    fn pop(&mut self) -> Option<Request> {
        let request = self.requests.pop_front()?;
        self.commands -= request.len();
        self.bytes -= request.byte_len();
        Some(request)
    }
}

/// The two classes.
#[derive(Debug)]
pub(crate) struct Queue {
    limits: QueueLimits,
    interactive: Class,
    settlement: Class,
}

impl Queue {
    pub(crate) fn new(limits: QueueLimits) -> Self {
        Self { limits, interactive: Class::default(), settlement: Class::default() }
    }

    fn class(&mut self, kind: Kind) -> &mut Class {
        match kind {
            Kind::Interactive => &mut self.interactive,
            Kind::Settlement => &mut self.settlement,
        }
    }

    /// Queue a request, or give it back when its class is full.
    pub(crate) fn push(&mut self, request: Request) -> Result<(), Request> {
        let limits = self.limits;
        let class = self.class(request.kind);
        let full = class.commands + request.len() > limits.commands
            || class.bytes + request.byte_len() > limits.bytes;
        if full {
            return Err(request);
        }
        class.count_in(&request);
        class.requests.push_back(request);
        Ok(())
    }

    /// Put a request that was taken before at the front again; it had its place, so limits do not apply.
    pub(crate) fn push_front(&mut self, mut request: Request) {
        request.rewind();
        let class = self.class(request.kind);
        class.count_in(&request);
        class.requests.push_front(request);
    }

    pub(crate) fn pop(&mut self, kind: Kind) -> Option<Request> {
        self.class(kind).pop()
    }

    pub(crate) fn has(&self, kind: Kind) -> bool {
        match kind {
            Kind::Interactive => !self.interactive.requests.is_empty(),
            Kind::Settlement => !self.settlement.requests.is_empty(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.interactive.requests.is_empty() && self.settlement.requests.is_empty()
    }

    /// Commands waiting in both classes.
    pub(crate) fn commands(&self) -> usize {
        self.interactive.commands + self.settlement.commands
    }
}
