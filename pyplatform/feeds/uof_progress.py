"""Up to when each producer's messages were processed, kept between runs."""

import os
from pathlib import Path
from typing import Final

import msgspec

from pyplatform.telemetry import get_logger

_EVERY_MS: Final = 5_000
_log = get_logger("feeds.uof")


class Progress:
    """Recovery points (ms since the epoch) by product, in a small JSON file; without a path they are not kept."""

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None
        self._written: dict[int, int] = {}
        self._at = 0

    def read(self) -> dict[int, int]:
        """What the last run wrote; nothing if there is none or it cannot be read: then all odds are asked for."""
        if self._path is None or not self._path.exists():
            return {}
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[int, int])
        except (OSError, msgspec.MsgspecError) as error:
            _log.warning("recovery points cannot be read", error=str(error))
            return {}

    def write(self, points: dict[int, int], now_ms: int, *, at_once: bool = False) -> None:
        """Keep the points, now and then or at once; a disk that fails costs a longer recovery and nothing else."""
        if self._path is None or points == self._written or (now_ms - self._at < _EVERY_MS and not at_once):
            return
        self._at = now_ms
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            beside.write_bytes(
                msgspec.json.encode({str(product): point for product, point in points.items()})
            )
            beside.replace(self._path)
        except OSError as error:
            _log.warning("recovery points cannot be written", error=str(error))
            return
        self._written = dict(points)
