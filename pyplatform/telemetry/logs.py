"""Structured log lines: JSON for machines, colours for a person at a terminal, the correlation id in each."""

import logging
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TextIO, cast

import msgspec
import structlog

_correlation: Final[ContextVar[str]] = ContextVar("correlation", default="")
_Processor = Callable[[Any, str, MutableMapping[str, Any]], Any]
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


def _add_correlation(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["correlation_id"] = _correlation.get()
    return event


def _add_module(logger: logging.Logger, _: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["module"] = event["_record"].name
    return event


def _json(event: MutableMapping[str, Any], **_: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


# Local variables never go into a log: they hold passwords, tokens and personal data.
def _pretty() -> list[_Processor]:
    tracebacks = structlog.dev.RichTracebackFormatter(show_locals=False)
    return [structlog.dev.ConsoleRenderer(timestamp_key="time", exception_formatter=tracebacks)]


def _machine() -> list[_Processor]:
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        structlog.processors.ExceptionRenderer(tracebacks),
        structlog.processors.JSONRenderer(serializer=_json),
    ]


def configure(service: str, level: str, stream: TextIO | None = None) -> None:
    """Send the lines of structlog and of the standard library alike to `stream` (stderr), as JSON or pretty."""
    stream = sys.stderr if stream is None else stream
    pretty = stream.isatty()

    def add_service(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    shared: list[_Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_correlation,
        add_service,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    ending: list[_Processor] = _pretty() if pretty else _machine()
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_add_module, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
