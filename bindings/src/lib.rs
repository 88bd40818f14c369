//! The one crate that knows Python: thin wrappers over `rust_core`, one module a domain.
//!
//! `pyplatform._core` is the extension; its submodules are typed by the stubs in `pyplatform/_core/`.

use pyo3::prelude::*;

mod archive;
mod arguments;
mod betting;
mod betting_fields;
mod betting_leg;
mod betting_objects;
mod betting_read;
mod betting_related;
mod betting_settle;
mod feeds;
mod guard;
mod inplay;
mod ledger;
mod models;
mod money;
mod odds;
mod pricing;
mod recovery;
mod shard;
mod shard_batch;
mod shard_keys;
mod shard_machine;
mod shard_replayer;
mod shard_snapshot;
mod trading;
mod wallet;
mod wallet_cashier;
mod wallet_codec;
mod wallet_fields;
mod wallet_games;
mod wallet_memory;
mod wallet_reply;

/// Every submodule, so that `import pyplatform._core.odds` works as for a package.
const SUBMODULES: [&str; 19] = [
    "archive", "money", "odds", "pricing", "models", "inplay", "betting", "trading", "moves", "feeds",
    "wallet", "shard", "recovery", "ledger", "cashier", "house", "bonus", "casino", "guards",
];

#[pymodule]
mod _core {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::archive::archive;
    #[pymodule_export]
    use crate::betting::betting;
    #[pymodule_export]
    use crate::feeds::feeds;
    #[pymodule_export]
    use crate::inplay::inplay;
    #[pymodule_export]
    use crate::ledger::ledger;
    #[pymodule_export]
    use crate::models::models;
    #[pymodule_export]
    use crate::money::money;
    #[pymodule_export]
    use crate::odds::odds;
    #[pymodule_export]
    use crate::pricing::pricing;
    #[pymodule_export]
    use crate::recovery::recovery;
    #[pymodule_export]
    use crate::shard::shard;
    #[pymodule_export]
    use crate::trading::price_moves;
    #[pymodule_export]
    use crate::trading::trading;
    #[pymodule_export]
    use crate::wallet::wallet;
    #[pymodule_export]
    use crate::wallet_cashier::{cashier, house};
    #[pymodule_export]
    use crate::wallet_games::{bonus, casino, guards};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        crate::register_submodules(module)
    }
}

fn register_submodules(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let modules = module.py().import("sys")?.getattr("modules")?;
    for name in SUBMODULES {
        modules.set_item(format!("pyplatform._core.{name}"), module.getattr(name)?)?;
    }
    Ok(())
}
