"""The HTTP half of the stand-in for Sportradar: its API, and the rights that its broker asks for.

A customer may consume from queues the broker named, bind them to the feed's exchange, and nothing else.
"""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, urlsplit

TOKEN: Final = "t0ken/with+signs"
BOOKMAKER: Final = 1234
VIRTUAL_HOST: Final = f"/unifiedfeed/{BOOKMAKER}"
PUBLISHER: Final = "publisher"


@dataclass(frozen=True)
class Recovery:
    """A request as it came."""

    path: str
    product: int
    request_id: int
    after: int | None
    node: str | None


@dataclass
class Answers:
    """What the API answers, and what it was asked; made anew for every test."""

    token: str = TOKEN
    broker_lets_in: bool = True
    statuses: list[int] = field(default_factory=list)
    """Statuses of the next answers, before anything else is looked at."""
    recovery_statuses: list[int] = field(default_factory=list)
    recoveries: list[Recovery] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)


class Http:
    """Runs in a thread of its own as long as the broker does."""

    def __init__(self) -> None:
        http = self
        self.answers = Answers()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(*http.get(self.path, self.headers.get("x-access-token", "")))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                if self.path.startswith("/auth/"):
                    self._send(
                        200,
                        http.allow(
                            self.path, {k: v[0] for k, v in parse_qs(body, keep_blank_values=True).items()}
                        ),
                    )
                else:
                    self._send(*http.recover(self.path, self.headers.get("x-access-token", "")))

            def _send(self, status: int, body: str) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its parent's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def get(self, path: str, token: str) -> tuple[int, str]:
        answers = self.answers
        if answers.statuses:
            return answers.statuses.pop(0), "<response/>"
        if token != answers.token:
            return 403, '<response response_code="FORBIDDEN"/>'
        answers.documents.append(path)
        if path == "/v1/users/whoami.xml":
            return 200, (
                f'<bookmaker_details response_code="OK" expire_at="2030-01-01T00:00:00Z" '
                f'bookmaker_id="{BOOKMAKER}" virtual_host="{VIRTUAL_HOST}"/>'
            )
        if path == "/v1/descriptions/producers.xml":
            producers = "".join(
                f'<producer id="{product}" name="{name}" api_url="https://api.elsewhere.example/v1/{name}/" '
                f'active="{active}" scope="{scope}" stateful_recovery_window_in_minutes="{window}"/>'
                for product, name, scope, window, active in (
                    (1, "liveodds", "live", 600, "true"),
                    (3, "pre", "prematch", 4320, "true"),
                    (5, "premium_cricket", "live", 4320, "false"),
                )
            )
            return 200, f"<producers>{producers}</producers>"
        if path.startswith(("/v1/descriptions/en/", "/v1/sports/en/")):
            return 200, f'<document path="{path.partition("?")[0]}"/>'
        return 404, "<response/>"

    def recover(self, path: str, token: str) -> tuple[int, str]:
        answers, url = self.answers, urlsplit(path)
        if token != answers.token:
            return 403, "<response/>"
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        product = {"liveodds": 1, "pre": 3}[url.path.split("/")[2]]
        after = int(query["after"]) if "after" in query else None
        answers.recoveries.append(
            Recovery(url.path, product, int(query["request_id"]), after, query.get("node_id"))
        )
        status = answers.recovery_statuses.pop(0) if answers.recovery_statuses else 202
        return status, '<response response_code="ACCEPTED"/>'

    def allow(self, path: str, asked: dict[str, str]) -> str:
        if asked["username"] == PUBLISHER:
            return "allow administrator" if path.endswith("user") else "allow"
        if asked["username"] != self.answers.token or not self.answers.broker_lets_in:
            return "deny"
        if path.endswith("user"):
            return "allow" if asked["password"] == "" else "deny"
        if path.endswith("vhost"):
            return "allow" if asked["vhost"] == VIRTUAL_HOST else "deny"
        if path.endswith("resource"):
            ours = asked["resource"] == "queue" and asked["name"].startswith("amq.gen-")
            feed = (asked["resource"], asked["name"], asked["permission"]) == (
                "exchange",
                "unifiedfeed",
                "read",
            )
            return "allow" if ours or feed else "deny"
        return "allow"
