//! `pyplatform._core.trading`: liability and limits; `pyplatform._core.moves`: prices that move or have changed.

mod arguments;
mod book;
mod limits;
mod moves;
mod prices;
mod shares;

use pyo3::pymodule;

#[pymodule(submodule)]
pub mod trading {
    #[pymodule_export]
    use super::book::{Book, Payoff, Position};
    #[pymodule_export]
    use super::limits::{Limits, MaxStake, max_stake, max_stake_multiple, max_stakes, parlay_limit};
    #[pymodule_export]
    use super::shares::{Apportionment, apportion};
}

#[pymodule(submodule, name = "moves")]
pub mod price_moves {
    #[pymodule_export]
    use super::moves::{AutoMover, Moved, MoverState, auto_move, step_prices};
    #[pymodule_export]
    use super::prices::{PriceDecision, exchange_price, price_change};
}
