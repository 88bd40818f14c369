"""Logs, traces and counters of a process; cheap when nobody listens."""

from pyplatform.telemetry.logs import correlated, correlation_id, get_logger
from pyplatform.telemetry.metrics import Counter, Gauge, readings
from pyplatform.telemetry.setup import setup, shutdown
from pyplatform.telemetry.traces import Span, current_traceparent, span

__all__ = [
    "Counter",
    "Gauge",
    "Span",
    "correlated",
    "correlation_id",
    "current_traceparent",
    "get_logger",
    "readings",
    "setup",
    "shutdown",
    "span",
]
