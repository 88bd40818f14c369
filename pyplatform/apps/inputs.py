"""Whether what a user gives to be played is a recorded feed at all, asked before anything is started."""

from collections.abc import Iterable
from pathlib import Path

from pyplatform.feeds.sources import Recorded


def feeds_of(paths: Iterable[Path]) -> dict[str, list[Path]]:
    """The files by the format of their feed; raises PlatformError for the first that is no recorded feed."""
    found: dict[str, list[Path]] = {}
    for path in paths:
        found.setdefault(Recorded(path).format, []).append(path)
    return found


def feed_roles(feeds: dict[str, list[Path]], seconds: float, *options: str) -> dict[str, list[str]]:
    """The roles that play them, one process a feed, each with its command line."""
    return {
        f"feed-{feed}": [
            *("--producer", feed),
            *(part for path in paths for part in ("--input", str(path.resolve()))),
            *("--seconds", str(seconds)),
            *options,
        ]
        for feed, paths in feeds.items()
    }
