//! The inverse of the Burrows-Wheeler transform: a chain of reads, each of which says where the next one is.

/// A block's table and where its chain begins.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Byte in the low 8 bits, place of the next entry above them.
    entries: Vec<u32>,
}

impl Table {
    /// Takes the last column; there are `counts` of each byte.
    pub(crate) fn fill(&mut self, column: &[u8], counts: &[u32; 256]) {
        self.entries.clear();
        self.entries.extend(column.iter().map(|&byte| u32::from(byte)));
        let mut next = [0u32; 256];
        let mut sum = 0;
        for (place, count) in next.iter_mut().zip(counts) {
            *place = sum;
            sum += count;
        }
        for (at, &byte) in (0u32..).zip(column) {
            let place = &mut next[usize::from(byte)];
            self.entries[*place as usize] |= at << 8;
            *place += 1;
        }
    }

    /// Puts the bytes into their first order; `start` must be below their number.
    pub(crate) fn walk(&self, start: u32, out: &mut Vec<u8>) {
        out.clear();
        let mut place = self.entries[start as usize] >> 8;
        out.extend((0..self.entries.len()).map(|_| {
            let entry = self.entries[place as usize];
            place = entry >> 8;
            entry as u8
        }));
    }
}
