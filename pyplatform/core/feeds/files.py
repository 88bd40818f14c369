"""Stream files: one message a line, plain or compressed."""

import bz2
import gzip
import zlib
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import cast

_CHUNK = 256 * 1024
# A longer line is handed on in pieces, so that a file without line ends does not fill memory.
_LONGEST = 16 * 1024 * 1024
_FORMATS: dict[bytes, tuple[str, Callable[[Path], object]]] = {
    b"\x1f\x8b": ("gzip", gzip.open),
    b"BZ": ("bzip2", bz2.open),
}


class StreamError(Exception):
    """A stream file cannot be read, or only in part; the message says which file and why."""


def _format(path: Path) -> tuple[str, Callable[[Path], object]]:
    with path.open("rb") as file:
        return _FORMATS.get(file.read(2), ("", lambda path: path.open("rb")))


def _chunks(path: Path) -> Iterator[bytes]:
    name, done = "", 0
    try:
        name, opener = _format(path)
        with cast("BufferedIOBase", opener(path)) as file:
            # `read1` gives what is there: a later break does not take it away.
            while chunk := file.read1(_CHUNK):
                done += len(chunk)
                yield chunk
    except EOFError as error:
        raise StreamError(
            f"{path} is cut off: its {name} data ends after {done:,} bytes of content; "
            "the whole lines before that were read"
        ) from error
    except (OSError, zlib.error) as error:
        if (name and done) or not isinstance(error, OSError) or error.errno is None:
            raise StreamError(
                f"{path} is not a sound {name} file: it breaks after {done:,} bytes of content; "
                "the whole lines before that were read"
            ) from error
        raise StreamError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error


def open_stream(path: str | Path) -> Iterator[bytes]:
    """Lines of a stream file with their line ends: plain, gzip or bzip2, told apart by content, not by name.

    Raises StreamError where the file cannot be read or its archive is broken or cut off, after the whole lines
    before that place were given. A line of more than 16 MiB comes in pieces.
    """
    pending: list[bytes] = []
    waiting = 0
    for chunk in _chunks(Path(path)):
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            yield b"".join((*pending, line, b"\n"))
            pending.clear()
            waiting = 0
        pending.append(rest)
        waiting += len(rest)
        if waiting > _LONGEST:
            yield b"".join(pending)
            pending.clear()
            waiting = 0
    if waiting:
        yield b"".join(pending)
