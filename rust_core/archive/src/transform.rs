//! The inverse of the Burrows-Wheeler transform: a chain of reads, each of which says where the next one is.
//!
//! The reads jump all over the table, so it is memory that takes the time. Text that repeats itself much has a last
//! column of long runs, and the places within a run lead to places that follow each other too: a table of runs then
//! says the same as one of all places, is many times smaller, and stays in the cache.

/// Longer runs are cut: the fields stay small, and a step over runs stays short.
const LONGEST_RUN: usize = 1024;
/// A table of runs has entries of 8 bytes, one of places has 4.
const WORTH: usize = 6;

/// A stretch of places in the sorted column that hold one byte and lead to places that follow each other.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    /// Byte in the low 8 bits, above them the run in which the place lies that the first place leads to.
    next: u32,
    /// Where in that run.
    offset: u16,
    length: u16,
}

/// The tables of a block; their memory is used again.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Byte in the low 8 bits, place of the next entry above them.
    places: Vec<u32>,
    /// In the order of the sorted column.
    runs: Vec<Run>,
    /// Bytes and lengths of the runs in the order of the last column.
    column: Vec<(u8, u16)>,
}

impl Table {
    /// Puts the bytes of a last column into their first order. There are `counts` of each byte, and `start` is below
    /// their number.
    pub(crate) fn invert(&mut self, column: &[u8], counts: &[u32; 256], start: u32, out: &mut Vec<u8>) {
        out.clear();
        out.reserve(column.len());
        self.find_runs(column);
        if self.column.len() * WORTH < column.len() {
            self.fill_runs();
            self.walk_runs(start as usize, column.len(), out);
        } else {
            self.fill_places(column, counts);
            self.walk_places(start, out);
        }
    }

    fn find_runs(&mut self, column: &[u8]) {
        self.column.clear();
        for run in column.chunk_by(|a, b| a == b) {
            self.column.extend(run.chunks(LONGEST_RUN).map(|run| (run[0], run.len() as u16)));
        }
    }

    fn fill_runs(&mut self) {
        let mut places = [0u32; 256];
        for &(byte, _) in &self.column {
            places[usize::from(byte)] += 1;
        }
        first_places(&mut places);
        let mut sorted = places;
        self.runs.clear();
        self.runs.resize(self.column.len(), Run::default());
        for &(byte, length) in &self.column {
            let place = &mut sorted[usize::from(byte)];
            self.runs[*place as usize] = Run { next: u32::from(byte), offset: 0, length };
            *place += 1;
        }
        // Both orders rise, so one pass finds in which sorted run each run of the column begins.
        let (mut into, mut begin, mut place) = (0usize, 0usize, 0usize);
        for &(byte, length) in &self.column {
            while place >= begin + usize::from(self.runs[into].length) {
                begin += usize::from(self.runs[into].length);
                into += 1;
            }
            let from = &mut places[usize::from(byte)];
            let run = &mut self.runs[*from as usize];
            run.next |= (into as u32) << 8;
            run.offset = (place - begin) as u16;
            *from += 1;
            place += usize::from(length);
        }
    }

    fn walk_runs(&self, start: usize, count: usize, out: &mut Vec<u8>) {
        let (mut at, mut offset) = (0, start);
        while offset >= usize::from(self.runs[at].length) {
            offset -= usize::from(self.runs[at].length);
            at += 1;
        }
        let mut run = self.runs[at];
        let mut offset = offset as u32;
        out.extend((0..count).map(|_| {
            let byte = run.next as u8;
            let mut at = (run.next >> 8) as usize;
            offset += u32::from(run.offset);
            run = self.runs[at];
            while offset >= u32::from(run.length) {
                offset -= u32::from(run.length);
                at += 1;
                run = self.runs[at];
            }
            byte
        }));
    }

    fn fill_places(&mut self, column: &[u8], counts: &[u32; 256]) {
        self.places.clear();
        self.places.extend(column.iter().map(|&byte| u32::from(byte)));
        let mut next = *counts;
        first_places(&mut next);
        for (at, &byte) in (0u32..).zip(column) {
            let place = &mut next[usize::from(byte)];
            self.places[*place as usize] |= at << 8;
            *place += 1;
        }
    }

    fn walk_places(&self, start: u32, out: &mut Vec<u8>) {
        let mut place = self.places[start as usize] >> 8;
        out.extend((0..self.places.len()).map(|_| {
            let entry = self.places[place as usize];
            place = entry >> 8;
            entry as u8
        }));
    }
}

/// From how many there are of each to where the first of each is.
fn first_places(counts: &mut [u32; 256]) {
    let mut sum = 0;
    for count in counts {
        sum += std::mem::replace(count, sum);
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// The transform itself, by its definition.
    fn transform(text: &[u8]) -> (Vec<u8>, u32) {
        let turned =
            |start: &usize| text[*start..].iter().chain(&text[..*start]).copied().collect::<Vec<u8>>();
        let mut starts: Vec<usize> = (0..text.len()).collect();
        starts.sort_by_cached_key(turned);
        let column = starts.iter().map(|&start| text[(start + text.len() - 1) % text.len()]).collect();
        let first = starts.iter().position(|&start| start == 0).expect("the text itself");
        (column, first as u32)
    }

    proptest! {
        #[test]
        fn both_tables_undo_it(part in vec(0u8..4, 1..60), times in 1usize..30, tail in vec(any::<u8>(), 0..40)) {
            let text = [part.repeat(times), tail].concat();
            let (column, start) = transform(&text);
            let mut counts = [0; 256];
            for &byte in &column {
                counts[usize::from(byte)] += 1;
            }
            let (mut table, mut out) = (Table::default(), Vec::new());
            table.fill_places(&column, &counts);
            table.walk_places(start, &mut out);
            prop_assert_eq!(&out, &text);
            out.clear();
            table.find_runs(&column);
            table.fill_runs();
            table.walk_runs(start as usize, column.len(), &mut out);
            prop_assert_eq!(&out, &text);
        }
    }
}
