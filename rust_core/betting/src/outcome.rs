//! What became of a selection, and what that means for the win part and the place part of a leg.

use crate::error::{BettingError, field};
use crate::leg::{DeadHeat, LegResult};
use crate::terms::EachWayTerms;

/// How a selection finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// No result yet.
    Open,
    /// Won, or paid early as a winner.
    Won,
    /// Not the winner, but among the placed.
    Placed,
    /// Lost.
    Lost,
    /// Void, non-runner, abandoned: the stake comes back and bonuses are withheld.
    Void,
    /// A tie with the line: the stake comes back.
    Push,
    /// One half won, the other back.
    HalfWon,
    /// One half lost, the other back.
    HalfLost,
}

impl Finish {
    /// An Asian handicap: the selection's lead in goals and its line in quarters of a goal (−0.75 is −3).
    ///
    /// With `x = 4·lead + quarters`: at least 2 is won, 1 half won, 0 a push, −1 half lost, less is lost. A total
    /// over a line is a lead of the goals scored at the line turned negative, under it the same with both turned.
    pub fn of_handicap(lead: i32, quarters: i32) -> Self {
        match i64::from(lead) * 4 + i64::from(quarters) {
            2.. => Self::Won,
            1 => Self::HalfWon,
            0 => Self::Push,
            -1 => Self::HalfLost,
            _ => Self::Lost,
        }
    }
}

/// A finish with its dead heat and void share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// How the selection finished.
    pub finish: Finish,
    /// Runners that share the position, itself included.
    pub tied: u32,
    /// The position; the first if nothing is said.
    pub position: Option<u32>,
    /// Places the win market pays.
    pub places_market: u32,
    /// Void share in halves, beside what the finish says.
    pub void_halves: u8,
    /// The share the feed names in place of position and ties.
    pub dead_heat: Option<DeadHeat>,
}

impl Outcome {
    /// A plain finish.
    pub const fn of(finish: Finish) -> Self {
        Self { finish, tied: 1, position: None, places_market: 1, void_halves: 0, dead_heat: None }
    }

    /// Won outright, nothing void.
    pub(crate) fn is_winner(&self) -> bool {
        self.finish == Finish::Won && self.void_halves == 0
    }

    /// Void as a whole, which withholds bonuses; a push does not.
    pub(crate) fn is_void(&self) -> bool {
        self.finish == Finish::Void || self.void_halves == 2
    }

    #[inline]
    fn check(&self) -> Result<(), BettingError> {
        let plain = matches!(self.finish, Finish::Won | Finish::Placed | Finish::Lost);
        if self.void_halves > 0 && !plain {
            return Err(field("void_factor", "contradicts the result, which says itself how much is void"));
        }
        if self.dead_heat.is_some() && self.tied > 1 {
            return Err(field("dead_heat_factor", "contradicts tied: give one of them"));
        }
        if self.tied == 0 || self.position == Some(0) || self.places_market == 0 {
            return Err(field("tied, position, places_market", "are counted from 1"));
        }
        Ok(())
    }

    /// The result of the win part; `None` while it is open.
    #[inline]
    pub fn win(&self) -> Result<Option<LegResult>, BettingError> {
        self.check()?;
        let result = match self.finish {
            Finish::Open => return Ok(None),
            Finish::Void | Finish::Push => LegResult::VOID,
            Finish::HalfLost => LegResult::new(false, 1, DeadHeat::NONE)?,
            Finish::Lost | Finish::Placed => LegResult::new(false, self.void_halves, DeadHeat::NONE)?,
            Finish::HalfWon => {
                LegResult::new(true, 1, self.share(self.places_market)?.unwrap_or(DeadHeat::NONE))?
            }
            Finish::Won => {
                let share = self.share(self.places_market)?;
                let share =
                    share.ok_or(field("position", "contradicts WON: it is beyond the paid places"))?;
                LegResult::new(true, self.void_halves, share)?
            }
        };
        Ok(Some(result))
    }

    /// The result of the place part; `None` while it is open.
    pub(crate) fn place(&self, terms: EachWayTerms) -> Result<Option<LegResult>, BettingError> {
        if !matches!(self.finish, Finish::Won | Finish::Placed) {
            return self.win();
        }
        self.check()?;
        if self.dead_heat.is_some() {
            return Err(field("dead_heat_factor", "does not say the place part: give tied and position"));
        }
        if self.finish == Finish::Placed && self.tied > 1 && self.position.is_none() {
            return Err(field("position", "is needed to share the places of a dead heat"));
        }
        let share = self.share(terms.places())?;
        LegResult::new(share.is_some(), self.void_halves, share.unwrap_or(DeadHeat::NONE)).map(Some)
    }

    /// `min(1, (K − q + 1)/t)`; `None` when the position is beyond the places.
    fn share(&self, places: u32) -> Result<Option<DeadHeat>, BettingError> {
        if self.dead_heat.is_some() {
            return Ok(self.dead_heat);
        }
        let before = self.position.unwrap_or(1) - 1;
        if before >= places {
            return Ok(None);
        }
        DeadHeat::new(places - before, self.tied).map(Some)
    }
}
