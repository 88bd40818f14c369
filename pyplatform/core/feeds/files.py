"""Stream files: one message a line, plain, compressed, or many in one archive."""

import tarfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing
from os import cpu_count
from pathlib import Path
from typing import IO, NamedTuple, Self

from pyplatform._core.archive import Bzip2Decoder

_CHUNK = 256 * 1024
# A longer line is handed on in pieces, so that a file without line ends does not fill memory.
_LONGEST = 16 * 1024 * 1024
# Each thread of the decoder holds about 10 MB.
_MOST_THREADS = 4
_NESTED = 4
_TAR_MAGIC = (257, b"ustar")
_NAMES = {b"\x1f\x8b": "gzip", b"BZ": "bzip2"}


class StreamError(Exception):
    """A stream file cannot be read, or only in part; the message says which file and why."""


class Stream(NamedTuple):
    """One stream of a file: its name (path, and behind `!` that within the archive) and its content in pieces."""

    name: str
    chunks: Iterator[bytes]


def _gunzip(packed: Iterator[bytes]) -> Iterator[bytes]:
    decoder: zlib._Decompress | None = None
    for chunk in packed:
        waiting = chunk
        while waiting:
            # 31: with a gzip header.
            decoder = decoder or zlib.decompressobj(31)
            if content := decoder.decompress(waiting, _CHUNK):
                yield content
            waiting = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            if decoder.eof:
                decoder = None
                # Padding with zeros is usual behind the last member.
                waiting = waiting.lstrip(b"\0")
    if decoder is not None:
        raise EOFError


def _bunzip(packed: Iterator[bytes]) -> Iterator[bytes]:
    decoder = Bzip2Decoder(min(cpu_count() or 1, _MOST_THREADS))
    for chunk in packed:
        decoder.push(chunk)
        while (content := decoder.read()) is not None:
            yield content
    decoder.finish()
    while (content := decoder.read()) is not None:
        yield content


_DECODERS = {"gzip": _gunzip, "bzip2": _bunzip}


def _decoded(path: str, name: str, packed: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack; what goes wrong is told with the path and how far it went."""
    done = 0
    try:
        for content in _DECODERS[name](packed):
            done += len(content)
            yield content
    except EOFError as error:
        raise StreamError(
            f"{path} is cut off: its {name} data ends after {done:,} bytes of content; "
            "the whole lines before that were read"
        ) from error
    except (OSError, zlib.error) as error:
        raise StreamError(
            f"{path} is not a sound {name} file: it breaks after {done:,} bytes of content; "
            "the whole lines before that were read"
        ) from error


def _with_head(chunks: Iterator[bytes], length: int) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, and all chunks again."""
    head = b""
    while len(head) < length and (chunk := next(chunks, b"")):
        head += chunk

    def again() -> Iterator[bytes]:
        if head:
            yield head
        yield from chunks

    return head, again()


class _Content:
    """A stream's chunks, for as long as the file stands at them."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.passed = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self.passed:
            message = "a stream's chunks must be read before the next stream of its file is asked for"
            raise ValueError(message)
        return next(self._chunks)


class _Joined:
    """Chunks as the file that `tarfile` wants."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (chunk := next(self._chunks, b"")):
            self._rest += chunk
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _members(path: str, chunks: Iterator[bytes], depth: int) -> Iterator[Stream]:
    try:
        # The stream is read front to back, members in the order they were packed.
        with tarfile.open(fileobj=_Joined(chunks), mode="r|", bufsize=_CHUNK) as archive:  # type: ignore[call-overload]
            for member in archive:
                if member.isfile() and (file := archive.extractfile(member)) is not None:
                    with file:
                        yield from _streams(f"{path}!{member.name}", _pieces(file), depth + 1)
    except (tarfile.TarError, EOFError) as error:
        raise StreamError(f"{path} is not a sound tar file: {error}") from error


def _streams(path: str, chunks: Iterator[bytes], depth: int = 0) -> Iterator[Stream]:
    """What bytes hold, told by how they begin."""
    at, magic = _TAR_MAGIC
    head, chunks = _with_head(chunks, at + len(magic))
    if depth < _NESTED and (name := _NAMES.get(head[:2])):
        yield from _streams(path, _decoded(path, name, chunks), depth + 1)
    elif depth < _NESTED and head[at:][: len(magic)] == magic:
        yield from _members(path, chunks, depth)
    else:
        content = _Content(chunks)
        yield Stream(path, content)
        content.passed = True


def _file(path: Path) -> Generator[bytes, None, None]:
    try:
        with path.open("rb") as file:
            yield from _pieces(file)
    except OSError as error:
        raise StreamError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error


def streams(path: str | Path) -> Iterator[Stream]:
    """Every stream of a file, unpacked: one of a plain, gzip or bzip2 file, all of a tar, whatever is packed in
    what, told apart by content and not by name.

    Each stream's chunks must be read before the next stream is asked for (ValueError). Raises StreamError where the
    file cannot
    be read or an archive is broken or cut off, after all content before that place was given.
    """
    path = Path(path)
    with closing(_file(path)) as file:
        yield from _streams(str(path), file)


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    pending: list[bytes] = []
    waiting = 0
    for chunk in chunks:
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


def open_stream(path: str | Path) -> Iterator[bytes]:
    """Lines of a stream file with their line ends: plain, gzip, bzip2 or a tar of such, told apart by content, not
    by name. Of a tar, the lines of all members in the order they are packed.

    Raises StreamError where the file cannot be read or its archive is broken or cut off, after the whole lines
    before that place were given. A line of more than 16 MiB comes in pieces.
    """
    for stream in streams(path):
        yield from _lines(stream.chunks)
