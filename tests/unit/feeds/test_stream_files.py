import bz2
import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from random import Random

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


def _tar(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_a_tar_of_compressed_streams_gives_each_of_them(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    members = {
        "PRO/2020/Mar/1/297/1.1.bz2": (bz2.compress(CONTENT[:700_000]), CONTENT[:700_000]),
        "PRO/2020/Mar/1/297/1.2.bz2": (bz2.compress(b'{"a":1}\n'), b'{"a":1}\n'),
        "note": (CONTENT[-30:], CONTENT[-30:]),
        "other.gz": (gzip.compress(b""), b""),
        "nested.tar": (_tar({"1.3": b"x\n"}), b"x\n"),
    }
    path = tmp_path / "data.tar"
    path.write_bytes(pack(_tar({name: packed for name, (packed, _) in members.items()})))
    found = {stream.name: b"".join(stream.chunks) for stream in betfair.streams(path)}
    expected = {f"{path}!{name}": content for name, (_, content) in members.items()}
    expected[f"{path}!nested.tar!1.3"] = expected.pop(f"{path}!nested.tar")
    assert found == expected
    assert b"".join(betfair.open_stream(path)) == b"".join(content for _, content in members.values())


def test_a_broken_member_is_named(tmp_path: Path) -> None:
    path = tmp_path / "data.tar"
    path.write_bytes(_tar({"1.1.bz2": bz2.compress(CONTENT)[:-40]}))
    with pytest.raises(betfair.StreamError, match=r"data\.tar!1\.1\.bz2 is cut off: its bzip2 data ends"):
        list(betfair.open_stream(path))
    path.write_bytes(_tar({"1.1": CONTENT})[:100_000])
    with pytest.raises(betfair.StreamError, match=r"data\.tar is not a sound tar file"):
        list(betfair.open_stream(path))


@pytest.mark.parametrize("level", [1, 5, 9])
def test_bzip2_of_many_blocks_is_read_as_the_reference_reads_it(level: int, tmp_path: Path) -> None:
    random = Random(level)  # noqa: S311
    # Runs, text and noise: every layer of the format has work.
    parts = (random.randbytes(random.randrange(400)) + b"a" * random.randrange(700) for _ in range(4_000))
    content = b"".join(parts) + CONTENT[:600_000]
    path = tmp_path / "stream"
    path.write_bytes(bz2.compress(content, level))
    (found,) = (b"".join(stream.chunks) for stream in betfair.streams(path))
    assert found == content


def test_a_stream_that_was_passed_over_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "stream"
    path.write_bytes(CONTENT)
    (stream,) = betfair.streams(path)
    with pytest.raises(ValueError, match="before the next stream"):
        next(stream.chunks)
