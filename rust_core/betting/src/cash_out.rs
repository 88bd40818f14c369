//! Cash-out offers.

use money::Rounding;

use crate::bet::{Bet, Leg};
use crate::error::{BettingError, field};
use crate::evaluate::{Element, Fraction, part};
use crate::number::{Number, gcd};
use crate::outcome::Finish;
use crate::price::Price;
use crate::settle::{Plan, Total, decide, places};

/// A share or probability, `above / below`, between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    above: u64,
    below: u64,
}

impl Share {
    /// Nothing.
    pub const NOTHING: Self = Self { above: 0, below: 1 };
    /// The whole.
    pub const WHOLE: Self = Self { above: 1, below: 1 };

    /// A share; `name` is said in the error.
    pub fn new(above: u64, below: u64, name: &'static str) -> Result<Self, BettingError> {
        if below == 0 || above > below || below > 1_000_000_000_000 {
            return Err(field(name, "must be between 0 and 1, with at most 12 decimals"));
        }
        Ok(Self { above, below })
    }

    /// (above, below).
    pub fn parts(self) -> (u64, u64) {
        (self.above, self.below)
    }

    fn rest(self) -> (u128, u128) {
        (u128::from(self.below - self.above), u128::from(self.below))
    }
}

/// What an open leg is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chance {
    /// The current price: the probability is its inverse.
    Current(Price),
    /// A model's probability, of the place part too where there is one.
    Model {
        /// Of the win part.
        win: Share,
        /// Of the place part.
        place: Option<Share>,
    },
    /// The market is suspended.
    Suspended,
}

/// A cash-out offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CashOut {
    /// What is paid, minor units, rounded down; `None` while an open leg is suspended.
    pub value: Option<u128>,
    /// The stake of a line that runs on, as a fraction of minor units.
    pub remaining_unit: (u128, u128),
}

/// Expected return and potential of a running bet.
struct Offer<'a> {
    expected: Plan<'a>,
    potential: Plan<'a>,
    cap: Option<u64>,
    margin: Share,
    fraction: Share,
}

impl Total for Offer<'_> {
    fn total<N: Number>(&self) -> Fraction<N> {
        let (above, below) = self.margin.rest();
        let mut value = self.expected.plain::<N>().times(above, below).least(&self.potential.plain());
        if let Some(cap) = self.cap {
            value = value.least(&Fraction { above: N::whole(cap.into()), below: N::whole(1) });
        }
        value.times(self.fraction.above.into(), self.fraction.below.into())
    }
}

/// `V = ⌊min((1 − margin)·Σ_lines unit·Π_settled m·Π_open P·p, potential)·fraction⌋`.
///
/// `chances` has one entry a leg; those of legs with a result are not looked at. A line of a free bet is worth
/// `unit·Πp·max(ΠP − 1, 0)`. Bonuses are not part of an offer.
///
/// # Errors
/// No leg open, an open leg without a chance, and whatever keeps [`crate::settle`] from settling.
pub fn cash_out(
    bet: &Bet,
    chances: &[Option<Chance>],
    margin: Share,
    fraction: Share,
) -> Result<CashOut, BettingError> {
    let is_open = |leg: &Leg| leg.outcome.finish == Finish::Open;
    if !bet.legs.iter().any(is_open) {
        return Err(field("legs", "none is OPEN: the bet is settled, there is nothing to cash out"));
    }
    if bet.free && !bet.structure.pairs.is_empty() {
        return Err(field("stake_kind", "a free bet up and down has no cash-out"));
    }
    let (above, below) = bet.unit_stake()?;
    let (kept, of) = fraction.rest();
    let (kept, of) = above.checked_mul(kept).zip(below.checked_mul(of)).ok_or(BettingError::Overflow)?;
    let common = gcd(of, kept);
    let kept = (kept / common, of / common);
    let chance = |at: usize| chances.get(at).copied().flatten();
    if bet.legs.iter().enumerate().any(|(at, leg)| is_open(leg) && chance(at) == Some(Chance::Suspended)) {
        return Ok(CashOut { value: None, remaining_unit: kept });
    }
    let expected = |place| {
        move |at: usize, leg: &Leg| {
            let chance = chance(at).ok_or(field("current", "an OPEN leg needs current or p"))?;
            open_element(leg, probability(leg, chance, place)?, place)
        }
    };
    let won = |place| move |_: usize, leg: &Leg| open_element(leg, (1, 1), place);
    let offer = Offer {
        expected: Plan::new(bet, bet.elements(false, expected(false))?, places(bet, expected(true))?)?,
        potential: Plan::new(bet, bet.elements(false, won(false))?, places(bet, won(true))?)?,
        cap: bet.cap(),
        margin,
        fraction,
    };
    let value = decide(1, Rounding::Down, &offer)?;
    Ok(CashOut { value: Some(value), remaining_unit: kept })
}

/// The probability that a part wins.
fn probability(leg: &Leg, chance: Chance, place: bool) -> Result<(u128, u128), BettingError> {
    let share = |share: Share| (u128::from(share.above), u128::from(share.below));
    match chance {
        Chance::Current(price) => {
            let now = Leg { price: Some(price), ..Leg::at(price, leg.outcome) };
            let (above, below) = now.effective(if place { Some(leg.place_terms()?) } else { None })?;
            // The price was scaled by 100 for rule 4, which a current price does not have.
            Ok((below.unsigned_abs() / 100, above.unsigned_abs() / 100))
        }
        Chance::Model { win, .. } if !place => Ok(share(win)),
        Chance::Model { place: Some(place), .. } => Ok(share(place)),
        Chance::Model { place: None, .. } => {
            Err(field("place_p", "is needed beside p: the place part of an each-way bet is open too"))
        }
        Chance::Suspended => Err(field("suspended", "a suspended leg has no probability")),
    }
}

fn open_element(leg: &Leg, (above, below): (u128, u128), place: bool) -> Result<Element, BettingError> {
    let (price, stake) = leg.effective(if place { Some(leg.place_terms()?) } else { None })?;
    let (price, stake) = (price.unsigned_abs(), stake.unsigned_abs());
    let parts = price.checked_mul(above).zip(stake.checked_mul(above)).zip(stake.checked_mul(below));
    let ((gross, base), one) = parts.ok_or(BettingError::Overflow)?;
    Ok(Element { gross, base, one })
}

/// Every line of the win and place part, without bonuses.
impl Plan<'_> {
    fn plain<N: Number>(&self) -> Fraction<N> {
        let (above, below) = self.unit;
        let rule = self.rule.plain();
        let mut lines = part::<N>(&self.bet.structure, &self.win, rule);
        if !self.place.is_empty() {
            lines = lines.plus(&part(&self.bet.structure, &self.place, rule));
        }
        lines.times(above, below)
    }
}
