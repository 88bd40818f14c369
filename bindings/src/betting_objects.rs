//! The fields of an object from Python, a dict or a struct of `pyplatform.core.betting`, each known by an enum.

use std::iter::repeat_n;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyIterator, PyString, PyTuple, PyType};

use crate::betting_fields::wrong;

/// The fields an object may have.
pub(crate) trait Field: Copy + Send + Sync + 'static {
    /// The field of a name.
    fn named(name: &str) -> Option<Self>;
    /// The name that is said in errors.
    fn name(self) -> &'static str;
}

/// An enum of fields by their names; several names of one field are separated by bars.
macro_rules! fields {
    ($kind:ident { $($field:ident = $name:literal $(| $other:literal)*,)* }) => {
        #[derive(Clone, Copy)]
        pub(crate) enum $kind { $($field),* }

        impl $crate::betting_objects::Field for $kind {
            fn named(name: &str) -> Option<Self> {
                match name {
                    $($name $(| $other)* => Some(Self::$field),)*
                    _ => None,
                }
            }

            fn name(self) -> &'static str {
                match self { $(Self::$field => $name),* }
            }
        }
    };
}
pub(crate) use fields;

/// The fields of a struct type, in its order, each with whether False says nothing: it is what stands there unasked.
type Order<F> = Arc<[(Option<F>, bool)]>;

/// The struct types that were seen: asking one for its fields costs more than reading them.
pub(crate) struct Types<F>(Mutex<Vec<(Py<PyType>, Order<F>)>>);

/// Beyond so many types (a program that makes them on the fly) each is asked again.
const MOST_TYPES: usize = 16;

impl<F: Field> Types<F> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn order(&self, kind: &Bound<'_, PyType>, what: &str) -> PyResult<Order<F>> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, order)) = known().iter().find(|(seen, _)| seen.is(kind)) {
            return Ok(Arc::clone(order));
        }
        let Ok(names) = kind.getattr("__struct_fields__") else {
            return Err(wrong(what, "is given as a dict or as a struct of pyplatform.core.betting"));
        };
        let no = PyBool::new(kind.py(), false);
        let (names, defaults) = (names.cast_into::<PyTuple>()?, kind.getattr("__struct_defaults__")?);
        let defaults = defaults.cast_into::<PyTuple>()?;
        let needed = names.len().saturating_sub(defaults.len());
        let silent = repeat_n(false, needed).chain(defaults.iter().map(|default| default.is(&*no)));
        let field = |(name, silent): (Bound<'_, PyAny>, bool)| {
            Ok((F::named(name.cast::<PyString>()?.to_str()?), silent))
        };
        let order: Order<F> = names.iter().zip(silent).map(field).collect::<PyResult<Vec<_>>>()?.into();
        let mut known = known();
        if known.len() < MOST_TYPES {
            known.push((kind.clone().unbind(), Arc::clone(&order)));
        }
        Ok(order)
    }
}

/// Reads objects of one kind; those of the type read last cost least.
pub(crate) struct Reader<'py, F: 'static> {
    types: &'static Types<F>,
    what: &'static str,
    last: Option<(Bound<'py, PyType>, Order<F>)>,
}

impl<'py, F: Field> Reader<'py, F> {
    /// A reader of `what`, the word for errors.
    pub(crate) fn new(types: &'static Types<F>, what: &'static str) -> Self {
        Self { types, what, last: None }
    }

    /// Call `set` with every field that is given and is neither None nor a False that stands there unasked.
    pub(crate) fn each(
        &mut self,
        object: &Bound<'py, PyAny>,
        set: impl FnMut(F, &Bound<'py, PyAny>) -> PyResult<()>,
    ) -> PyResult<()> {
        self.each_given(object, None, set)
    }

    /// [`Self::each`] of a struct whose values are here already as a tuple.
    pub(crate) fn each_given(
        &mut self,
        object: &Bound<'py, PyAny>,
        values: Option<Bound<'py, PyAny>>,
        mut set: impl FnMut(F, &Bound<'py, PyAny>) -> PyResult<()>,
    ) -> PyResult<()> {
        if let Ok(dict) = object.cast::<PyDict>() {
            return self.each_of_dict(dict, set);
        }
        let order = self.order(object)?;
        let values = values.map_or_else(|| as_tuple(object)?.call1((object,)), Ok)?.cast_into::<PyTuple>()?;
        let no = PyBool::new(values.py(), false);
        for ((field, silent), value) in order.iter().zip(values.iter_borrowed()) {
            match field {
                _ if value.is_none() || *silent && value.is(&*no) => {}
                Some(field) => set(*field, &value)?,
                None => {
                    let kind = object.get_type().name()?;
                    return Err(wrong(self.what, &format!("{kind} has a field that is not known here")));
                }
            }
        }
        Ok(())
    }

    /// The fields of a struct's type.
    fn order(&mut self, object: &Bound<'py, PyAny>) -> PyResult<&[(Option<F>, bool)]> {
        let kind = object.get_type();
        let last = self.last.take().filter(|(last, _)| last.is(&kind));
        let found = match last {
            Some(found) => found,
            None => (kind.clone(), self.types.order(&kind, self.what)?),
        };
        Ok(&self.last.insert(found).1)
    }

    fn each_of_dict(
        &self,
        dict: &Bound<'py, PyDict>,
        mut set: impl FnMut(F, &Bound<'py, PyAny>) -> PyResult<()>,
    ) -> PyResult<()> {
        for (key, value) in dict {
            let Ok(key) = key.cast::<PyString>() else {
                return Err(wrong(self.what, "field names are text"));
            };
            let name = key.to_str()?;
            match F::named(name) {
                Some(_) if value.is_none() => {}
                Some(field) => set(field, &value)?,
                None => return Err(PyValueError::new_err(format!("{}: unknown field {name:?}", self.what))),
            }
        }
        Ok(())
    }
}

/// What makes a tuple of a struct's values: one call instead of one a field.
fn as_tuple<'py>(object: &Bound<'py, PyAny>) -> PyResult<&'py Bound<'py, PyAny>> {
    static AS_TUPLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    AS_TUPLE.import(object.py(), "msgspec.structs", "astuple")
}

/// The values of each of some structs of one type, made by one loop of the interpreter over `all` of them as they came;
/// `None` for anything else.
pub(crate) fn tuples<'py>(
    all: &Bound<'py, PyAny>,
    structs: &[Bound<'py, PyAny>],
) -> PyResult<Option<Bound<'py, PyIterator>>> {
    static MAP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let Some(first) = structs.first().filter(|first| !first.is_instance_of::<PyDict>()) else {
        return Ok(None);
    };
    if !structs.iter().all(|other| other.get_type_ptr() == first.get_type_ptr()) {
        return Ok(None);
    }
    MAP.import(first.py(), "builtins", "map")?.call1((as_tuple(first)?, all))?.try_iter().map(Some)
}
