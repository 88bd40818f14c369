//! Counting the games of a match.

use super::InplayError;
use super::sets::SetEnd;
use crate::models::{MAX_SIZE, ModelError, SIZE, ScoreGrid};

/// Probabilities of games of A and B, as many rows and columns as have been reached.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    rows: Vec<Vec<f64>>,
}

impl Tally {
    /// These games for sure.
    pub(super) fn at([a, b]: [u32; 2]) -> Self {
        let mut rows = vec![Vec::new(); a as usize + 1];
        rows[a as usize] = vec![0.0; b as usize + 1];
        rows[a as usize][b as usize] = 1.0;
        Self { rows }
    }

    /// Another way to get here: the games of `before`, then a set that ended so.
    pub(super) fn add(&mut self, before: &Self, end: SetEnd) {
        let [a, b] = end.games.map(|games| games as usize);
        if self.rows.len() < before.rows.len() + a {
            self.rows.resize(before.rows.len() + a, Vec::new());
        }
        for (row, earlier) in self.rows[a..].iter_mut().zip(&before.rows) {
            if earlier.is_empty() {
                continue;
            }
            if row.len() < earlier.len() + b {
                row.resize(earlier.len() + b, 0.0);
            }
            for (cell, p) in row[b..].iter_mut().zip(earlier) {
                *cell += p * end.probability;
            }
        }
    }

    /// The same as a grid of scores.
    pub(super) fn grid(&self) -> Result<ScoreGrid, InplayError> {
        let widest = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let size = widest.max(self.rows.len()).max(SIZE);
        if size > MAX_SIZE {
            return Err(ModelError::TooWide { size: MAX_SIZE }.into());
        }
        let mut cells = vec![0.0; size * size];
        for (into, row) in cells.chunks_exact_mut(size).zip(&self.rows) {
            into[..row.len()].copy_from_slice(row);
        }
        Ok(ScoreGrid::from_cells(cells, size)?)
    }
}
