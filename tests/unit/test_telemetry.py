"""Logs carry the correlation id and no secrets; traceparents always propagate; spans cost next to nothing."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from pyplatform import telemetry
from pyplatform.kernel.config import Settings
from pyplatform.telemetry.traces import is_traceparent

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class _Console(io.TextIOWrapper):
    """What stderr is to a process, kept in memory: text over bytes, `written` call by call."""

    def __init__(self, *, buffered: bool = True) -> None:
        self.written: list[bytes] = []
        raw = _Raw(self.written)
        super().__init__(
            io.BufferedWriter(raw) if buffered else raw,  # type: ignore[arg-type] # as PYTHONUNBUFFERED does
            encoding="utf-8",
            line_buffering=True,
            write_through=not buffered,
        )

    def text(self) -> str:
        """What has been written."""
        return b"".join(self.written).decode()


class _Raw(io.RawIOBase):
    def __init__(self, written: list[bytes]) -> None:
        self._written = written

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        return len(data)


@pytest.fixture(params=[True, False], ids=["buffered", "unbuffered"])
def lines(request: pytest.FixtureRequest) -> Iterator[_Console]:
    stream = _Console(buffered=request.param)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    telemetry.setup("wallet", Settings(log_level="info"), stream)
    yield stream
    telemetry.shutdown()
    root.handlers[:] = handlers
    root.setLevel(level)


def read(stream: _Console) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.text().splitlines()]


def test_every_line_says_who_and_in_which_matter(lines: _Console) -> None:
    log = telemetry.get_logger("module")
    with telemetry.correlated("c-1"):
        log.info("bet placed", stake=5)
        logging.getLogger("library").warning("from a library: %s", "x")
    log.debug("not asked for")
    first, second = read(lines)
    assert (
        first.items()
        >= {
            "event": "bet placed",
            "stake": 5,
            "service": "wallet",
            "module": "module",
            "level": "info",
            "correlation_id": "c-1",
        }.items()
    )
    assert (second["event"], second["module"], second["correlation_id"]) == (
        "from a library: x",
        "library",
        "c-1",
    )


def test_a_line_is_written_at_once_by_one_call(lines: _Console) -> None:
    log = telemetry.get_logger("module")
    log.info("schön", at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), long="x" * 3_000)
    logging.getLogger("library").warning("schön")
    log.warning("and", what=lines)
    assert len(lines.written) == 3
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines.written)
    first, second, third = read(lines)
    assert (first["event"], second["event"], third["what"]) == ("schön", "schön", str(lines))
    assert (first["level"], second["level"], third["level"]) == ("info", "warning", "warning")
    assert first["at"] == "2026-01-02T03:04:05Z"
    for line in (first, second, third):
        assert line["time"].endswith("Z")
        assert abs(datetime.now(UTC) - datetime.fromisoformat(line["time"])) < timedelta(hours=1)


def test_local_variables_never_reach_a_log(lines: _Console) -> None:
    password = "hunter" + "2"
    try:
        raise RuntimeError("broken" + password[:0])
    except RuntimeError:
        telemetry.get_logger("m").exception("failed")
        logging.getLogger("library").exception("failed")
    assert "broken" in lines.text()
    assert "hunter2" not in lines.text()


def test_a_terminal_gets_pretty_lines(lines: _Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "isatty", lambda: True)
    telemetry.setup("wallet", Settings(), lines)
    telemetry.get_logger("m").info("hello")
    assert "hello" in lines.text()
    assert not lines.text().startswith("{")


def test_a_traceparent_always_propagates() -> None:
    with telemetry.span("request", PARENT, "server") as outer:
        assert is_traceparent(outer.traceparent)
        assert outer.traceparent[:35] == PARENT[:35]
        assert outer.traceparent[36:52] != PARENT[36:52]
        assert outer.traceparent[53:] == "01"
        with telemetry.span("part") as inner:
            assert inner.traceparent[:35] == PARENT[:35]
            assert telemetry.current_traceparent() == inner.traceparent
        assert telemetry.current_traceparent() == outer.traceparent
    assert telemetry.current_traceparent() == ""


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        PARENT[:-1],
        PARENT.upper(),
        PARENT.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        PARENT.replace("b7ad6b7169203331", "0" * 16),
        "01" + PARENT[2:],
        PARENT.replace("-", "_"),
    ],
)
def test_a_bad_parent_is_ignored(header: str) -> None:
    with telemetry.span("request", header) as started:
        assert is_traceparent(started.traceparent)
        assert PARENT[3:35] not in started.traceparent


def test_counters_are_plain_numbers() -> None:
    counter = telemetry.Counter("test.bets", "bets seen")
    queue: list[int] = []
    telemetry.Gauge("test.queue", "waiting", lambda: len(queue))
    counter.value += 3
    queue.append(1)
    assert telemetry.readings().items() >= {"test.bets": 3, "test.queue": 1}.items()


class _Collector(BaseHTTPRequestHandler):
    received: list[tuple[str, bytes]] = []  # noqa: RUF012 - shared with the test on purpose

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.received.append((self.path, body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_spans_and_counters_reach_a_collector(lines: _Console) -> None:
    with HTTPServer(("127.0.0.1", 0), _Collector) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            counter = telemetry.Counter("test.exported", "exported")
            telemetry.setup("wallet", Settings(otlp_endpoint=f"http://127.0.0.1:{server.server_port}"), lines)
            counter.value += 1
            with telemetry.span("GET /v1/test", PARENT, "server") as started:
                started.set("http.request.method", "GET")
                assert started.recording
                assert started.traceparent[:35] == PARENT[:35]
            with telemetry.span("unsampled", PARENT[:-1] + "0") as unsampled:
                assert not unsampled.recording
            telemetry.shutdown()
        finally:
            server.shutdown()
            thread.join()
    bodies = dict(_Collector.received)
    assert b"GET /v1/test" in bodies["/v1/traces"]
    assert b"unsampled" not in bodies["/v1/traces"]
    assert bytes.fromhex(PARENT[3:35]) in bodies["/v1/traces"]
    assert b"test.exported" in bodies["/v1/metrics"]
