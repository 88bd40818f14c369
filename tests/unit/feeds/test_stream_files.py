import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from pyplatform.core.feeds import betfair

LINES = [b'{"line": %d, "x": "%s"}\n' % (number, b"y" * (number % 50)) for number in range(20_000)]
CONTENT = b"".join(LINES)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_lines_come_whatever_the_packing_and_the_name(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / "stream"
    path.write_bytes(pack(CONTENT))
    assert list(betfair.open_stream(path)) == LINES
    path.write_bytes(pack(CONTENT[:500]) + pack(CONTENT[500:-1]))
    assert list(betfair.open_stream(str(path))) == [*LINES[:-1], LINES[-1][:-1]]


# bzip2 packs these lines into one block, which is sound or not as a whole.
@pytest.mark.parametrize(
    ("pack", "name", "good"), [(gzip.compress, "gzip", 10_000), (bz2.compress, "bzip2", 0)]
)
def test_a_broken_archive_gives_its_good_lines_first(
    pack: Callable[[bytes], bytes], name: str, good: int, tmp_path: Path
) -> None:
    packed = bytearray(pack(CONTENT))
    cut, broken = tmp_path / "cut", tmp_path / "broken"
    cut.write_bytes(packed[: len(packed) * 9 // 10])
    packed[len(packed) * 9 // 10] ^= 0xFF
    broken.write_bytes(packed)
    for path, what in ((cut, f"is cut off: its {name} data ends"), (broken, f"is not a sound {name} file")):
        lines = betfair.open_stream(path)
        for expected in LINES[:good]:
            assert next(lines) == expected
        with pytest.raises(betfair.StreamError, match=what):
            list(lines)


def test_what_cannot_be_read_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(betfair.StreamError, match=r"cannot read .*nowhere: no such file or directory"):
        list(betfair.open_stream(tmp_path / "nowhere"))
    with pytest.raises(betfair.StreamError, match=r"cannot read .*: is a directory"):
        list(betfair.open_stream(tmp_path))


def test_a_file_without_line_ends_comes_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "endless"
    path.write_bytes(b"x" * (40 << 20))
    pieces = list(betfair.open_stream(path))
    assert sum(map(len, pieces)) == 40 << 20
    assert max(map(len, pieces)) < 17 << 20
