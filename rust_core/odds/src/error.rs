//! Everything that cannot be done, in words a trader understands.

use std::fmt;

/// Why a margin, a price or a ladder question has no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum OddsError {
    /// A market needs at least two outcomes.
    TooFewOutcomes {
        /// Outcomes given.
        found: usize,
    },
    /// A decimal price must be a finite number above 1.
    InvalidPrice {
        /// Position of the price.
        index: usize,
        /// The price given.
        price: f64,
    },
    /// A probability must lie strictly between 0 and 1.
    InvalidProbability {
        /// Position of the probability.
        index: usize,
        /// The probability given.
        value: f64,
    },
    /// Probabilities must sum to the target before a margin is put on them.
    ProbabilitySum {
        /// Their sum.
        sum: f64,
        /// The target.
        target: f64,
    },
    /// The target sum must be above 0 and below the number of outcomes.
    InvalidTarget {
        /// The target given.
        target: f64,
        /// Outcomes given.
        outcomes: usize,
    },
    /// The method is defined for one winner only.
    UnsupportedTarget {
        /// Name of the method.
        method: &'static str,
        /// The target given.
        target: f64,
    },
    /// A margin must be a finite number of at least 0.
    InvalidMargin {
        /// The margin given.
        margin: f64,
    },
    /// The prices carry no margin: their booksum is below the target.
    Underround {
        /// Sum of the inverse prices.
        booksum: f64,
        /// The target.
        target: f64,
    },
    /// The method gave a probability that is not strictly between 0 and 1.
    ImpossibleProbability {
        /// Name of the method.
        method: &'static str,
        /// Position of the outcome.
        index: usize,
        /// The probability it would have.
        value: f64,
    },
    /// The method gave a price that is not above 1.
    ImpossiblePrice {
        /// Name of the method.
        method: &'static str,
        /// Position of the outcome.
        index: usize,
        /// The price it would have.
        price: f64,
    },
    /// The booksum asked for is out of the method's reach on this market.
    Unattainable {
        /// Name of the method.
        method: &'static str,
        /// Booksum asked for.
        booksum: f64,
        /// The booksum must stay below this.
        limit: f64,
    },
    /// The iteration did not settle; the input is at the edge of what floats can tell apart.
    NotConverged {
        /// Name of the method.
        method: &'static str,
    },
    /// No method has this name.
    UnknownMethod {
        /// The name given.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The price limits leave no price on the ladder.
    PriceLimits {
        /// Lowest price allowed, ten-thousandths.
        min_e4: u32,
        /// Highest price allowed, ten-thousandths.
        max_e4: u32,
    },
}

impl fmt::Display for OddsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewOutcomes { found } => {
                write!(f, "a market needs at least two priced outcomes, got {found}")
            }
            Self::InvalidPrice { index, price } => {
                write!(f, "price {index} is {price}: a decimal price must be a finite number above 1")
            }
            Self::InvalidProbability { index, value } => {
                write!(f, "probability {index} is {value}: it must lie strictly between 0 and 1")
            }
            Self::ProbabilitySum { sum, target } => {
                write!(
                    f,
                    "the probabilities sum to {sum}, not to the target {target}: remove the margin first"
                )
            }
            Self::InvalidTarget { target, outcomes } => {
                write!(f, "target {target} must be above 0 and below the number of outcomes ({outcomes})")
            }
            Self::UnsupportedTarget { method, target } => {
                write!(f, "{method} knows markets with one winner only, not target {target}: use power")
            }
            Self::InvalidMargin { margin } => {
                write!(f, "margin {margin} must be a finite number of at least 0 (0.05 is five per cent)")
            }
            _ => self.fmt_outcome(f),
        }
    }
}

impl OddsError {
    /// The messages about what the calculation met, as opposed to what it was given.
    fn fmt_outcome(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Underround { booksum, target } => write!(
                f,
                "the prices carry no margin: their booksum {booksum} is below the target {target}; \
                 choose on_invalid=\"allow\" or \"fallback\" if that is meant"
            ),
            Self::ImpossibleProbability { method, index, value } => {
                write!(
                    f,
                    "{method} gives outcome {index} the probability {value}, which is not between 0 and 1"
                )
            }
            Self::ImpossiblePrice { method, index, price } => write!(
                f,
                "{method} gives outcome {index} the price {price}, which is not above 1; power never does"
            ),
            Self::Unattainable { method, booksum, limit } => {
                write!(
                    f,
                    "{method} cannot reach the booksum {booksum} on this market: it must stay below {limit}"
                )
            }
            Self::NotConverged { method } => write!(f, "{method} did not converge on these prices"),
            Self::UnknownMethod { name, known } => {
                write!(f, "unknown method {name:?}: known methods are {known}")
            }
            Self::PriceLimits { min_e4, max_e4 } => {
                write!(f, "no ladder price lies between the limits {min_e4} and {max_e4} (ten-thousandths)")
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for OddsError {}
