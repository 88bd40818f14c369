//! The checksum of bzip2: CRC-32 with the highest bit first.

const POLYNOMIAL: u32 = 0x04C1_1DB7;
const WIDTH: usize = 8;
static TABLES: [[u32; 256]; WIDTH] = tables();

const fn tables() -> [[u32; 256]; WIDTH] {
    let mut tables = [[0; 256]; WIDTH];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum >> 31 == 1 { sum << 1 ^ POLYNOMIAL } else { sum << 1 };
            bit += 1;
        }
        tables[0][byte] = sum;
        byte += 1;
    }
    // Those for a byte that further bytes follow.
    let mut at = 256;
    while at < WIDTH * 256 {
        let sum = tables[at / 256 - 1][at % 256];
        tables[at / 256][at % 256] = sum << 8 ^ tables[0][(sum >> 24) as usize];
        at += 1;
    }
    tables
}

/// The checksum of a block's content.
pub(crate) fn checksum(content: &[u8]) -> u32 {
    let (words, rest) = content.as_chunks::<WIDTH>();
    let sum = words.iter().fold(u32::MAX, |sum, word| {
        let first = u32::from_be_bytes([word[0], word[1], word[2], word[3]]) ^ sum;
        let mixed = first.to_be_bytes().into_iter().chain(word[4..].iter().copied());
        TABLES.iter().rev().zip(mixed).fold(0, |sum, (table, byte)| sum ^ table[usize::from(byte)])
    });
    !rest.iter().fold(sum, |sum, byte| sum << 8 ^ TABLES[0][usize::from((sum >> 24) as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_known_value() {
        assert_eq!(super::checksum(b"123456789"), 0xFC89_1918);
        assert_eq!(super::checksum(b""), 0);
    }
}
