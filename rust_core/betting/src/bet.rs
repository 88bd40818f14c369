//! A bet: what was agreed, and what became of its legs.

use money::Rounding;

use crate::error::{BettingError, field};
use crate::evaluate::{Element, Rule, check_listing};
use crate::leg::LegResult;
use crate::line_bonus::LineBonus;
use crate::outcome::Outcome;
use crate::price::Price;
use crate::structure::Structure;
use crate::terms::{EachWayTerms, MOST_PENCE};

/// Which price a leg is settled at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pricing {
    /// The price taken.
    #[default]
    Taken,
    /// The starting price.
    Starting,
    /// The better of both after their deductions (best odds guaranteed).
    Best,
    /// The better of both before deductions, then its own deduction.
    BestBeforeDeduction,
}

impl Pricing {
    fn is_best(self) -> bool {
        matches!(self, Self::Best | Self::BestBeforeDeduction)
    }
}

/// A leg of a bet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// The price taken.
    pub price: Option<Price>,
    /// The starting price.
    pub starting_price: Option<Price>,
    /// Which of them counts.
    pub pricing: Pricing,
    /// Rule 4 on the price taken, pence a pound of winnings.
    pub deduction: u8,
    /// Rule 4 on the starting price.
    pub starting_deduction: u8,
    /// What became of the selection.
    pub outcome: Outcome,
    /// Each-way terms as they were offered.
    pub terms: Option<EachWayTerms>,
}

impl Leg {
    /// A leg at a price taken.
    pub fn at(price: Price, outcome: Outcome) -> Self {
        Self {
            price: Some(price),
            starting_price: None,
            pricing: Pricing::Taken,
            deduction: 0,
            starting_deduction: 0,
            outcome,
            terms: None,
        }
    }

    /// `P − 1` after the deduction as a fraction.
    fn winnings(&self) -> Result<(i128, i128), BettingError> {
        let of = |price: Price, pence: u8| {
            let (numerator, denominator) = price.parts();
            let kept = i128::from(100 - pence.min(MOST_PENCE));
            (i128::from(numerator - denominator) * kept, i128::from(denominator) * 100)
        };
        let taken = self.price.map(|price| of(price, self.deduction));
        let starting = self.starting_price.map(|price| of(price, self.starting_deduction));
        let longer = |left: Option<(i128, i128)>, right: Option<(i128, i128)>| {
            left.zip(right).is_some_and(|(left, right)| left.0 * right.1 < right.0 * left.1)
        };
        let starts = match self.pricing {
            Pricing::Taken => false,
            Pricing::Starting => true,
            Pricing::Best => longer(taken, starting),
            Pricing::BestBeforeDeduction => {
                longer(self.price.map(|price| of(price, 0)), self.starting_price.map(|price| of(price, 0)))
            }
        };
        if starts {
            return starting.ok_or(field("sp", "is needed: the leg is settled at the starting price"));
        }
        taken.ok_or(field("price", "is needed: the leg is settled at the price taken"))
    }

    /// The price of a part as a fraction: `1 + (P − 1)·(1 − r)`, the winnings times the fraction in the place part.
    pub(crate) fn effective(&self, terms: Option<EachWayTerms>) -> Result<(i128, i128), BettingError> {
        let (winnings, stake) = self.winnings()?;
        let (numerator, denominator) = terms.map_or((1, 1), EachWayTerms::fraction);
        let below = stake * i128::from(denominator);
        Ok((winnings * i128::from(numerator) + below, below))
    }

    /// The terms of the place part.
    pub(crate) fn place_terms(&self) -> Result<EachWayTerms, BettingError> {
        self.terms.ok_or(field("ew", "an each-way bet needs terms on every leg"))
    }

    /// The result of a part; `None` while it is open.
    #[inline]
    pub(crate) fn result(&self, place: bool) -> Result<Option<LegResult>, BettingError> {
        if place { self.outcome.place(self.place_terms()?) } else { self.outcome.win() }
    }

    /// A settled part: `m = w·P′ + v`.
    #[inline]
    pub(crate) fn element(&self, result: LegResult, place: bool) -> Result<Element, BettingError> {
        let terms = if place { Some(self.place_terms()?) } else { None };
        if result.wins() && self.starting_price.is_none() && self.pricing.is_best() {
            return Err(field("sp", "is needed: best odds guaranteed compares it with the price taken"));
        }
        // Only what wins needs a price: an SP bet may lose or be void without one.
        let (above, below) = if result.wins() { self.effective(terms)? } else { (1, 1) };
        let multiplier = result.at(above, below);
        let (gross, one) = (multiplier.numerator.unsigned_abs(), multiplier.denominator.unsigned_abs());
        Ok(Element { gross, base: if gross == 0 { 0 } else { one }, one })
    }
}

/// A percentage as a fraction of one hundred: 7.5 is (75, 10).
pub type Percent = (u64, u64);

/// What a percentage is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BonusOn {
    /// The return, stake included.
    #[default]
    Returns,
    /// The return beyond the stake.
    Profit,
}

/// Bonuses on the win part, all withheld if a leg is void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bonus {
    /// The one winner's winnings on its single are multiplied by this.
    pub one_winner: Option<(u64, u64)>,
    /// Percentage when every leg won.
    pub all_winners: Option<Percent>,
    /// What it is taken of.
    pub on: BonusOn,
    /// Percentage of the profit.
    pub boost: Option<Percent>,
}

/// What is staked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stake {
    /// On every line, and in each-way bets on each part.
    Line(u64),
    /// On the whole bet; a line may have a fraction of a minor unit.
    Total(u64),
}

const ABOVE_NOTHING: &str = "must be above 0";

impl Stake {
    /// The error of a stake of nothing.
    fn nothing(self) -> BettingError {
        let name = match self {
            Self::Line(_) => "unit_stake_minor",
            Self::Total(_) => "total_stake_minor",
        };
        field(name, ABOVE_NOTHING)
    }
}

/// The most a customer is paid on one day, and what was paid already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCap {
    /// Minor units for the day.
    pub most: u64,
    /// Minor units paid on other bets of the day.
    pub paid: u64,
}

/// A bet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // the flags of the written form
pub struct Bet {
    /// Its lines.
    pub structure: Structure,
    /// Its legs.
    pub legs: Vec<Leg>,
    /// What is staked, minor units.
    pub stake: Stake,
    /// Win lines and as many place lines.
    pub each_way: bool,
    /// Each-way by the old custom: half of what a leg returns goes on the win part of the next, half on its place part.
    pub equally_divided: bool,
    /// In a race whose terms are win only, the place part is void instead of a second win part.
    pub void_place: bool,
    /// A free bet: the stake does not come back.
    pub free: bool,
    /// Bonuses.
    pub bonus: Bonus,
    /// Bonuses of single lines.
    pub line_bonus: Option<LineBonus>,
    /// The most the bet returns, minor units.
    pub max_payout: Option<u64>,
    /// The most the customer is paid on the day of settlement.
    pub day_cap: Option<DayCap>,
    /// The most a line returns, minor units.
    pub max_line_payout: Option<u64>,
    /// How the return is rounded, once.
    pub rounding: Rounding,
    /// What it is rounded to a multiple of, minor units.
    pub unit: u64,
    /// The share that still runs after partial cash-outs.
    pub running: (u64, u64),
}

impl Bet {
    /// A plain bet of cash, rounded half up to the minor unit.
    pub fn new(structure: Structure, legs: Vec<Leg>, stake: Stake) -> Result<Self, BettingError> {
        if structure.legs != legs.len() {
            return Err(BettingError::Legs { needed: structure.legs, given: legs.len() });
        }
        Ok(Self {
            structure,
            legs,
            stake,
            each_way: false,
            equally_divided: false,
            void_place: false,
            free: false,
            bonus: Bonus::default(),
            line_bonus: None,
            max_payout: None,
            day_cap: None,
            max_line_payout: None,
            rounding: Rounding::HalfUp,
            unit: 1,
            running: (1, 1),
        })
    }

    /// Lines, place lines included.
    pub fn lines(&self) -> u128 {
        self.structure.line_count() * if self.each_way { 2 } else { 1 }
    }

    /// The whole stake, minor units, before partial cash-outs.
    pub fn total_stake(&self) -> Result<u128, BettingError> {
        match self.stake {
            Stake::Line(0) | Stake::Total(0) => Err(self.stake.nothing()),
            Stake::Line(stake) => self.lines().checked_mul(stake.into()).ok_or(BettingError::Overflow),
            Stake::Total(stake) => Ok(stake.into()),
        }
    }

    /// The running stake of a line as a fraction.
    pub(crate) fn unit_stake(&self) -> Result<(u128, u128), BettingError> {
        let (above, below) = match self.stake {
            Stake::Line(stake) => (stake, 1),
            Stake::Total(stake) => (stake, self.lines()),
        };
        let (running, whole) = self.running;
        if above == 0 {
            return Err(self.stake.nothing());
        }
        if self.unit == 0 {
            return Err(field("rounding_unit_minor", ABOVE_NOTHING));
        }
        if whole == 0 || running > whole || running > u64::from(u32::MAX) {
            return Err(field("cashed_out", "must be between 0 and 1"));
        }
        let below = below.checked_mul(whole.into()).ok_or(BettingError::Overflow)?;
        Ok((u128::from(above) * u128::from(running), below))
    }

    /// Whether win and place part are settled as one.
    pub(crate) fn is_divided(&self) -> bool {
        self.each_way && self.equally_divided
    }

    /// The running stake of what is settled as one line: both parts of an equally divided bet.
    pub(crate) fn line_stake(&self) -> Result<(u128, u128), BettingError> {
        let (above, below) = self.unit_stake()?;
        Ok((if self.is_divided() { 2 * above } else { above }, below))
    }

    /// The most the bet returns: the lower of its own cap and what the day leaves.
    pub(crate) fn cap(&self) -> Option<u64> {
        let left = self.day_cap.map(|day| day.most.saturating_sub(day.paid));
        left.into_iter().chain(self.max_payout).min()
    }

    /// How lines are summed.
    pub(crate) fn rule(&self) -> Result<Rule<'_>, BettingError> {
        let cap = match self.max_line_payout {
            None => None,
            Some(cap) => {
                let (above, below) = self.line_stake()?;
                let scaled = u128::from(cap).checked_mul(below).ok_or(BettingError::Overflow)?;
                Some((scaled, above.max(1)))
            }
        };
        let winners = || {
            let legs = self.legs.iter().enumerate().filter(|(_, leg)| leg.outcome.is_winner());
            legs.fold(0, |winners, (at, _)| winners | 1 << at)
        };
        let bonus = self.line_bonus.as_ref().map(|bonus| (bonus, winners()));
        Ok(Rule { free: self.free, cap, listed: false, bonus })
    }

    /// The result of a part of a leg; `None` while it is open.
    #[inline]
    pub(crate) fn result(&self, leg: &Leg, place: bool) -> Result<Option<LegResult>, BettingError> {
        if place && self.void_place && leg.place_terms()?.is_win_only() {
            return Ok(Some(LegResult::VOID));
        }
        leg.result(place)
    }

    /// The legs of a part, open ones by `open`.
    pub(crate) fn elements(
        &self,
        place: bool,
        open: impl Fn(usize, &Leg) -> Result<Element, BettingError>,
    ) -> Result<Vec<Element>, BettingError> {
        let one = |(at, leg): (usize, &Leg)| {
            let element = match self.result(leg, place) {
                Ok(Some(result)) => leg.element(result, place),
                Ok(None) => open(at, leg),
                Err(error) => Err(error),
            };
            element.map_err(|error| error.of_leg(at))
        };
        let elements = self.legs.iter().enumerate().map(one).collect::<Result<Vec<_>, _>>()?;
        check_listing(&self.structure, &elements, self.rule()?)?;
        Ok(elements)
    }

    /// Lines that still wait for a leg: neither lost nor fully resulted.
    pub fn open_lines(&self) -> Result<u128, BettingError> {
        let (alive, resulted) = self.standing(false)?;
        if !self.each_way {
            return Ok(self.waiting(&alive, &resulted));
        }
        let (placed, place_resulted) = self.standing(true)?;
        if !self.is_divided() {
            return Ok(self.waiting(&alive, &resulted) + self.waiting(&placed, &place_resulted));
        }
        // What one part of a leg returns goes on both parts of the next: the lines live and end together.
        let either: Vec<bool> = alive.iter().zip(&placed).map(|(win, place)| *win || *place).collect();
        let both: Vec<bool> =
            resulted.iter().zip(&place_resulted).map(|(win, place)| *win && *place).collect();
        Ok(2 * self.waiting(&either, &both))
    }

    /// Which legs of a part are alive, and which have a result.
    fn standing(&self, place: bool) -> Result<(Vec<bool>, Vec<bool>), BettingError> {
        let one = |(at, leg): (usize, &Leg)| {
            let result = self.result(leg, place).map_err(|error| error.of_leg(at))?;
            Ok((result.is_none_or(LegResult::is_alive), result.is_some()))
        };
        self.legs.iter().enumerate().map(one).collect()
    }

    fn waiting(&self, alive: &[bool], resulted: &[bool]) -> u128 {
        let living = self.structure.group_lines(|leg| alive[leg]);
        let done = self.structure.group_lines(|leg| alive[leg] && resulted[leg]);
        // A pair waits from its first leg on: the second only decides what was carried over.
        let way = |first: usize, second: usize| alive[first] && !(resulted[first] && resulted[second]);
        let both = |&(a, b): &(usize, usize)| u128::from(way(a, b)) + u128::from(way(b, a));
        living - done + self.structure.pairs.iter().map(both).sum::<u128>()
    }
}
