//! How much may be staked on a multiple: its tightest leg, and the limits of the bet itself.

use crate::error::BettingError;
use crate::trading::apportion::Apportionment;
use crate::trading::limits::{MaxStake, NO_LIMIT, PerUnit, StakeLimits};

/// The largest stake of a line of a multiple or system.
///
/// Each leg is judged by what the bet puts on it: of a unit stake, leg k carries its apportioned stake and payout, and
/// its liability is the difference. `legs` are the limits of the legs and their markets' profit or loss if the leg
/// wins; `bet` are those of the whole bet, beside them, with the step and the profit or loss of its own book.
///
/// # Errors
/// Limits that are not one for each leg, no limit at all, a step of 0, a stake beyond 128 bits.
pub fn max_stake_multiple(
    carried: &Apportionment,
    legs: &[(StakeLimits, i128)],
    (bet, pnl): (&StakeLimits, i128),
) -> Result<MaxStake, BettingError> {
    bet.check()?;
    let needed = carried.legs();
    if legs.len() != needed {
        return Err(BettingError::Legs { needed, given: legs.len() });
    }
    let (stake, payout) = carried.whole();
    let whole = PerUnit::new(stake.clone(), payout.clone());
    let mut tightest = bet.tightest(&whole, bet.room(pnl), None)?;
    for (leg, (limits, pnl)) in legs.iter().enumerate() {
        let (stake, payout) = carried.of_leg(leg);
        let limits = StakeLimits { step: bet.step, ..*limits };
        let found = limits
            .tightest(&PerUnit::new(stake, payout), limits.room(*pnl), Some(leg))
            .map_err(|error| error.of_leg(leg))?;
        tightest = match (tightest, found) {
            (Some(known), Some(found)) => Some(known.tighter(found)),
            (known, found) => known.or(found),
        };
    }
    tightest.ok_or(NO_LIMIT)
}
