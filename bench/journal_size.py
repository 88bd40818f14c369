"""What a bet takes of the journal from its placing to its settlement, everything counted."""

from bench.replaying import BETS, journal
from bench.slowdown import repeat
from pyplatform._core import shard as core

_TRACE = 25
"""Bytes of a traceparent: version, trace, span and flags."""


def measure() -> dict[str, list[float]]:
    """Figures: `bytes` of a bet's two entries with their share of the batches' headers.

    `bare_bytes` are those without the slip, its terms, and the ids of the envelope (player, correlation, trace).
    """
    batches = journal()[1:]  # the first holds the deposits
    entries = [entry for batch in batches for entry in core.Batch(batch).entries()]
    carried = sum(
        len(entry.player)
        + len(entry.correlation)
        + _TRACE
        + len(entry.terms)
        + len((entry.slip or (0, 0, b""))[2])
        for entry in entries
    )
    whole = sum(map(len, batches))
    times = repeat("journal_bytes")
    return {"bytes": [times * whole / BETS], "bare_bytes": [times * (whole - carried) / BETS]}
