//! What a bookmaker decides while bets come in: liability, how much more to take, at which price.
//!
//! Money is whole numbers of one unit that the caller chooses (minor units, or a currency's finest). Every limit is
//! compared exactly; what is promised is rounded up, what may be staked is rounded down.
//!
//! - [`Book`]: the owner's book of an event as payoffs over outcomes, or over the cells of a [`Scores`];
//! - [`Apportionment`]: what a multiple or a system puts on each of its legs;
//! - [`max_stake`], [`max_stake_multiple`], [`parlay_limit`]: how much a customer may stake, and what says so;
//! - [`skew`], [`AutoMover`], [`StepTable`]: prices that move against liability;
//! - [`judge_price`]: whether a bet stands when its price has changed.

mod apportion;
mod book;
mod each_way;
mod exact;
mod limits;
mod multiple;
mod payoff;
mod price_change;
mod relevance;
mod reservations;
mod scores;
mod skew;
mod steps;

pub use apportion::{Apportionment, LegState};
pub use book::{Book, Phase, Position};
pub use limits::{Limit, MaxStake, StakeLimits, max_stake};
pub use multiple::max_stake_multiple;
pub use payoff::Payoff;
pub use price_change::{Better, PriceDecision, PricePolicy, judge_price};
pub use relevance::{RelevantLeg, parlay_limit};
pub use scores::{ScoreSelection, Scores};
pub use skew::{AutoMover, MoveError, MoveRule, Moved, MoverState, skew};
pub use steps::StepTable;
