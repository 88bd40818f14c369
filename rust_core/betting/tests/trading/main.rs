//! Properties of what a bookmaker decides while bets come in.

mod books;
mod limits;
mod moves;
mod shares;

use betting::Price;
use proptest::prelude::*;

/// Enough cases to meet the corners, few enough to wait for.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { cases: count, failure_persistence: None, ..ProptestConfig::default() }
}

/// Two decimals, four decimals, fractions.
pub(crate) fn price() -> impl Strategy<Value = Price> {
    let made = |(above, below): (u64, u64)| Price::new(above + below, below).expect("above 1");
    prop_oneof![
        (1_u64..3_000, Just(100)).prop_map(made),
        (1_u64..90_000, Just(10_000)).prop_map(made),
        (1_u64..40, 1_u64..40).prop_map(made),
    ]
}
