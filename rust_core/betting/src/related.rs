//! Related contingencies: legs of which one changes the chance of another must not be multiplied.

use crate::bet::Leg;
use crate::error::BettingError;
use crate::outcome::{Finish, Outcome};
use crate::structure::Structure;

/// What a leg is about, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contingency {
    /// The event.
    pub event: Option<String>,
    /// The market.
    pub market: Option<String>,
    /// The selection in the market.
    pub selection: Option<String>,
    /// Selections of the market that win together.
    pub winners: u32,
    /// Facts that the leg brings about if it wins ("A is in the final").
    pub causes: Vec<String>,
    /// Facts that the leg depends on.
    pub consequences: Vec<String>,
}

impl Default for Contingency {
    fn default() -> Self {
        let (event, market, selection) = (None, None, None);
        Self { event, market, selection, winners: 1, causes: Vec::new(), consequences: Vec::new() }
    }
}

/// Why two legs are related, the strongest reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The same selection twice.
    SameSelection,
    /// Two selections of a market that cannot both win.
    Exclusive,
    /// The same event.
    SameEvent,
    /// One leg brings about what the other depends on.
    CauseAndConsequence,
}

/// Two legs that are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relation {
    /// The earlier leg, counted from 0.
    pub first: usize,
    /// The later leg.
    pub second: usize,
    /// Why.
    pub reason: Reason,
}

impl Relation {
    /// The error of a bet that multiplies such legs.
    pub fn error(&self) -> BettingError {
        let (field, rule) = match self.reason {
            Reason::SameSelection => ("selection_id", "is the same selection as that of"),
            Reason::Exclusive => ("selection_id", "cannot win together with that of"),
            Reason::SameEvent => {
                ("event_id", "related legs are not multiplied unless priced as one; it is that of")
            }
            Reason::CauseAndConsequence => {
                ("consequences", "related legs are not multiplied; one brings the other about here and in")
            }
        };
        BettingError::Related { leg: self.second, other: self.first, field, rule }
    }
}

impl Contingency {
    /// The same market, both known.
    fn shares_market(&self, other: &Self) -> bool {
        self.market.is_some() && self.market == other.market
    }

    /// The same selection of the same market.
    fn is_same(&self, other: &Self) -> bool {
        self.shares_market(other) && self.selection.is_some() && self.selection == other.selection
    }

    /// Two selections of a market with one winner.
    fn excludes(&self, other: &Self) -> bool {
        let differ =
            self.selection.as_ref().zip(other.selection.as_ref()).is_some_and(|(one, two)| one != two);
        self.shares_market(other) && differ && self.winners.max(other.winners) == 1
    }

    fn brings_about(&self, other: &Self) -> bool {
        self.causes.iter().any(|fact| other.consequences.contains(fact))
    }

    /// Why this leg and another are related, if they are.
    pub fn relation(&self, other: &Self) -> Option<Reason> {
        if self.is_same(other) {
            return Some(Reason::SameSelection);
        }
        if self.excludes(other) {
            return Some(Reason::Exclusive);
        }
        if self.event.is_some() && self.event == other.event || self.shares_market(other) {
            return Some(Reason::SameEvent);
        }
        let caused = self.brings_about(other) || other.brings_about(self);
        caused.then_some(Reason::CauseAndConsequence)
    }
}

/// Every pair of related legs that meet in a line of the bet; `about` are the legs of which something is known.
pub fn related(about: &[(usize, Contingency)], structure: &Structure) -> Vec<Relation> {
    let relation = |(first, one): &(usize, Contingency), (second, other): &(usize, Contingency)| {
        let reason = one.relation(other)?;
        let relation = Relation { first: *first, second: *second, reason };
        structure.combines(*first, *second).then_some(relation)
    };
    let with_earlier = |(at, leg)| about[..at].iter().filter_map(move |earlier| relation(earlier, leg));
    about.iter().enumerate().flat_map(with_earlier).collect()
}

/// That the results of legs about one market agree.
///
/// # Errors
/// One selection with two results; two outright winners where one wins.
pub fn check_results(about: &[(usize, Contingency)], legs: &[Leg]) -> Result<(), BettingError> {
    let won =
        |outcome: &Outcome| outcome.finish == Finish::Won && outcome.tied == 1 && outcome.dead_heat.is_none();
    for (known, (at, leg)) in about.iter().enumerate() {
        for (before, other) in &about[..known] {
            let (outcome, result) = (&legs[*at].outcome, &legs[*before].outcome);
            let resulted = outcome.finish != Finish::Open && result.finish != Finish::Open;
            let rule = if leg.is_same(other) && resulted && outcome.finish != result.finish {
                "contradicts, on the same selection, that of"
            } else if leg.excludes(other) && won(outcome) && won(result) {
                "contradicts, in a market with one winner, that of"
            } else {
                continue;
            };
            return Err(BettingError::Related { leg: *at, other: *before, field: "result", rule });
        }
    }
    Ok(())
}
