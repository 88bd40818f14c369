"""Which code measures which benchmark, and the servers those that need them share."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property, partial
from pathlib import Path
from typing import Self

import uvloop

from bench import (
    bulk,
    chain,
    concurrent_bets,
    core,
    decisions,
    durable,
    feed,
    feed_core,
    hot_accounts,
    http_bets,
    http_reads,
    in_memory,
    journal_size,
    journals,
    key_memory,
    lags,
    pushing,
    replaying,
    settling,
    suspending,
    takeovers,
    world_cup,
)
from bench.judge import Rounds
from pyplatform.embedded import Servers, running
from pyplatform.kernel.config import Settings

FEED_LINES = 6_000


class Measures:
    """Measures benchmarks by name; what several need (the program, the servers) is started once, when first used."""

    def __init__(self, *, gate: bool) -> None:
        self._gate = gate
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def _program(self) -> Path:
        return core.build()

    @cached_property
    def _servers(self) -> Servers:
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="pyplatform-bench-"))
        return self._stack.enter_context(running(folder, outside=Settings()))

    @property
    def _settings(self) -> Settings:
        return self._servers.settings

    @property
    def _server_pids(self) -> list[int]:
        embedded = self._servers.embedded
        return [embedded.pid(name) for name in embedded.names]

    @cached_property
    def _stream(self) -> list[bytes]:
        return core.stream(self._program, FEED_LINES)

    def measure(self, name: str) -> Rounds:
        """Measure one benchmark; ValueError if nothing knows it."""
        if name in core.LOOPS:
            return core.measure(self._program, name, count=self._gate)
        known: dict[str, Callable[[], Rounds]] = {
            "place_bet_in_memory": in_memory.measure,
            **{f"bet_decision{legs}": partial(decisions.measure, name) for legs in ("", "_3", "_8")},
            "feed_to_price": lambda: uvloop.run(feed.measure(self._stream, self._settings)),
            "feed_message": lambda: feed_core.message(self._stream),
            "feed_columns": lambda: feed_core.columns(self._stream),
            "feed_file": lambda: feed_core.large_file(self._stream),
            "durable_bet": lambda: uvloop.run(durable.measure(self._settings, self._server_pids)),
            "http_bets": lambda: uvloop.run(http_bets.measure(self._stream)),
            "http_bets_offered": lambda: uvloop.run(http_bets.measure(self._stream, http_bets.OFFERED)),
            "suspend": lambda: uvloop.run(suspending.measure(self._stream)),
            "push_clients": lambda: uvloop.run(pushing.clients(self._stream)),
            "push_liability": lambda: uvloop.run(pushing.liability(self._stream)),
            "world_cup": lambda: uvloop.run(world_cup.measure()),
            "http_reads": lambda: uvloop.run(http_reads.measure()),
            "concurrent_bets": lambda: uvloop.run(concurrent_bets.measure(self._settings, self._server_pids)),
            "settlement": lambda: uvloop.run(settling.measure(self._settings, self._server_pids)),
            "append_under_snapshot": lambda: uvloop.run(journals.under_snapshot(self._settings)),
            "append_dr_sync": lambda: uvloop.run(journals.replicated()),
            "hot_account": lambda: uvloop.run(hot_accounts.measure(self._settings)),
            "bulk_transfers": lambda: uvloop.run(bulk.measure(self._settings, self._server_pids, name)),
            "bulk_holds": lambda: uvloop.run(bulk.measure(self._settings, self._server_pids, name)),
            "chain_cost": lambda: uvloop.run(chain.measure(self._settings, self._server_pids)),
            "projection_lag": lambda: uvloop.run(lags.measure(self._settings)),
            "replay": replaying.measure,
            "journal_bytes": journal_size.measure,
            "key_memory": key_memory.measure,
            "handover": lambda: uvloop.run(takeovers.measure("handover", name)),
            "takeover": lambda: uvloop.run(takeovers.measure("writer", name)),
        }
        if name not in known:
            message = f"no benchmark {name!r}: known are {', '.join([*core.LOOPS, *known])}"
            raise ValueError(message)
        return known[name]()
