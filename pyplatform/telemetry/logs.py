"""Structured log lines: JSON for machines, colours for a person at a terminal, the correlation id in each."""

import logging
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO, cast

import msgspec
import structlog

_correlation: Final[ContextVar[str]] = ContextVar("correlation", default="")
_Processor = Callable[[Any, str, MutableMapping[str, Any]], Any]
_encode = msgspec.json.Encoder(enc_hook=str).encode
_NOISY: Final = ("nats", "asyncio", "urllib3", "opentelemetry")


def correlation_id() -> str:
    """Correlation id of the work in hand, "" outside of any."""
    return _correlation.get()


@contextmanager
def correlated(value: str) -> Iterator[None]:
    """Put `value` as the correlation id into every log line of the `with` block and the tasks it starts."""
    token = _correlation.set(value)
    try:
        yield
    finally:
        _correlation.reset(token)


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Logger of a module; usable before `setup`, which decides how lines look."""
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger(module=name))


def _add_module(logger: logging.Logger, _: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["module"] = event["_record"].name
    return event


def _add_time(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["time"] = datetime.now(UTC)
    return event


def _json(_: object, __: str, event: MutableMapping[str, Any]) -> bytes:
    return _encode(event)


def _as_text(_: object, __: str, line: Any) -> str:
    return line.decode() if isinstance(line, bytes) else line


# Local variables never go into a log: they hold passwords, tokens and personal data.
def _pretty() -> list[_Processor]:
    tracebacks = structlog.dev.RichTracebackFormatter(show_locals=False)
    return [
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.dev.ConsoleRenderer(timestamp_key="time", exception_formatter=tracebacks),
    ]


def _machine() -> list[_Processor]:
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [_add_time, structlog.processors.ExceptionRenderer(tracebacks), _json]


def configure(service: str, level: str, stream: TextIO | None = None) -> None:
    """Send the lines of structlog and of the standard library alike to `stream` (stderr), as JSON or pretty.

    A line is written through, in one call, before the logger returns.
    """
    stream = sys.stderr if stream is None else stream
    pretty = stream.isatty()

    # One step, and JSON as bytes past the text layer: a gateway writes a line for every request.
    def add_origin(_: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["correlation_id"] = _correlation.get()
        event["service"] = service
        event["level"] = method
        return event

    ending: list[_Processor] = _pretty() if pretty else _machine()
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[add_origin, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=(
            structlog.WriteLoggerFactory(stream) if pretty else structlog.BytesLoggerFactory(stream.buffer)
        ),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_add_module, add_origin],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending, _as_text],
        )
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
