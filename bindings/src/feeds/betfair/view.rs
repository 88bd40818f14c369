//! A market as it was at one moment: the core's own books, shared until they change, and no objects made of them
//! before they are asked for.

use std::sync::Arc;

use feeds::betfair as core;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PySlice, PyTuple};

use crate::feeds::nanoseconds;
use crate::odds::array;

/// A market's book.
#[pyclass(frozen, sequence, module = "pyplatform._core.feeds.betfair")]
pub struct Market {
    id: Arc<str>,
    publish_time: u64,
    tv: Option<f64>,
    generation: u64,
    runners: Vec<Arc<core::Runner>>,
}

impl Market {
    pub(super) fn new(market: &core::Market) -> Self {
        Self {
            id: market.id().clone(),
            publish_time: nanoseconds(market.publish_time()),
            tv: market.tv(),
            generation: market.generation(),
            runners: market.view(),
        }
    }
}

#[pymethods]
impl Market {
    #[getter]
    fn id(&self) -> &str {
        &self.id
    }

    #[getter]
    fn publish_time(&self) -> u64 {
        self.publish_time
    }

    #[getter]
    fn tv(&self) -> Option<f64> {
        self.tv
    }

    #[getter]
    fn generation(&self) -> u64 {
        self.generation
    }

    #[pyo3(signature = (runner_id, handicap = 0.0))]
    fn runner(&self, runner_id: i64, handicap: f64) -> Option<RunnerView> {
        // -0 is 0.
        let wanted = (runner_id, handicap + 0.0);
        let found = self.runners.iter().find(|runner| (runner.id(), runner.hc()) == wanted);
        found.map(|runner| RunnerView(runner.clone()))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyTuple::new(py, self.runners.iter().map(|runner| RunnerView(runner.clone())))?.try_iter()
    }

    fn __len__(&self) -> usize {
        self.runners.len()
    }

    fn __getitem__(&self, at: isize) -> PyResult<RunnerView> {
        let at = place(at, self.runners.len())?;
        Ok(RunnerView(self.runners[at].clone()))
    }

    fn __repr__(&self) -> String {
        format!("<Market {} of {} runners>", self.id, self.runners.len())
    }
}

/// A runner's book.
#[pyclass(frozen, module = "pyplatform._core.feeds.betfair")]
pub struct RunnerView(Arc<core::Runner>);

macro_rules! ladders {
    ($($name:ident: $kind:expr;)*) => {
        #[pymethods]
        impl RunnerView {
            $(
                #[getter]
                fn $name(&self) -> Ladder {
                    Ladder { runner: self.0.clone(), kind: $kind }
                }
            )*

            #[getter]
            fn id(&self) -> i64 {
                self.0.id()
            }

            #[getter]
            fn hc(&self) -> f64 {
                self.0.hc()
            }

            #[getter]
            fn status(&self) -> Option<&str> {
                self.0.status()
            }

            #[getter]
            fn ltp(&self) -> Option<f64> {
                self.0.ltp()
            }

            #[getter]
            fn tv(&self) -> Option<f64> {
                self.0.tv()
            }

            #[getter]
            fn spn(&self) -> Option<f64> {
                self.0.spn()
            }

            #[getter]
            fn spf(&self) -> Option<f64> {
                self.0.spf()
            }

            #[getter]
            fn bsp(&self) -> Option<f64> {
                self.0.bsp()
            }

            fn __repr__(&self) -> String {
                format!("<RunnerView {} hc={}>", self.0.id(), self.0.hc())
            }
        }
    };
}

ladders! {
    atb: Kind::Ladder(core::Runner::available_to_back, true);
    atl: Kind::Ladder(core::Runner::available_to_lay, true);
    trd: Kind::Ladder(core::Runner::traded, false);
    spb: Kind::Ladder(core::Runner::starting_price_back, true);
    spl: Kind::Ladder(core::Runner::starting_price_lay, false);
    batb: Kind::Offers(0);
    batl: Kind::Offers(1);
    bdatb: Kind::Offers(2);
    bdatl: Kind::Offers(3);
}

/// Which list of a runner, and whether the core keeps it the other way round.
#[derive(Clone, Copy)]
enum Kind {
    Ladder(fn(&core::Runner) -> &[core::Level], bool),
    Offers(usize),
}

/// Levels of one side.
#[pyclass(frozen, sequence, module = "pyplatform._core.feeds.betfair")]
pub struct Ladder {
    runner: Arc<core::Runner>,
    kind: Kind,
}

impl Ladder {
    fn length(&self) -> usize {
        match self.kind {
            Kind::Ladder(levels, _) => levels(&self.runner).len(),
            Kind::Offers(at) => self.runner.offers()[at].offers().len(),
        }
    }

    fn level(&self, at: usize) -> (f64, f64) {
        let level = match self.kind {
            Kind::Ladder(levels, true) => {
                let levels = levels(&self.runner);
                levels[levels.len() - 1 - at]
            }
            Kind::Ladder(levels, false) => levels(&self.runner)[at],
            Kind::Offers(list) => self.runner.offers()[list].offers()[at].level,
        };
        (level.price, level.size)
    }

    fn column(&self, py: Python<'_>, figure: impl Fn((f64, f64)) -> f64) -> PyResult<Py<PyAny>> {
        let column: Vec<f64> = (0..self.length()).map(|at| figure(self.level(at))).collect();
        array(py, &column, &[column.len()], "f8")
    }
}

#[pymethods]
impl Ladder {
    #[getter]
    fn prices(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.column(py, |(price, _)| price)
    }

    #[getter]
    fn sizes(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.column(py, |(_, size)| size)
    }

    fn to_numpy(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let levels = (0..self.length()).map(|at| self.level(at));
        let flat: Vec<f64> = levels.flat_map(|(price, size)| [price, size]).collect();
        array(py, &flat, &[flat.len() / 2, 2], "f8")
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyTuple::new(py, (0..self.length()).map(|at| self.level(at)))?.try_iter()
    }

    fn __len__(&self) -> usize {
        self.length()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, at: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(slice) = at.cast::<PySlice>() {
            let slice = slice.indices(self.length().cast_signed())?;
            let places = (0..slice.slicelength).map(|n| slice.start + n.cast_signed() * slice.step);
            let levels: Vec<_> = places.map(|at| self.level(at.cast_unsigned())).collect();
            return Ok(PyTuple::new(py, levels)?.into_any());
        }
        let at = place(at.extract()?, self.length())?;
        Ok(self.level(at).into_pyobject(py)?.into_any())
    }

    fn __repr__(&self) -> String {
        let shown = (0..self.length().min(3)).map(|at| format!("{:?}", self.level(at)));
        format!("<Ladder of {} levels: {}>", self.length(), shown.collect::<Vec<_>>().join(", "))
    }
}

/// A place as Python counts it, from either end.
fn place(at: isize, length: usize) -> PyResult<usize> {
    let from_start = if at < 0 { at + length.cast_signed() } else { at };
    let found = usize::try_from(from_start).ok().filter(|&at| at < length);
    found.ok_or_else(|| PyIndexError::new_err(format!("{at} is not one of {length} places")))
}
