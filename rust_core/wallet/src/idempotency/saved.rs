//! The memory of keys as it is saved and restored.

use super::{Answer, Asked, Idempotency, MARKS, Record, Scope};
use crate::command::{Kind, PlaceBet, Source};
use crate::fields::Part;
use crate::ids::ObjectId;
use crate::wire::{Reader, WireError};

impl Idempotency {
    /// Hand each key with its answer to `visit` as bytes, in the order in which they came.
    pub(crate) fn each(&self, mut visit: impl FnMut(&dyn Fn(&mut Vec<u8>))) {
        for record in self.records.iter() {
            visit(&|out| record.put(self.terms(record), out));
        }
    }

    /// Keep a key as it was; false when it is known already.
    #[must_use = "a second answer to a key is not kept"]
    pub(crate) fn restore(&mut self, scope: Scope, asked: Asked, answer: &Answer<'_>) -> bool {
        let is_new = self.find(&scope).is_none();
        if is_new {
            self.remember(scope, asked, answer);
        }
        is_new
    }
}

impl Record {
    fn put(&self, terms: &[u8], out: &mut Vec<u8>) {
        self.scope.put(out);
        self.asked.put(out);
        self.seq.put(out);
        self.at.put(out);
        self.code.put(out);
        out.extend_from_slice(&self.object);
        self.version.put(out);
        out.push(self.terms_length);
        out.extend_from_slice(terms);
    }
}

/// Read a key, what was asked under it and what was answered.
pub(crate) fn read_key<'a>(reader: &mut Reader<'a>) -> Result<(Scope, Asked, Answer<'a>), WireError> {
    let (scope, asked) = (Scope::read(reader)?, Asked::read(reader)?);
    let (seq, at, code) = (Part::read(reader)?, Part::read(reader)?, Part::read(reader)?);
    let (object, version) = (ObjectId::new(reader.array()?).ok(), u32::read(reader)?);
    let length = usize::from(reader.byte()?);
    if length > PlaceBet::MAX_TERMS {
        return Err(WireError::TooLong);
    }
    if object.is_none() && version != 0 {
        return Err(WireError::Id);
    }
    let object = object.map(|id| (id, version));
    Ok((scope, asked, Answer { seq, at, code, object, terms: reader.bytes(length)? }))
}

impl Scope {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.player);
        out.extend_from_slice(&self.key);
        self.is_uuid.put(out);
        out.push(self.source as u8);
        out.push(self.kind as u8);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            player: reader.array()?,
            key: reader.array()?,
            is_uuid: Part::read(reader)?,
            source: Source::from_number(reader.byte()?).ok_or(WireError::Kind)?,
            kind: Kind::from_number(reader.byte()?).filter(|kind| kind.is_keyed()).ok_or(WireError::Kind)?,
        })
    }
}

impl Asked {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.digest);
        self.amount.put(out);
        self.currency.put(out);
        out.extend_from_slice(&self.marks);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            digest: reader.array()?,
            amount: Part::read(reader)?,
            currency: Part::read(reader)?,
            marks: reader.array::<MARKS>()?,
        })
    }
}
