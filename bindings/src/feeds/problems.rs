//! Strict mode: what was met is raised.

use feeds::Problems;
use pyo3::PyResult;
use pyo3::exceptions::PyValueError;

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
