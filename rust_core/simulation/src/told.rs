//! Outcomes of what a machine asked of the record, on their way back to it.

use shard::{Outcome, Shard};

/// Rows read at a time.
pub(crate) const PAGE: usize = 3;

/// What a database operation came to.
pub(crate) enum Told {
    LeaseTaken(u64),
    LeaseBusy,
    LeaseUnclear,
    Rows { epoch: u64, rows: Vec<Vec<u8>> },
    Append { epoch: u64, hi: u64, outcome: Outcome },
    Recalled { epoch: u64, id: u64, rows: Vec<Vec<u8>> },
    Looked { epoch: u64, id: u64, found: Vec<(u64, u64)> },
    Filed { epoch: u64, seq: u64, at: u64 },
}

impl Told {
    /// Tell the machine that asked.
    pub(crate) fn tell(self, machine: &mut Shard) {
        match self {
            Self::LeaseTaken(epoch) => machine.lease_taken(epoch),
            Self::LeaseBusy => machine.lease_busy(),
            Self::LeaseUnclear => machine.lease_unclear(),
            Self::Rows { epoch, rows } => {
                let last = rows.len() < PAGE;
                let rows: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
                machine.rows(epoch, &rows, last);
            }
            Self::Append { epoch, hi, outcome } => machine.append_result(epoch, hi, outcome),
            Self::Looked { epoch, id, found } => machine.looked(epoch, id, &found),
            Self::Filed { epoch, seq, at } => machine.file_keys(epoch, seq, at),
            Self::Recalled { epoch, id, rows } => {
                let rows: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
                machine.recalled(epoch, id, &rows);
            }
        }
    }
}
