"""An OpenTelemetry collector of the tests' own: takes OTLP over HTTP and keeps what it was sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(frozen=True)
class Received:
    """One span as it was exported, ids in hexadecimal."""

    service: str
    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    failed: bool
    attributes: dict[str, str]


@dataclass
class Collector:
    """What has arrived: spans, and the last value of every metric of every service."""

    endpoint: str = ""
    spans: list[Received] = field(default_factory=list)
    metrics: dict[tuple[str, str], float] = field(default_factory=dict)

    def of_trace(self, trace_id: str) -> list[Received]:
        return [span for span in self.spans if span.trace_id == trace_id]

    def take(self, path: str, body: bytes) -> None:
        if path == "/v1/traces":
            for group in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = _service(group.resource)
                self.spans += [_span(service, span) for scope in group.scope_spans for span in scope.spans]
        elif path == "/v1/metrics":
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                    points = (metric.sum if metric.HasField("sum") else metric.gauge).data_points
                    for point in points:
                        value = point.as_double if point.HasField("as_double") else point.as_int
                        self.metrics[_service(resource.resource), metric.name] = value


def _service(resource: Any) -> str:
    return next(str(pair.value.string_value) for pair in resource.attributes if pair.key == "service.name")


def _span(service: str, span: Span) -> Received:
    return Received(
        service=service,
        name=span.name,
        kind=span.kind,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        failed=span.status.code == span.status.STATUS_CODE_ERROR,
        attributes={
            pair.key: pair.value.string_value or str(pair.value.int_value) for pair in span.attributes
        },
    )


@contextmanager
def collecting() -> Iterator[Collector]:
    """Listen on a free port of the loopback while the context lasts."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.path, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.endpoint = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
