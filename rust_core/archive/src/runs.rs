//! The outermost layer: four equal bytes are followed by how many more of them there are.

const RUN: usize = 4;

/// The content that was shortened to `bytes`.
pub(crate) fn expand(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    let mut rest = bytes;
    while let Some(at) = run(rest) {
        let (before, after) = rest.split_at(at + RUN);
        out.extend_from_slice(before);
        let Some((&more, after)) = after.split_first() else { return out };
        out.resize(out.len() + usize::from(more), before[at]);
        rest = after;
    }
    out.extend_from_slice(rest);
    out
}

/// Where the first four equal bytes begin.
#[inline]
fn run(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    // Four equal bytes hold two of which the second stands at an odd place from here: only those are looked at.
    while let Some([first, second]) = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>()) {
        if first == second {
            let from = at - usize::from(at > 0 && bytes[at - 1] == *first);
            if bytes.get(from..from + RUN).is_some_and(|run| run.iter().all(|byte| byte == first)) {
                return Some(from);
            }
        }
        at += 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn runs_grow_by_the_number_behind_them() {
        for (short, content) in [
            (&b"abc"[..], &b"abc"[..]),
            (b"aaa", b"aaa"),
            (b"aaaa\x00", b"aaaa"),
            (b"xaaaa\x02b", b"xaaaaaab"),
            (b"aaaa\x01aaaa\x00b", b"aaaaaaaaab"),
            (b"xyaaaa\x04\x04\x04\x04\x04\x01", b"xyaaaaaaaa\x04\x04\x04\x04\x04"),
            (b"", b""),
        ] {
            assert_eq!(expand(short), content, "{short:?}");
        }
    }
}
