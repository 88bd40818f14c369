"""The parts live connectors are made of: lines, backlog, credentials, sessions, bindings and envelopes."""

import asyncio
import copy
import pickle
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.feeds.backlog import Backlog
from pyplatform.feeds.betfair_session import GivenSession, LoginSession
from pyplatform.feeds.betfair_settings import BetfairSettings, Login
from pyplatform.feeds.lines import Lines, LineTooLong
from pyplatform.feeds.secret import FeedRefused, Secret
from pyplatform.feeds.uof_messages import BrokenDocument, Envelope, bindings, elements, envelope
from pyplatform.feeds.uof_settings import UofSettings
from pyplatform.kernel.errors import PlatformError, Unavailable

TOKEN = "s3cret-token"


@given(st.lists(st.binary(max_size=30)), st.integers(1, 7), st.sampled_from([b"\n", b"\r\n"]))
def test_any_chunking_gives_the_same_lines(parts: list[bytes], size: int, end: bytes) -> None:
    wanted = [part.replace(b"\n", b"").replace(b"\r", b"") for part in parts]
    stream = b"".join(line + end for line in wanted)
    lines = Lines()
    found = [line for at in range(0, len(stream), size) for line in lines.feed(stream[at : at + size])]
    assert found == [line for line in wanted if line]


def test_a_line_without_end_is_not_kept_for_ever() -> None:
    lines = Lines(longest=10)
    assert list(lines.feed(b"12345678")) == []
    with pytest.raises(LineTooLong):
        list(lines.feed(b"9012"))


async def test_a_backlog_is_bounded_and_urgent_items_go_first() -> None:
    backlog: Backlog[str] = Backlog(messages=3, size=10)
    assert backlog.put("long", 50), "one message is taken however long"
    assert not backlog.put("more", 1)
    assert await backlog.get() == "long"
    assert all(backlog.put(name, 3) for name in "abc")
    assert not backlog.put("d", 0)
    backlog.put_urgent("down")
    assert await backlog.get() == "down"
    assert backlog.clear() == 3
    backlog.put_always("last")
    backlog.end(ValueError("why"))
    assert await backlog.get() == "last"
    with pytest.raises(ValueError, match="why"):
        await backlog.get()


async def test_a_reader_that_is_always_busy_leaves_turns_to_others() -> None:
    backlog: Backlog[int] = Backlog()
    for number in range(1_000):
        backlog.put(number, 1)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    for _ in range(1_000):
        await backlog.get()
    task.cancel()
    assert turns > 5


def test_a_secret_shows_nowhere() -> None:
    secret = Secret(TOKEN)
    settings = BetfairSettings(app_key=secret, session=secret)
    assert TOKEN not in f"{secret} {secret!r} {settings!r} {[secret]}"
    assert secret.hide_in(f"bad {TOKEN}!") == "bad •••!"
    for copied in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            copied(secret)


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({}, "PYPLATFORM_BETFAIR_APP_KEY"),
        ({"PYPLATFORM_BETFAIR_APP_KEY": TOKEN}, "PYPLATFORM_BETFAIR_SESSION"),
        (
            {"PYPLATFORM_BETFAIR_APP_KEY": TOKEN, "PYPLATFORM_BETFAIR_USERNAME": "me"},
            "PYPLATFORM_BETFAIR_PASSWORD",
        ),
        (
            {
                "PYPLATFORM_BETFAIR_APP_KEY": TOKEN,
                "PYPLATFORM_BETFAIR_SESSION": TOKEN,
                "PYPLATFORM_BETFAIR_SUBSCRIPTION": '{"heartbeat_ms": 100}',
            },
            "heartbeat_ms",
        ),
    ],
)
def test_betfair_settings_name_what_is_wrong(env: dict[str, str], named: str) -> None:
    with pytest.raises(PlatformError, match=named) as caught:
        BetfairSettings.from_env(env)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"TOKEN": ""}, "PYPLATFORM_UOF_TOKEN"),
        ({"ENVIRONMENT": "moon"}, "PYPLATFORM_UOF_ENVIRONMENT"),
        ({"SESSIONS": "lo"}, "sessions"),
        ({"SESSIONS": "live,live"}, "sessions"),
        ({"SESSIONS": "everything"}, "everything"),
        ({"NODE": "seven"}, "PYPLATFORM_UOF_NODE"),
        ({"API_URL": "http://api.example"}, "https"),
    ],
)
def test_uof_settings_name_what_is_wrong(more: dict[str, str], named: str) -> None:
    env = {f"PYPLATFORM_UOF_{name}": value for name, value in ({"TOKEN": TOKEN} | more).items()}
    with pytest.raises(PlatformError, match=named) as caught:
        UofSettings.from_env(env)
    assert TOKEN not in str(caught.value)


class Site:
    """A login page that answers what it is told to."""

    def __init__(self) -> None:
        self.status, self.body = 200, "{}"
        self.asked: list[tuple[str | None, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                site.asked.append((self.headers["X-Application"], form))
                self.send_response(site.status)
                self.end_headers()
                self.wfile.write(site.body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its parent's name
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/login"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


async def test_a_login_is_kept_until_its_session_is_refused(site: Site) -> None:
    login = LoginSession(Secret("key"), Login(username="me", password=Secret("p&ss"), url=site.url))
    site.body = '{"token":"first","product":"key","status":"SUCCESS","error":""}'
    assert (await login.get(renew=False)).reveal() == "first"
    site.body = '{"sessionToken":"second","loginStatus":"SUCCESS"}'
    assert (await login.get(renew=False)).reveal() == "first"
    assert (await login.get(renew=True)).reveal() == "second"
    assert site.asked == [("key", "username=me&password=p%26ss")] * 2


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, '{"token":"","status":"FAIL","error":"INVALID_USERNAME_OR_PASSWORD p4ss"}', FeedRefused),
        (200, '{"loginStatus":"CERT_AUTH_REQUIRED"}', FeedRefused),
        (503, '{"status":"FAIL"}', Unavailable),
        (200, "<html>", Unavailable),
    ],
)
async def test_a_refused_login_is_not_tried_again_and_a_failed_one_is(
    site: Site, status: int, body: str, error: type[Exception]
) -> None:
    site.status, site.body = status, body
    login = LoginSession(Secret("key"), Login(username="me", password=Secret("p4ss"), url=site.url))
    with pytest.raises(error) as caught:
        await login.get(renew=False)
    assert "p4ss" not in str(caught.value)


async def test_a_given_session_cannot_be_renewed() -> None:
    session = GivenSession(Secret(TOKEN))
    assert (await session.get(renew=False)).reveal() == TOKEN
    with pytest.raises(FeedRefused, match="PYPLATFORM_BETFAIR_SESSION"):
        await session.get(renew=True)


@pytest.mark.parametrize(
    "xml",
    [
        '<alive product="1" timestamp="5" subscribed="0"/>',
        "\ufeff<?xml version='1.0'?>\n<alive timestamp='5'\n subscribed='0' product = '1' later='>'></alive>",
        '<!-- a comment --><alive subscribed="0" product="1" timestamp="5"><x product="9"/></alive>',
    ],
)
def test_the_envelope_is_read_in_any_dialect(xml: str) -> None:
    assert envelope(xml.encode()) == Envelope("alive", 1, 5, None, False)


@pytest.mark.parametrize(
    "xml", ["", "<", "text", "<alive/>", '<alive product="x" timestamp="1"/>', '<alive product="1']
)
def test_what_has_no_envelope_has_none(xml: str) -> None:
    assert envelope(xml.encode()) is None


def test_queues_are_bound_as_the_feed_wants() -> None:
    assert bindings("all", ["all"], None) == [
        "*.*.*.*.*.*.*.#",
        "-.-.-.alive.#",
        "-.-.-.snapshot_complete.#",
    ]
    assert bindings("virtual", ["virtual"], -4) == [
        "*.virt.*.*.*.*.*.-4.#",
        "*.virt.*.*.*.*.*.-.#",
        "*.*.virt.*.*.*.*.-4.#",
        "*.*.virt.*.*.*.*.-.#",
        "-.-.-.alive.#",
        "-.-.-.snapshot_complete.-.-.-.-4",
    ]
    assert bindings("lo", ["hi", "lo"], None) == ["lo.*.*.*.*.*.*.#", "-.-.-.alive.#"]
    assert bindings("sr:match:12", ["sr:match:12"], None)[0] == "*.*.*.*.*.sr:match.12.#"


def test_a_document_type_is_refused() -> None:
    assert elements(b'<a><b c="1"/><b c="&amp;"/></a>', "b") == [{"c": "1"}, {"c": "&"}]
    for document in (b'<!DOCTYPE a [<!ENTITY x "y">]><a/>', b"<a>", b"", b"nothing"):
        with pytest.raises(BrokenDocument):
            elements(document, "a")
