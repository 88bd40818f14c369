//! All books of a connection.

use std::ops::Range;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::message::{Edit, Event, Message, ONE, Said};
use super::quick::{self, Known};
use crate::frames::{FrameOptions, Frames};
use crate::index::Index;
use crate::problem::Problems;
use crate::side::Side;
use crate::sweep::Sweep;

/// The orders for one asset: an outcome's token.
#[derive(Debug, Clone)]
pub struct Book {
    asset: Box<str>,
    bids: Side,
    asks: Side,
    tick: Option<i64>,
    last: Option<i64>,
    suspect: bool,
    /// [`State::updates`] when its best prices were last compared.
    compared: u64,
}

impl Book {
    fn new(asset: Box<str>) -> Self {
        let (bids, asks) = (Side::bids(ONE), Side::asks(ONE));
        Self { asset, bids, asks, tick: None, last: None, suspect: false, compared: 0 }
    }

    /// The asset's id, up to 78 digits.
    pub fn asset(&self) -> &str {
        &self.asset
    }

    /// Bids, the highest price last. All numbers have [`super::PLACES`] decimals.
    pub fn bids(&self) -> &Side {
        &self.bids
    }

    /// Asks, the lowest price last.
    pub fn asks(&self) -> &Side {
        &self.asks
    }

    /// The tick size last announced.
    pub fn tick(&self) -> Option<i64> {
        self.tick
    }

    /// Price of the last trade.
    pub fn last(&self) -> Option<i64> {
        self.last
    }

    /// The feed gave other best prices than the book has, and has not sent it whole since.
    pub fn is_suspect(&self) -> bool {
        self.suspect
    }

    /// Compares the best prices with what the feed says; answers whether this makes the book suspect.
    fn compare(&mut self, bid: Said, ask: Said) -> bool {
        let differs = |said: Said, side: &Side| match said {
            Said::Nothing => false,
            Said::Empty => side.best_price().is_some(),
            Said::Price(price) => side.best_price() != Some(price),
        };
        let differs = differs(bid, &self.bids) || differs(ask, &self.asks);
        self.suspect |= differs;
        differs
    }
}

/// The books of one connection.
#[derive(Debug)]
pub struct Books {
    frames: Frames,
    message: Message,
    changes: Vec<(usize, Edit)>,
    state: State,
}

#[derive(Debug)]
struct State {
    max_books: usize,
    books: Vec<Book>,
    index: Index,
    /// Places by the first bytes of the asset's id, of the first one that begins so.
    starts: HashMap<[u8; 8], usize, FixedState>,
    recent: usize,
    updates: u64,
    passed_over: u64,
    mismatches: u64,
    limit: Option<&'static str>,
}

impl Default for Books {
    fn default() -> Self {
        Self::new(&FrameOptions::default())
    }
}

impl Books {
    /// Empty books.
    pub fn new(options: &FrameOptions) -> Self {
        let state = State {
            max_books: options.max_books,
            books: Vec::new(),
            index: Index::default(),
            starts: HashMap::with_hasher(FixedState::with_seed(0)),
            recent: 0,
            updates: 0,
            passed_over: 0,
            mismatches: 0,
            limit: None,
        };
        Self { frames: Frames::new(options), message: Message::default(), changes: Vec::new(), state }
    }

    /// Takes one frame, an event or a list of them, and answers how many updates of books it held.
    #[inline]
    pub fn apply(&mut self, frame: &[u8]) -> u64 {
        let Self { frames, changes, state, .. } = self;
        let before = state.updates;
        if frame.len() > frames.longest() || quick::changes(frame, state, changes).is_none() {
            return self.read(frame);
        }
        frames.pass(frame);
        state.edit(changes);
        if let Some(what) = state.limit.take() {
            frames.limit(what);
        }
        state.updates - before
    }

    /// Takes a frame of any form.
    fn read(&mut self, frame: &[u8]) -> u64 {
        let Self { frames, message, state, changes } = self;
        if matches!(frame.trim_ascii(), b"PING" | b"PONG") {
            frames.pass(frame);
            state.passed_over += 1;
            return 0;
        }
        if !frames.read(frame, |cursor| message.read(cursor)) {
            return 0;
        }
        let before = state.updates;
        if message.events.is_empty() {
            state.passed_over += 1;
        }
        for event in &message.events {
            state.take(message, event, changes);
        }
        if let Some(what) = state.limit.take() {
            frames.limit(what);
        }
        state.updates - before
    }

    /// All books, in the order they were first seen.
    pub fn books(&self) -> &[Book] {
        &self.state.books
    }

    /// A book by its asset's id.
    pub fn book(&self, asset: &str) -> Option<&Book> {
        self.state.place(asset.as_bytes()).map(|at| &self.state.books[at])
    }

    /// Frames seen, broken ones included.
    pub fn frames(&self) -> u64 {
        self.frames.count()
    }

    /// Books replaced, price changes, tick sizes and trades applied.
    pub fn updates(&self) -> u64 {
        self.state.updates
    }

    /// Sound events that change no book, empty frames, and answers to a ping.
    pub fn passed_over(&self) -> u64 {
        self.state.passed_over
    }

    /// How often the feed's best prices were others than the book's.
    pub fn mismatches(&self) -> u64 {
        self.state.mismatches
    }

    /// What was wrong with which frame; its number stands where a line's would.
    pub fn problems(&self) -> &Problems {
        self.frames.problems()
    }
}

impl State {
    fn take(&mut self, message: &Message, event: &Event, edits: &mut Vec<(usize, Edit)>) {
        match event {
            Event::Book { asset, bids, asks } => self.replace(message, asset, bids, asks),
            Event::Changes(changes) => {
                edits.clear();
                for change in &message.changes[changes.clone()] {
                    if let Some(place) = self.place_or_new(message.id(&change.asset)) {
                        edits.push((place, change.edit));
                    }
                }
                self.edit(edits);
            }
            Event::Tick { asset, size } => {
                if let Some(book) = self.book(message.id(asset)) {
                    book.tick = Some(*size);
                    self.updates += 1;
                }
            }
            Event::Trade { asset, price } => {
                if let Some(book) = self.book(message.id(asset)) {
                    book.last = Some(*price);
                    self.updates += 1;
                }
            }
            Event::Best { asset, bid, ask } => {
                self.passed_over += 1;
                if let Some(at) = self.place(message.id(asset).as_bytes()) {
                    self.mismatches += u64::from(self.books[at].compare(*bid, *ask));
                }
            }
            Event::Other => self.passed_over += 1,
        }
    }

    fn replace(&mut self, message: &Message, asset: &Range<usize>, bids: &Range<usize>, asks: &Range<usize>) {
        let Some(book) = self.book(message.id(asset)) else { return };
        book.suspect = false;
        let levels = &message.levels;
        let room = book.bids.replace(&levels[bids.clone()]) & book.asks.replace(&levels[asks.clone()]);
        self.updates += 1;
        if !room {
            self.limit = Some("price levels");
        }
    }

    /// Applies the changes of one event. Best prices are those after all of them: each book is compared once.
    #[inline]
    fn edit(&mut self, edits: &[(usize, Edit)]) {
        for (place, edit) in edits {
            let Some(book) = self.books.get_mut(*place) else { continue };
            let side = if edit.is_bid { &mut book.bids } else { &mut book.asks };
            let room = side.set(edit.level.price, edit.level.size);
            self.updates += 1;
            if !room {
                self.limit = Some("price levels");
            }
        }
        for (place, edit) in edits.iter().rev() {
            let Some(book) = self.books.get_mut(*place) else { continue };
            if book.compared != self.updates {
                book.compared = self.updates;
                self.mismatches += u64::from(book.compare(edit.best_bid, edit.best_ask));
            }
        }
    }

    #[inline]
    fn place(&self, asset: &[u8]) -> Option<usize> {
        self.index.find(asset, |at| self.books.get(at).is_some_and(|book| book.asset.as_bytes() == asset))
    }

    /// The asset's book, an empty one if it is new; `None` if there is no room.
    fn book(&mut self, asset: &str) -> Option<&mut Book> {
        self.place_or_new(asset).and_then(|place| self.books.get_mut(place))
    }

    fn place_or_new(&mut self, asset: &str) -> Option<usize> {
        if self.books.get(self.recent).is_none_or(|book| *book.asset != *asset) {
            self.recent = match self.place(asset.as_bytes()) {
                Some(at) => at,
                None if self.books.len() >= self.max_books => {
                    self.limit = Some("books");
                    return None;
                }
                None => {
                    self.index.insert(asset.as_bytes(), self.books.len());
                    if let Some(start) = asset.as_bytes().first_chunk() {
                        self.starts.entry(*start).or_insert(self.books.len());
                    }
                    self.books.push(Book::new(asset.into()));
                    self.books.len() - 1
                }
            };
        }
        Some(self.recent)
    }
}

impl Known for State {
    #[inline]
    fn asset(&self, sweep: &mut Sweep<'_>, place: Option<usize>) -> Option<usize> {
        let last =
            place.filter(|at| self.books.get(*at).is_some_and(|book| sweep.is_text(book.asset.as_bytes())));
        last.or_else(|| {
            let place = *self.starts.get(sweep.next()?)?;
            self.books.get(place).filter(|book| sweep.is_text(book.asset.as_bytes())).map(|_| place)
        })
    }
}
