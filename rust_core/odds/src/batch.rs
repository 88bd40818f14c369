//! Many markets in one call: no allocation a market, one error that names the market.

use crate::application::apply_into;
use crate::error::OddsError;
use crate::method::{Found, Method, OnInvalid};
use crate::removal::remove_into;
use std::ops::Range;

/// Where each market lies in one row of values.
#[derive(Debug, Clone, Copy)]
pub enum Markets<'a> {
    /// Every market has the same number of outcomes.
    Wide(usize),
    /// Market `i` lies from `offsets[i]` to `offsets[i + 1]`; the first is 0, the last the number of values.
    Ragged(&'a [usize]),
}

impl Markets<'_> {
    /// The markets' places among `values`, if the description fits them.
    fn ranges(self, values: usize) -> Result<Vec<Range<usize>>, OddsError> {
        match self {
            Self::Wide(0) if values == 0 => Ok(Vec::new()),
            Self::Wide(width) if width > 0 && values.is_multiple_of(width) => {
                Ok((0..values / width).map(|i| i * width..(i + 1) * width).collect())
            }
            Self::Wide(_) => Err(OddsError::InvalidOffsets { values }),
            Self::Ragged(offsets) => {
                let ends = offsets.first() == Some(&0) && offsets.last() == Some(&values);
                if ends && offsets.is_sorted() {
                    Ok(offsets.windows(2).map(|pair| pair[0]..pair[1]).collect())
                } else {
                    Err(OddsError::InvalidOffsets { values })
                }
            }
        }
    }
}

/// Answers of many markets.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Fair probabilities or prices, in the order of the values given.
    pub values: Vec<f64>,
    /// What is known of each market besides.
    pub found: Vec<Found>,
}

/// [`crate::remove_margin`] of many markets.
///
/// # Errors
/// Offsets that do not fit; the first market that has no answer, as [`OddsError::InMarket`].
pub fn remove_margins(
    prices: &[f64],
    markets: Markets<'_>,
    method: Method,
    target: f64,
    on_invalid: OnInvalid,
) -> Result<Batch, OddsError> {
    each(prices, markets, |_, given, out| remove_into(given, out, method, target, on_invalid))
}

/// [`crate::apply_margin`] of many markets: one margin for all, or one for each.
///
/// # Errors
/// As for [`remove_margins`]; margins that are neither one nor as many as the markets.
pub fn apply_margins(
    probabilities: &[f64],
    markets: Markets<'_>,
    margins: &[f64],
    method: Method,
    target: f64,
    on_invalid: OnInvalid,
) -> Result<Batch, OddsError> {
    let count = markets.ranges(probabilities.len())?.len();
    if margins.len() != 1 && margins.len() != count {
        return Err(OddsError::MarginCount { margins: margins.len(), markets: count });
    }
    let margin = |market: usize| margins[if margins.len() == 1 { 0 } else { market }];
    each(probabilities, markets, |market, given, out| {
        apply_into(given, out, margin(market), method, target, on_invalid)
    })
}

/// One method on every market.
fn each(
    values: &[f64],
    markets: Markets<'_>,
    mut one: impl FnMut(usize, &[f64], &mut [f64]) -> Result<Found, OddsError>,
) -> Result<Batch, OddsError> {
    let ranges = markets.ranges(values.len())?;
    let mut out = vec![0.0; values.len()];
    let mut found = Vec::with_capacity(ranges.len());
    for (market, range) in ranges.into_iter().enumerate() {
        let answer = one(market, &values[range.clone()], &mut out[range]);
        found.push(answer.map_err(|error| OddsError::InMarket { market, error: Box::new(error) })?);
    }
    Ok(Batch { values: out, found })
}
