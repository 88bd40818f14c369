//! What was wrong with messages; in strict mode it is raised.

use feeds::Problems;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Raises if `strict` and there are more problems than the `before` of them, naming the first new one if it was kept.
pub(super) fn complain(problems: &Problems, before: u64, strict: bool) -> PyResult<()> {
    let met = problems.total() - before;
    if !strict || met == 0 {
        return Ok(());
    }
    let first = usize::try_from(before).ok().and_then(|at| problems.kept().get(at));
    let first = first.map_or_else(String::new, |first| format!("; first: {first}"));
    Err(PyValueError::new_err(format!("{met} of the messages given are not as specified{first}")))
}

/// What was wrong with a line.
#[pyclass(frozen, get_all, module = "pyplatform._core.feeds")]
pub struct Problem {
    line: u64,
    offset: u64,
    at: usize,
    reason: String,
}

impl From<&feeds::Problem> for Problem {
    fn from(problem: &feeds::Problem) -> Self {
        let feeds::Problem { line, offset, at, reason } = problem;
        Self { line: *line, offset: *offset, at: *at, reason: reason.to_string() }
    }
}

#[pymethods]
impl Problem {
    fn __str__(&self) -> String {
        let Self { line, offset, at, reason } = self;
        format!("line {line} (byte offset {offset}), byte {at} of the message: {reason}")
    }

    fn __repr__(&self) -> String {
        format!("<Problem {}>", self.__str__())
    }
}
