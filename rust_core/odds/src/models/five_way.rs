//! What a line in quarters does to a stake.

use super::error::ModelError;

/// Lines beyond this have no use and would not fit.
const MAX_LINE: f64 = 1_000.0;

/// A line in quarters of a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line(i64);

impl Line {
    /// A line that is a multiple of 0.25.
    ///
    /// # Errors
    /// Anything else, and lines beyond 1,000.
    pub fn new(line: f64) -> Result<Self, ModelError> {
        let quarters = line * 4.0;
        if line.abs() <= MAX_LINE && quarters.fract() == 0.0 {
            return Ok(Self(quarters as i64));
        }
        Err(ModelError::InvalidLine { line, rule: "a multiple of 0.25, at most 1000 from 0" })
    }

    /// A line that no score can land on: 0.5, 1.5, −2.5.
    ///
    /// # Errors
    /// Anything else.
    pub fn half(line: f64) -> Result<Self, ModelError> {
        let wrong =
            ModelError::InvalidLine { line, rule: "a half line such as 2.5: no push is possible here" };
        Self::new(line).ok().filter(|line| line.0.rem_euclid(4) == 2).ok_or(wrong)
    }

    /// The line in goals.
    pub(super) fn goals(self) -> f64 {
        self.0 as f64 / 4.0
    }

    pub(crate) fn quarters(self) -> i64 {
        self.0
    }
}

/// The probabilities of the five results of a stake on a line; they sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FiveWay {
    /// The whole stake wins.
    pub win: f64,
    /// Half the stake wins, half comes back.
    pub half_win: f64,
    /// The stake comes back.
    pub push: f64,
    /// Half the stake loses, half comes back.
    pub half_lose: f64,
    /// The whole stake loses.
    pub lose: f64,
}

impl FiveWay {
    /// Add the probability of a result that is `quarters` past the line.
    ///
    /// A quarter line is half a stake on each neighbouring half line; one quarter past it, one half wins and one is
    /// level.
    pub(crate) fn add(&mut self, quarters: i64, probability: f64) {
        *self.at(quarters) += probability;
    }

    /// The others, when a result that is `quarters` past the line and has this probability is taken out.
    pub(crate) fn without(mut self, quarters: i64, probability: f64) -> Self {
        let result = self.at(quarters);
        *result = (*result - probability).max(0.0);
        self
    }

    fn at(&mut self, quarters: i64) -> &mut f64 {
        match quarters {
            2.. => &mut self.win,
            1 => &mut self.half_win,
            0 => &mut self.push,
            -1 => &mut self.half_lose,
            _ => &mut self.lose,
        }
    }

    /// The same line from the other side: under for over, the away handicap of opposite sign for home.
    #[must_use]
    pub fn mirror(self) -> Self {
        let Self { win, half_win, push, half_lose, lose } = self;
        Self { win: lose, half_win: half_lose, push, half_lose: half_win, lose: win }
    }

    /// The decimal price without profit: `1 + (lose + ½half_lose)/(win + ½half_win)`; infinite if it cannot win.
    #[must_use]
    pub fn fair_price(self) -> f64 {
        let winning = self.win + self.half_win / 2.0;
        if winning > 0.0 { 1.0 + (self.lose + self.half_lose / 2.0) / winning } else { f64::INFINITY }
    }
}
