//! Legs of a same-game multiple, priced together from the cells in which all of them hold.

use super::error::ModelError;
use super::five_way::Line;
use super::grid::ScoreGrid;

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
}

impl Leg {
    /// Read a leg: `home`, `draw`, `away`, `1x`, `x2`, `12`, `btts`, `btts_no`, `over2.5`, `under2.5`, `home-1.5`,
    /// `away+1.5`.
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
            _ => Self::parse_line(text),
        }
    }

    fn parse_line(text: &str) -> Result<Self, ModelError> {
        type Make = fn(Line) -> Leg;
        let kinds: [(&str, Make); 4] =
            [("over", Self::Over), ("under", Self::Under), ("home", Self::Home), ("away", Self::Away)];
        for (word, leg) in kinds {
            if let Some(Ok(line)) = text.strip_prefix(word).map(|line| line.trim().parse::<f64>()) {
                return Line::half(line).map(leg);
            }
        }
        Err(ModelError::UnknownLeg { text: text.to_owned() })
    }

    fn holds(self, home: i64, away: i64) -> bool {
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
