//! Bet types as lines.
//!
//! A type is a few groups of lines ("every k of these legs, together with the bankers") and ordered pairs that carry
//! a return over (up and down). Groups are counted and settled by elementary symmetric polynomials, never listed.

use crate::error::{BettingError, field};

/// The most legs of a bet.
pub const MOST_LEGS: usize = 64;

/// Every `k` of `legs` for the `k` in `sizes`, together with the bankers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) legs: Vec<usize>,
    pub(crate) bankers: Vec<usize>,
    /// Bit k stands for size k.
    pub(crate) sizes: u128,
}

impl Group {
    /// Legs that the group does not touch.
    pub(crate) fn outside(&self, legs: usize) -> impl Iterator<Item = usize> + '_ {
        let none = self.legs.len() + self.bankers.len() == legs;
        (0..if none { 0 } else { legs }).filter(|leg| !self.legs.contains(leg) && !self.bankers.contains(leg))
    }

    /// `Σ_k C(n, k)` of the n legs `among`; nothing if a banker is not.
    fn lines(&self, among: impl Fn(usize) -> bool) -> u128 {
        if !self.bankers.iter().all(|banker| among(*banker)) {
            return 0;
        }
        let legs = self.legs.iter().filter(|leg| among(**leg)).count();
        (1..=legs).filter(|size| self.sizes >> size & 1 == 1).map(|size| choices(legs, size)).sum()
    }

    /// The largest size.
    pub(crate) fn largest(&self) -> usize {
        127 - self.sizes.leading_zeros() as usize
    }
}

/// Pascal's triangle: its largest entry has 61 bits.
static CHOICES: [[u64; MOST_LEGS + 1]; MOST_LEGS + 1] = {
    let mut rows = [[0; MOST_LEGS + 1]; MOST_LEGS + 1];
    let mut n = 0;
    while n <= MOST_LEGS {
        rows[n][0] = 1;
        let mut k = 1;
        while k <= n {
            rows[n][k] = rows[n - 1][k - 1] + rows[n - 1][k];
            k += 1;
        }
        n += 1;
    }
    rows
};

/// `C(n, k)`.
fn choices(n: usize, k: usize) -> u128 {
    u128::from(CHOICES[n][k])
}

/// The lines of a bet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    pub(crate) legs: usize,
    lines: u128,
    pub(crate) groups: Vec<Group>,
    /// Unordered pairs, each played both ways round.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// Stakes carried to the second leg of a pair: 1 single, 2 double stakes about.
    pub(crate) carried: u8,
}

/// Full-cover types: name, legs, smallest and largest size.
const FULL_COVER: [(&str, usize, usize, usize); 16] = [
    ("TRIXIE", 3, 2, 3),
    ("PATENT", 3, 1, 3),
    ("YANKEE", 4, 2, 4),
    ("LUCKY15", 4, 1, 4),
    ("CANADIAN", 5, 2, 5),
    ("SUPER_YANKEE", 5, 2, 5),
    ("LUCKY31", 5, 1, 5),
    ("HEINZ", 6, 2, 6),
    ("LUCKY63", 6, 1, 6),
    ("SUPER_HEINZ", 7, 2, 7),
    ("SUPER_HEINZ_WITH_SINGLES", 7, 1, 7),
    ("LUCKY127", 7, 1, 7),
    ("GOLIATH", 8, 2, 8),
    ("GOLIATH_WITH_SINGLES", 8, 1, 8),
    ("LUCKY255", 8, 1, 8),
    ("HEINZ_WITH_SINGLES", 6, 1, 6),
];

/// One line of every leg: name and legs.
const FOLDS: [(&str, usize); 8] = [
    ("SINGLE", 1),
    ("DOUBLE", 2),
    ("TREBLE", 3),
    ("FOURFOLD", 4),
    ("FIVEFOLD", 5),
    ("SIXFOLD", 6),
    ("SEVENFOLD", 7),
    ("EIGHTFOLD", 8),
];

/// Full cover, and every pair up and down: name, legs, smallest size.
const UP_AND_DOWN: [(&str, usize, usize); 3] = [("ROUND_ROBIN", 3, 2), ("FLAG", 4, 2), ("SUPER_FLAG", 5, 2)];

/// Every name, for who gave another.
const UNKNOWN: &str = "unknown bet type: known are SINGLE, DOUBLE, TREBLE, FOURFOLD, FIVEFOLD, SIXFOLD, SEVENFOLD, \
    EIGHTFOLD, ACCA, ACCUMULATOR, N_FOLD, TRIXIE, PATENT, YANKEE, LUCKY15, CANADIAN, SUPER_YANKEE, LUCKY31, HEINZ, \
    HEINZ_WITH_SINGLES, LUCKY63, SUPER_HEINZ, SUPER_HEINZ_WITH_SINGLES, LUCKY127, GOLIATH, GOLIATH_WITH_SINGLES, \
    LUCKY255, SYSTEM, SSA, DSA, ROUND_ROBIN, FLAG, SUPER_FLAG, UNION_JACK, ALPHABET";

/// Rows, columns and diagonals of three by three.
const UNION_JACK: [[usize; 3]; 8] =
    [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];

fn sizes(smallest: usize, largest: usize) -> u128 {
    (smallest..=largest).fold(0, |mask, size| mask | 1 << size)
}

impl Structure {
    /// The lines of a type by name.
    ///
    /// `sizes` are the k of a `SYSTEM` and empty for every other type; `bankers` are legs, counted from 0, that are in
    /// every line, and the type's sizes apply to the rest.
    pub fn new(name: &str, legs: usize, sizes: &[usize], bankers: &[usize]) -> Result<Self, BettingError> {
        if legs == 0 || legs > MOST_LEGS {
            return Err(field("legs", "a bet has 1 to 64"));
        }
        let distinct = |banker: &usize| bankers.iter().filter(|other| *other == banker).count() == 1;
        if !bankers.iter().all(|banker| *banker < legs && distinct(banker)) {
            return Err(field("bankers", "must be distinct legs of the bet, counted from 0"));
        }
        if name != "SYSTEM" && !sizes.is_empty() {
            return Err(field("sizes", "belong to a SYSTEM: every other type has its own"));
        }
        let rest: Vec<usize> = (0..legs).filter(|leg| !bankers.contains(leg)).collect();
        if let Some(sizes) = Self::one_group(name, rest.len(), sizes)? {
            let group = Group { legs: rest, bankers: bankers.to_vec(), sizes };
            return Ok(Self::of(legs, vec![group], Vec::new(), 1));
        }
        if !bankers.is_empty() {
            return Err(field("bankers", "have no meaning in a bet of this type"));
        }
        Self::several_groups(name, legs)
    }

    fn of(legs: usize, groups: Vec<Group>, pairs: Vec<(usize, usize)>, carried: u8) -> Self {
        let lines = groups.iter().map(|group| group.lines(|_| true)).sum::<u128>() + 2 * pairs.len() as u128;
        Self { legs, lines, groups, pairs, carried }
    }

    /// The sizes of a type that is one group of `rest` legs beside the bankers.
    fn one_group(name: &str, rest: usize, chosen: &[usize]) -> Result<Option<u128>, BettingError> {
        let exactly =
            |needed| if rest == needed { Ok(()) } else { Err(BettingError::Legs { needed, given: rest }) };
        if let Some((_, needed, smallest, largest)) = FULL_COVER.iter().find(|entry| entry.0 == name) {
            return exactly(*needed).map(|()| Some(sizes(*smallest, *largest)));
        }
        if let Some((_, needed)) = FOLDS.iter().find(|entry| entry.0 == name) {
            return exactly(*needed).map(|()| Some(1 << needed));
        }
        match name {
            "ACCA" | "ACCUMULATOR" | "N_FOLD" if rest == 0 => Err(field("bankers", "leave no other leg")),
            "ACCA" | "ACCUMULATOR" | "N_FOLD" => Ok(Some(1 << rest)),
            "SYSTEM" if chosen.is_empty() => Err(field("sizes", "a SYSTEM says how many legs make a line")),
            "SYSTEM" => {
                if chosen.iter().any(|size| *size == 0 || *size > rest) {
                    return Err(field("sizes", "must be between 1 and the legs beside the bankers"));
                }
                let mask = chosen.iter().fold(0, |mask, size| mask | 1 << size);
                let distinct = u128::count_ones(mask) as usize == chosen.len();
                if distinct { Ok(Some(mask)) } else { Err(field("sizes", "must be distinct")) }
            }
            _ => Ok(None),
        }
    }

    fn several_groups(name: &str, legs: usize) -> Result<Self, BettingError> {
        let exactly =
            |needed| if legs == needed { Ok(()) } else { Err(BettingError::Legs { needed, given: legs }) };
        let group = |legs: &[usize], sizes| Group { legs: legs.to_vec(), bankers: Vec::new(), sizes };
        let all: Vec<usize> = (0..legs).collect();
        let pairs = || all.iter().flat_map(|&a| (a + 1..legs).map(move |b| (a, b))).collect();
        if let Some((_, needed, smallest)) = UP_AND_DOWN.iter().find(|entry| entry.0 == name) {
            exactly(*needed)?;
            let groups = vec![group(&all, sizes(*smallest, legs))];
            return Ok(Self::of(legs, groups, pairs(), 1));
        }
        match name {
            "SSA" | "DSA" if legs < 2 => Err(BettingError::Legs { needed: 2, given: legs }),
            "SSA" => Ok(Self::of(legs, Vec::new(), pairs(), 1)),
            "DSA" => Ok(Self::of(legs, Vec::new(), pairs(), 2)),
            "UNION_JACK" => {
                exactly(9)?;
                let groups = UNION_JACK.iter().map(|row| group(row, 1 << 3)).collect();
                Ok(Self::of(legs, groups, Vec::new(), 1))
            }
            "ALPHABET" => {
                exactly(6)?;
                let patents = [group(&all[..3], sizes(1, 3)), group(&all[3..], sizes(1, 3))];
                let rest = [group(&all[1..5], sizes(2, 4)), group(&all, 1 << 6)];
                let groups = patents.into_iter().chain(rest).collect();
                Ok(Self::of(legs, groups, Vec::new(), 1))
            }
            _ => Err(field("type", UNKNOWN)),
        }
    }

    /// The legs of a type whose name says them; `None` where the bettor chooses.
    pub fn usual_legs(name: &str) -> Option<usize> {
        let named = FULL_COVER.iter().map(|entry| (entry.0, entry.1)).chain(FOLDS);
        let named = named.chain(UP_AND_DOWN.iter().map(|entry| (entry.0, entry.1)));
        let special = [("UNION_JACK", 9), ("ALPHABET", 6), ("SSA", 2), ("DSA", 2)];
        named.chain(special).find(|entry| entry.0 == name).map(|entry| entry.1)
    }

    /// How many lines there are, each way round counted for pairs that carry over.
    pub fn line_count(&self) -> u128 {
        self.lines
    }

    /// Lines of the groups whose legs all are `among`.
    pub(crate) fn group_lines(&self, among: impl Fn(usize) -> bool) -> u128 {
        self.groups.iter().map(|group| group.lines(&among)).sum()
    }

    /// Whether the results of both legs meet in a line.
    pub fn combines(&self, one: usize, other: usize) -> bool {
        let meet = |group: &Group| {
            let (legs, bankers) = (&group.legs, &group.bankers);
            let chosen = [one, other].iter().filter(|leg| legs.contains(leg)).count();
            let fixed = [one, other].iter().filter(|leg| bankers.contains(leg)).count();
            chosen + fixed == 2 && group.largest() >= chosen
        };
        self.groups.iter().any(meet)
            || self.pairs.iter().any(|pair| *pair == (one.min(other), one.max(other)))
    }

    /// How many lines are the one leg alone.
    pub(crate) fn singles_of(&self, leg: usize) -> usize {
        let alone = |group: &&Group| match group.bankers[..] {
            [] => group.sizes & 2 != 0 && group.legs.contains(&leg),
            _ => false,
        };
        self.groups.iter().filter(alone).count()
    }

    /// Every line of the groups as legs in rising order; pairs that carry over are not lines of this kind.
    ///
    /// # Errors
    /// More than a million lines.
    pub fn lines(&self) -> Result<Vec<Vec<usize>>, BettingError> {
        let mut lines = Vec::new();
        for group in &self.groups {
            let mut open = vec![(0, group.bankers.clone())];
            while let Some((at, line)) = open.pop() {
                let chosen = line.len() - group.bankers.len();
                if at == group.legs.len() {
                    if group.sizes >> chosen & 1 == 1 {
                        let mut line = line;
                        line.sort_unstable();
                        lines.push(line);
                    }
                    continue;
                }
                if chosen < group.largest() {
                    let with = line.iter().copied().chain([group.legs[at]]).collect();
                    open.push((at + 1, with));
                }
                open.push((at + 1, line));
                if lines.len() + open.len() > 1 << 20 {
                    return Err(field("type", "has too many lines to be listed one by one"));
                }
            }
        }
        Ok(lines)
    }
}
