"""Recorded Betfair streams for benchmarks: where to find one, and a large event file made of them.

Looked for in `PYPLATFORM_RECORDINGS`, beside the project, and in the user's cache (`pyplatform recordings fetch`).
"""

import json
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from pyplatform.core.feeds import betfair

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data" / "feeds"
ENDINGS = ("", ".bz2", ".gz", ".json", ".json.bz2", ".json.gz")
EVENT = ("PRO-1.170258213", "1.127236622", "1.205822330", "SELF-1.181223994")


def find(name: str) -> Path | None:
    """The file of a recording, or None where there is none."""
    named = os.environ.get("PYPLATFORM_RECORDINGS")
    for folder in ([Path(named)] if named else []) + [BESIDE]:
        for path in sorted(folder.glob(f"*/{name}*")):
            if "expected" not in path.parent.name and path.name in {name + ending for ending in ENDINGS}:
                return path
    return _cached(name)


def _cached(name: str) -> Path | None:
    # Imported late: the peers' environment has the core only.
    try:
        from pyplatform.apps import recordings  # noqa: PLC0415
    except ImportError:
        return None
    path = recordings.folder() / name
    return path if path.is_file() else None


@cache
def content(name: str) -> bytes:
    """A recording, unpacked; FileNotFoundError where there is none."""
    path = find(name)
    if path is None:
        message = f"no recording {name}: set PYPLATFORM_RECORDINGS, or run `pyplatform recordings fetch`"
        raise FileNotFoundError(message)
    return b"".join(betfair.open_stream(path))


class _Source:
    """A recording that goes on while images of its books are written between its lines."""

    def __init__(self, name: str) -> None:
        self._books = betfair.Books()
        self._lines = iter(content(name).splitlines(keepends=True))

    def next(self) -> bytes | None:
        """The next line of full ladders, then the image of the market it changed, `img` last as in official files."""
        for line in self._lines:
            self._books.apply(line)
            message = json.loads(line)
            if not (changes := message.get("mc")):
                continue
            market_id = changes[0]["id"]
            definition = self._books.definition_json(market_id)
            if definition is None:
                continue
            runners = [entry for runner in self._books.market(market_id) or () for entry in _entries(runner)]
            message["mc"] = changes
            changes[0].pop("img", None)
            image = {"id": market_id, "marketDefinition": json.loads(definition), "rc": runners}
            whole = {
                "op": "mcm",
                "clk": str(message["pt"]),
                "pt": message["pt"],
                "mc": [image | {"con": True, "img": True, "tv": 0.0}],
            }
            return _text({key: message[key] for key in ("op", "pt", "mc")} | {"clk": "1"}) + _text(whole)
        return None


def _text(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def _entries(runner: betfair.RunnerView) -> list[dict[str, Any]]:
    """As official files write a runner: an entry a ladder."""
    key = {"id": runner.id} | ({"hc": runner.hc} if runner.hc else {})
    entries: list[dict[str, Any]] = [key | {"ltp": runner.ltp, "tv": runner.tv}] if runner.ltp else []
    ladders = {"atb": runner.atb, "atl": runner.atl, "trd": runner.trd}
    return entries + [{name: list(ladder)} | key for name, ladder in ladders.items() if len(ladder)]


@cache
def event_file(size: int, pack: Callable[[bytes], bytes] | None = None) -> Path:
    """An event of several markets with an image after every line, of about so many bytes; packed if asked for."""
    sources = [_Source(name) for name in EVENT]
    parts: list[bytes] = []
    written = 0
    while sources and written < size:
        for source in list(sources):
            if (part := source.next()) is None:
                sources.remove(source)
            else:
                parts.append(part)
                written += len(part)
    text = b"".join(parts)
    folder = tempfile.TemporaryDirectory(prefix="pyplatform-bench-")
    _FOLDERS.append(folder)
    path = Path(folder.name, "event")
    path.write_bytes(pack(text) if pack else text)
    return path


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
