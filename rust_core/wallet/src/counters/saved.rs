//! Counters as they are saved and restored. Sums of windows are not: they follow when somebody asks.

use super::{Bucket, Counters, Sums};
use crate::fields::Part;
use crate::wire::{Reader, WireError};
use std::collections::VecDeque;

impl Counters {
    /// Write all minutes, the oldest first.
    pub(crate) fn save(&self, out: &mut Vec<u8>) {
        (self.older.as_ref().map_or(0, |older| older.len()) as u32).put(out);
        for bucket in self.older.iter().flat_map(|older| older.iter()).chain([&self.current]) {
            bucket.minute.put(out);
            for sum in [bucket.sums.deposit, bucket.sums.wager, bucket.sums.returns] {
                put_sum(out, sum);
            }
        }
    }

    /// Read what [`Counters::save`] wrote; minutes must rise.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let (count, mut older, mut last) = (u32::read(reader)?, VecDeque::new(), 0);
        for _ in 0..count {
            let bucket = read_bucket(reader)?;
            if bucket.minute <= last {
                return Err(WireError::Number);
            }
            last = bucket.minute;
            older.push_back(bucket);
        }
        let current = read_bucket(reader)?;
        if count > 0 && current.minute <= last {
            return Err(WireError::Number);
        }
        Ok(Self { current, older: (count > 0).then(|| Box::new(older)), windows: None })
    }
}

fn read_bucket(reader: &mut Reader<'_>) -> Result<Bucket, WireError> {
    let minute = u32::read(reader)?;
    let sums = Sums { deposit: read_sum(reader)?, wager: read_sum(reader)?, returns: read_sum(reader)? };
    Ok(Bucket { minute, sums })
}

/// A byte that counts those that follow, and of the number what is more than its sign.
fn put_sum(out: &mut Vec<u8>, sum: i128) {
    let folded = (sum << 1 ^ sum >> 127).cast_unsigned();
    let length = (u128::BITS - folded.leading_zeros()).div_ceil(8) as usize;
    out.push(length as u8);
    out.extend_from_slice(&folded.to_le_bytes()[..length]);
}

fn read_sum(reader: &mut Reader<'_>) -> Result<i128, WireError> {
    let length = usize::from(reader.byte()?);
    let mut bytes = [0; 16];
    bytes.get_mut(..length).ok_or(WireError::Number)?.copy_from_slice(reader.bytes(length)?);
    if length > 0 && bytes[length - 1] == 0 {
        return Err(WireError::Number);
    }
    let folded = u128::from_le_bytes(bytes);
    Ok((folded >> 1).cast_signed() ^ -(folded & 1).cast_signed())
}
