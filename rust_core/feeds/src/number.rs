//! Short numbers, eight bytes at a time: no loop and no branch a digit.
//!
//! It judges nothing. What it was not made for is `None`, and then the reader of any number decides.

use crate::sweep::eight_digits;

/// A 1 in every byte.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;
/// Hundredths and tenths are most of what there is: what to divide by for up to seven digits behind the point.
const POWERS: [f64; 8] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];

/// The number, without sign or exponent, that ends before the eighth byte, and its length.
#[inline]
pub(crate) fn short(word: [u8; 8]) -> Option<(f64, usize)> {
    let values = u64::from_le_bytes(word) ^ (ONES * u64::from(b'0'));
    // Marks, in its highest bit, every byte that is no digit.
    let others = (((values & !HIGH) + ONES * (0x7F - 9)) | values) & HIGH;
    let before = bytes(others)?;
    let (length, after) = if word[before] == b'.' {
        let length = bytes(others & (others - 1))?;
        (length, length - before - 1)
    } else {
        (before, 0)
    };
    if before == 0 || (before < length && after == 0) || matches!(word[length], b'e' | b'E' | b'.') {
        return None;
    }
    // Without the point, and moved so that the last digit is the last byte.
    let kept = below(before);
    let joined = if after > 0 { (values & kept) | ((values >> 8) & !kept) } else { values };
    let digits = before + after;
    let mantissa = eight_digits(joined << (64 - 8 * digits)) as f64;
    Some((if after > 0 { mantissa / POWERS[after] } else { mantissa }, length))
}

/// Bytes before the first mark.
#[inline]
fn bytes(marks: u64) -> Option<usize> {
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
}

/// All bits of the first bytes, of which there are fewer than eight.
#[inline]
fn below(bytes: usize) -> u64 {
    (1 << (8 * bytes)) - 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<(f64, usize)> {
        short(*text.as_bytes().first_chunk().expect("eight bytes"))
    }

    #[test]
    fn what_it_was_not_made_for_is_none() {
        for text in [
            ".5,00000", "5.,00000", "-1,00000", "1e3,0000", "1.2.3,00", "12345678", "1.234567", ",1234567",
            "1.5E3,00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_the_nearest_float(text in "[0-9]{1,4}(\\.[0-9]{1,2})?", after in "[,\\] }]", rest in "[0-9.,e\\]]{8}") {
            let given = format!("{text}{after}{rest}");
            prop_assert_eq!(read(&given), Some((text.parse::<f64>().expect("a number"), text.len())));
        }

        #[test]
        fn any_bytes_are_read_as_a_number_or_not_at_all(word in any::<[u8; 8]>()) {
            if let Some((value, length)) = short(word) {
                let text = std::str::from_utf8(&word[..length]).expect("digits");
                prop_assert_eq!(Some(value), text.parse::<f64>().ok());
            }
        }
    }
}
