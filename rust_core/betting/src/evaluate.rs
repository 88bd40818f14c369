//! One formula of a bet's return, in any arithmetic.

use crate::bet::BonusOn;
use crate::error::{BettingError, field};
use crate::line_bonus::LineBonus;
use crate::number::{Number, gcd};
use crate::structure::{Group, Structure};

/// The most lines that are settled one by one.
pub(crate) const MOST_LISTED: u128 = 1 << 20;

/// A leg of one part: what a line multiplies, over the common denominator `one`.
///
/// `gross` is the return and `base` the stake that returns with it, both weighted by the probability of an open leg;
/// a settled leg has `base = one` while it is alive and 0 once it is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) gross: u128,
    pub(crate) base: u128,
    pub(crate) one: u128,
}

impl Element {
    /// Both parts of an equally divided leg, half the stake on each: `m = (win + place)/2`.
    pub(crate) fn divided(win: Self, place: Self) -> Option<Self> {
        let common = gcd(win.one, place.one);
        let (of_win, of_place) = (place.one / common, win.one / common);
        let gross = win.gross.checked_mul(of_win)?.checked_add(place.gross.checked_mul(of_place)?)?;
        let base = win.base.checked_mul(of_win)?.max(place.base.checked_mul(of_place)?);
        Some(Self { gross, base: base.checked_mul(2)?, one: win.one.checked_mul(of_win)?.checked_mul(2)? })
    }
}

/// An element in an arithmetic.
pub(crate) struct Factor<N> {
    gross: N,
    base: N,
    one: N,
}

/// A fraction in an arithmetic.
#[derive(Debug, Clone)]
pub(crate) struct Fraction<N> {
    pub(crate) above: N,
    pub(crate) below: N,
}

impl<N: Number> Fraction<N> {
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let above = self.above.times(&other.below).plus(&other.above.times(&self.below));
        Self { above, below: self.below.times(&other.below) }
    }

    pub(crate) fn times(&self, above: u128, below: u128) -> Self {
        Self { above: self.above.times(&N::whole(above)), below: self.below.times(&N::whole(below)) }
    }

    /// The difference, at least nothing.
    pub(crate) fn less(&self, other: &Self) -> Self {
        let above = self.above.times(&other.below).less(&other.above.times(&self.below));
        Self { above, below: self.below.times(&other.below) }
    }

    pub(crate) fn least(&self, other: &Self) -> Self {
        let (left, right) = (self.above.times(&other.below), other.above.times(&self.below));
        Self { above: left.least(&right), below: self.below.times(&other.below) }
    }
}

/// How the lines of a part are summed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rule<'a> {
    /// The stake does not come back with the winnings: a line is worth `max(gross − base, 0)`.
    pub(crate) free: bool,
    /// A line is worth at most this many units of stake.
    pub(crate) cap: Option<(u128, u128)>,
    /// Sum the lines one by one even where a polynomial says the same.
    pub(crate) listed: bool,
    /// What lines of winners earn beside their return, and the winners, bit by leg.
    pub(crate) bonus: Option<(&'a LineBonus, u64)>,
}

impl Rule<'_> {
    /// The same rule for lines that earn no bonus.
    pub(crate) fn plain(self) -> Self {
        Self { bonus: None, ..self }
    }

    /// The denominator that bonuses bring.
    fn scale(&self) -> u128 {
        self.bonus.map_or(1, |(bonus, _)| bonus.below())
    }
}

/// `Σ lines`, in units of stake, of one part.
pub(crate) fn part<N: Number>(structure: &Structure, elements: &[Element], rule: Rule<'_>) -> Fraction<N> {
    let factors: Vec<Factor<N>> = elements
        .iter()
        .map(|element| {
            let (gross, base, one) = N::split(element.gross, element.base, element.one);
            Factor { gross, base, one }
        })
        .collect();
    let rule = Rule { listed: must_list(elements, rule), ..rule };
    let mut above = N::whole(0);
    for group in &structure.groups {
        above = above.plus(&of_group(group, &factors, rule));
    }
    for &(first, second) in &structure.pairs {
        let rest = (0..factors.len()).filter(|leg| *leg != first && *leg != second);
        let both = pair(&factors[first], &factors[second], structure.carried, rule).plus(&pair(
            &factors[second],
            &factors[first],
            structure.carried,
            rule,
        ));
        above = above.plus(&product(rest.map(|leg| &factors[leg].one)).times(&both));
    }
    let below = product(factors.iter().map(|factor| &factor.one)).times(&N::whole(rule.scale()));
    match rule.cap {
        // Capped lines come with the cap's denominator.
        Some((_, cap_below)) => Fraction { above, below: below.times(&N::whole(cap_below)) },
        None => Fraction { above, below },
    }
}

/// Whether a part must be summed line by line: a cap or a bonus on lines, or free lines that some multiplier between 0
/// and 1 may take below their stake.
pub(crate) fn must_list(elements: &[Element], rule: Rule<'_>) -> bool {
    rule.listed
        || rule.cap.is_some()
        || rule.bonus.is_some()
        || rule.free && elements.iter().any(|element| element.gross < element.base)
}

/// That a part can be summed in good time.
pub(crate) fn check_listing(
    structure: &Structure,
    elements: &[Element],
    rule: Rule<'_>,
) -> Result<(), BettingError> {
    if must_list(elements, rule) && structure.line_count() > MOST_LISTED {
        return Err(field("type", "has too many lines to be settled one by one, as this bet's terms ask"));
    }
    Ok(())
}

fn product<'a, N: Number + 'a>(factors: impl Iterator<Item = &'a N>) -> N {
    factors.fold(N::whole(1), |product, factor| product.times(factor))
}

fn of_group<N: Number>(group: &Group, factors: &[Factor<N>], rule: Rule<'_>) -> N {
    if rule.listed {
        let all = product(factors.iter().map(|factor| &factor.one));
        return Listing { group, factors, rule, all }.sum();
    }
    let gross = symmetric(group, factors, |factor| &factor.gross);
    if rule.free { gross.less(&symmetric(group, factors, |factor| &factor.base)) } else { gross }
}

/// `Π bankers · Σ_k e_k(legs)`, over the product of every leg's `one`, in O(legs · k).
fn symmetric<N: Number>(group: &Group, factors: &[Factor<N>], of: impl Fn(&Factor<N>) -> &N) -> N {
    let bankers = product(group.bankers.iter().map(|leg| of(&factors[*leg])));
    if bankers.is_zero() {
        return N::whole(0);
    }
    let largest = group.largest();
    let mut sums = vec![N::whole(0); largest + 1];
    sums[0] = N::whole(1);
    for (seen, leg) in group.legs.iter().enumerate() {
        let (one, x) = (&factors[*leg].one, of(&factors[*leg]));
        for size in (1..=largest.min(seen + 1)).rev() {
            let with = sums[size - 1].times(x);
            sums[size] =
                if one.is_one() { sums[size].plus(&with) } else { sums[size].times(one).plus(&with) };
        }
        sums[0] = sums[0].times(one);
    }
    let chosen = (1..=largest).filter(|size| group.sizes >> size & 1 == 1);
    let sum = chosen.fold(N::whole(0), |sum, size| sum.plus(&sums[size]));
    let outside = product(group.outside(factors.len()).map(|leg| &factors[leg].one));
    bankers.times(&outside).times(&sum)
}

/// `first` up to `carried` stakes onto `second`, the rest kept.
fn pair<N: Number>(first: &Factor<N>, second: &Factor<N>, carried: u8, rule: Rule<'_>) -> N {
    let stake = first.gross.least(&first.base.times(&N::whole(carried.into())));
    let kept = first.gross.less(&stake).times(&second.one);
    let both = first.one.times(&second.one);
    value(kept.plus(&stake.times(&second.gross)), &both, &both, rule, 0)
}

/// A line's value from its return and the stake that returned with it; `all` is the product of the `one`s, `added` the
/// line's bonus over the scale of the rule.
fn value<N: Number>(gross: N, base: &N, all: &N, rule: Rule<'_>, added: u128) -> N {
    let worth = if rule.free { gross.less(base) } else { gross };
    let worth = match rule.bonus {
        None => worth,
        Some((bonus, _)) => {
            let profit = bonus.on() == BonusOn::Profit && !rule.free;
            let of = if profit { worth.less(base) } else { worth.clone() };
            worth.times(&N::whole(bonus.below())).plus(&of.times(&N::whole(added)))
        }
    };
    match rule.cap {
        Some((above, below)) => {
            let most = all.times(&N::whole(above)).times(&N::whole(rule.scale()));
            worth.times(&N::whole(below)).least(&most)
        }
        None => worth,
    }
}

/// The lines of a group, one by one.
struct Listing<'a, N> {
    group: &'a Group,
    factors: &'a [Factor<N>],
    rule: Rule<'a>,
    /// The product of every leg's `one`.
    all: N,
}

impl<N: Number> Listing<'_, N> {
    fn sum(&self) -> N {
        let outside = product(self.group.outside(self.factors.len()).map(|leg| &self.factors[leg].one));
        let bankers = self.group.bankers.iter().map(|leg| &self.factors[*leg]);
        let gross = bankers.clone().fold(outside.clone(), |all, factor| all.times(&factor.gross));
        let base = bankers.clone().fold(outside.clone(), |all, factor| all.times(&factor.base));
        let winners = self.group.bankers.iter().all(|leg| self.wins(*leg));
        let mut sum = N::whole(0);
        self.visit(0, (0, winners), &gross, &base, &mut sum);
        sum
    }

    fn wins(&self, leg: usize) -> bool {
        self.rule.bonus.is_some_and(|(_, winners)| winners >> leg & 1 == 1)
    }

    /// The bonus of a line of so many legs of the group beside the bankers.
    fn added(&self, chosen: usize) -> u128 {
        self.rule.bonus.map_or(0, |(bonus, _)| bonus.added(chosen + self.group.bankers.len()))
    }

    /// From leg `at` on, with so many legs `chosen`, and whether all of them and the bankers won.
    fn visit(&self, at: usize, (chosen, winners): (usize, bool), gross: &N, base: &N, sum: &mut N) {
        if gross.is_zero() || self.group.sizes >> chosen == 0 {
            return;
        }
        let Some(leg) = self.group.legs.get(at) else {
            if self.group.sizes >> chosen & 1 == 1 {
                let added = if winners { self.added(chosen) } else { 0 };
                *sum = sum.plus(&value(gross.clone(), base, &self.all, self.rule, added));
            }
            return;
        };
        let factor = &self.factors[*leg];
        let with = (chosen + 1, winners && self.wins(*leg));
        self.visit(at + 1, with, &gross.times(&factor.gross), &base.times(&factor.base), sum);
        self.visit(at + 1, (chosen, winners), &gross.times(&factor.one), &base.times(&factor.one), sum);
    }
}
