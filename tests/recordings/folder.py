"""The folder of recordings under test, and how a state is compared with its golden file."""

import bz2
import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VARIABLE = "PYPLATFORM_RECORDINGS"
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "feeds"
TEXTS = (".md", ".txt")
PACKED = frozenset({"bz2", "gz", "tar"})


def _folder() -> Path | None:
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return BESIDE if BESIDE.is_dir() else None


FOLDER = _folder()
WITHOUT = (
    f"set {VARIABLE} to a folder of recordings with golden files; test_fetched_recordings.py runs without"
)


def _name(path: Path) -> str:
    """A recording's name: that of its file without the endings of formats."""
    name = path.name
    while (ending := name.rpartition(".")[2]) in PACKED:
        name = name.removesuffix(f".{ending}")
    return name


def files(*folders: str) -> dict[str, Path]:
    """Recordings in these folders by name, without the ending of their compression; two of one name are refused."""
    found: dict[str, Path] = {}
    for folder in folders if FOLDER else ():
        for path in sorted((FOLDER / folder).glob("*")):  # type: ignore[operator]
            if path.suffix in TEXTS:
                continue
            name = _name(path)
            if name in found:
                message = f"{path} and {found[name]} are both the recording {name}: one would be passed over"
                raise ValueError(message)
            found[name] = path
    return found


def unpacked(path: Path) -> bytes:
    """What a file holds, unpacked."""
    packed = path.read_bytes()
    unpack = {".gz": gzip.decompress, ".bz2": bz2.decompress}.get(path.suffix)
    return unpack(packed) if unpack else packed


def difference(ours: Any, golden: Any, path: str = "") -> str | None:
    """Where two JSON values first differ; numbers are equal as numbers."""
    if isinstance(ours, dict) and isinstance(golden, dict):
        if ours.keys() != golden.keys():
            return f"{path}: keys {sorted(ours.keys() ^ golden.keys())} are on one side only"
        pairs: Iterator[tuple[Any, Any, Any]] = ((key, ours[key], golden[key]) for key in golden)
    elif isinstance(ours, list) and isinstance(golden, list):
        if len(ours) != len(golden):
            return f"{path}: {len(ours)} elements, golden has {len(golden)}"
        pairs = ((at, *pair) for at, pair in enumerate(zip(ours, golden, strict=True)))
    else:
        same = ours == golden and isinstance(ours, bool) == isinstance(golden, bool)
        return None if same else f"{path}: {ours!r}, golden has {golden!r}"
    return next(filter(None, (difference(a, b, f"{path}/{key}") for key, a, b in pairs)), None)
