//! Best prices after every update, as columns: what a caller reads without touching a book.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::market::{Market, Runner};

/// Figures of a runner that are columns of their own.
const FIGURES: usize = 6;

/// Rows, one for a runner after an update of its market; a figure that is not known is NaN.
#[derive(Debug, Default)]
pub struct Columns {
    /// Nanoseconds since the epoch.
    pub publish_time: Vec<i64>,
    /// Place in [`Columns::markets`].
    pub market: Vec<u32>,
    /// Selection ids.
    pub runner: Vec<i64>,
    /// Handicaps, 0 where there is none.
    pub handicap: Vec<f64>,
    /// Best price and size to back at, best price and size to lay at, last price traded, traded volume.
    pub figures: [Vec<f64>; FIGURES],
    /// Ids of the markets in these rows.
    pub markets: Vec<Arc<str>>,
}

impl Columns {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.runner.len()
    }

    /// There are no rows.
    pub fn is_empty(&self) -> bool {
        self.runner.is_empty()
    }
}

/// The figures of a market's runners, kept so that an update reads only the runners it changed.
#[derive(Debug, Default)]
pub(crate) struct Tops {
    generation: u64,
    runner: Vec<i64>,
    handicap: Vec<f64>,
    figures: [Vec<f64>; FIGURES],
    /// Which batch of rows the market was last in, and its place there.
    batch: u64,
    code: u32,
}

impl Tops {
    /// All runners anew if they are others than before, else those at these places.
    fn refresh(&mut self, generation: u64, runners: &[Arc<Runner>], changed: &[usize], cumulative: bool) {
        if self.generation == generation {
            for &at in changed {
                for (column, figure) in self.figures.iter_mut().zip(figures(&runners[at], cumulative)) {
                    column[at] = figure;
                }
            }
            return;
        }
        self.generation = generation;
        self.runner.clear();
        self.handicap.clear();
        self.figures.iter_mut().for_each(Vec::clear);
        for runner in runners {
            self.runner.push(runner.id());
            self.handicap.push(runner.hc());
            for (column, figure) in self.figures.iter_mut().zip(figures(runner, cumulative)) {
                column.push(figure);
            }
        }
    }
}

#[inline]
fn figures(runner: &Runner, cumulative: bool) -> [f64; FIGURES] {
    let level = |level: Option<&super::Level>| level.map_or([f64::NAN; 2], |level| [level.price, level.size]);
    let [back, back_size] = level(runner.best_back());
    let [lay, lay_size] = level(runner.best_lay());
    let known = |figure: Option<f64>| figure.unwrap_or(f64::NAN);
    let volume = if cumulative && !runner.traded().is_empty() { traded(runner) } else { known(runner.tv()) };
    [back, back_size, lay, lay_size, known(runner.ltp()), volume]
}

/// What was traded at all prices, summed in hundredths so that nothing drifts.
fn traded(runner: &Runner) -> f64 {
    runner.traded().iter().map(|level| (level.size * 100.0).round()).sum::<f64>() / 100.0
}

/// Writes rows while updates are applied.
#[derive(Debug)]
pub(crate) struct Recorder {
    columns: Columns,
    codes: HashMap<Arc<str>, u32, FixedState>,
    batch: u64,
    /// Enough rows for now.
    limit: usize,
    every_runner: bool,
    /// Volume is the sum of what was traded at each price.
    cumulative: bool,
}

impl Recorder {
    pub(crate) fn new(limit: usize, every_runner: bool, cumulative: bool) -> Self {
        let codes = HashMap::with_hasher(FixedState::with_seed(0));
        Self { columns: Columns::default(), codes, batch: 1, limit, every_runner, cumulative }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.columns.len() >= self.limit
    }

    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Forgets the rows, but not their memory.
    pub(crate) fn clear(&mut self) {
        let Columns { publish_time, market, runner, handicap, figures, markets } = &mut self.columns;
        publish_time.clear();
        market.clear();
        runner.clear();
        handicap.clear();
        figures.iter_mut().for_each(Vec::clear);
        markets.clear();
        self.codes.clear();
        self.batch += 1;
    }

    pub(crate) fn every_runner(&self) -> bool {
        self.every_runner
    }

    /// Writes a market that was just updated; `changed` are places of runners, each once unless every runner is written.
    #[inline]
    pub(crate) fn take(&mut self, market: &mut Market, changed: &[usize]) {
        if market.tops().0.batch != self.batch {
            let code = self.code(market.id());
            let tops = market.tops().0;
            (tops.batch, tops.code) = (self.batch, code);
        }
        let time = market.publish_time().saturating_mul(1_000_000);
        let generation = market.generation();
        let (tops, runners) = market.tops();
        let all = tops.generation != generation || self.every_runner;
        tops.refresh(generation, runners, changed, self.cumulative);
        let Columns { publish_time, market, runner, handicap, figures, .. } = &mut self.columns;
        if all {
            runner.extend_from_slice(&tops.runner);
            handicap.extend_from_slice(&tops.handicap);
            for (column, known) in figures.iter_mut().zip(&tops.figures) {
                column.extend_from_slice(known);
            }
        } else {
            runner.extend(changed.iter().map(|&at| tops.runner[at]));
            handicap.extend(changed.iter().map(|&at| tops.handicap[at]));
            for (column, known) in figures.iter_mut().zip(&tops.figures) {
                column.extend(changed.iter().map(|&at| known[at]));
            }
        }
        market.resize(runner.len(), tops.code);
        publish_time.resize(runner.len(), time.cast_signed());
    }

    fn code(&mut self, id: &Arc<str>) -> u32 {
        let Self { columns, codes, .. } = self;
        *codes.entry(id.clone()).or_insert_with(|| {
            columns.markets.push(id.clone());
            columns.markets.len() as u32 - 1
        })
    }
}
