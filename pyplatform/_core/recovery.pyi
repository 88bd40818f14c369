"""`rust_core/feeds` recovery machines for Python: what to do when a feed is lost, late or has a hole.

Each is told what happened and when, and answers with what to do; it opens nothing and reads no clock. All times are
integers in milliseconds since the epoch; a time earlier than the last is taken as the last.
"""

from typing import Literal, final

__all__ = ["Betfair", "BetfairAction", "Kalshi", "Polymarket", "Uof", "UofAction", "UofStanding"]

@final
class UofAction:
    """What to do about a producer."""

    @property
    def kind(self) -> Literal["request", "down", "up", "event_done"]:
        """`request`: ask for a recovery; `down`: suspend its markets; `up`: they may be sold again; `event_done`: the
        recovery of a single event is complete."""
    @property
    def product(self) -> int: ...
    @property
    def reason(self) -> str:
        """Of down: alive_interval, queue_delay, connection, producer. Of up: first_recovery, recovered, delay_over."""
    @property
    def request_id(self) -> int:
        """Of a request and `event_done`; else 0."""
    @property
    def after(self) -> int | None:
        """Of a request: everything made after this; all odds if None."""
    @property
    def lost(self) -> int:
        """Of a request: milliseconds before `after` that no recovery reaches any more."""

@final
class UofStanding:
    """What is known of a producer."""

    @property
    def phase(self) -> Literal["not_started", "started", "completed", "interrupted", "error"]:
        """Where its recovery stands."""
    @property
    def up(self) -> bool: ...
    @property
    def recovery_point(self) -> int | None:
        """Everything made up to then was processed: `resume` of the next run."""
    @property
    def request_id(self) -> int | None:
        """The request that runs."""
    @property
    def blocked_until(self) -> int:
        """Before this no request is made; 0 if one may be made now."""

@final
class Uof:
    """The producers of one connection to Sportradar's feed.

    `producers`: (product, window in ms, data sessions that get its snapshot_complete as bits, resume) each; `resume`
    is the recovery point of an earlier run. `sessions`: how many data sessions there are, 1 to 32 (ValueError).
    Request ids count up from `first_request_id`. `alive_ms`, `delay_ms`: silence and delay borne (20 s); `between_ms`:
    least time between two requests for one producer (30 s); `recovery_ms`: longest a recovery may take (20 min).
    Messages of producers not given change nothing.
    """

    def __new__(
        cls,
        producers: list[tuple[int, int, int, int | None]],
        *,
        sessions: int,
        first_request_id: int,
        alive_ms: int | None = None,
        delay_ms: int | None = None,
        between_ms: int | None = None,
        recovery_ms: int | None = None,
    ) -> Uof: ...
    def connected(self, now: int) -> list[UofAction]:
        """The connection stands."""
    def disconnected(self, now: int) -> list[UofAction]:
        """The connection is lost, or messages that came over it are."""
    def alive(self, product: int, timestamp: int, subscribed: bool, now: int) -> list[UofAction]:
        """An alive came over the system session."""
    def processed(
        self, product: int, session: int, timestamp: int, request_id: int | None, now: int
    ) -> list[UofAction]:
        """A data session processed a message of the producer, an alive too."""
    def snapshot_complete(
        self, product: int, session: int, timestamp: int, request_id: int, now: int
    ) -> list[UofAction]:
        """A data session processed the end of a recovery."""
    def product_down(self, product: int, now: int) -> list[UofAction]:
        """The producer said that it is down."""
    def request_failed(self, product: int, request_id: int, refused: bool, now: int) -> list[UofAction]:
        """A request was not taken; one `refused` by the server does not count against the limits."""
    def recover_event(self, product: int, now: int) -> tuple[int | None, int]:
        """Id of a request for the recovery of one event, or None and the time before which there is none."""
    def tick(self, now: int) -> list[UofAction]:
        """Time goes by: call it every second or so."""
    def standing(self, product: int) -> UofStanding | None:
        """What is known of a producer; None if it is not watched."""
    def products(self) -> list[int]:
        """The producers watched."""

@final
class BetfairAction:
    """What to do about the connection."""

    @property
    def kind(
        self,
    ) -> Literal["connect", "authenticate", "subscribe", "close", "down", "up", "refused"]:
        """`close`: close the connection and call `disconnected`; `refused`: only a person can help."""
    @property
    def reason(self) -> str:
        """Of down: connection, heartbeat, late, image. Of up: image, resumed, in_time. Of refused: the error code."""
    @property
    def stream(self) -> Literal["market", "order", ""]:
        """Of a subscription."""
    @property
    def id(self) -> int:
        """Of an authentication or subscription."""
    @property
    def renew(self) -> bool:
        """Of an authentication: the session was refused, so get a new one."""
    @property
    def initial_clk(self) -> str | None:
        """Of a subscription: go on from there; an image if None."""
    @property
    def clk(self) -> str | None: ...

@final
class Betfair:
    """One connection to Betfair's stream, made again and again. The first tick answers `connect`.

    `streams`: "market", "order" (ValueError for others). `heartbeat_ms`: as asked for. `answer_ms`: how long the
    exchange may take to answer (15 s). `first_wait_ms`, `longest_wait_ms`: before connecting again (0.5 s to 30 s).
    """

    def __new__(
        cls,
        streams: list[str],
        *,
        heartbeat_ms: int,
        answer_ms: int | None = None,
        first_wait_ms: int | None = None,
        longest_wait_ms: int | None = None,
    ) -> Betfair: ...
    def tick(self, now: int) -> list[BetfairAction]:
        """Time goes by."""
    def connected(self, now: int) -> list[BetfairAction]:
        """The socket is open."""
    def disconnected(self, jitter: int, now: int) -> list[BetfairAction]:
        """The socket is closed, or was never opened; `jitter`, 0 to 1,000, spreads the next attempt."""
    def greeted(self, now: int) -> list[BetfairAction]:
        """`op` connection came."""
    def accepted(self, id: int, now: int) -> list[BetfairAction]:  # noqa: A002
        """`op` status with SUCCESS came."""
    def rejected(self, id: int | None, error: str, now: int) -> list[BetfairAction]:  # noqa: A002
        """`op` status with FAILURE and this `errorCode` came."""
    def change(
        self,
        stream: str,
        now: int,
        *,
        id: int | None,  # noqa: A002
        ct: str | None,
        segment_type: str | None,
        initial_clk: str | None,
        clk: str | None,
        status: int | None,
        heartbeat_ms: int | None,
    ) -> tuple[bool, list[BetfairAction]]:
        """A change message with this envelope came; the first answer is False if it is to be dropped."""
    def resume(self, stream: str) -> tuple[str, str] | None:
        """(initialClk, clk) to go on from, were the connection lost now."""
    def rewind(self, stream: str, resume: tuple[str, str] | None) -> None:
        """Go on from there instead: what came after it was thrown away."""
    @property
    def up(self) -> bool: ...

@final
class Kalshi:
    """Which books of a Kalshi connection may be used.

    Actions are ("stale" | "whole", ticker) and ("resubscribe", sid): subscribe anew to its markets.
    """

    def __new__(cls) -> Kalshi: ...
    def snapshot(self, sid: int, seq: int, ticker: str, now: int) -> list[tuple[str, str | int]]:
        """A whole book came."""
    def delta(self, sid: int, seq: int, ticker: str, now: int) -> list[tuple[str, str | int]]:
        """A change came."""
    def disconnected(self, now: int) -> list[tuple[str, str | int]]: ...
    def tick(self, now: int) -> list[tuple[str, str | int]]: ...
    def whole(self, ticker: str) -> bool: ...
    def tickers(self, sid: int) -> list[str]:
        """The markets of a subscription."""

@final
class Polymarket:
    """Which books of a Polymarket connection may be used.

    Actions are ("stale" | "whole" | "refetch", asset id).
    """

    def __new__(cls) -> Polymarket: ...
    def connected(self, now: int) -> list[tuple[str, str]]: ...
    def disconnected(self, now: int) -> list[tuple[str, str]]: ...
    def mismatch(self, asset_id: str, now: int) -> list[tuple[str, str]]:
        """The feed named best prices that the book does not have."""
    def book(self, asset_id: str, now: int) -> list[tuple[str, str]]:
        """The book came whole, from the feed or fetched."""
    def tick(self, now: int) -> list[tuple[str, str]]: ...
    def whole(self, asset_id: str) -> bool: ...
