//! What a bet returns: floats with a proven error first, integers where they cannot decide, always the exact answer.

use money::Rounding;
use num_bigint::BigUint;

use crate::bet::{Bet, BonusOn, Percent};
use crate::error::{BettingError, field};
use crate::evaluate::{Element, Fraction, Rule, check_listing, part};
use crate::number::{Approx, Checked, Number, gcd_big};
use crate::quick;

/// A settled bet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BetSettlement {
    /// Gross return, rounded once and capped, minor units.
    pub returns: u128,
    /// Lines, place lines included.
    pub lines: u128,
    /// The whole stake, minor units.
    pub total_stake: u128,
}

/// Which arithmetic settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// The cheapest that can decide.
    Fastest,
    /// Big integers only.
    BigIntegers,
    /// Big integers, line by line.
    Listed,
}

/// An amount that has one formula in every arithmetic.
pub(crate) trait Total {
    /// The exact amount before rounding, in minor units.
    fn total<N: Number>(&self) -> Fraction<N>;
}

/// Everything the formula needs, read once from a bet.
pub(crate) struct Plan<'a> {
    pub(crate) bet: &'a Bet,
    pub(crate) win: Vec<Element>,
    pub(crate) place: Vec<Element>,
    pub(crate) unit: (u128, u128),
    pub(crate) rule: Rule<'a>,
    lines: u128,
    bonus: Due,
}

/// The bonuses that are due.
#[derive(Default)]
struct Due {
    /// Added to the win part, in units of stake.
    one_winner: Option<(u128, u128)>,
    returns: Option<Percent>,
    profit: Option<Percent>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(bet: &'a Bet, win: Vec<Element>, place: Vec<Element>) -> Result<Self, BettingError> {
        let (unit, rule, lines) = (bet.line_stake()?, bet.rule()?, bet.structure.line_count());
        if bet.is_divided() {
            if bet.bonus != crate::bet::Bonus::default() || rule.bonus.is_some() {
                return Err(field("bonus", "is of the win part, which an equally divided bet does not have"));
            }
            let both = win.into_iter().zip(place).map(|(win, place)| Element::divided(win, place));
            let win = both.collect::<Option<Vec<_>>>().ok_or(BettingError::Overflow)?;
            check_listing(&bet.structure, &win, rule)?;
            return Ok(Self { bet, win, place: Vec::new(), unit, rule, lines, bonus: Due::default() });
        }
        let bonus = Due::of(bet, &win)?;
        Ok(Self { bet, win, place, unit, rule, lines, bonus })
    }

    fn settled(bet: &'a Bet) -> Result<Self, BettingError> {
        let waits = bet.legs.iter().any(|leg| leg.outcome.finish == crate::outcome::Finish::Open);
        let decided = !waits || bet.open_lines()? == 0;
        let open = |at, _: &_| {
            // A leg that no living line contains counts as lost: nothing depends on it.
            if decided { Ok(LOST) } else { Err(BettingError::Open { leg: at }) }
        };
        Self::new(bet, bet.elements(false, open)?, places(bet, open)?)
    }
}

impl Total for Plan<'_> {
    fn total<N: Number>(&self) -> Fraction<N> {
        let (above, below) = self.unit;
        let mut win = part::<N>(&self.bet.structure, &self.win, self.rule);
        if let Some((above, below)) = self.bonus.one_winner {
            win = win.plus(&Fraction { above: N::whole(above), below: N::whole(below) });
        }
        let plain = Fraction { above: win.above.clone(), below: win.below.clone() };
        if let Some((percent, scale)) = self.bonus.returns {
            win = win.plus(&plain.times(percent.into(), u128::from(scale) * 100));
        }
        if let Some((percent, scale)) = self.bonus.profit {
            let stake = if self.bet.free { 0 } else { self.lines };
            let profit = plain.less(&Fraction { above: N::whole(stake), below: N::whole(1) });
            win = win.plus(&profit.times(percent.into(), u128::from(scale) * 100));
        }
        if !self.place.is_empty() {
            win = win.plus(&part(&self.bet.structure, &self.place, self.rule.plain()));
        }
        win.times(above, below)
    }
}

/// An open leg on which nothing depends.
const LOST: Element = Element { gross: 0, base: 0, one: 1 };

/// The place part of an each-way bet, nothing otherwise.
pub(crate) fn places(
    bet: &Bet,
    open: impl Fn(usize, &crate::bet::Leg) -> Result<Element, BettingError>,
) -> Result<Vec<Element>, BettingError> {
    if bet.each_way { bet.elements(true, open) } else { Ok(Vec::new()) }
}

impl Due {
    fn of(bet: &Bet, win: &[Element]) -> Result<Self, BettingError> {
        let bonus = bet.bonus;
        let mut due = Self::default();
        if bonus == crate::bet::Bonus::default() || bet.legs.iter().any(|leg| leg.outcome.is_void()) {
            return Ok(due);
        }
        let winners: Vec<usize> = (0..win.len()).filter(|leg| bet.legs[*leg].outcome.is_winner()).collect();
        let lost = win.iter().filter(|element| element.gross == 0).count();
        if let (Some((above, below)), [winner]) = (bonus.one_winner, &winners[..]) {
            if below == 0 || above < below {
                return Err(field("bonus.one_winner_odds_x", "must be at least 1"));
            }
            let element = win[*winner];
            let singles = bet.structure.singles_of(*winner) as u128;
            if lost + 1 == win.len() && element.gross > element.one {
                let extra = (element.gross - element.one).checked_mul(u128::from(above - below) * singles);
                let below = element.one.checked_mul(u128::from(below));
                due.one_winner = Some(extra.zip(below).ok_or(BettingError::Overflow)?);
            }
        }
        if winners.len() == win.len() {
            match bonus.on {
                BonusOn::Returns => due.returns = bonus.all_winners,
                BonusOn::Profit => due.profit = bonus.all_winners,
            }
        }
        due.profit = match (due.profit, bonus.boost) {
            (Some((a, over_a)), Some((b, over_b))) => Some((a * over_b + b * over_a, over_a * over_b)),
            (one, other) => one.or(other),
        };
        Ok(due)
    }
}

/// Settle a bet by its legs' results: `R = Σ_lines unit·Π m`, bonuses, one rounding, the cap.
///
/// A pure function: the same bet and results give the same answer on every replay.
///
/// # Errors
/// A leg without the fields its result needs, contradictory results, an open leg that a living line contains,
/// numbers beyond 128 bits in the answer.
pub fn settle(bet: &Bet) -> Result<BetSettlement, BettingError> {
    settle_by(bet, Path::Fastest)
}

/// [`settle`] by a chosen arithmetic: every path gives the same answer.
pub fn settle_by(bet: &Bet, path: Path) -> Result<BetSettlement, BettingError> {
    let quick = if path == Path::Fastest { quick::returns(bet) } else { None };
    let returns = match quick {
        Some(returns) => Ok(returns),
        None => by_plan(bet, path),
    };
    let returns = match (returns, bet.cap()) {
        // Whatever does not fit 128 bits is beyond every cap.
        (Err(BettingError::Overflow), Some(cap)) => cap.into(),
        (returns, cap) => returns?.min(cap.map_or(u128::MAX, u128::from)),
    };
    Ok(BetSettlement { returns, lines: bet.lines(), total_stake: bet.total_stake()? })
}

/// The rounded return by a plan of the bet.
fn by_plan(bet: &Bet, path: Path) -> Result<u128, BettingError> {
    let mut plan = Plan::settled(bet)?;
    plan.rule.listed = path == Path::Listed;
    let unit = u128::from(bet.unit);
    match path {
        Path::Fastest => decide(unit, bet.rounding, &plan),
        _ => round_big(&plan.total(), unit, bet.rounding),
    }
}

/// Settle again after results were corrected: the new settlement and what it adds to `paid` (negative: takes back).
///
/// A pure function: the difference is posted once under (bet, revision), whatever the order of the corrections.
pub fn resettle(bet: &Bet, paid: u128) -> Result<(BetSettlement, i128), BettingError> {
    let settled = settle(bet)?;
    let returns = i128::try_from(settled.returns).map_err(|_| BettingError::Overflow)?;
    let paid = i128::try_from(paid).map_err(|_| BettingError::Overflow)?;
    Ok((settled, returns - paid))
}

/// What is certain while legs are open: the return if all of them lost.
pub fn secured(bet: &Bet) -> Result<BetSettlement, BettingError> {
    let mut known = bet.clone();
    for leg in &mut known.legs {
        if leg.outcome.finish == crate::outcome::Finish::Open {
            leg.outcome.finish = crate::outcome::Finish::Lost;
        }
    }
    settle(&known)
}

/// The exact return before rounding and cap as (numerator, denominator) in lowest terms, big-endian.
pub fn exact_returns(bet: &Bet) -> Result<(Vec<u8>, Vec<u8>), BettingError> {
    let total: Fraction<BigUint> = Plan::settled(bet)?.total();
    let common = gcd_big(total.below.clone(), total.above.clone());
    Ok(((total.above / &common).to_bytes_be(), (total.below / common).to_bytes_be()))
}

/// Round an amount, by the cheapest arithmetic that can decide.
pub(crate) fn decide(unit: u128, mode: Rounding, of: &impl Total) -> Result<u128, BettingError> {
    if let Some(returns) = round_float(&of.total(), unit, mode) {
        return Ok(returns);
    }
    if let Some(returns) = round_checked(&of.total(), unit, mode) {
        return Ok(returns);
    }
    round_big(&of.total(), unit, mode)
}

/// Beyond this a float cannot tell halves apart.
const FLOAT_LIMIT: f64 = (1_u64 << 50) as f64;

#[allow(clippy::cast_sign_loss)] // every total is a sum of what is never negative
fn round_float(total: &Fraction<Approx>, unit: u128, mode: Rounding) -> Option<u128> {
    if total.above.is_zero() {
        return Some(0);
    }
    let units = total.above.over(&total.below.times(&Approx::whole(unit)));
    let shifted = if mode == Rounding::Down { units.value } else { units.value + 0.5 };
    // The bound itself was summed in floats; a billionth more covers what that lost.
    let error = units.error * (1.0 + 1e-9) + shifted * f64::EPSILON;
    let floor = shifted.floor();
    let sure = shifted < FLOAT_LIMIT && shifted - floor > error && floor + 1.0 - shifted > error;
    sure.then_some(floor as u64).map(|whole| u128::from(whole) * unit)
}

fn round_checked(total: &Fraction<Checked>, unit: u128, mode: Rounding) -> Option<u128> {
    let (above, below) = (total.above.0?, total.below.0?.checked_mul(unit)?);
    let (whole, rest) = (above / below, above % below);
    let away = goes_up(mode, rest.cmp(&(below - rest)), rest == 0, whole % 2 == 1);
    (whole + u128::from(away)).checked_mul(unit)
}

fn round_big(total: &Fraction<BigUint>, unit: u128, mode: Rounding) -> Result<u128, BettingError> {
    let below = &total.below * unit;
    let (whole, rest) = (&total.above / &below, &total.above % &below);
    let away = goes_up(mode, rest.cmp(&(&below - &rest)), rest.bits() == 0, whole.bit(0));
    let whole = u128::try_from(whole).map_err(|_| BettingError::Overflow)?;
    (whole + u128::from(away)).checked_mul(unit).ok_or(BettingError::Overflow)
}

/// Whether a rest that compares to the half like `half` rounds up.
fn goes_up(mode: Rounding, half: std::cmp::Ordering, nothing: bool, odd: bool) -> bool {
    match mode {
        Rounding::Down => false,
        _ if nothing => false,
        Rounding::HalfUp => half.is_ge(),
        Rounding::HalfEven => half.is_gt() || half.is_eq() && odd,
    }
}
