//! `pyplatform._core.shard`.

use pyo3::pymodule;

#[pymodule(submodule)]
pub mod shard {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::shard_batch::{Batch, Entry, Header, chart, genesis_hash, read_header};
    #[pymodule_export]
    use crate::shard_keys::key_rows;
    #[pymodule_export]
    use crate::shard_machine::{Shard, Stats};
    #[pymodule_export]
    use crate::shard_replayer::Replayer;
    #[pymodule_export]
    use crate::shard_snapshot::SnapshotReader;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        for (number, name) in crate::shard_machine::ACTIONS.iter().enumerate() {
            module.add(*name, number)?;
        }
        for (number, name) in crate::shard_machine::OUTCOMES.iter().enumerate() {
            module.add(*name, number)?;
        }
        for (number, name) in crate::shard_machine::STANDINGS.iter().enumerate() {
            module.add(*name, number)?;
        }
        Ok(())
    }
}
