"""Bytes that no feed should send, through Python: counted and reported, never raised, and the next message counts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core.feeds import kalshi, odds_api, polymarket, uof

SEEDS = Path(__file__).resolve().parents[3] / "fuzz" / "seeds"


class Feed(Protocol):
    """What every feed answers, whatever it was given."""

    def snapshot(self) -> object: ...
    @property
    def error_count(self) -> int: ...


class UofFeed:
    """The odds feed, whose messages come with a routing key."""

    def __init__(self) -> None:
        self.state = uof.State()

    def apply(self, message: bytes) -> object:
        return self.state.apply("", message)

    def snapshot(self) -> object:
        shown = self.state.snapshot()
        return shown, [(self.state.details(urn), self.state.results(urn)) for urn in shown]

    @property
    def error_count(self) -> int:
        return self.state.error_count


FEEDS: dict[str, Callable[[], Any]] = {
    "uof": UofFeed,
    "kalshi": kalshi.Books,
    "polymarket": polymarket.Books,
    "odds_api": odds_api.Books,
}


def seeds(name: str) -> list[bytes]:
    return [line for path in sorted((SEEDS / name).iterdir()) for line in path.read_bytes().splitlines()]


def edits(messages: list[bytes]) -> st.SearchStrategy[bytes]:
    """A message with some of its bytes replaced, or a piece of it cut out, doubled or put into another."""
    odd = st.sampled_from(
        [b"NaN", b"-1e400", b"1E5", b"9" * 40, b"\xef\xbb\xbf", b"\x00", b'"', b"'", b"&x;", b"null"]
    )

    @st.composite
    def edited(draw: st.DrawFn) -> bytes:
        message = draw(st.sampled_from(messages))
        for _ in range(draw(st.integers(1, 4))):
            start = draw(st.integers(0, len(message)))
            end = draw(st.integers(start, min(len(message), start + 30)))
            inside = draw(odd | st.binary(max_size=3) | st.just(message[start:end] * 2))
            message = message[:start] + inside + message[end:]
        return message

    return edited()


@pytest.mark.parametrize("name", FEEDS)
@given(data=st.data())
def test_a_mangled_message_is_one_error_at_most(name: str, data: st.DataObject) -> None:
    messages = seeds(name)
    feed = FEEDS[name]()
    for message in messages:
        feed.apply(message)
    before = feed.error_count
    mangled = data.draw(edits(messages))
    feed.apply(mangled)
    feed.snapshot()
    assert feed.error_count - before <= 1
    feed.apply(messages[0])
    assert feed.error_count - before <= 2, "the next sound message counts"


@pytest.mark.parametrize("name", ["kalshi", "polymarket"])
@given(data=st.data())
def test_a_frame_means_the_same_however_it_is_spaced(name: str, data: st.DataObject) -> None:
    quick, careful = FEEDS[name](), FEEDS[name]()
    messages = seeds(name)
    for message in [*messages, data.draw(edits(messages)), *messages]:
        assert quick.apply(message) == careful.apply(message + b" ")
    assert quick.snapshot() == careful.snapshot()
    assert quick.error_count == careful.error_count
    at_once = FEEDS[name]()
    at_once.apply_all(messages)
    assert at_once.frames == len(messages)


def message(attributes: str, inside: str = "") -> bytes:
    about = f'product="1" event_id="sr:match:1" timestamp="1"{attributes}'
    return f"<odds_change {about}><odds>{inside}</odds></odds_change>".encode()


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + message(""),
        message("").replace(b'"', b"'"),
        message("", '<market id="1"><outcome id="1" odds="NaN" probabilities="8.97094E-4"/></market>'),
        message("", "<market id='1'>" + "".join(f"<outcome id='{at}'/>" for at in range(2048)) + "</market>"),
        message("", "".join(f"<market id='{at}'/>" for at in range(10_000))),
        message(f' name="{"x" * 600_000}"'),
    ],
    ids=["BOM", "apostrophes", "NaN", "2048 outcomes", "10000 markets", "600 KB"],
)
def test_what_is_odd_but_sound_is_taken(text: bytes) -> None:
    state = uof.State(strict=True)
    assert state.apply("", text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + message(""), "document type"),
        (message(' request_id="99999999999999999999"'), "`request_id` must be a whole number"),
        (message("", "<market id='1'>" + "<outcome id='1'/>" * 10_000 + "</market>"), "too many"),
        (b"<odds_change><" + b"a" * 9_000_000, "longer than the limit"),
    ],
    ids=["DOCTYPE", "integer", "10000 outcomes", "9 MB"],
)
def test_what_is_too_much_is_reported_with_its_place(text: bytes, reason: str) -> None:
    state = uof.State()
    state.apply("", message(""))
    state.apply("", text)
    (error,) = state.errors()
    assert reason in error.reason
    assert (error.line, error.offset) == (2, len(message("")))
