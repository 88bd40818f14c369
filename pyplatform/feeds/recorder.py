"""Writing recordings: one file after the other, none longer than asked, the finished ones compressed if wanted."""

import asyncio
import gzip
import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.recording import Header, encode
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.time import now_ns
from pyplatform.telemetry import get_logger

SUFFIX: Final = ".feed"
DAY_NS: Final = 24 * 3600 * 10**9
_LEVEL: Final = 6
_COPY: Final = 1024 * 1024

log = get_logger("feeds.recorder")


class Recorder:
    """Appends what it is given to the newest file of a folder.

    A record is handed to the operating system before `write` returns, so the death of the process loses nothing; what
    is not yet on disk when the machine loses power is lost. A new file begins when the next record would make the
    present one longer than `max_bytes`, and with every day of records. Files are named by feed and the time of their
    beginning (UTC), so that their order is that of their names.
    """

    def __init__(
        self,
        folder: Path,
        feed: str,
        form: str,
        *,
        max_bytes: int = 256 * 1024 * 1024,
        compress: bool = False,
    ) -> None:
        self._folder = folder
        self._feed = feed
        self._format = form
        self._max_bytes = max_bytes
        self._compress = compress
        self._file: int | None = None
        self._path = folder
        self._size = 0
        self._day = 0
        self._packing: set[asyncio.Task[None]] = set()
        self.records = 0
        self.bytes = 0
        self.files: list[Path] = []
        """Files begun by this recorder, under the names they had then."""

    async def __aenter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PlatformError(f"cannot record into {self._folder}: {error.strerror}") from error
        return self

    async def __aexit__(self, *_: object) -> None:
        self._finish()
        if self._packing:
            await asyncio.wait(self._packing)

    def write(self, item: Received | Health) -> None:
        """Append one record; raises PlatformError if the disk does not take it."""
        record = encode(item)
        day = item.at_ns // DAY_NS
        if self._file is None or self._size + len(record) > self._max_bytes or day != self._day:
            self._finish()
            self._begin(item.at_ns)
            self._day = day
        self._append(record)
        self.records += 1

    async def passing(self, source: AsyncIterator[Received | Health]) -> AsyncIterator[Received | Health]:
        """Hand a source on, everything recorded first."""
        async for item in source:
            self.write(item)
            yield item

    def _begin(self, at_ns: int) -> None:
        moment = datetime.fromtimestamp(at_ns / 1e9, UTC).strftime("%Y%m%dT%H%M%S")
        number = 0
        while True:
            path = self._folder / f"{self._feed}-{moment}-{number:03}{SUFFIX}"
            if not path.with_name(path.name + ".gz").exists():
                try:
                    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
                    self._file = os.open(path, flags, 0o644)
                    break
                except FileExistsError:
                    pass
                except OSError as error:
                    raise PlatformError(f"cannot write {path}: {error.strerror}") from error
            number += 1
        self._path, self._size = path, 0
        self.files.append(path)
        self._append(Header(self._feed, self._format, now_ns()).encode())

    def _append(self, data: bytes) -> None:
        if self._file is None:
            raise PlatformError("no file is open to record into")
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise PlatformError(f"cannot write {self._path}: {error.strerror}") from error
        self._size += len(data)
        self.bytes += len(data)

    def _finish(self) -> None:
        if self._file is None:
            return
        os.fsync(self._file)
        os.close(self._file)
        self._file = None
        if self._compress:
            task = asyncio.create_task(_pack_beside(self._path))
            self._packing.add(task)
            task.add_done_callback(self._packing.discard)


async def _pack_beside(path: Path) -> None:
    try:
        await asyncio.to_thread(pack, path)
    except OSError as error:
        log.error("a recording stays as it is, it could not be compressed", path=str(path), error=str(error))


def pack(path: Path) -> None:
    """Put a compressed copy in a recording's place; the original goes when the copy is whole and on disk."""
    target = path.with_name(path.name + ".gz")
    partial = path.with_name(f".{target.name}.partial")
    with path.open("rb") as source, partial.open("wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=_LEVEL, mtime=0) as packed:
            shutil.copyfileobj(source, packed, _COPY)
        raw.flush()
        os.fsync(raw.fileno())
    partial.rename(target)
    path.unlink()
