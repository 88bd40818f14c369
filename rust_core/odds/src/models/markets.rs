//! The markets of a match, sums over the vectors of its grid.

use super::error::ModelError;
use super::five_way::{FiveWay, Line};
use super::grid::{ScoreGrid, sum};

/// Correct scores up to a limit a side, and the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectScores {
    /// Goals a side the listed scores go up to.
    pub limit: usize,
    /// `P(i, j)` at `i·(limit + 1) + j`.
    pub listed: Vec<f64>,
    /// Any other home win, draw, away win.
    pub other: [f64; 3],
}

/// By how much the winner wins: by 1, 2, 3, and 4 or more goals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margins {
    /// Home wins by.
    pub home: [f64; 4],
    /// Away wins by.
    pub away: [f64; 4],
    /// A draw with goals.
    pub score_draw: f64,
    /// No goal at all.
    pub no_goal: f64,
}

impl ScoreGrid {
    /// Home, draw, away after `goals` are added to home's: the European handicap, the match result at 0.
    #[must_use]
    pub fn result(&self, goals: i64) -> [f64; 3] {
        let level = past(&self.differences, 4 * (goals + 1 - i64::try_from(self.size).unwrap_or(i64::MAX)));
        [level.win, level.push, level.lose]
    }

    /// Both sides score, and not.
    #[must_use]
    pub fn both_score(&self) -> [f64; 2] {
        let yes = self.cells.chunks_exact(self.size).skip(1).flat_map(|row| &row[1..]).sum();
        let [home, away] = self.win_to_nil();
        [yes, home + away + self.cells[0]]
    }

    /// Over a line of goals of both sides.
    #[must_use]
    pub fn over(&self, line: Line) -> FiveWay {
        past(&self.totals, -line.quarters())
    }

    /// Home with the line added to its goals.
    #[must_use]
    pub fn handicap(&self, line: Line) -> FiveWay {
        let level = i64::try_from(self.size).unwrap_or(i64::MAX) - 1;
        past(&self.differences, line.quarters() - 4 * level)
    }

    /// Over a half line of goals of home and of away.
    ///
    /// # Errors
    /// A line a score can land on.
    pub fn team_over(&self, line: f64) -> Result<[f64; 2], ModelError> {
        let line = Line::half(line)?;
        let over = |side: &[f64]| {
            let goals = (0_i64..).zip(side).filter(|(goals, _)| 4 * goals > line.quarters());
            goals.map(|(_, p)| p).sum()
        };
        Ok([over(&self.home), over(&self.away)])
    }

    /// Exactly 0, 1, … goals, the last one `limit` or more.
    #[must_use]
    pub fn exact_totals(&self, limit: usize) -> Vec<f64> {
        let mut exact = vec![0.0; limit + 1];
        for (goals, p) in self.totals.iter().enumerate() {
            exact[goals.min(limit)] += p;
        }
        exact
    }

    /// An odd number of goals, and an even one.
    #[must_use]
    pub fn odd_even(&self) -> [f64; 2] {
        let every_second = |first: usize| self.totals.iter().skip(first).step_by(2).sum();
        [every_second(1), every_second(0)]
    }

    /// Home and away concede no goal.
    #[must_use]
    pub fn clean_sheet(&self) -> [f64; 2] {
        [self.away[0], self.home[0]]
    }

    /// Home and away win and concede no goal.
    #[must_use]
    pub fn win_to_nil(&self) -> [f64; 2] {
        let home = self.cells.iter().step_by(self.size).skip(1).sum();
        [home, self.cells[1..self.size].iter().sum()]
    }

    /// The scores up to `limit` goals a side; a limit beyond the grid gives zeros.
    #[must_use]
    pub fn correct_scores(&self, limit: usize) -> CorrectScores {
        let mut scores = CorrectScores { limit, listed: vec![0.0; (limit + 1).pow(2)], other: [0.0; 3] };
        for (i, row) in self.cells.chunks_exact(self.size).enumerate() {
            for (j, &p) in row.iter().enumerate() {
                if i <= limit && j <= limit {
                    scores.listed[i * (limit + 1) + j] = p;
                } else {
                    let other = if i > j { 0 } else { 1 + usize::from(i < j) };
                    scores.other[other] += p;
                }
            }
        }
        scores
    }

    /// By how much the winner wins.
    #[must_use]
    pub fn winning_margins(&self) -> Margins {
        let level = self.size - 1;
        let (mut home, mut away) = ([0.0; 4], [0.0; 4]);
        for by in 1..self.size {
            home[by.min(4) - 1] += self.differences[level + by];
            away[by.min(4) - 1] += self.differences[level - by];
        }
        let score_draw = self.cells.iter().step_by(self.size + 1).skip(1).sum();
        Margins { home, away, score_draw, no_goal: self.cells[0] }
    }
}

/// The results when goal `i` of `probabilities` is `4·i + first` quarters past the line.
///
/// A quarter line is half a stake on each neighbouring half line; one quarter past it, one half wins and one is
/// level. At most one number of goals is less than half a goal from a line: all others win or lose.
fn past(probabilities: &[f64], first: i64) -> FiveWay {
    let last = probabilities.len();
    // The most goals that are at most a quarter past the line.
    let near = (1 - first).div_euclid(4);
    let (Ok(near), past) = (usize::try_from(near), 4 * near + first) else {
        return FiveWay { win: sum(probabilities), ..FiveWay::default() };
    };
    let (below, rest) = probabilities.split_at(near.min(last));
    let Some((level, above)) = rest.split_first() else {
        return FiveWay { lose: sum(below), ..FiveWay::default() };
    };
    let mut five = FiveWay { win: sum(above), lose: sum(below), ..FiveWay::default() };
    match past {
        1 => five.half_win = *level,
        0 => five.push = *level,
        -1 => five.half_lose = *level,
        _ => five.lose += *level,
    }
    five
}
