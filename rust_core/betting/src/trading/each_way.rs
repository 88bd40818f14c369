//! The largest stake where a bet pays on a place as well.

use crate::error::{BettingError, field};
use crate::price::Price;
use crate::terms::EachWayTerms;
use crate::trading::book::{Book, Phase};
use crate::trading::exact::Exact;
use crate::trading::limits::{Limit, MaxStake, NO_LIMIT, PerUnit, StakeLimits};
use crate::trading::payoff::Payoff;

/// Stakes are searched up to this.
const LARGEST: u128 = 1 << 90;

impl Book {
    /// The largest stake on each part of an each-way bet on a runner.
    ///
    /// A unit of stake costs 2, pays `P + P_place` at most and wins the difference; the market's limit is kept in every
    /// outcome at its dearest placing.
    ///
    /// # Errors
    /// A runner that is no outcome, and as for [`crate::trading::max_stake`].
    pub fn max_stake_each_way(
        &self,
        runner: usize,
        price: Price,
        terms: EachWayTerms,
        limits: &StakeLimits,
        phase: Option<Phase>,
    ) -> Result<MaxStake, BettingError> {
        limits.check()?;
        let (whole, winnings) = (Exact::whole(1), Exact::price(price).less(&Exact::whole(1)));
        let (fraction, below) = terms.fraction();
        let place = winnings.times(fraction.into(), below.into()).plus(&whole);
        let unit = PerUnit::new(Exact::whole(2), Exact::price(price).plus(&place));
        let others = limits.tightest(&unit, None, None)?;
        let Some(market) = limits.market else {
            return others.ok_or(NO_LIMIT);
        };
        let least = i128::try_from(market).map_err(|_| field("market", "is beyond 127 bits"))?;
        let keeps = |stake: u128| {
            let bet = Payoff::each_way(stake, price, terms, runner, self.outcomes())?;
            Ok(self.keeps(phase, &bet, -least))
        };
        let most = others.map_or(LARGEST, |found| found.stake);
        let stake = largest(most / limits.step, |steps| keeps(steps * limits.step))? * limits.step;
        match others {
            // The other limits bind at least as early; the market comes first among equals only if it binds.
            Some(found) if stake == found.stake && keeps(stake + limits.step)? => Ok(found),
            _ => Ok(MaxStake { stake, limit: Limit::Market, leg: None }),
        }
    }

    /// Whether a bet leaves every outcome at `least`, or no worse than it is.
    fn keeps(&self, phase: Option<Phase>, bet: &Payoff, least: i128) -> bool {
        let mut with = self.clone();
        if with.add(phase.unwrap_or(Phase::PreMatch), bet).is_err() {
            return false;
        }
        let (before, after) = (self.position(phase, true).pnl, with.position(phase, true).pnl);
        before.iter().zip(after).all(|(before, after)| after >= least || after >= *before)
    }
}

/// The largest number of steps that is kept, of those up to `most`; what is kept reaches from 0 to a border.
fn largest(
    most: u128,
    mut keeps: impl FnMut(u128) -> Result<bool, BettingError>,
) -> Result<u128, BettingError> {
    let (mut kept, mut broken) = (0, 1);
    while broken <= most && keeps(broken)? {
        (kept, broken) = (broken, broken * 2);
    }
    broken = broken.min(most + 1);
    while broken - kept > 1 {
        let middle = kept.midpoint(broken);
        if keeps(middle)? {
            kept = middle;
        } else {
            broken = middle;
        }
    }
    Ok(kept)
}
