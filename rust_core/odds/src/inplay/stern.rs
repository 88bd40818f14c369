//! Games of many points (basketball, American football): the lead as Brownian motion (Stern 1994).

use super::error::InplayError;
use crate::models::{FiveWay, Line, parameter};
use crate::normal::{between, upper};

/// Points, leads and spreads beyond this are typing errors.
const MAX_POINTS: f64 = 1_000.0;

/// A count of points at the end: `now + N(mean·remaining, spread²·remaining)`, rounded to whole points.
#[derive(Debug, Clone, Copy)]
struct Points {
    mean: f64,
    spread: f64,
}

impl Points {
    fn new(now: i32, mean: f64, spread: f64, remaining: f64) -> Self {
        Self { mean: f64::from(now) + mean * remaining, spread: spread * remaining.sqrt() }
    }

    /// How many spreads `points` is above the mean.
    fn score(self, points: f64) -> f64 {
        if self.spread > 0.0 {
            return (points - self.mean) / self.spread;
        }
        if points < self.mean { f64::NEG_INFINITY } else { f64::INFINITY }
    }

    /// `P(at least points)`, half a point down to be continuous.
    fn at_least(self, points: i64) -> f64 {
        upper(self.score(points as f64 - 0.5))
    }

    fn at_most(self, points: i64) -> f64 {
        upper(-self.score(points as f64 + 0.5))
    }

    fn exactly(self, points: i64) -> f64 {
        between(self.score(points as f64 - 0.5), self.score(points as f64 + 0.5))
    }

    /// The five results of a stake that wins when the points pass `quarters` quarters.
    fn past(self, quarters: i64) -> FiveWay {
        // 4·points − quarters is 2 or more, 1, 0, −1, −2 or less.
        let exactly = |past: i64| match (quarters + past).rem_euclid(4) {
            0 => self.exactly((quarters + past) / 4),
            _ => 0.0,
        };
        FiveWay {
            win: self.at_least((quarters + 2 + 3).div_euclid(4)),
            half_win: exactly(1),
            push: exactly(0),
            half_lose: exactly(-1),
            lose: self.at_most((quarters - 2).div_euclid(4)),
        }
    }
}

/// A game as it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SternState {
    /// Expected final lead of home over a whole game, points.
    pub mean: f64,
    /// Standard deviation of the final lead, points.
    pub spread: f64,
    /// Home's lead, points.
    pub lead: i32,
    /// Share of the game still to play.
    pub remaining: f64,
    /// Length of an overtime as a share of a game; 0 if a tie stands.
    pub overtime: f64,
    /// Points scored, expected points and standard deviation of a whole game, if totals are asked for.
    pub total: Option<(i32, f64, f64)>,
}

/// What may still happen in a game of many points.
#[derive(Debug, Clone, Copy)]
pub struct Stern {
    state: SternState,
    margin: Points,
}

impl Stern {
    /// Margin ~ `N(lead + μr, σ²r)`.
    ///
    /// # Errors
    /// A share of the game outside [0, 1], means and leads beyond 1,000, spreads that are not above 0.
    pub fn new(state: SternState) -> Result<Self, InplayError> {
        let SternState { mean, spread, lead, remaining, overtime, total } = state;
        parameter(
            "remaining",
            remaining,
            (0.0..=1.0).contains(&remaining),
            "between 0 and 1: a share of the game",
        )?;
        parameter(
            "overtime",
            overtime,
            (0.0..=1.0).contains(&overtime),
            "between 0 and 1: a share of a game",
        )?;
        parameter("mu", mean, mean.abs() <= MAX_POINTS, "at most 1000 points from 0")?;
        parameter("sigma", spread, spread > 0.0 && spread <= MAX_POINTS, "above 0 and at most 1000 points")?;
        parameter("lead", lead.into(), f64::from(lead).abs() <= MAX_POINTS, "at most 1000 points from 0")?;
        if let Some((points, mean, spread)) = total {
            let points = f64::from(points);
            let enough = points >= f64::from(lead).abs() && points <= MAX_POINTS;
            parameter("points", points, enough, "at least the lead and at most 1000 points")?;
            parameter("total_mu", mean, mean > 0.0 && mean <= MAX_POINTS, "above 0 and at most 1000 points")?;
            parameter(
                "total_sigma",
                spread,
                spread > 0.0 && spread <= MAX_POINTS,
                "above 0 and at most 1000",
            )?;
        }
        Ok(Self { state, margin: Points::new(lead, mean, spread, remaining) })
    }

    /// Home wins when the lead is not counted in whole points: `Φ((lead + μr)/(σ√r))`.
    #[must_use]
    pub fn continuous(&self) -> f64 {
        if self.margin.spread == 0.0 && self.margin.mean == 0.0 {
            return 0.5;
        }
        upper(self.margin.score(0.0))
    }

    /// Home, tie, away at the end of regulation time.
    #[must_use]
    pub fn result(&self) -> [f64; 3] {
        [self.margin.at_least(1), self.margin.exactly(0), self.margin.at_most(-1)]
    }

    /// Home wins an overtime.
    fn overtime_won(&self) -> f64 {
        let SternState { mean, spread, overtime, .. } = self.state;
        upper(-mean * overtime.sqrt() / spread)
    }

    /// Home, tie, away with overtime; a tie is left only when there is no overtime.
    #[must_use]
    pub fn moneyline(&self) -> [f64; 3] {
        let [home, tie, away] = self.result();
        if self.state.overtime == 0.0 {
            return [home, tie, away];
        }
        let won = self.overtime_won();
        [home + tie * won, 0.0, away + tie * (1.0 - won)]
    }

    /// Home with the line added to its points at the end of regulation time.
    #[must_use]
    pub fn handicap(&self, line: Line) -> FiveWay {
        self.margin.past(-line.quarters())
    }

    /// Home with the line added to its points, overtime counted.
    ///
    /// A tie goes to the winner of the overtime; by how much is the margin of one overtime, given its winner.
    #[must_use]
    pub fn handicap_with_overtime(&self, line: Line) -> FiveWay {
        let SternState { mean, spread, overtime, .. } = self.state;
        let tie = self.margin.exactly(0);
        let mut five = self.handicap(line);
        if overtime == 0.0 || tie == 0.0 {
            return five;
        }
        five = five.without(line.quarters(), tie);
        let extra = Points::new(0, mean, spread, overtime);
        let won = self.overtime_won();
        let sides = [(won, extra.at_least(1), 1), (1.0 - won, extra.at_most(-1), -1)];
        for (share, whole, sign) in sides {
            if whole == 0.0 {
                five.add(4 * sign + line.quarters(), tie * share);
                continue;
            }
            let furthest = (f64::from(sign as i32) * extra.mean + 40.0 * extra.spread).ceil().max(1.0) as i64;
            for points in 1..=furthest {
                let p = tie * share * extra.exactly(sign * points) / whole;
                five.add(4 * sign * points + line.quarters(), p);
            }
        }
        five
    }

    /// More points of both teams than the line, at the end of regulation time.
    ///
    /// # Errors
    /// No total was given.
    pub fn over(&self, line: Line) -> Result<FiveWay, InplayError> {
        Ok(self.total(self.state.remaining)?.past(line.quarters()))
    }

    /// More points of both teams than the line, the points of an overtime counted, taken as likely at any total.
    ///
    /// # Errors
    /// No total was given.
    pub fn over_with_overtime(&self, line: Line) -> Result<FiveWay, InplayError> {
        let tie = self.margin.exactly(0);
        let regulation = self.over(line)?;
        let longer = self.total(self.state.remaining + self.state.overtime)?.past(line.quarters());
        let mix = |regulation: f64, longer: f64| (1.0 - tie) * regulation + tie * longer;
        Ok(FiveWay {
            win: mix(regulation.win, longer.win),
            half_win: mix(regulation.half_win, longer.half_win),
            push: mix(regulation.push, longer.push),
            half_lose: mix(regulation.half_lose, longer.half_lose),
            lose: mix(regulation.lose, longer.lose),
        })
    }

    fn total(&self, remaining: f64) -> Result<Points, InplayError> {
        let Some((points, mean, spread)) = self.state.total else { return Err(InplayError::NoTotal) };
        Ok(Points::new(points, mean, spread, remaining))
    }
}
