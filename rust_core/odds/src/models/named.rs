//! Markets by name, for many grids at once.

use super::error::ModelError;
use super::five_way::{FiveWay, Line};
use super::grid::ScoreGrid;
use super::legs::Leg;

/// Goals a side up to which correct scores are listed.
const SCORES: usize = 5;
/// Goals from which on totals are one outcome.
const TOTALS: usize = 7;
/// Furthest European handicap, goals.
const MAX_HANDICAP: i64 = 100;

/// A market of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Market {
    /// Home, draw, away after goals are added to home's.
    Result(i64),
    /// Home or draw, draw or away, home or away.
    DoubleChance,
    /// Push, home and away given no draw.
    DrawNoBet,
    /// Both sides score, or not.
    BothScore,
    /// An odd number of goals, or an even one.
    OddEven,
    /// Home and away win and concede nothing.
    WinToNil,
    /// Home and away concede nothing.
    CleanSheet,
    /// By how much the winner wins.
    WinningMargin,
    /// Exactly so many goals, the last or more.
    ExactTotal,
    /// Scores up to 5 goals a side, and any other.
    CorrectScore,
    /// The five results of over a line.
    Totals(Line),
    /// The five results of home with a line.
    Handicap(Line),
    /// All of these legs.
    Joint(Vec<Leg>),
}

impl Market {
    /// Read a market: `1x2`, `european_handicap-1`, `double_chance`, `draw_no_bet`, `btts`, `odd_even`, `win_to_nil`,
    /// `clean_sheet`, `winning_margin`, `exact_total`, `correct_score`, `totals2.25`, `handicap-0.75`, or legs joined by
    /// `&` such as `home&over2.5`.
    ///
    /// # Errors
    /// Any other word, a line that is no multiple of a quarter (of a half, for legs).
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let unknown = || ModelError::UnknownMarket { text: text.to_owned() };
        if let Some(goals) = text.strip_prefix("european_handicap") {
            let goals = goals.parse().ok().filter(|goals: &i64| goals.abs() <= MAX_HANDICAP);
            return goals.map(Self::Result).ok_or_else(unknown);
        }
        let line = |line: &str| Line::new(line.parse().map_err(|_| unknown())?);
        if let Some(given) = text.strip_prefix("totals") {
            return line(given).map(Self::Totals);
        }
        if let Some(given) = text.strip_prefix("handicap") {
            return line(given).map(Self::Handicap);
        }
        match text {
            "1x2" => Ok(Self::Result(0)),
            "double_chance" => Ok(Self::DoubleChance),
            "draw_no_bet" => Ok(Self::DrawNoBet),
            "btts" => Ok(Self::BothScore),
            "odd_even" => Ok(Self::OddEven),
            "win_to_nil" => Ok(Self::WinToNil),
            "clean_sheet" => Ok(Self::CleanSheet),
            "winning_margin" => Ok(Self::WinningMargin),
            "exact_total" => Ok(Self::ExactTotal),
            "correct_score" => Ok(Self::CorrectScore),
            legs => {
                let legs: Result<Vec<Leg>, _> = legs.split('&').map(|leg| Leg::parse(leg.trim())).collect();
                legs.map(Self::Joint).map_err(|error| match error {
                    ModelError::UnknownLeg { .. } => unknown(),
                    other => other,
                })
            }
        }
    }

    /// The names of its outcomes, in the order of [`write`](Self::write).
    #[must_use]
    pub fn outcomes(&self) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Result(_) => &["home", "draw", "away"],
            Self::DoubleChance => &["1x", "x2", "12"],
            Self::DrawNoBet => &["push", "home", "away"],
            Self::BothScore => &["yes", "no"],
            Self::OddEven => &["odd", "even"],
            Self::WinToNil | Self::CleanSheet => &["home", "away"],
            Self::WinningMargin => &[
                "home_1",
                "home_2",
                "home_3",
                "home_4+",
                "away_1",
                "away_2",
                "away_3",
                "away_4+",
                "score_draw",
                "no_goal",
            ],
            Self::ExactTotal => &["0", "1", "2", "3", "4", "5", "6", "7+"],
            Self::CorrectScore => return scores(),
            Self::Totals(_) | Self::Handicap(_) => &["win", "half_win", "push", "half_lose", "lose"],
            Self::Joint(_) => &["yes"],
        };
        words.iter().map(ToString::to_string).collect()
    }

    /// Append the probabilities of its outcomes.
    ///
    /// Home and away of draw no bet are NaN where a draw is certain.
    pub fn write(&self, grid: &ScoreGrid, out: &mut Vec<f64>) {
        match self {
            Self::Result(goals) => out.extend(grid.result(*goals)),
            Self::DoubleChance => {
                let [home, draw, away] = grid.result(0);
                out.extend([home + draw, draw + away, home + away]);
            }
            Self::DrawNoBet => {
                let [home, draw, away] = grid.result(0);
                out.extend([draw, home / (home + away), away / (home + away)]);
            }
            Self::BothScore => out.extend(grid.both_score()),
            Self::OddEven => out.extend(grid.odd_even()),
            Self::WinToNil => out.extend(grid.win_to_nil()),
            Self::CleanSheet => out.extend(grid.clean_sheet()),
            Self::WinningMargin => {
                let by = grid.winning_margins();
                out.extend(by.home.into_iter().chain(by.away).chain([by.score_draw, by.no_goal]));
            }
            Self::ExactTotal => out.extend(grid.exact_totals(TOTALS)),
            Self::CorrectScore => {
                let scores = grid.correct_scores(SCORES);
                out.extend(scores.listed.into_iter().chain(scores.other));
            }
            Self::Totals(line) => five(grid.over(*line), out),
            Self::Handicap(line) => five(grid.handicap(*line), out),
            Self::Joint(legs) => out.push(grid.joint(legs)),
        }
    }
}

fn five(five: FiveWay, out: &mut Vec<f64>) {
    out.extend([five.win, five.half_win, five.push, five.half_lose, five.lose]);
}

fn scores() -> Vec<String> {
    let listed = (0..=SCORES).flat_map(|home| (0..=SCORES).map(move |away| format!("{home}-{away}")));
    let others = ["any_other_home", "any_other_draw", "any_other_away"].map(ToOwned::to_owned);
    listed.chain(others).collect()
}
