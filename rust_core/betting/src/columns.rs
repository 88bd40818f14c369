//! Many bets at once, as columns: a value a bet or a value a leg, and no allocation a bet.

use money::Rounding;

use crate::bet::{Bet, Leg, Stake};
use crate::error::{BettingError, field};
use crate::outcome::{Finish, Outcome};
use crate::price::Price;
use crate::settle::{BetSettlement, settle};
use crate::structure::{MOST_LEGS, Structure};
use crate::terms::{EachWayTerms, MOST_PENCE};

/// A type of bet whatever the number of its legs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// The sizes of a `SYSTEM`.
    pub sizes: Vec<usize>,
    /// Legs that are in every line.
    pub bankers: Vec<usize>,
}

/// What became of each leg, and what was agreed on it, one value a leg; an empty column stands for its default.
#[derive(Debug, Clone, Copy, Default)]
pub struct LegColumns<'a> {
    /// Decimal prices over `price_below`.
    pub price: &'a [u64],
    /// Denominators of the prices; ten thousand if empty.
    pub price_below: &'a [u64],
    /// Results.
    pub finish: &'a [Finish],
    /// Void shares in halves beside what the result says.
    pub void_halves: &'a [u64],
    /// Runners that share the position.
    pub tied: &'a [u64],
    /// Positions, counted from 1; 0 where nothing is said.
    pub position: &'a [u64],
    /// Rule 4 deductions, pence a pound of winnings.
    pub rule4: &'a [u64],
    /// Places the each-way terms pay; 0 where a leg has none.
    pub places: &'a [u64],
    /// The fraction of the winnings they pay, above and below the line.
    pub fraction: [&'a [u64]; 2],
}

/// Bets as columns: bet `i` has the legs from `offsets[i]` to `offsets[i + 1]`.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// The types that occur.
    pub kinds: &'a [Kind],
    /// The type of each bet, by its place among the kinds.
    pub kind: &'a [u64],
    /// Where the legs of each bet begin; one more for the end.
    pub offsets: &'a [u64],
    /// Stakes of a line, minor units.
    pub unit_stake: &'a [u64],
    /// Which bets are each-way; none if empty.
    pub each_way: &'a [bool],
    /// The legs of all bets.
    pub legs: LegColumns<'a>,
    /// How returns are rounded.
    pub rounding: Rounding,
    /// What they are rounded to a multiple of, minor units.
    pub unit: u64,
    /// The most a bet returns, minor units.
    pub max_payout: Option<u64>,
}

/// Settle bets one after the other into `found`; an error comes with the place of its bet.
///
/// # Errors
/// Columns of other lengths than the bets or their legs, as of bet 0; what [`settle`] says of a bet.
pub fn settle_columns(
    columns: &Columns<'_>,
    mut found: impl FnMut(BetSettlement),
) -> Result<(), (usize, BettingError)> {
    columns.check().map_err(|error| (0, error))?;
    let mut made: Vec<Vec<Option<Bet>>> = vec![Vec::new(); columns.kinds.len()];
    for at in 0..columns.kind.len() {
        let bet = columns.bet(at, &mut made).map_err(|error| (at, error))?;
        found(settle(bet).map_err(|error| (at, error))?);
    }
    Ok(())
}

impl Columns<'_> {
    fn check(&self) -> Result<(), BettingError> {
        let (bets, legs) = (self.kind.len(), self.legs.price.len());
        let ends = self.offsets.first() == Some(&0) && self.offsets.last() == Some(&(legs as u64));
        if self.offsets.len() != bets + 1 || !ends || !self.offsets.is_sorted() {
            return Err(field("offsets", "rise from 0 to the number of legs, one more than the bets"));
        }
        let each = |name, length: usize, wanted, optional| {
            if length == wanted || optional && length == 0 {
                return Ok(());
            }
            Err(field(name, "has another number of values than there are bets, or legs"))
        };
        each("unit_stake_minor", self.unit_stake.len(), bets, false)?;
        each("each_way", self.each_way.len(), bets, true)?;
        each("result", self.legs.finish.len(), legs, false)?;
        let named = [
            ("price_below", self.legs.price_below),
            ("void_halves", self.legs.void_halves),
            ("tied", self.legs.tied),
            ("position", self.legs.position),
            ("rule4", self.legs.rule4),
            ("places", self.legs.places),
            ("fraction", self.legs.fraction[0]),
            ("fraction", self.legs.fraction[1]),
        ];
        named.into_iter().try_for_each(|(name, column)| each(name, column.len(), legs, true))
    }

    /// One bet, in the place of the last of its type and number of legs.
    fn bet<'m>(&self, at: usize, made: &'m mut [Vec<Option<Bet>>]) -> Result<&'m Bet, BettingError> {
        let legs = self.offsets[at] as usize..self.offsets[at + 1] as usize;
        let kind = usize::try_from(self.kind[at]).ok().filter(|kind| *kind < self.kinds.len());
        let kind = kind.ok_or(field("kind", "is a place among the kinds"))?;
        if legs.is_empty() || legs.len() > MOST_LEGS {
            return Err(field("legs", "a bet has 1 to 64"));
        }
        let of_kind = &mut made[kind];
        if of_kind.len() <= legs.len() {
            of_kind.resize(legs.len() + 1, None);
        }
        let bet = match &mut of_kind[legs.len()] {
            Some(bet) => bet,
            none => none.insert(self.template(&self.kinds[kind], legs.len())?),
        };
        bet.stake = Stake::Line(self.unit_stake[at]);
        bet.each_way = self.each_way.get(at).copied().unwrap_or_default();
        for (number, (leg, place)) in bet.legs.iter_mut().zip(legs).enumerate() {
            *leg = self.legs.leg(place).map_err(|error| error.of_leg(number))?;
        }
        Ok(bet)
    }

    fn template(&self, kind: &Kind, legs: usize) -> Result<Bet, BettingError> {
        let structure = Structure::new(&kind.name, legs, &kind.sizes, &kind.bankers)?;
        let unknown = Leg::at(Price::new(2, 1)?, Outcome::of(Finish::Open));
        let bet = Bet::new(structure, vec![unknown; legs], Stake::Line(1))?;
        Ok(Bet { rounding: self.rounding, unit: self.unit, max_payout: self.max_payout, ..bet })
    }
}

impl LegColumns<'_> {
    fn leg(&self, at: usize) -> Result<Leg, BettingError> {
        let small = |name, column: &[u64], default| match column.get(at) {
            None => Ok(default),
            Some(value) => u32::try_from(*value).map_err(|_| field(name, "is out of range")),
        };
        let below = self.price_below.get(at).copied().unwrap_or(10_000);
        let void_halves = small("void_halves", self.void_halves, 0)?;
        let rule4 = small("rule4", self.rule4, 0)?;
        if void_halves > 2 || rule4 > u32::from(MOST_PENCE) {
            return Err(field("void_halves, rule4", "are at most 2 halves and 90 pence a pound"));
        }
        let outcome = Outcome {
            tied: small("tied", self.tied, 1)?,
            position: Some(small("position", self.position, 0)?).filter(|position| *position > 0),
            void_halves: void_halves as u8,
            ..Outcome::of(self.finish[at])
        };
        let terms = match small("places", self.places, 0)? {
            0 => None,
            places => {
                let [above, below] = self.fraction.map(|column| small("fraction", column, 0));
                Some(EachWayTerms::new(above?, below?, places)?)
            }
        };
        Ok(Leg { deduction: rule4 as u8, terms, ..Leg::at(Price::new(self.price[at], below)?, outcome) })
    }
}
