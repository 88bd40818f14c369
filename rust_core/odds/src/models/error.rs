//! Why a goal model has no answer.

use std::fmt;

/// Why a grid, a market, an inversion or a fit has no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelError {
    /// A parameter breaks the rule of its model.
    InvalidParameter {
        /// Name of the parameter.
        name: &'static str,
        /// The value given.
        value: f64,
        /// What it must be.
        rule: &'static str,
    },
    /// A dependence ρ that would make a cell negative.
    InvalidRho {
        /// The value given.
        rho: f64,
        /// Lowest value at these rates.
        low: f64,
        /// Highest value at these rates.
        high: f64,
    },
    /// A grid that is too small or too large.
    InvalidSize {
        /// Goals a side given.
        size: usize,
        /// Fewest goals a side.
        low: usize,
        /// Most goals a side.
        high: usize,
    },
    /// The largest grid does not hold the distribution.
    TooWide {
        /// Most goals a side.
        size: usize,
    },
    /// The size asked for leaves most of the distribution out.
    MissingMass {
        /// Probability on the grid.
        mass: f64,
        /// Goals a side.
        size: usize,
    },
    /// The series of the Weibull count is not exact enough at these parameters.
    Series,
    /// A line must be a multiple of a quarter.
    InvalidLine {
        /// The line given.
        line: f64,
        /// What it must be.
        rule: &'static str,
    },
    /// A leg of a combination that nobody knows.
    UnknownLeg {
        /// What was given.
        text: String,
    },
    /// A market of many grids that nobody knows.
    UnknownMarket {
        /// What was given.
        text: String,
    },
    /// Legs of which not all can win.
    Contradictory {
        /// The legs.
        legs: String,
    },
    /// A same-game multiple without a leg.
    NoLeg,
    /// A player whose legs do not agree on his share of the goals.
    UnequalShares {
        /// His name.
        player: String,
    },
    /// A count whose legs do not agree on its distribution.
    UnequalCounts {
        /// What is counted.
        what: String,
    },
    /// A multiple so likely that its margin leaves no winnings.
    NoWinnings {
        /// What its price would be.
        price: f64,
    },
    /// One of many rows has no answer.
    Row {
        /// Which, from 0.
        row: usize,
        /// Why.
        error: Box<ModelError>,
    },
    /// No rates give these probabilities.
    Unattainable,
    /// The results of a fit are not usable.
    InvalidResults {
        /// What is wrong and what to do.
        why: String,
    },
    /// The fit did not settle.
    NotConverged {
        /// Evaluations made.
        evaluations: u32,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidParameter { name, value, rule } => write!(f, "{name} is {value}: it must be {rule}"),
            Self::InvalidRho { rho, low, high } => write!(
                f,
                "rho is {rho}: at these rates it must lie between {low} and {high}, or a score gets a negative probability"
            ),
            Self::InvalidSize { size, low, high } => {
                write!(f, "size {size} must lie between {low} and {high} goals a side")
            }
            Self::TooWide { size } => {
                write!(
                    f,
                    "even {size} goals a side miss more than 1e-9 of this model: lower the rates or the spread"
                )
            }
            Self::MissingMass { mass, size } => {
                write!(f, "size {size} holds only {mass} of the probability: raise it or leave it out")
            }
            Self::Series => write!(
                f,
                "the Weibull series loses its accuracy at these parameters: lower the rates or bring shape nearer to 1"
            ),
            Self::InvalidLine { line, rule } => write!(f, "line {line} must be {rule}"),
            Self::UnknownLeg { text } => write!(
                f,
                "unknown leg {text:?}: known are home, draw, away, 1x, x2, 12, btts, btts_no, odd, even, over2.5, under2.5, home-1.5, away+1.5, home_over0.5, home_under0.5, away_over0.5, away_under0.5, score2-1"
            ),
            Self::UnknownMarket { text } => write!(
                f,
                "unknown market {text:?}: known are 1x2, european_handicap-1, double_chance, draw_no_bet, btts, odd_even, win_to_nil, clean_sheet, winning_margin, exact_total, correct_score, totals2.25, handicap-0.75, and legs joined by &"
            ),
            Self::Contradictory { legs } => {
                write!(f, "the legs {legs} contradict each other or the score: they cannot all win")
            }
            Self::NoLeg => write!(f, "legs: none is left, the bet is void"),
            Self::UnequalShares { player } => {
                write!(f, "share: the legs of {player:?} give him different shares of the goals")
            }
            Self::UnequalCounts { what } => {
                write!(f, "the legs of {what:?} give it different means, dispersions or correlations")
            }
            Self::NoWinnings { price } => {
                write!(f, "the price would be {price}: so likely a multiple cannot carry this margin")
            }
            Self::Row { row, error } => write!(f, "row {row}: {error}"),
            Self::Unattainable => write!(
                f,
                "no scoring rates give these probabilities: check that the margin is removed and rho fits the market"
            ),
            Self::InvalidResults { why } => write!(f, "{why}"),
            Self::NotConverged { evaluations } => {
                write!(
                    f,
                    "the fit did not settle in {evaluations} evaluations: add results or raise the weights"
                )
            }
        }
    }
}

impl std::error::Error for ModelError {}
