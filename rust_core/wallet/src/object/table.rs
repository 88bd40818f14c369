//! Records as a table: struct, bytes, fields by name and the store of all are written from one list.

/// Every kind of record: a struct for each, the enum of all, and their stores.
macro_rules! objects {
    ($($(#[doc = $what:literal])* $name:ident = $number:literal $text:literal $table:ident {
        $($(#[doc = $means:literal])* $field:ident: $type:ty,)*
    })*) => {
        $(
            $(#[doc = $what])*
            #[derive(Clone, Debug, PartialEq, Eq)]
            #[allow(clippy::struct_field_names, reason = "a session has the name of a session")]
            pub struct $name {
                /// Its id.
                pub id: ObjectId,
                /// Counts its changes, from 1.
                pub version: u32,
                $($(#[doc = $means])* pub $field: $type,)*
            }

            impl $name {
                fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
                    Ok(Self { id: Part::read(reader)?, version: Part::read(reader)?, $($field: Part::read(reader)?,)* })
                }

                fn show(&self) -> Vec<(&'static str, Shown)> {
                    let mut fields = vec![("id", self.id.show()), ("version", self.version.show())];
                    fields.extend([$((stringify!($field), self.$field.show()),)*]);
                    fields
                }
            }

            impl Stored for $name {
                const NUMBER: u8 = $number;

                fn id(&self) -> &ObjectId {
                    &self.id
                }

                fn version(&self) -> u32 {
                    self.version
                }

                fn put(&self, out: &mut Vec<u8>) {
                    self.id.put(out);
                    self.version.put(out);
                    $(self.$field.put(out);)*
                }
            }

            impl From<$name> for Object {
                fn from(object: $name) -> Self {
                    Self::$name(object)
                }
            }
        )*

        /// A record of any kind.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant is named after the documented struct it holds")]
        pub enum Object {
            $($name($name),)*
        }

        impl Object {
            /// Names of all kinds.
            pub const KINDS: &'static [&'static str] = &[$($text,)*];

            /// Name of the kind in reports.
            pub const fn kind(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $text,)*
                }
            }

            /// Id and version.
            pub const fn identity(&self) -> (ObjectId, u32) {
                match self {
                    $(Self::$name(object) => (object.id, object.version),)*
                }
            }

            /// The fields by name.
            pub fn show(&self) -> Vec<(&'static str, Shown)> {
                match self {
                    $(Self::$name(object) => object.show(),)*
                }
            }

            pub(crate) fn put(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$name(object) => {
                        out.push($number);
                        object.put(out);
                    })*
                }
            }

            pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
                Ok(match reader.byte()? {
                    $($number => Self::$name($name::read(reader)?),)*
                    _ => return Err(WireError::Kind),
                })
            }
        }

        /// All records of all kinds.
        #[derive(Clone, Debug, Default)]
        pub(crate) struct Objects {
            $(pub(crate) $table: Store<$name>,)*
        }

        impl Objects {
            /// Keep a record in place of the last of its id; false when its version is not the next.
            #[must_use = "a record of another version is not kept"]
            pub(crate) fn put(&mut self, object: Object) -> bool {
                match object {
                    $(Object::$name(object) => self.$table.put(object),)*
                }
            }

            /// Keep a record as it was, whatever its version; false when there is one of its id.
            #[must_use = "a second record of an id is not kept"]
            pub(crate) fn restore(&mut self, object: Object) -> bool {
                match object {
                    $(Object::$name(object) => self.$table.restore(object),)*
                }
            }

            /// Hand each record to `visit` as bytes, those of a kind in the order in which they came.
            pub(crate) fn each(&self, mut visit: impl FnMut(&dyn Fn(&mut Vec<u8>))) {
                $(for object in self.$table.iter() {
                    visit(&|out| {
                        out.push($number);
                        object.put(out);
                    });
                })*
            }

            /// The record of a kind, by the name of the kind.
            pub(crate) fn find(&self, kind: &str, id: &ObjectId) -> Option<Object> {
                match kind {
                    $($text => self.$table.find(id).cloned().map(Object::$name),)*
                    _ => None,
                }
            }

            pub(crate) fn state_hash(&self) -> StateHash {
                let hash = StateHash::default();
                $(let hash = hash.plus(&self.$table.state_hash());)*
                hash
            }

            pub(crate) fn recomputed_hash(&self) -> StateHash {
                let hash = StateHash::default();
                $(let hash = hash.plus(&self.$table.recomputed_hash());)*
                hash
            }
        }
    };
}

pub(crate) use objects;
