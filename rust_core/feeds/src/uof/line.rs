//! A market line of an event and what is known of it.

use super::message::Outcome;

/// More than any market of the feed has.
const MAX_OUTCOMES: usize = 2048;
/// More cancellations of one line than ever happen.
const MAX_CANCELS: usize = 1024;

/// What is offered for an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// A number or a URN, or several joined by commas.
    pub id: Box<str>,
    /// Decimal odds.
    pub odds: Option<f64>,
    /// Bets are taken.
    pub active: bool,
    /// Probability of winning.
    pub probability: Option<f64>,
}

/// How an outcome ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The outcome.
    pub id: Box<str>,
    /// 0 lost, 1 won, -1 undecided; `None` where the feed says something else.
    pub result: Option<i64>,
    /// Part of the stake that is paid back.
    pub void_factor: Option<f64>,
    /// Part that is paid of a dead heat.
    pub dead_heat_factor: Option<f64>,
}

/// A market line.
#[derive(Debug, Clone, Default)]
pub struct Line {
    pub(super) market: i64,
    pub(super) specifiers: Box<str>,
    pub(super) status: Option<i64>,
    pub(super) product: Option<i64>,
    offers: Vec<Offer>,
    settled: Vec<Settled>,
    certainty: i64,
    cancels: Vec<(Option<i64>, Option<i64>)>,
}

impl Line {
    pub(super) fn new(market: i64, specifiers: &str) -> Self {
        Self { market, specifiers: specifiers.into(), ..Self::default() }
    }

    /// Market id.
    pub fn market(&self) -> i64 {
        self.market
    }

    /// Specifiers, sorted by key.
    pub fn specifiers(&self) -> &str {
        &self.specifiers
    }

    /// 1 active, -1 suspended, 0 inactive, -2 handed over, -3 settled, -4 cancelled; `None` before any is told.
    pub fn status(&self) -> Option<i64> {
        self.status
    }

    /// The producer whose odds change was last taken.
    pub fn product(&self) -> Option<i64> {
        self.product
    }

    /// What is offered.
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// How outcomes ended.
    pub fn settled(&self) -> &[Settled] {
        &self.settled
    }

    /// The highest certainty of its settlements, 0 without one.
    pub fn certainty(&self) -> i64 {
        self.certainty
    }

    /// Windows, from and to, in which bets are void; open where `None`.
    pub fn cancels(&self) -> &[(Option<i64>, Option<i64>)] {
        &self.cancels
    }

    /// Takes all outcomes offered; answers whether there was room.
    #[inline]
    pub(super) fn offer(&mut self, outcomes: &[Outcome<'_>]) -> bool {
        let room = outcomes.len() <= MAX_OUTCOMES;
        let outcomes = &outcomes[..outcomes.len().min(MAX_OUTCOMES)];
        self.offers.truncate(outcomes.len());
        for (at, outcome) in outcomes.iter().enumerate() {
            let Outcome { odds, active, probability, .. } = *outcome;
            match self.offers.get_mut(at) {
                Some(known) => {
                    if *known.id != *outcome.id {
                        known.id = (&*outcome.id).into();
                    }
                    (known.odds, known.active, known.probability) = (odds, active, probability);
                }
                None => self.offers.push(Offer { id: (&*outcome.id).into(), odds, active, probability }),
            }
        }
        room
    }

    /// Takes results; a later one of the same outcome replaces the earlier.
    pub(super) fn settle(&mut self, outcomes: &[Outcome<'_>], certainty: i64) -> bool {
        self.certainty = self.certainty.max(certainty);
        let mut room = true;
        for outcome in outcomes {
            let Outcome { result, void_factor, dead_heat_factor, .. } = *outcome;
            let new = Settled { id: (&*outcome.id).into(), result, void_factor, dead_heat_factor };
            match self.settled.iter().position(|known| *known.id == *new.id) {
                Some(at) => self.settled[at] = new,
                None if self.settled.len() < MAX_OUTCOMES => self.settled.push(new),
                None => room = false,
            }
        }
        room
    }

    /// Takes back the results of these outcomes, of all if none is named.
    pub(super) fn unsettle(&mut self, outcomes: &[Outcome<'_>]) {
        if !outcomes.is_empty() {
            self.settled.retain(|settled| outcomes.iter().all(|outcome| *outcome.id != *settled.id));
        }
        if outcomes.is_empty() || self.settled.is_empty() {
            self.settled.clear();
            self.certainty = 0;
        }
    }

    pub(super) fn cancel(&mut self, start: Option<i64>, end: Option<i64>) -> bool {
        let room = self.cancels.len() < MAX_CANCELS;
        if room {
            self.cancels.push((start, end));
        }
        room
    }

    /// Removes the first equal window.
    pub(super) fn uncancel(&mut self, start: Option<i64>, end: Option<i64>) {
        if let Some(at) = self.cancels.iter().position(|window| *window == (start, end)) {
            self.cancels.remove(at);
        }
    }
}
