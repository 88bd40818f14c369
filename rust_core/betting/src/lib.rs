//! Settlement arithmetic of bets, exact to the minor unit.
//!
//! A leg's result is one multiplier `m` of the stake; a single returns `stake·m`, rounded once. Everything is
//! integers and rationals: no float ever decides a cent. [`trading`] is what comes before: liability, limits, prices that
//! move.

mod bet;
mod cash_out;
mod columns;
mod error;
mod evaluate;
mod exchange;
mod leg;
mod line_bonus;
mod number;
mod outcome;
mod price;
mod quick;
mod related;
mod settle;
mod single;
mod structure;
mod terms;
pub mod trading;

pub use bet::{Bet, Bonus, BonusOn, DayCap, Leg, Percent, Pricing, Stake};
pub use cash_out::{CashOut, Chance, Share, cash_out};
pub use columns::{Columns, Kind, LegColumns, settle_columns};
pub use error::BettingError;
pub use exchange::reduce_exchange_price;
pub use leg::{DeadHeat, LegResult, Multiplier, PRICE_ONE};
pub use line_bonus::LineBonus;
pub use money::Rounding;
pub use outcome::{Finish, Outcome};
pub use price::{Price, decimal};
pub use related::{Contingency, Reason, Relation, check_results, related};
pub use settle::{BetSettlement, Path, exact_returns, resettle, secured, settle, settle_by};
pub use single::{Settlement, settle_single};
pub use structure::{MOST_LEGS, Structure};
pub use terms::{Band, EachWayTerms, MOST_PENCE, TATTERSALLS, rule4_pence};
