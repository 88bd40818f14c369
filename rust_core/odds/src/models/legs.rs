//! Legs about the final score: what a same-game multiple is made of.

use super::error::ModelError;
use super::five_way::Line;
use super::grid::ScoreGrid;
use std::fmt;

/// One leg about the final score. Lines are half lines: nothing is void.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// Home, draw or away, those wanted.
    Result {
        /// Home wins is good.
        home: bool,
        /// A draw is good.
        draw: bool,
        /// Away wins is good.
        away: bool,
    },
    /// Both sides score, or not.
    BothScore(bool),
    /// More goals than the line.
    Over(Line),
    /// Fewer goals than the line.
    Under(Line),
    /// Home wins after the line is added to its goals.
    Home(Line),
    /// Away wins after the line is added to its goals.
    Away(Line),
    /// Home scores more goals than the line.
    HomeOver(Line),
    /// Home scores fewer goals than the line.
    HomeUnder(Line),
    /// Away scores more goals than the line.
    AwayOver(Line),
    /// Away scores fewer goals than the line.
    AwayUnder(Line),
    /// An odd number of goals, or an even one.
    Odd(bool),
    /// Exactly this score of home and away.
    Score(u32, u32),
}

impl Leg {
    /// Read a leg: `home`, `draw`, `away`, `1x`, `x2`, `12`, `btts`, `btts_no`, `odd`, `even`, `over2.5`, `under2.5`,
    /// `home-1.5`, `away+1.5`, `home_over0.5`, `away_under1.5`, `score2-1`.
    ///
    /// # Errors
    /// Any other word; a line that is not a half line.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let result = |home, draw, away| Ok(Self::Result { home, draw, away });
        match text {
            "home" => result(true, false, false),
            "draw" => result(false, true, false),
            "away" => result(false, false, true),
            "1x" => result(true, true, false),
            "x2" => result(false, true, true),
            "12" => result(true, false, true),
            "btts" | "btts_yes" => Ok(Self::BothScore(true)),
            "btts_no" => Ok(Self::BothScore(false)),
            "odd" => Ok(Self::Odd(true)),
            "even" => Ok(Self::Odd(false)),
            _ => Self::parse_line(text),
        }
    }

    fn parse_line(text: &str) -> Result<Self, ModelError> {
        type Make = fn(Line) -> Leg;
        let kinds: [(&str, Make); 8] = [
            ("over", Self::Over),
            ("under", Self::Under),
            ("home", Self::Home),
            ("away", Self::Away),
            ("home_over", Self::HomeOver),
            ("home_under", Self::HomeUnder),
            ("away_over", Self::AwayOver),
            ("away_under", Self::AwayUnder),
        ];
        for (word, leg) in kinds {
            if let Some(Ok(line)) = text.strip_prefix(word).map(|line| line.trim().parse::<f64>()) {
                return Line::half(line).map(leg);
            }
        }
        let score = text.strip_prefix("score").and_then(|score| score.split_once('-'));
        match score.map(|(home, away)| (home.parse(), away.parse())) {
            Some((Ok(home), Ok(away))) => Ok(Self::Score(home, away)),
            _ => Err(ModelError::UnknownLeg { text: text.to_owned() }),
        }
    }

    /// Whether a final score makes the leg good.
    pub(super) fn holds(self, home: i64, away: i64) -> bool {
        match self {
            Self::Result { home: first, draw, away: second } => match home.cmp(&away) {
                std::cmp::Ordering::Greater => first,
                std::cmp::Ordering::Equal => draw,
                std::cmp::Ordering::Less => second,
            },
            Self::BothScore(yes) => (home > 0 && away > 0) == yes,
            Self::Over(line) => 4 * (home + away) > line.quarters(),
            Self::Under(line) => 4 * (home + away) < line.quarters(),
            Self::Home(line) => 4 * (home - away) + line.quarters() > 0,
            Self::Away(line) => 4 * (away - home) + line.quarters() > 0,
            Self::HomeOver(line) => 4 * home > line.quarters(),
            Self::HomeUnder(line) => 4 * home < line.quarters(),
            Self::AwayOver(line) => 4 * away > line.quarters(),
            Self::AwayUnder(line) => 4 * away < line.quarters(),
            Self::Odd(odd) => ((home + away) % 2 == 1) == odd,
            Self::Score(first, second) => (home, away) == (i64::from(first), i64::from(second)),
        }
    }
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Result { home, draw, away } => f.write_str(match (home, draw, away) {
                (true, false, false) => "home",
                (false, true, false) => "draw",
                (false, false, true) => "away",
                (true, true, false) => "1x",
                (false, true, true) => "x2",
                (true, false, true) => "12",
                (true, true, true) => "any result",
                (false, false, false) => "no result",
            }),
            Self::BothScore(yes) => f.write_str(if *yes { "btts" } else { "btts_no" }),
            Self::Odd(odd) => f.write_str(if *odd { "odd" } else { "even" }),
            Self::Over(line) => write!(f, "over{}", line.goals()),
            Self::Under(line) => write!(f, "under{}", line.goals()),
            Self::Home(line) => write!(f, "home{:+}", line.goals()),
            Self::Away(line) => write!(f, "away{:+}", line.goals()),
            Self::HomeOver(line) => write!(f, "home_over{}", line.goals()),
            Self::HomeUnder(line) => write!(f, "home_under{}", line.goals()),
            Self::AwayOver(line) => write!(f, "away_over{}", line.goals()),
            Self::AwayUnder(line) => write!(f, "away_under{}", line.goals()),
            Self::Score(home, away) => write!(f, "score{home}-{away}"),
        }
    }
}

impl ScoreGrid {
    /// The probability that every leg holds; 1 without legs.
    #[must_use]
    pub fn joint(&self, legs: &[Leg]) -> f64 {
        let mut sum = 0.0;
        for (home, row) in (0..).zip(self.cells.chunks_exact(self.size)) {
            for (away, cell) in (0..).zip(row) {
                if legs.iter().all(|leg| leg.holds(home, away)) {
                    sum += cell;
                }
            }
        }
        sum
    }
}
