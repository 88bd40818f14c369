//! The methods by name, and what to do when a method's answer is not a proper book.

use crate::error::OddsError;

/// How a margin is spread over the outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Every book probability scaled alike.
    Multiplicative,
    /// Every book probability raised to one power; never leaves (0, 1).
    Power,
    /// Shin (1992, 1993): the margin guards against a share `z` of insiders. One winner only.
    Shin,
}

impl Method {
    /// Every method, in the order they are listed to users.
    pub const ALL: [Self; 3] = [Self::Multiplicative, Self::Power, Self::Shin];

    /// The method's public name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Multiplicative => "multiplicative",
            Self::Power => "power",
            Self::Shin => "shin",
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
        if self == Self::Shin && (target - 1.0).abs() > f64::EPSILON {
            return Err(OddsError::UnsupportedTarget { method: self.name(), target });
        }
        Ok(())
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
    /// Exponent `k` of power, insider share `z` of Shin; none for closed forms without one.
    pub(crate) parameter: Option<f64>,
    /// Newton steps taken.
    pub(crate) iterations: u32,
}

impl Solution {
    /// A closed form.
    pub(crate) const CLOSED: Self = Self { parameter: None, iterations: 0 };
}
