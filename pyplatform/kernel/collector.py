"""Python's cycle collector, as a serving process wants it."""

import gc
from typing import Final

YOUNG: Final = 10_000
"""Objects made and kept before the collector looks for cycles among them; Python's own 700 come every few requests."""


def calm() -> None:
    """Look for cycles seldom, and never among what was made by now: modules, classes, tables.

    What a process keeps for long (open bets, wagers) are structs that the collector does not see.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
