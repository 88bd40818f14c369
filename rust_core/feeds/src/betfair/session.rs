//! What the messages of a stream say of the stream: clocks, images, subscriptions, and how many there were.

use super::change::{ChangeType, Op, Segment};
use super::envelope::{Envelope, MAX_OPS, OPS};

/// What a stream has said of itself so far.
#[derive(Debug)]
pub struct Session {
    /// The kind of message that is about the state kept.
    wanted: Op,
    subscription: Option<i64>,
    other_subscriptions: u64,
    passed_over: u64,
    clk: String,
    initial_clk: String,
    late: bool,
    image_complete: bool,
    counts: [u64; MAX_OPS],
}

impl Session {
    pub(super) fn new(wanted: Op, subscription: Option<i64>) -> Self {
        Self {
            wanted,
            subscription,
            other_subscriptions: 0,
            passed_over: 0,
            clk: String::new(),
            initial_clk: String::new(),
            late: false,
            image_complete: true,
            counts: [0; MAX_OPS],
        }
    }

    /// Counts a sound message; answers whether it is about the state kept.
    #[inline]
    pub(super) fn admit(&mut self, message: &Envelope) -> bool {
        if let Some(count) = self.counts.get_mut(message.op as usize) {
            *count += 1;
        }
        if message.op != self.wanted {
            self.passed_over += 1;
            return false;
        }
        let other = self.subscription.is_some() && message.id.is_some() && message.id != self.subscription;
        self.other_subscriptions += u64::from(other);
        !other
    }

    /// Takes note of clocks and health; answers whether an image begins, before which everything is dropped.
    #[inline]
    pub(super) fn note(&mut self, message: &Envelope) -> bool {
        let keep = |to: &mut String, clk: &str| {
            if !clk.is_empty() {
                to.clear();
                to.push_str(clk);
            }
        };
        keep(&mut self.clk, &message.clk);
        keep(&mut self.initial_clk, &message.initial_clk);
        self.late = message.status == Some(503);
        if message.change_type != ChangeType::Image {
            return false;
        }
        self.image_complete = matches!(message.segment, Segment::Whole | Segment::End);
        matches!(message.segment, Segment::Whole | Segment::Start)
    }

    /// Takes changes of this subscription only from now on, of any if `None`.
    pub fn follow(&mut self, subscription: Option<i64>) {
        self.subscription = subscription;
    }

    /// The subscription whose changes are taken, if not all are.
    pub fn subscription(&self) -> Option<i64> {
        self.subscription
    }

    /// Changes of other subscriptions, left out.
    pub fn other_subscriptions(&self) -> u64 {
        self.other_subscriptions
    }

    /// Sound messages that are about something else than the state kept: other streams, connection, status.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Sound messages by their `op`, for every kind that is known.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        OPS.into_iter().zip(self.counts)
    }

    /// Last `clk`, to resubscribe with.
    pub fn clk(&self) -> Option<&str> {
        Some(self.clk.as_str()).filter(|clk| !clk.is_empty())
    }

    /// Last `initialClk`, to resubscribe with.
    pub fn initial_clk(&self) -> Option<&str> {
        Some(self.initial_clk.as_str()).filter(|clk| !clk.is_empty())
    }

    /// The exchange says its data is late (status 503); what is held may be stale until it is false again.
    pub fn late(&self) -> bool {
        self.late
    }

    /// False while an image that comes in segments is not yet whole.
    pub fn image_complete(&self) -> bool {
        self.image_complete
    }
}
