//! Final scores as the outcomes of a match: every bet on the score becomes one vector over the same cells.

use std::cmp::Ordering;

use crate::error::{BettingError, field};
use crate::leg::LegResult;
use crate::outcome::{Finish, Outcome};

/// The most scores a side may have in a book.
const MOST_SCORES: i32 = 64;

/// The final scores of a match, home goals first: (0, 0), (0, 1), … up to `size − 1` goals a side.
///
/// Scores beyond are left out: the size is chosen so that they do not matter (15 for football).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scores {
    size: i32,
}

/// A side of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Home,
    Away,
}

/// What goals are counted for a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    Both,
    One(Side),
}

/// A selection that the final score decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoreSelection(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Home, draw, away: those that win.
    Result([bool; 3]),
    /// A side, the stake back on a draw.
    DrawNoBet(Side),
    /// Both sides score, or not.
    BothScore(bool),
    /// An odd number of goals, or an even one.
    Odd(bool),
    /// More goals than a line in quarters (or fewer).
    Total { counted: Counted, quarters: i32, over: bool },
    /// A side with a handicap in quarters.
    Handicap { side: Side, quarters: i32 },
    /// One score.
    Exact(i32, i32),
}

const UNKNOWN: &str = "is none of home draw away 1x x2 12 home_dnb away_dnb btts btts_no odd even over2.5 under2.5 \
                       home_over1.5 away_under0.5 home-0.75 away+1 2-1";

impl ScoreSelection {
    /// Read a selection: `home draw away 1x x2 12`, `home_dnb away_dnb`, `btts btts_no`, `odd even`, totals
    /// `over2.25 under3`, totals of a side `home_over1.5`, Asian handicaps `home-0.75 away+1`, scores `2-1`.
    ///
    /// # Errors
    /// Any other word, a line that is no multiple of a quarter.
    pub fn parse(text: &str) -> Result<Self, BettingError> {
        let kind = match text {
            "home" => Kind::Result([true, false, false]),
            "draw" => Kind::Result([false, true, false]),
            "away" => Kind::Result([false, false, true]),
            "1x" => Kind::Result([true, true, false]),
            "x2" => Kind::Result([false, true, true]),
            "12" => Kind::Result([true, false, true]),
            "home_dnb" => Kind::DrawNoBet(Side::Home),
            "away_dnb" => Kind::DrawNoBet(Side::Away),
            "btts" => Kind::BothScore(true),
            "btts_no" => Kind::BothScore(false),
            "odd" => Kind::Odd(true),
            "even" => Kind::Odd(false),
            _ => parse_line(text).or_else(|| parse_score(text)).ok_or(field("selection", UNKNOWN))?,
        };
        Ok(Self(kind))
    }

    /// What becomes of the selection at a final score.
    pub fn finish(self, home: i32, away: i32) -> Finish {
        let won = |won: bool| if won { Finish::Won } else { Finish::Lost };
        let lead = |side| if side == Side::Home { home - away } else { away - home };
        match self.0 {
            Kind::Result([first, draw, second]) => won(match home.cmp(&away) {
                Ordering::Greater => first,
                Ordering::Equal => draw,
                Ordering::Less => second,
            }),
            Kind::DrawNoBet(side) => Finish::of_handicap(lead(side), 0),
            Kind::BothScore(yes) => won((home > 0 && away > 0) == yes),
            Kind::Odd(odd) => won(((home + away) % 2 == 1) == odd),
            Kind::Total { counted, quarters, over } => {
                let goals = match counted {
                    Counted::Both => home + away,
                    Counted::One(Side::Home) => home,
                    Counted::One(Side::Away) => away,
                };
                if over {
                    Finish::of_handicap(goals, -quarters)
                } else {
                    Finish::of_handicap(-goals, quarters)
                }
            }
            Kind::Handicap { side, quarters } => Finish::of_handicap(lead(side), quarters),
            Kind::Exact(first, second) => won((first, second) == (home, away)),
        }
    }
}

/// A total or a handicap.
fn parse_line(text: &str) -> Option<Kind> {
    let total = |counted, over| move |quarters| Kind::Total { counted, quarters, over };
    let (home, away) = (Counted::One(Side::Home), Counted::One(Side::Away));
    let totals = [
        ("over", Counted::Both, true),
        ("under", Counted::Both, false),
        ("home_over", home, true),
        ("home_under", home, false),
        ("away_over", away, true),
        ("away_under", away, false),
    ];
    for (word, counted, over) in totals {
        if let Some(line) = text.strip_prefix(word) {
            return quarters(line).filter(|quarters| *quarters >= 0).map(total(counted, over));
        }
    }
    for (word, side) in [("home", Side::Home), ("away", Side::Away)] {
        if let Some(line) = text.strip_prefix(word).filter(|line| line.starts_with(['+', '-'])) {
            return quarters(line).map(|quarters| Kind::Handicap { side, quarters });
        }
    }
    None
}

/// A line as quarters of a goal.
fn quarters(text: &str) -> Option<i32> {
    let (sign, size) = match text.strip_prefix('-') {
        Some(size) => (-1, size),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (above, below) = crate::price::decimal(size)?;
    let quarters = above.checked_mul(4).filter(|four| four % below == 0)? / below;
    i32::try_from(quarters).ok().filter(|quarters| *quarters <= 4_000).map(|quarters| sign * quarters)
}

/// A correct score.
fn parse_score(text: &str) -> Option<Kind> {
    let (home, away) = text.split_once('-')?;
    let goals = |text: &str| text.parse::<u8>().ok().map(i32::from);
    Some(Kind::Exact(goals(home)?, goals(away)?))
}

impl Scores {
    /// Scores of 0 to `size − 1` goals a side.
    ///
    /// # Errors
    /// A size outside 2 to 64.
    pub fn new(size: i32) -> Result<Self, BettingError> {
        if (2..=MOST_SCORES).contains(&size) {
            Ok(Self { size })
        } else {
            Err(field("size", "must be between 2 and 64 scores a side"))
        }
    }

    /// Scores a side.
    pub fn size(self) -> i32 {
        self.size
    }

    /// The scores in the order of the outcomes.
    pub fn cells(self) -> impl Iterator<Item = (i32, i32)> {
        (0..self.size * self.size).map(move |cell| (cell / self.size, cell % self.size))
    }

    /// The results of a bet in every cell; several selections win together at one price, as a same-game multiple.
    ///
    /// # Errors
    /// No selection; several of which one may come back or be half won, so that the price for all of them is wrong
    /// there.
    pub fn results(self, selections: &[ScoreSelection]) -> Result<Vec<LegResult>, BettingError> {
        if selections.is_empty() {
            return Err(field("selection", "is missing"));
        }
        let one = |(home, away): (i32, i32)| {
            let finish = |selection: &ScoreSelection| selection.finish(home, away);
            let finish = match selections {
                [selection] => finish(selection),
                _ if selections.iter().any(|selection| finish(selection) == Finish::Lost) => Finish::Lost,
                _ if selections.iter().all(|selection| finish(selection) == Finish::Won) => Finish::Won,
                _ => return Err(field("selection", "of a same-game multiple must not be void or half won")),
            };
            let result = Outcome::of(finish).win()?;
            result.ok_or(field("selection", "has no result at a final score"))
        };
        self.cells().map(one).collect()
    }
}
