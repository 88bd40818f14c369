"""Turns telemetry on for a process, once, and off at its end."""

from typing import TYPE_CHECKING, TextIO

from pyplatform.kernel.config import Settings
from pyplatform.telemetry import logs, traces

if TYPE_CHECKING:
    from pyplatform.telemetry.export import Exporter

_exporter: "Exporter | None" = None


def setup(service: str, settings: Settings, stream: TextIO | None = None) -> None:
    """Configure logs to `stream` (stderr if None), and export traces and counters if an endpoint is set."""
    global _exporter  # noqa: PLW0603 - one per process
    shutdown()
    logs.configure(service, settings.log_level, stream)
    if settings.otlp_endpoint:
        from pyplatform.telemetry.export import Exporter  # noqa: PLC0415 - loads the SDK

        _exporter = Exporter(service, settings.otlp_endpoint)
        traces.use_tracer(_exporter.tracer)


def shutdown() -> None:
    """Send what is left and stop exporting; repeatable."""
    global _exporter  # noqa: PLW0603
    traces.use_tracer(None)
    if _exporter is not None:
        _exporter.shutdown()
        _exporter = None
