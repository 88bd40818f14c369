"""What a trader sees, liability and counts, and how staff command the owners of events.

Amounts are integers at the currency's scale, times are in nanoseconds.
"""

from enum import StrEnum

import msgspec

from pyplatform.contracts.sportsbook.markets import MarketStatus


class RunnerExposure(msgspec.Struct, array_like=True, frozen=True):
    """A selection in the trader's view; `if_wins` is what we lose (negative: keep) if it wins."""

    id: int
    name: str
    price_e4: int
    if_wins: int


class MarketExposure(msgspec.Struct, array_like=True, frozen=True):
    """A market in the trader's view, in one tenant and currency; amounts at the currency's scale."""

    tenant: str
    market_id: str
    kind: str
    event_name: str
    status: MarketStatus
    in_play: bool
    currency: str
    stakes: int
    worst_case: int
    runners: list[RunnerExposure]


class TradingStats(msgspec.Struct, array_like=True, frozen=True):
    """What the trading process reports twice a second; counts since its start, latencies (ns) since the last.

    `feed_progress`, `lines`, `updates` and `feed_errors` are what the feed processes say of themselves; latencies run
    from a message's arrival in the feed process to the publication of our prices. Of many markets the first hundred
    are listed, closed ones last.
    """

    at: int
    feed_progress: float
    lines: int
    updates: int
    price_updates: int
    attempts: int
    accepted: int
    settled: int
    voided: int
    open_bets: int
    feed_to_price_p50: int
    feed_to_price_p99: int
    markets: list[MarketExposure]
    feed_errors: int = 0
    """Messages of the feeds that were skipped as broken."""


STATS_SUBJECT = "stats.trading"


class Role(StrEnum):
    """What a member of staff may do; an admin may do all of it."""

    TRADER = "trader"
    SETTLEMENT = "settlement"
    ADMIN = "admin"


ANY_VERSION = -1
"""Expected by who does not mind what the target has become meanwhile: it is for suspensions."""


class StaffRequest(msgspec.Struct, array_like=True, frozen=True):
    """One command or question of staff, on `staff_subject` of an owner of events.

    `actor` is "staff:<id>"; `kind` names the command, `body` is its msgpack; `expected` is the version of its target
    as the actor saw it, 0 for one that was never touched. With a `key` of the actor's the command is applied once,
    however often it is sent.
    """

    tenant: str
    actor: str
    roles: tuple[str, ...]
    kind: str
    expected: int
    correlation: bytes
    traceparent: str
    body: bytes
    key: str = ""


class StaffOutcome(StrEnum):
    """How a command ended; `CONFLICT`: the target is at another version, and `detail` says whose change it was."""

    DONE = "done"
    CONFLICT = "conflict"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"


class StaffAnswer(msgspec.Struct, array_like=True, frozen=True):
    """The answer to `StaffRequest`; `field` names what is wrong with a refused one.

    `version` is the target's now, `position` that of the last event in the tenant's stream; `data` is msgpack, of the
    answer to a question. `replayed`: it was given before, to the same command with this key.
    """

    outcome: StaffOutcome
    code: str = ""
    detail: str = ""
    field: str = ""
    version: int = 0
    position: int = 0
    data: bytes = b""
    replayed: bool = False


def staff_subject(owner: str, epoch: int) -> str:
    """Request subject of the process that owns events under `epoch`: one `StaffRequest` a message."""
    return f"event.staff.{owner}.{epoch}"


def recorded_subject(tenant: str) -> str:
    """Core NATS subject that tells every owner of events to read what staff have recorded; no payload."""
    return f"staff.recorded.{tenant}"
