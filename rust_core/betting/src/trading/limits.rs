//! How much a customer may stake: the tightest of named limits.

use crate::error::{BettingError, field};
use crate::price::Price;
use crate::trading::exact::Exact;

/// What bounds stakes, in units of money; a limit that is `None` does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StakeLimits {
    /// The most that the market may lose in its worst outcome.
    pub market: Option<u128>,
    /// The most that one bet may win from the house; times the factor.
    pub bet_liability: Option<u128>,
    /// The most that one customer may win from the house on one selection; times the factor.
    pub selection_liability: Option<u128>,
    /// What the customer's bets on the selection could win already.
    pub used: u128,
    /// The largest stake; times the factor.
    pub stake: Option<u128>,
    /// The most that a bet pays, stake included.
    pub payout: Option<u128>,
    /// The most that the customer is paid on one day.
    pub day_payout: Option<u128>,
    /// What the customer was paid on this day already.
    pub paid_today: u128,
    /// The customer's factor as a fraction: 1 by default, 2 doubles the limits on customers, not those on markets.
    pub factor: (u64, u64),
    /// Stakes are whole multiples of this.
    pub step: u128,
}

impl Default for StakeLimits {
    fn default() -> Self {
        Self {
            market: None,
            bet_liability: None,
            selection_liability: None,
            used: 0,
            stake: None,
            payout: None,
            day_payout: None,
            paid_today: 0,
            factor: (1, 1),
            step: 1,
        }
    }
}

/// Which limit a stake meets first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`StakeLimits::market`]
    Market,
    /// [`StakeLimits::bet_liability`]
    BetLiability,
    /// [`StakeLimits::selection_liability`]
    SelectionLiability,
    /// [`StakeLimits::stake`]
    Stake,
    /// [`StakeLimits::payout`]
    Payout,
    /// [`StakeLimits::day_payout`]
    DayPayout,
}

/// The largest stake, and what says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxStake {
    /// A whole multiple of the step, rounded down.
    pub stake: u128,
    /// The limit that one step more would break.
    pub limit: Limit,
    /// The leg of a multiple whose limit it is; `None` if it is that of the bet.
    pub leg: Option<usize>,
}

impl MaxStake {
    /// The smaller stake, the first if they are equal.
    pub(crate) fn tighter(self, other: Self) -> Self {
        if other.stake < self.stake { other } else { self }
    }
}

/// What one unit of stake puts at risk.
pub(crate) struct PerUnit {
    pub(crate) stake: Exact,
    pub(crate) payout: Exact,
    pub(crate) liability: Exact,
}

impl PerUnit {
    pub(crate) fn new(stake: Exact, payout: Exact) -> Self {
        let liability = payout.less(&stake);
        Self { stake, payout, liability }
    }
}

impl StakeLimits {
    /// The tightest of the limits that exist; `room` is what the market may lose more, where that is bounded.
    pub(crate) fn tightest(
        &self,
        unit: &PerUnit,
        room: Option<u128>,
        leg: Option<usize>,
    ) -> Result<Option<MaxStake>, BettingError> {
        let (above, below) = self.factor;
        if below == 0 {
            return Err(field("factor", "must be a number of at least 0"));
        }
        let scaled = |limit: u128| Exact::whole(limit).times(above.into(), below.into());
        let used = |limit: u128| scaled(limit).less(&Exact::whole(self.used));
        let left = |limit: u128| Exact::whole(limit.saturating_sub(self.paid_today));
        let rooms = [
            (Limit::Market, room.map(Exact::whole), &unit.liability),
            (Limit::BetLiability, self.bet_liability.map(scaled), &unit.liability),
            (Limit::SelectionLiability, self.selection_liability.map(used), &unit.liability),
            (Limit::Stake, self.stake.map(scaled), &unit.stake),
            (Limit::Payout, self.payout.map(Exact::whole), &unit.payout),
            (Limit::DayPayout, self.day_payout.map(left), &unit.payout),
        ];
        let mut tightest: Option<MaxStake> = None;
        for (limit, room, per_unit) in rooms {
            let Some(room) = room.filter(|_| !per_unit.is_nothing()) else { continue };
            let found = MaxStake { stake: room.over(per_unit).down_to(self.step)?, limit, leg };
            tightest = Some(tightest.map_or(found, |known| known.tighter(found)));
        }
        Ok(tightest)
    }

    /// What the market may lose more in an outcome with this profit or loss so far.
    pub(crate) fn room(&self, pnl: i128) -> Option<u128> {
        let room = |market: u128| match pnl {
            0.. => market.saturating_add(pnl.unsigned_abs()),
            _ => market.saturating_sub(pnl.unsigned_abs()),
        };
        self.market.map(room)
    }

    pub(crate) fn check(&self) -> Result<(), BettingError> {
        if self.step == 0 { Err(field("step", "must be above 0")) } else { Ok(()) }
    }
}

pub(crate) const NO_LIMIT: BettingError =
    BettingError::Field { field: "limits", rule: "none is given: the stake has no bound" };

/// The largest stake on a selection: `min((market + P&L)/(P−1), bet_liability·f/(P−1), (selection_liability·f −
/// used)/(P−1), stake·f, payout/P, (day_payout − paid)/P)`, at least 0, down to a step.
///
/// `pnl` is the market's profit or loss if the selection wins, with what is reserved.
///
/// # Errors
/// No limit at all, a step of 0, a factor that is no fraction, a stake beyond 128 bits.
pub fn max_stake(price: Price, limits: &StakeLimits, pnl: i128) -> Result<MaxStake, BettingError> {
    limits.check()?;
    let unit = PerUnit::new(Exact::whole(1), Exact::price(price));
    limits.tightest(&unit, limits.room(pnl), None)?.ok_or(NO_LIMIT)
}
