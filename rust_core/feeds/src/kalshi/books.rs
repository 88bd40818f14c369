//! All books of a connection.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::message::{Kind, Message};
use crate::frames::{FrameOptions, Frames};
use crate::problem::Problems;
use crate::side::Side;

/// More subscriptions than one connection may have.
const MAX_SUBSCRIPTIONS: usize = 4096;
/// Gaps kept in full; all are counted.
const MAX_GAPS: usize = 10_000;

/// Frames of a subscription are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The subscription.
    pub sid: i64,
    /// The `seq` that should have come.
    pub expected: i64,
    /// The `seq` that came.
    pub got: i64,
}

/// The bids of one market. A bid for NO at p is an offer of YES at 1 dollar − p.
#[derive(Debug, Clone)]
pub struct Book {
    ticker: Arc<str>,
    sid: i64,
    epoch: u64,
    yes: Side,
    no: Side,
}

impl Book {
    /// The market's ticker.
    pub fn ticker(&self) -> &str {
        &self.ticker
    }

    /// Bids for YES: prices in 1/10,000 dollars, sizes in hundredths of a contract.
    pub fn yes(&self) -> &Side {
        &self.yes
    }

    /// Bids for NO, in the same units.
    pub fn no(&self) -> &Side {
        &self.no
    }
}

/// What is known of a `sid`.
#[derive(Debug, Clone, Copy)]
struct Subscription {
    seq: i64,
    /// Rises with every gap: books of an older epoch are stale.
    epoch: u64,
}

/// The books of one connection.
#[derive(Debug)]
pub struct Books {
    frames: Frames,
    message: Message,
    capacity: usize,
    held: Vec<Book>,
    index: HashMap<Arc<str>, usize, FixedState>,
    subscriptions: HashMap<i64, Subscription, FixedState>,
    gaps: Vec<Gap>,
    gap_count: u64,
    updates: u64,
    passed_over: u64,
    ignored: u64,
}

impl Default for Books {
    fn default() -> Self {
        Self::new(&FrameOptions::default())
    }
}

impl Books {
    /// Empty books.
    pub fn new(options: &FrameOptions) -> Self {
        Self {
            frames: Frames::new(options),
            message: Message::default(),
            capacity: options.max_books,
            held: Vec::new(),
            index: HashMap::with_hasher(FixedState::with_seed(0)),
            subscriptions: HashMap::with_hasher(FixedState::with_seed(0)),
            gaps: Vec::new(),
            gap_count: 0,
            updates: 0,
            passed_over: 0,
            ignored: 0,
        }
    }

    /// Takes one frame and answers how many books it changed.
    pub fn apply(&mut self, frame: &[u8]) -> u64 {
        let Self { frames, message, .. } = self;
        if !frames.read(frame, |cursor| message.read(cursor)) {
            return 0;
        }
        if self.message.kind == Kind::Other {
            self.passed_over += 1;
            return 0;
        }
        let Some(epoch) = self.sequence() else { return 0 };
        let changed = u64::from(match self.message.kind {
            Kind::Snapshot => self.replace(epoch),
            _ => self.change(epoch),
        });
        self.updates += changed;
        changed
    }

    /// Checks the frame's `seq`; answers the epoch of its subscription, `None` if the frame is not to be applied.
    fn sequence(&mut self) -> Option<u64> {
        let Message { kind, sid, seq, .. } = self.message;
        if self.subscriptions.len() >= MAX_SUBSCRIPTIONS && !self.subscriptions.contains_key(&sid) {
            self.frames.limit("subscriptions");
            return None;
        }
        let first = Subscription { seq: seq.saturating_sub(1), epoch: 0 };
        let known = self.subscriptions.entry(sid).or_insert(first);
        let expected = known.seq.saturating_add(1);
        if seq < expected {
            if kind == Kind::Delta {
                // Came before: to add it again would be wrong.
                self.ignored += 1;
                return None;
            }
            // Subscribed anew under the same number.
            known.epoch += 1;
        } else if seq > expected {
            known.epoch += 1;
            self.gap_count += 1;
            if self.gaps.len() < MAX_GAPS {
                self.gaps.push(Gap { sid, expected, got: seq });
            }
        }
        known.seq = seq;
        Some(known.epoch)
    }

    fn replace(&mut self, epoch: u64) -> bool {
        let Message { sid, ticker, yes, no, .. } = &self.message;
        let at = match self.index.get(ticker.as_str()) {
            Some(&at) => at,
            None if self.held.len() >= self.capacity => {
                self.frames.limit("books");
                return false;
            }
            None => {
                let ticker: Arc<str> = ticker.as_str().into();
                self.index.insert(ticker.clone(), self.held.len());
                self.held.push(Book { ticker, sid: *sid, epoch, yes: Side::bids(), no: Side::bids() });
                self.held.len() - 1
            }
        };
        let book = &mut self.held[at];
        (book.sid, book.epoch) = (*sid, epoch);
        let room = book.yes.replace(&yes.value) & book.no.replace(&no.value);
        if !room {
            self.frames.limit("price levels");
        }
        true
    }

    fn change(&mut self, epoch: u64) -> bool {
        let Message { sid, ticker, price, change, is_yes, .. } = &self.message;
        let book = self.index.get(ticker.as_str()).map(|&at| &mut self.held[at]);
        let Some(book) = book.filter(|book| book.sid == *sid && book.epoch == epoch) else {
            self.ignored += 1;
            return false;
        };
        let side = if *is_yes { &mut book.yes } else { &mut book.no };
        // Prices are bounded, so there is always room.
        side.add(price.value, change.value);
        true
    }

    /// All books, in the order they were first seen.
    pub fn books(&self) -> &[Book] {
        &self.held
    }

    /// A book by its market's ticker.
    pub fn book(&self, ticker: &str) -> Option<&Book> {
        self.index.get(ticker).map(|&at| &self.held[at])
    }

    /// Frames are missing since the book's last snapshot: it must not be used until the next one.
    pub fn is_stale(&self, book: &Book) -> bool {
        self.subscriptions.get(&book.sid).is_some_and(|known| known.epoch != book.epoch)
    }

    /// The first gaps, at most 10,000.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// All gaps.
    pub fn gap_count(&self) -> u64 {
        self.gap_count
    }

    /// Frames seen, broken ones included.
    pub fn frames(&self) -> u64 {
        self.frames.count()
    }

    /// Snapshots and changes applied.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Sound frames that are not about books.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Changes not applied: repeated ones, and those to a stale book or to one without a snapshot.
    pub fn ignored(&self) -> u64 {
        self.ignored
    }

    /// What was wrong with which frame; its number stands where a line's would.
    pub fn problems(&self) -> &Problems {
        self.frames.problems()
    }
}
