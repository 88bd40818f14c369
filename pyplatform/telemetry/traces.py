"""Spans that always carry a W3C traceparent, and cost next to nothing while no exporter is set up."""

from contextvars import ContextVar
from random import getrandbits
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    from opentelemetry.trace import Span as RecordedSpan

    from pyplatform.telemetry.export import Tracer

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Value = str | int | float | bool

_current: Final[ContextVar[str]] = ContextVar("traceparent", default="")
_HEX: Final = frozenset("0123456789abcdef")
_LENGTH: Final = 55
_ZERO_TRACE, _ZERO_SPAN = "0" * 32, "0" * 16

_tracer: "Tracer | None" = None


def use_tracer(tracer: "Tracer | None") -> None:
    """Record spans with `tracer` from now on, or none."""
    global _tracer  # noqa: PLW0603 - one per process, like the exporter it stands for
    _tracer = tracer


def current_traceparent() -> str:
    """Traceparent of the innermost span around this code, "" outside of any."""
    return _current.get()


def is_traceparent(value: str) -> bool:
    """Whether `value` is a usable W3C traceparent of version 00."""
    return (
        len(value) == _LENGTH
        and value[2] == value[35] == value[52] == "-"
        and value[:2] == "00"
        and _HEX.issuperset(value[3:35] + value[36:52] + value[53:])
        and value[3:35] != _ZERO_TRACE
        and value[36:52] != _ZERO_SPAN
    )


class Span:
    """Context manager around a piece of work; use `span()` to make one.

    `traceparent` is to be sent along with everything the work asks of others. An exception that leaves the block
    marks the span as failed.
    """

    __slots__ = ("_recorded", "_token", "traceparent")

    def __init__(self, name: str, parent: str, kind: Kind) -> None:
        self._recorded: RecordedSpan | None = None
        if not (parent and is_traceparent(parent)):
            parent = _current.get()
        if _tracer is not None:
            self._recorded, self.traceparent = _tracer.start(name, parent, kind)
        elif parent:
            self.traceparent = f"{parent[:36]}{getrandbits(64) or 1:016x}{parent[52:]}"
        else:
            self.traceparent = f"00-{getrandbits(128) or 1:032x}-{getrandbits(64) or 1:016x}-00"

    def __enter__(self) -> Self:
        self._token = _current.set(self.traceparent)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _current.reset(self._token)
        if self._recorded is not None:
            if isinstance(error, Exception):
                self._recorded.record_exception(error)
                self.fail(str(error))
            self._recorded.end()

    @property
    def recording(self) -> bool:
        """Whether somebody will see attributes and children of this span."""
        return self._recorded is not None

    def set(self, key: str, value: Value) -> None:
        """Attach an attribute, named by OpenTelemetry's conventions where there is one."""
        if self._recorded is not None:
            self._recorded.set_attribute(key, value)

    def rename(self, name: str) -> None:
        """Give the span a better name than was known at its start."""
        if self._recorded is not None:
            self._recorded.update_name(name)

    def fail(self, reason: str) -> None:
        """Mark the work as failed for a reason that is no exception."""
        if self._recorded is not None:
            from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - only loaded when recording

            self._recorded.set_status(Status(StatusCode.ERROR, reason))


def span(name: str, parent: str = "", kind: Kind = "internal") -> Span:
    """Make a span under `parent`, a traceparent received from outside; else under the span around this code.

    A parent that is no traceparent is ignored, as W3C asks: a stranger's header must not fail a request.
    """
    return Span(name, parent, kind)
