//! The prices a pricing rule may offer: those of a decimal ladder, or the UK fractions.

use crate::fractional::{RUNGS, Rung};
use crate::ladder::Ladder;

/// A ladder to price on; prices are in ten-thousandths, a fraction's cut down to them (8/13 is 16 153).
#[derive(Debug, Clone)]
pub enum Rungs {
    /// Decimal prices.
    Decimal(Ladder),
    /// The fractions of [`RUNGS`]; the fraction, not its ten-thousandths, is the price.
    Fractional,
}

/// The decimal price of a fraction, ten-thousandths.
fn exact((n, d): Rung) -> f64 {
    1e4 + 1e4 * f64::from(n) / f64::from(d)
}

fn cut((n, d): Rung) -> u32 {
    10_000 + 10_000 * n / d
}

/// The fraction that is offered as `price_e4`.
pub(crate) fn fraction_at(price_e4: u32) -> Option<Rung> {
    RUNGS.binary_search_by_key(&price_e4, |rung| cut(*rung)).ok().map(|at| RUNGS[at])
}

impl Rungs {
    /// The highest price whose exact value is not above `exact_e4`, the lowest price if there is none.
    pub(crate) fn floor(&self, exact_e4: f64) -> u32 {
        match self {
            // At most a ladder's highest price, so the cast cannot lose a sign or wrap.
            #[allow(clippy::cast_sign_loss)]
            Self::Decimal(ladder) => ladder.floor(exact_e4 as u32),
            Self::Fractional => {
                let above = RUNGS.partition_point(|rung| exact(*rung) <= exact_e4);
                cut(RUNGS[above.saturating_sub(1)])
            }
        }
    }

    /// The lowest price whose exact value is not below `price_e4`, the highest price if there is none.
    pub fn ceil(&self, price_e4: u32) -> u32 {
        match self {
            Self::Decimal(ladder) => ladder.ceil(price_e4),
            Self::Fractional => {
                let below = RUNGS.partition_point(|rung| exact(*rung) < f64::from(price_e4));
                cut(RUNGS[below.min(RUNGS.len() - 1)])
            }
        }
    }

    /// The price `ticks` above (below, if negative) the one offered as `price_e4` or the next below, kept on the ladder.
    pub fn offset(&self, price_e4: u32, ticks: i32) -> u32 {
        match self {
            Self::Decimal(ladder) => ladder.offset(price_e4, ticks),
            Self::Fractional => {
                let at = RUNGS.partition_point(|rung| cut(*rung) <= price_e4).saturating_sub(1);
                cut(RUNGS[at.saturating_add_signed(ticks as isize).min(RUNGS.len() - 1)])
            }
        }
    }

    /// Whether a price is offered as `price_e4`.
    pub(crate) fn is_valid(&self, price_e4: u32) -> bool {
        match self {
            Self::Decimal(ladder) => ladder.is_valid(price_e4),
            Self::Fractional => fraction_at(price_e4).is_some(),
        }
    }

    /// The exact value of a price that is offered, ten-thousandths.
    pub(crate) fn exact(&self, price_e4: u32) -> f64 {
        match self {
            Self::Decimal(_) => f64::from(price_e4),
            Self::Fractional => fraction_at(price_e4).map_or(f64::from(price_e4), exact),
        }
    }
}
