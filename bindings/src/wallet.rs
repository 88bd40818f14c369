//! `pyplatform._core.wallet`.

use pyo3::pymodule;

#[pymodule(submodule)]
pub mod wallet {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::wallet_codec::{
        Context, accept_bet, deposit, place_bet, raise_generation, reject_bet, reopen_bet, settle_bet, tick,
        void_bet,
    };
    #[pymodule_export]
    use crate::wallet_games::cash_out;
    #[pymodule_export]
    use crate::wallet_memory::Wallet;
    #[pymodule_export]
    use crate::wallet_reply::{Reply, code_name, decode_reply};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        for (name, status) in crate::wallet_reply::STATUSES {
            module.add(name, status as u8)?;
        }
        Ok(())
    }
}
