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
    /// The formula of the method has no value at this outcome.
    Undefined {
        /// Name of the method.
        method: &'static str,
        /// Position of the outcome.
        index: usize,
    },
    /// The method can take a margin out but not put one on.
    RemovalOnly {
        /// Name of the method.
        method: &'static str,
        /// Names of the methods that can.
        known: String,
    },
    /// No method has this name.
    UnknownMethod {
        /// The name given.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// No price format has this name.
    UnknownFormat {
        /// The name given.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// A price that its format does not have.
    InvalidQuote {
        /// Name of the format.
        format: &'static str,
        /// What was given.
        text: String,
        /// What it must be.
        rule: &'static str,
    },
    /// A probability must lie between 0 and 1, both allowed.
    InvalidChance {
        /// Position of the probability.
        index: usize,
        /// The probability given.
        value: f64,
    },
    /// A fraction of Kelly must be above 0 and at most 1.
    InvalidFraction {
        /// The fraction given.
        fraction: f64,
    },
    /// Every outcome needs a probability and a price or none.
    LengthMismatch {
        /// Prices given.
        prices: usize,
        /// Probabilities given.
        probabilities: usize,
    },
    /// A tier of a house ladder breaks the ladder's rules.
    InvalidTier {
        /// Position of the tier.
        index: usize,
    },
    /// The offsets of a batch do not cut its values into markets.
    InvalidOffsets {
        /// Values given.
        values: usize,
    },
    /// A batch takes one margin, or one a market.
    MarginCount {
        /// Margins given.
        margins: usize,
        /// Markets given.
        markets: usize,
    },
    /// One market of a batch has no answer.
    InMarket {
        /// Position of the market.
        market: usize,
        /// Why.
        error: Box<OddsError>,
    },
    /// Terms of single outcomes are given for all of them or for none.
    TermsCount {
        /// Entries given.
        given: usize,
        /// Outcomes of the market.
        outcomes: usize,
    },
    /// The price that must not be passed is below the lowest price allowed.
    Ceiling {
        /// Position of the outcome.
        index: usize,
        /// The ceiling, ten-thousandths.
        ceiling_e4: u32,
        /// Lowest price allowed, ten-thousandths.
        min_e4: u32,
    },
    /// A trader's price that cannot be shown.
    ManualPrice {
        /// Position of the outcome.
        index: usize,
        /// The price, ten-thousandths.
        price_e4: u32,
    },
    /// A trader's prices let a customer win whatever happens.
    SureLoss {
        /// Sum of the inverse prices.
        booksum: f64,
        /// The number of winners.
        target: f64,
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
    /// The same error of an outcome at another position.
    pub(crate) fn moved(mut self, place: impl Fn(usize) -> usize) -> Self {
        if let Self::InvalidPrice { index, .. }
        | Self::ImpossibleProbability { index, .. }
        | Self::Undefined { index, .. } = &mut self
        {
            *index = place(*index);
        }
        self
    }

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
            Self::Undefined { method, index } => {
                write!(
                    f,
                    "{method} is not defined at outcome {index} of this market: its formula divides by 0"
                )
            }
            Self::RemovalOnly { method, known } => {
                write!(f, "{method} can only remove a margin: methods that apply one are {known}")
            }
            Self::UnknownMethod { name, known } => {
                write!(f, "unknown method {name:?}: known methods are {known}")
            }
            Self::PriceLimits { min_e4, max_e4 } => {
                write!(f, "no ladder price lies between the limits {min_e4} and {max_e4} (ten-thousandths)")
            }
            _ => self.fmt_argument(f),
        }
    }

    /// The messages about formats, stakes, ladders and batches.
    fn fmt_argument(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownFormat { name, known } => {
                write!(f, "unknown price format {name:?}: known formats are {known}")
            }
            Self::InvalidQuote { format, text, rule } => write!(f, "{format} price {text:?} {rule}"),
            Self::InvalidChance { index, value } => {
                write!(f, "probability {index} is {value}: it must lie between 0 and 1")
            }
            Self::InvalidFraction { fraction } => {
                write!(f, "fraction {fraction} must be above 0 and at most 1 (0.5 is half Kelly)")
            }
            Self::LengthMismatch { prices, probabilities } => {
                write!(f, "{prices} prices for {probabilities} probabilities: give one for each outcome")
            }
            Self::InvalidTier { index } => write!(
                f,
                "tier {index} of the ladder: it must start above 1 where the last one stopped and stop whole steps later"
            ),
            Self::InvalidOffsets { values } => write!(
                f,
                "offsets must rise from 0 to the number of values ({values}), one more than there are markets"
            ),
            Self::MarginCount { margins, markets } => {
                write!(f, "{margins} margins for {markets} markets: give one margin, or one for each market")
            }
            Self::TermsCount { given, outcomes } => {
                write!(
                    f,
                    "{given} ceilings or manual prices for {outcomes} outcomes: give one, or none, for each"
                )
            }
            Self::Ceiling { index, ceiling_e4, min_e4 } => {
                write!(
                    f,
                    "ceiling {index} is {ceiling_e4}, below the lowest price allowed {min_e4} (ten-thousandths)"
                )
            }
            Self::ManualPrice { index, price_e4 } => write!(
                f,
                "manual price {index} is {price_e4}: it must be a ladder price of an outcome that is offered"
            ),
            Self::SureLoss { booksum, target } => write!(
                f,
                "the manual prices bring the booksum to {booksum}, below {target}: whoever backs all outcomes wins"
            ),
            Self::InMarket { market, error } => write!(f, "market {market}: {error}"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for OddsError {}
