//! Commands as tables: the struct, its bytes and its fields by name are written from one list.

/// A group of keyed commands: a struct for each, and the enum of all.
macro_rules! commands {
    ($(#[doc = $about:literal])* $group:ident {
        $($(#[doc = $what:literal])* $name:ident { $($(#[doc = $means:literal])* $field:ident: $type:ty,)* })*
    }) => {
        $(
            $(#[doc = $what])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name<'a> {
                /// Idempotency key.
                pub key: $crate::ids::Key<'a>,
                $($(#[doc = $means])* pub $field: $type,)*
            }
        )*

        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant is named after the documented struct it holds")]
        #[allow(clippy::large_enum_variant, reason = "a command lives for one call, on the stack")]
        pub enum $group<'a> {
            $($name($name<'a>),)*
        }

        impl<'a> $group<'a> {
            /// The kind of the command.
            pub const fn kind(&self) -> $crate::command::Kind {
                match self {
                    $(Self::$name(_) => $crate::command::Kind::$name,)*
                }
            }

            /// The idempotency key.
            pub const fn key(&self) -> $crate::ids::Key<'a> {
                match self {
                    $(Self::$name(command) => command.key,)*
                }
            }

            /// Hand each field to `visit`: its name and its bytes.
            pub(crate) fn each_field(&self, mut visit: impl FnMut(&'static str, &[u8])) {
                let mut bytes = Vec::new();
                match self {
                    $(Self::$name(command) => {
                        $(
                            bytes.clear();
                            $crate::fields::Part::put(&command.$field, &mut bytes);
                            visit(stringify!($field), &bytes);
                        )*
                    })*
                }
            }

            /// The fields by name.
            pub fn show(&self) -> Vec<(&'static str, $crate::fields::Shown)> {
                match self {
                    $(Self::$name(command) => {
                        vec![$((stringify!($field), $crate::fields::Part::show(&command.$field)),)*]
                    })*
                }
            }

            pub(crate) fn put(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$name(command) => {
                        $($crate::fields::Part::put(&command.$field, out);)*
                    })*
                }
            }

            pub(crate) fn read(
                kind: $crate::command::Kind,
                key: $crate::ids::Key<'a>,
                reader: &mut $crate::wire::Reader<'a>,
            ) -> Result<Self, $crate::wire::WireError> {
                Ok(match kind {
                    $($crate::command::Kind::$name => {
                        Self::$name($name { key, $($field: $crate::fields::Part::read(reader)?,)* })
                    })*
                    _ => return Err($crate::wire::WireError::Kind),
                })
            }

            /// The command of `kind` with the values that `value_of` gives for the names of its fields.
            pub(crate) fn build(
                kind: $crate::command::Kind,
                key: $crate::ids::Key<'a>,
                value_of: &mut dyn FnMut(&'static str) -> $crate::fields::Value<'a>,
            ) -> Result<Self, $crate::fields::FieldError> {
                Ok(match kind {
                    $($crate::command::Kind::$name => Self::$name($name {
                        key,
                        $($field: $crate::command::table::field(stringify!($field), value_of)?,)*
                    }),)*
                    _ => return Err($crate::fields::FieldError { field: "kind", expected: "a command of this table" }),
                })
            }
        }
    };
}

pub(crate) use commands;

use crate::fields::{FieldError, Part, Value};

/// Make one field, or say what it must be.
pub(crate) fn field<'a, T: Part<'a>>(
    name: &'static str,
    value_of: &mut dyn FnMut(&'static str) -> Value<'a>,
) -> Result<T, FieldError> {
    T::build(value_of(name)).ok_or(FieldError { field: name, expected: T::EXPECTED })
}
