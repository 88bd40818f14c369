//! The methods by name, and what to do when a method's answer is not a proper book.

use crate::error::OddsError;

/// How a margin is spread over the outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Every book probability scaled alike.
    Multiplicative,
    /// Every book probability shifted alike.
    Additive,
    /// Every book probability raised to one power; never leaves (0, 1).
    Power,
    /// Every outcome's odds `p/(1−p)` scaled alike (Cheung 2015); never leaves (0, 1).
    OddsRatio,
    /// Shin (1992, 1993): the margin guards against a share `z` of insiders. One winner only.
    Shin,
    /// Every book probability shifted by its standard error (goto-conversion). Removal only.
    Goto,
    /// Shin with a closed form for each outcome against the rest, then scaled. Removal only, one winner only.
    EfficientShin,
    /// Fingleton and Waldron (1999): the bookmaker earns the same whoever wins. One winner only.
    BalancedBook,
    /// Every outcome keeps the same Jensen-Shannon distance between book and fair (Long). Removal only.
    Jsd,
}

impl Method {
    /// Every method, in the order they are listed to users.
    pub const ALL: [Self; 9] = [
        Self::Multiplicative,
        Self::Additive,
        Self::Power,
        Self::OddsRatio,
        Self::Shin,
        Self::Goto,
        Self::EfficientShin,
        Self::BalancedBook,
        Self::Jsd,
    ];

    /// The methods that can also put a margin on.
    pub const APPLICATION: [Self; 6] =
        [Self::Multiplicative, Self::Additive, Self::Power, Self::OddsRatio, Self::Shin, Self::BalancedBook];

    /// The method's public name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Multiplicative => "multiplicative",
            Self::Additive => "additive",
            Self::Power => "power",
            Self::OddsRatio => "odds_ratio",
            Self::Shin => "shin",
            Self::Goto => "goto",
            Self::EfficientShin => "efficient_shin",
            Self::BalancedBook => "balanced_book",
            Self::Jsd => "jsd",
        }
    }

    /// Find a method by its public name.
    pub fn from_name(name: &str) -> Result<Self, OddsError> {
        Self::ALL.into_iter().find(|m| m.name() == name).ok_or_else(|| OddsError::UnknownMethod {
            name: name.to_owned(),
            known: Self::ALL.map(Self::name).join(", "),
        })
    }

    /// Fail if the method is not defined for `target` winners.
    pub(crate) fn check_target(self, target: f64) -> Result<(), OddsError> {
        let one_winner = matches!(self, Self::Shin | Self::EfficientShin | Self::BalancedBook);
        if one_winner && (target - 1.0).abs() > f64::EPSILON {
            return Err(OddsError::UnsupportedTarget { method: self.name(), target });
        }
        Ok(())
    }

    /// Fail if the method can only take a margin out.
    pub(crate) fn check_application(self) -> Result<(), OddsError> {
        if Self::APPLICATION.contains(&self) {
            return Ok(());
        }
        let known = Self::APPLICATION.map(Self::name).join(", ");
        Err(OddsError::RemovalOnly { method: self.name(), known })
    }
}

/// What to do when the answer is not a proper book, or the book has no margin to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInvalid {
    /// Answer with a typed error.
    Error,
    /// Use the multiplicative method instead; an error if that fails too.
    Fallback,
    /// Hand the numbers out, marked `valid: false` when they are not a proper book.
    Allow,
}

/// What a solver found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Solution {
    /// Exponent `k` of power, ratio `c` of odds ratio, share `z` of Shin and balanced book, step of goto, distance `d`
    /// of jsd; none for closed forms without one.
    pub(crate) parameter: Option<f64>,
    /// Newton steps taken.
    pub(crate) iterations: u32,
}

impl Solution {
    /// A closed form without a parameter.
    pub(crate) const CLOSED: Self = Self { parameter: None, iterations: 0 };

    /// A closed form with a parameter.
    pub(crate) const fn closed(parameter: f64) -> Self {
        Self { parameter: Some(parameter), iterations: 0 }
    }
}

/// What is known about one market's answer besides its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// The method that gave the answer: multiplicative after a fallback.
    pub method: Method,
    /// The method's parameter, none for methods without one.
    pub parameter: Option<f64>,
    /// Sum of the inverse prices.
    pub booksum: f64,
    /// Newton steps taken.
    pub iterations: u32,
    /// The answer is a proper book.
    pub valid: bool,
    /// Removal: the booksum was below the target, there was no margin to remove.
    pub underround: bool,
}
