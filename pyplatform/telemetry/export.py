"""The OpenTelemetry SDK behind spans and counters; imported only when an endpoint is set, for it is slow to load."""

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from pyplatform.telemetry.metrics import Instrument, forget_listener, on_instrument
from pyplatform.telemetry.traces import Kind

_PATIENCE_S = 2.0
_KINDS = {
    "internal": trace.SpanKind.INTERNAL,
    "server": trace.SpanKind.SERVER,
    "client": trace.SpanKind.CLIENT,
    "producer": trace.SpanKind.PRODUCER,
    "consumer": trace.SpanKind.CONSUMER,
}


class Tracer:
    """Starts spans of the SDK from a traceparent and writes theirs; sampling follows OTEL_TRACES_SAMPLER."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("pyplatform")

    def start(self, name: str, parent: str, kind: Kind) -> tuple[trace.Span | None, str]:
        """Start a span; returns it, or None when it is not sampled, and its traceparent."""
        context = None
        if parent:
            remote = trace.SpanContext(
                int(parent[3:35], 16),
                int(parent[36:52], 16),
                True,
                trace.TraceFlags(int(parent[53:], 16) & 1),
            )
            context = trace.set_span_in_context(trace.NonRecordingSpan(remote))
        started = self._tracer.start_span(name, context, _KINDS[kind])
        own = started.get_span_context()
        traceparent = f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags & 1:02x}"
        return (started if started.is_recording() else None), traceparent


class Exporter:
    """Sends spans and counters to an OTLP/HTTP collector in the background until `shutdown`."""

    def __init__(self, service: str, endpoint: str) -> None:
        base = endpoint.rstrip("/")
        resource = Resource.create({"service.name": service})
        self._traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._traces.add_span_processor(
            BatchSpanProcessor(OTLPSpanExporter(f"{base}/v1/traces", timeout=_PATIENCE_S))
        )
        self._metrics = MeterProvider(
            [PeriodicExportingMetricReader(OTLPMetricExporter(f"{base}/v1/metrics", timeout=_PATIENCE_S))],
            resource,
            shutdown_on_exit=False,
        )
        self._meter = self._metrics.get_meter("pyplatform")
        self.tracer = Tracer(self._traces)
        on_instrument(self._observe)

    def _observe(self, instrument: Instrument) -> None:
        def read(_: CallbackOptions) -> list[Observation]:
            return [Observation(instrument.read())]

        make = (
            self._meter.create_observable_counter
            if instrument.kind == "counter"
            else self._meter.create_observable_gauge
        )
        make(instrument.name, [read], instrument.unit, instrument.description)

    def shutdown(self) -> None:
        """Send what is left, waiting a few seconds at most, and stop."""
        forget_listener(self._observe)
        self._traces.shutdown()
        self._metrics.shutdown(_PATIENCE_S * 1_000)
