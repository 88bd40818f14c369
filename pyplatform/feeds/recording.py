r"""Our recordings: what a connector yielded, to the byte and with its times, in the order it came.

A file is a header and records, all integers little-endian:

    header   8 bytes  b"PYPFEED1"
             u32      length of the text that follows
             text     UTF-8 JSON {"feed": name of the feed, "format": "betfair" or "uof", "started_at": ns}
             u32      CRC-32 of the text
    record   4 bytes  b"\xf5REC"
             u32      length of the body
             u32      CRC-32 of the body
             body     u8 kind (0 message, 1 health), u64 time (ns), u16 length of the channel, channel, payload
                      of health, the channel is the producer, the payload one byte up or down and the reason

A file is only ever appended to, a record at a time, so a crash can leave one torn record, at its end. A record that
is torn or damaged is passed over: reading goes on at the next mark behind which a checksum holds. Finished files may
be compressed with gzip as a whole (`.feed.gz`); the one being written never is.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Final

import msgspec

from pyplatform.core.feeds.betfair import StreamError
from pyplatform.feeds.received import Health, Received

MAGIC: Final = b"PYPFEED1"
MARK: Final = b"\xf5REC"
LONGEST_RECORD: Final = 64 * 1024 * 1024
_MESSAGE, _HEALTH = 0, 1
_CHUNK: Final = 256 * 1024
_LENGTH: Final = Struct("<I")
_RECORD: Final = Struct("<4sII")
_BODY: Final = Struct("<BQH")


class Header(msgspec.Struct, frozen=True):
    """What a recording is of."""

    feed: str
    format: str
    started_at: int

    def encode(self) -> bytes:
        """The bytes a file begins with."""
        text = msgspec.json.encode(self)
        return MAGIC + _LENGTH.pack(len(text)) + text + _LENGTH.pack(zlib.crc32(text))


@dataclass(frozen=True, slots=True)
class Broken:
    """Bytes of a file that are no sound record; `offset` counts from its (uncompressed) beginning."""

    offset: int
    reason: str


def encode(item: Received | Health) -> bytes:
    """One record; ValueError if the channel has more than 65,535 bytes or the record more than 64 MiB."""
    if isinstance(item, Health):
        kind, channel = _HEALTH, item.producer.encode()
        payload = bytes((item.up,)) + item.reason.encode()
    else:
        kind, channel, payload = _MESSAGE, item.channel.encode(), item.payload
    if len(channel) > 0xFFFF or len(payload) > LONGEST_RECORD - 0x10000 - _BODY.size:
        raise ValueError(f"a record cannot hold a channel of {len(channel)} and {len(payload)} bytes")
    body = _BODY.pack(kind, item.at_ns, len(channel)) + channel + payload
    return _RECORD.pack(MARK, len(body), zlib.crc32(body)) + body


class Reader:
    """Reads one recording; `header` is there at once, `broken` fills while `items` is consumed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._chunks = _chunks(path)
        self._data = bytearray()
        self._at = 0
        self._base = 0
        self.broken: list[Broken] = []
        self.sound_end = 0
        """Offset behind the last sound record read so far."""
        self.header = self._read_header()

    def _read_header(self) -> Header:
        lead = len(MAGIC) + _LENGTH.size
        if not self._need(lead) or bytes(self._data[: len(MAGIC)]) != MAGIC:
            raise StreamError(f"{self._path} is not a recording of ours")
        (length,) = _LENGTH.unpack_from(self._data, len(MAGIC))
        if length > LONGEST_RECORD or not self._need(lead + length + _LENGTH.size):
            raise StreamError(f"{self._path} is cut off inside its header")
        text = bytes(self._data[lead : lead + length])
        (checksum,) = _LENGTH.unpack_from(self._data, lead + length)
        try:
            if zlib.crc32(text) != checksum:
                raise msgspec.DecodeError("its checksum does not hold")
            header = msgspec.json.decode(text, type=Header)
        except msgspec.DecodeError as error:
            raise StreamError(f"the header of {self._path} is damaged: {error}") from error
        self._at = self.sound_end = lead + length + _LENGTH.size
        return header

    def items(self) -> Iterator[Received | Health]:
        """All sound records in order."""
        while True:
            found = self._record()
            if found is not None:
                self.sound_end = self._base + self._at
                yield found
            elif not self._resume():
                return

    def _record(self) -> Received | Health | None:
        """The record at the present place, and step behind it; None if there is no sound one."""
        if not self._need(_RECORD.size):
            return None
        mark, length, checksum = _RECORD.unpack_from(self._data, self._at)
        end = _RECORD.size + length
        if mark != MARK or not _BODY.size <= length <= LONGEST_RECORD or not self._need(end):
            return None
        body = bytes(self._data[self._at + _RECORD.size : self._at + end])
        if zlib.crc32(body) != checksum:
            return None
        item = _decode(body)
        if item is not None:
            self._at += end
        return item

    def _resume(self) -> bool:
        """Note what is broken here and go to the next sound record; False at the end of the file."""
        start = self._base + self._at
        if not self._need(1):
            return False
        while True:
            found = self._data.find(MARK, self._at + 1)
            if found >= 0:
                self._at = found
                place = self._base + found
                if self._record() is not None:
                    self._at = place - self._base
                    self.broken.append(Broken(start, f"{place - start:,} bytes are no sound record"))
                    return True
                continue
            self._at = max(self._at, len(self._data) - len(MARK))
            if not self._more():
                left = self._base + len(self._data) - start
                self.broken.append(Broken(start, f"the last {left:,} bytes are a torn record"))
                return False

    def _need(self, size: int) -> bool:
        """Whether so many bytes can be had from the present place on."""
        while len(self._data) - self._at < size:
            if not self._more():
                return False
        return True

    def _more(self) -> bool:
        if self._at > (1 << 20):
            del self._data[: self._at]
            self._base += self._at
            self._at = 0
        try:
            chunk = next(self._chunks, None)
        except StreamError as error:
            self.broken.append(Broken(self._base + len(self._data), str(error)))
            chunk = None
        if chunk is None:
            return False
        self._data += chunk
        return True


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, of its content where it is compressed."""
    done = 0
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            while chunk := file.read1(_CHUNK):
                done += len(chunk)
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise StreamError(f"the gzip data of {path} breaks off after {done:,} bytes of content") from error
    except OSError as error:
        raise StreamError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error


def _decode(body: bytes) -> Received | Health | None:
    kind, at, length = _BODY.unpack_from(body)
    split = _BODY.size + length
    if split > len(body):
        return None
    channel, payload = body[_BODY.size : split].decode("utf-8", "replace"), body[split:]
    if kind == _MESSAGE:
        return Received(at, channel, payload)
    if kind == _HEALTH and payload:
        return Health(channel, payload[0] == 1, payload[1:].decode("utf-8", "replace"), at)
    return None
