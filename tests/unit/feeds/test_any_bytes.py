"""Whatever lies in a file, it is read, summarised, or refused in one sentence."""

import bz2
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.feeds.inspection import inspect, report
from pyplatform.feeds.received import Received
from pyplatform.feeds.recording import Header, encode
from pyplatform.kernel.errors import PlatformError
from tests.integration.sportsbook.conftest import definition, prices

LINES = definition() + prices() + definition("CLOSED", version=2, r11="WINNER")
UOF = b'5\t-.-.-.alive.-.-.-.-\t<alive product="1" timestamp="5"/>\n6\thi\t<odds_change/>\n'
OURS = Header("uof", "uof", 1).encode() + b"".join(
    encode(Received(n, "-.-.-.alive.-.-.-.-", b'<alive product="1" timestamp="5"/>')) for n in range(5)
)
SEEDS = [LINES, UOF, OURS, gzip.compress(LINES), bz2.compress(UOF), gzip.compress(OURS), b""]


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A sound file cut, damaged or continued by anything."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 4))):
        if data:
            at = draw(st.integers(0, len(data) - 1))
            data[at] = draw(st.integers(0, 255))
    keep = draw(st.integers(0, len(data)))
    return bytes(data[:keep]) + draw(st.binary(max_size=60))


@given(data=spoilt())
def test_no_file_breaks_an_inspection(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(data)
    refused = ""
    try:
        found = inspect(path, 20.0)
    except PlatformError as error:
        refused = str(error)
    else:
        assert all(len(line) <= 80 for line in report(found))
    assert "\n" not in refused


def test_a_sound_file_is_sound(tmp_path: Path) -> None:
    for number, seed in enumerate(SEEDS[:-1]):
        path = tmp_path / str(number)
        path.write_bytes(seed)
        assert inspect(path, 20.0).messages >= 2
