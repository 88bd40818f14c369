//! Rows of the table of old keys, from the batches that bind them.

use journal::Batch;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use wallet::{Entry, FiledKey};

/// Columns of a row.
const COLUMNS: i16 = 5;

/// A field as binary COPY has it: its length, and its bytes.
fn put(rows: &mut Vec<u8>, field: &[u8]) {
    let length = i32::try_from(field.len()).expect("a field has a few bytes");
    rows.extend_from_slice(&length.to_be_bytes());
    rows.extend_from_slice(field);
}

fn put_row(rows: &mut Vec<u8>, shard: &str, key: &FiledKey) -> Result<(), String> {
    let number = |number: u64| i64::try_from(number).map_err(|_| "a number past 2^63".to_owned());
    rows.extend_from_slice(&COLUMNS.to_be_bytes());
    put(rows, shard.as_bytes());
    put(rows, &key.fingerprint.cast_signed().to_be_bytes());
    put(rows, &number(key.seq)?.to_be_bytes());
    put(rows, &number(key.at)?.to_be_bytes());
    put(rows, &[u8::from(key.is_dated)]);
    Ok(())
}

/// The rows, how many they are, and the time of the last entry.
fn rows_of(bytes: &[u8]) -> Result<(Vec<u8>, usize, u64), String> {
    let batch = Batch::decode(bytes).map_err(|error| error.to_string())?;
    let (mut rows, mut count, mut last) = (Vec::new(), 0, 0);
    for entry in batch.entries() {
        let entry = Entry::decode(entry).map_err(|error| error.to_string())?;
        last = entry.at;
        if let Some(key) = FiledKey::of(&entry) {
            put_row(&mut rows, &batch.header.shard, &key)?;
            count += 1;
        }
    }
    Ok((rows, count, last))
}

/// The keys of a batch as rows of a binary COPY.
#[pyfunction]
pub fn key_rows<'py>(py: Python<'py>, batch: &[u8]) -> PyResult<(Bound<'py, PyBytes>, usize, u64)> {
    let (rows, count, at) = py.detach(|| rows_of(batch)).map_err(PyValueError::new_err)?;
    Ok((PyBytes::new(py, &rows), count, at))
}
