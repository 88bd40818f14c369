//! Step tables: each so much of liability is one tick.

use odds::Rungs;

use crate::error::{BettingError, field};

/// Ticks by liability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepTable {
    rows: Vec<(u128, u32)>,
    /// Each whole so much is a tick, in place of rows.
    every: Option<u128>,
}

impl StepTable {
    /// One tick for each whole `amount`.
    ///
    /// # Errors
    /// An amount of 0.
    pub fn every(amount: u128) -> Result<Self, BettingError> {
        if amount == 0 {
            Err(field("every", "must be above 0"))
        } else {
            Ok(Self { rows: Vec::new(), every: Some(amount) })
        }
    }

    /// From each liability on, so many ticks.
    ///
    /// # Errors
    /// No row, rows that do not rise.
    pub fn rows(rows: &[(u128, u32)]) -> Result<Self, BettingError> {
        if rows.is_empty() || !rows.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1) {
            return Err(field("rows", "rise in liability, and never fall in ticks"));
        }
        Ok(Self { rows: rows.to_vec(), every: None })
    }

    /// Ticks for a profit or loss; a profit has none.
    pub fn ticks(&self, pnl: i128) -> u32 {
        let liability = if pnl < 0 { pnl.unsigned_abs() } else { 0 };
        match self.every {
            Some(every) => u32::try_from(liability / every).unwrap_or(u32::MAX),
            None => self.rows.iter().rev().find(|(from, _)| *from <= liability).map_or(0, |row| row.1),
        }
    }

    /// The prices, each its ticks lower on the ladder but not below `min_e4`; 0 stays 0, and the book only gains.
    ///
    /// # Errors
    /// Other numbers of prices than of profits and losses.
    pub fn apply(
        &self,
        prices_e4: &[u32],
        pnl: &[i128],
        ladder: &Rungs,
        min_e4: u32,
    ) -> Result<Vec<u32>, BettingError> {
        if prices_e4.len() != pnl.len() {
            return Err(field("pnl", "needs one entry for each price"));
        }
        let one = |(price, pnl): (&u32, &i128)| match (price, self.ticks(*pnl)) {
            (0, _) | (_, 0) => *price,
            (price, ticks) => {
                let ticks = i32::try_from(ticks).unwrap_or(i32::MAX);
                ladder.offset(*price, -ticks).max(ladder.ceil(min_e4)).min(*price)
            }
        };
        Ok(prices_e4.iter().zip(pnl).map(one).collect())
    }
}
