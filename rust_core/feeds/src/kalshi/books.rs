//! All books of a connection.

use std::mem;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::message::{Change, DOLLAR, Kind, Message};
use super::quick;
use crate::frames::{FrameOptions, Frames};
use crate::index::Index;
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
    ticker: Box<str>,
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
    index: Index,
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
            index: Index::default(),
            subscriptions: HashMap::with_hasher(FixedState::with_seed(0)),
            gaps: Vec::new(),
            gap_count: 0,
            updates: 0,
            passed_over: 0,
            ignored: 0,
        }
    }

    /// Takes one frame and answers how many books it changed.
    #[inline]
    pub fn apply(&mut self, frame: &[u8]) -> u64 {
        match quick::change(frame) {
            Some(change) if frame.len() <= self.frames.longest() => {
                self.frames.pass(frame);
                self.change(&change)
            }
            _ => self.read(frame),
        }
    }

    /// Takes a frame of any form.
    fn read(&mut self, frame: &[u8]) -> u64 {
        let Self { frames, message, .. } = self;
        if !frames.read(frame, |cursor| message.read(cursor)) {
            return 0;
        }
        let message = mem::take(message);
        let changed = match message.kind {
            Kind::Other => {
                self.passed_over += 1;
                0
            }
            Kind::Snapshot => self.replace(&message),
            Kind::Delta => self.change(&message.change()),
        };
        self.message = message;
        changed
    }

    /// Checks the frame's `seq`; answers the epoch of its subscription, `None` if the frame is not to be applied.
    #[inline]
    fn sequence(&mut self, sid: i64, seq: i64, is_change: bool) -> Option<u64> {
        let Some(known) = self.subscriptions.get_mut(&sid) else {
            if self.subscriptions.len() >= MAX_SUBSCRIPTIONS {
                self.frames.limit("subscriptions");
                return None;
            }
            self.subscriptions.insert(sid, Subscription { seq, epoch: 0 });
            return Some(0);
        };
        let expected = known.seq.saturating_add(1);
        if seq < expected {
            if is_change {
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

    fn replace(&mut self, message: &Message) -> u64 {
        let Message { sid, seq, ticker, yes, no, .. } = message;
        let Some(epoch) = self.sequence(*sid, *seq, false) else { return 0 };
        let at = match self.place(ticker.as_bytes()) {
            Some(at) => at,
            None if self.held.len() >= self.capacity => {
                self.frames.limit("books");
                return 0;
            }
            None => {
                let ticker: Box<str> = ticker.as_str().into();
                self.index.insert(ticker.as_bytes(), self.held.len());
                self.held.push(Book {
                    ticker,
                    sid: *sid,
                    epoch,
                    yes: Side::bids(DOLLAR),
                    no: Side::bids(DOLLAR),
                });
                self.held.len() - 1
            }
        };
        let book = &mut self.held[at];
        (book.sid, book.epoch) = (*sid, epoch);
        let room = book.yes.replace(&yes.value) & book.no.replace(&no.value);
        if !room {
            self.frames.limit("price levels");
        }
        self.updates += 1;
        1
    }

    #[inline]
    fn change(&mut self, change: &Change<'_>) -> u64 {
        let Change { sid, seq, ticker, price, by, is_yes } = *change;
        let Some(epoch) = self.sequence(sid, seq, true) else { return 0 };
        let book = self.place(ticker).map(|at| &mut self.held[at]);
        let Some(book) = book.filter(|book| book.sid == sid && book.epoch == epoch) else {
            self.ignored += 1;
            return 0;
        };
        let side = if is_yes { &mut book.yes } else { &mut book.no };
        // Prices are bounded, so there is always room.
        side.add(price, by);
        self.updates += 1;
        1
    }

    #[inline]
    fn place(&self, ticker: &[u8]) -> Option<usize> {
        self.index.find(ticker, |at| self.held.get(at).is_some_and(|book| book.ticker.as_bytes() == ticker))
    }

    /// All books, in the order they were first seen.
    pub fn books(&self) -> &[Book] {
        &self.held
    }

    /// A book by its market's ticker.
    pub fn book(&self, ticker: &str) -> Option<&Book> {
        self.place(ticker.as_bytes()).map(|at| &self.held[at])
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
