//! `pyplatform._core.money`.

use pyo3::pymodule;

#[pymodule(submodule)]
pub mod money {
    use ::money::{Amount, Currency, Precision};
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;

    #[pyfunction]
    #[pyo3(signature = (text, currency, *, signed = false, exact = false))]
    fn parse(text: &str, currency: &str, signed: bool, exact: bool) -> PyResult<i128> {
        let currency = known(currency)?;
        let precision = if exact { Precision::Scale } else { Precision::Minor };
        let read = if signed { ::money::parse_signed } else { ::money::parse };
        match read(text, currency, precision) {
            Ok(amount) => Ok(amount.units()),
            Err(error) => Err(PyValueError::new_err(format!("{error} (read {text:?} as {currency})"))),
        }
    }

    #[pyfunction]
    fn format(amount: i128, currency: &str) -> PyResult<String> {
        let amount = Amount::new(amount).ok_or_else(|| PyValueError::new_err("the amount is too large"))?;
        Ok(::money::format(amount, known(currency)?))
    }

    #[pyfunction]
    fn minor_unit(currency: &str) -> PyResult<i128> {
        Ok(known(currency)?.minor_unit().units())
    }

    #[pyfunction]
    fn currencies() -> Vec<&'static str> {
        Currency::all().map(Currency::code).collect()
    }

    fn known(code: &str) -> PyResult<Currency> {
        Currency::from_code(code).map_err(|error| PyValueError::new_err(format!("{error} (read {code:?})")))
    }
}
