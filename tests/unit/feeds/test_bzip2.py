"""The core's bzip2 decoder against the reference: what either writes or breaks, the other reads or refuses."""

import bz2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyplatform._core.archive import Bzip2Decoder

TEXTS = st.lists(
    st.one_of(
        st.binary(max_size=300),
        st.builds(lambda b, n: b * n, st.binary(min_size=1, max_size=3), st.integers(1, 4000)),
    ),
    max_size=30,
).map(b"".join)


def _decode(packed: bytes, size: int, threads: int = 2) -> bytes:
    decoder, parts = Bzip2Decoder(threads), []
    for at in range(0, len(packed), size):
        decoder.push(packed[at : at + size])
        while (content := decoder.read()) is not None:
            assert content
            parts.append(content)
    decoder.finish()
    while (content := decoder.read()) is not None:
        parts.append(content)
    return b"".join(parts)


@settings(deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=3), level=st.integers(1, 9), size=st.integers(1, 5_000))
def test_streams_of_the_reference_are_read_in_any_chunking(texts: list[bytes], level: int, size: int) -> None:
    packed = b"".join(bz2.compress(text, level) for text in texts)
    assert _decode(packed, size) == b"".join(texts)


@settings(deadline=None)
@given(text=TEXTS, place=st.integers(0, 10**9), change=st.integers(1, 255))
def test_a_damaged_stream_is_refused(text: bytes, place: int, change: int) -> None:
    packed = bytearray(bz2.compress(text))
    packed[place % len(packed)] ^= change
    try:
        content = _decode(bytes(packed), 1000)
    except (OSError, EOFError):
        return
    # Only padding, or the level, which is no more than a bound, may change without harm.
    assert content == text


@given(garbage=st.binary(max_size=2_000))
@settings(deadline=None)
def test_any_bytes_are_refused_or_read(garbage: bytes) -> None:
    for packed in (garbage, b"BZh9" + garbage, bz2.compress(b"x")[:14] + garbage):
        with pytest.raises((OSError, EOFError)):
            _decode(packed, 100)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_blocks_come_in_order_whatever_the_threads(threads: int) -> None:
    text = b"".join(b"%d," % number for number in range(400_000))
    assert _decode(bz2.compress(text, 1), 10_000, threads) == text
