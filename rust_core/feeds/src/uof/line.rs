//! A market line of an event and what is known of it.

use super::id::Id;
use super::market::{Market, Metadata, Outcome, Probabilities};
use super::message::Message;
use super::settlement::{Cancel, Settled};

/// More than any market of the feed has.
const MAX_OUTCOMES: usize = 2048;
/// More cancellations of one line than ever happen.
const MAX_CANCELS: usize = 1024;

/// What is offered for an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// A number or a URN, or several joined by commas.
    pub id: Id,
    /// Decimal odds.
    pub odds: Option<f64>,
    /// Bets are taken.
    pub active: bool,
    /// Probability of winning.
    pub probability: Option<f64>,
    /// Of lines that can end in other ways too.
    pub probabilities: Option<Box<Probabilities>>,
    /// 1 home, 2 away: the team of the player that the outcome is about.
    pub team: Option<i64>,
}

/// A market line.
#[derive(Debug, Clone, Default)]
pub struct Line {
    pub(super) market: i64,
    pub(super) specifiers: Id,
    pub(super) status: Option<i64>,
    pub(super) product: Option<i64>,
    offers: Vec<Offer>,
    settled: Vec<Settled>,
    certainty: i64,
    void_reason: Option<i64>,
    cancels: Vec<Cancel>,
    favourite: bool,
    cashout_status: Option<i64>,
    metadata: Option<Metadata>,
    extended_specifiers: Id,
    /// Number of the last message about it.
    pub(super) touched: u64,
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

    /// Windows in which bets are void.
    pub fn cancels(&self) -> &[Cancel] {
        &self.cancels
    }

    /// Why its last settlement voids bets.
    pub fn void_reason(&self) -> Option<i64> {
        self.void_reason
    }

    /// It is the most balanced line of its market.
    pub fn favourite(&self) -> bool {
        self.favourite
    }

    /// 1 available, -1 unavailable, -2 closed.
    pub fn cashout_status(&self) -> Option<i64> {
        self.cashout_status
    }

    /// What is announced of it.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    /// Information that does not tell lines apart.
    pub fn extended_specifiers(&self) -> &str {
        &self.extended_specifiers
    }

    /// Number of the last message about it, the state's first being 1.
    pub fn touched(&self) -> u64 {
        self.touched
    }

    /// Takes what an odds change says of it; answers whether there was room.
    #[inline]
    pub(super) fn change(&mut self, market: &Market<'_>, product: i64, outcomes: &[Outcome<'_>]) -> bool {
        (self.status, self.product) = (Some(market.status), Some(product));
        if market.cashout_status.is_some() {
            self.cashout_status = market.cashout_status;
        }
        if outcomes.is_empty() {
            return true;
        }
        self.favourite = market.favourite;
        self.metadata = market.metadata;
        if !self.extended_specifiers.is(&market.extended_specifiers) {
            self.extended_specifiers = (&*market.extended_specifiers).into();
        }
        self.offer(outcomes)
    }

    /// Takes probabilities and the state of cashing out.
    pub(super) fn cash_out(&mut self, market: &Market<'_>, outcomes: &[Outcome<'_>]) {
        self.cashout_status = market.cashout_status.or(self.cashout_status);
        for outcome in outcomes {
            if let Some(known) = self.offers.iter_mut().find(|known| known.id.is(&outcome.id)) {
                known.probability = outcome.probability;
                known.probabilities.clone_from(&outcome.probabilities);
            }
        }
    }

    /// Takes all outcomes offered; answers whether there was room.
    #[inline]
    fn offer(&mut self, outcomes: &[Outcome<'_>]) -> bool {
        let room = outcomes.len() <= MAX_OUTCOMES;
        let outcomes = &outcomes[..outcomes.len().min(MAX_OUTCOMES)];
        self.offers.truncate(outcomes.len());
        for (at, outcome) in outcomes.iter().enumerate() {
            let Outcome { odds, active, probability, team, .. } = *outcome;
            let probabilities = outcome.probabilities.clone();
            if let Some(known) = self.offers.get_mut(at) {
                if !known.id.is(&outcome.id) {
                    known.id = (&*outcome.id).into();
                }
                (known.odds, known.active, known.probability) = (odds, active, probability);
                (known.probabilities, known.team) = (probabilities, team);
            } else {
                let id = (&*outcome.id).into();
                self.offers.push(Offer { id, odds, active, probability, probabilities, team });
            }
        }
        room
    }

    /// Takes results; a later one of the same outcome replaces the earlier.
    pub(super) fn settle(&mut self, market: &Market<'_>, outcomes: &[Outcome<'_>], certainty: i64) -> bool {
        self.certainty = self.certainty.max(certainty);
        self.void_reason = market.void_reason;
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
            (self.certainty, self.void_reason) = (0, None);
        }
    }

    pub(super) fn cancel(&mut self, message: &Message<'_>, market: &Market<'_>) -> bool {
        let outcomes = &message.outcomes[market.outcomes.clone()];
        if outcomes.len() > MAX_OUTCOMES {
            return false;
        }
        let cancel = Cancel {
            start: message.start_time,
            end: message.end_time,
            void_reason: market.void_reason,
            superceded_by: message.superceded_by.as_deref().map(Into::into),
            outcomes: outcomes.iter().map(|outcome| (&*outcome.id).into()).collect(),
        };
        // A recovery sends again what is known.
        if message.request_id.is_some() && self.cancels.contains(&cancel) {
            return true;
        }
        let room = self.cancels.len() < MAX_CANCELS;
        if room {
            self.cancels.push(cancel);
        }
        room
    }

    /// Takes back the first cancellation of an equal window, or of it the outcomes that are named.
    pub(super) fn uncancel(&mut self, message: &Message<'_>, outcomes: &[Outcome<'_>]) {
        let window = (message.start_time, message.end_time);
        let is_named = |id: &str| outcomes.iter().any(|outcome| *outcome.id == *id);
        let is_meant = |cancel: &Cancel| {
            let both = !outcomes.is_empty() && !cancel.outcomes.is_empty();
            (cancel.start, cancel.end) == window && (!both || cancel.outcomes.iter().any(|id| is_named(id)))
        };
        let Some(at) = self.cancels.iter().position(is_meant) else { return };
        let cancelled = &mut self.cancels[at].outcomes;
        cancelled.retain(|id| !is_named(id));
        if outcomes.is_empty() || cancelled.is_empty() {
            self.cancels.remove(at);
        }
    }
}
