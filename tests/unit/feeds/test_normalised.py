"""Two formats, one shape: what is told step by step adds up to the state, and results mean what the feed says."""

import json
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.contracts.feeds import (
    LONGEST_MARKET_KEY,
    Body,
    Catalogue,
    Outcome,
    OutcomeResult,
    Prices,
    ProducerHealth,
    Result,
    State,
    Status,
)
from pyplatform.feeds.adapter import Adapter, adapter
from pyplatform.feeds.board import Board
from pyplatform.feeds.received import Received
from pyplatform.feeds.uof import market_key
from tests.feeding import Feeding
from tests.integration.sportsbook.conftest import MARKET, definition, prices

EVENT = "sr:match:7"
NO_RESULT = Result(1, final=False, each=True, certainty=0, outcomes=())
DESCRIPTIONS = b"""<market_descriptions response_code="OK">
<market id="1" name="1x2" groups="all|score"><outcomes><outcome id="1" name="{$competitor1}"/>
<outcome id="2" name="draw"/><outcome id="3" name="{$competitor2}"/></outcomes></market>
<market id="18" name="Total" groups="all|score"><outcomes><outcome id="12" name="over {total}"/>
<outcome id="13" name="under {total}"/></outcomes><specifiers><specifier name="total" type="decimal"/></specifiers>
</market></market_descriptions>"""


def message(kind: str, body: str, at: int, **attributes: object) -> Received:
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    head = f'<{kind} product="1" event_id="{EVENT}" timestamp="{1_790_000_000_000 + at}"{more}'
    xml = f"{head}>{body}</{kind}>" if body else f"{head}/>"
    return Received(at, f"hi.-.live.{kind}.1.sr:match.7.-", xml.encode())


lines = st.sampled_from(('id="1"', 'id="18" specifiers="total=2.5"', 'id="18" specifiers="total=3.5"'))


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, str, dict[str, object]]]:
    """A match's messages in any order the feed may send them."""
    found: list[tuple[str, str, dict[str, object]]] = []
    for _ in range(draw(st.integers(1, 12))):
        line = draw(lines)
        keys = ("1", "2", "3") if line == 'id="1"' else ("12", "13")
        match draw(st.integers(0, 5)):
            case 0 | 1:
                status = draw(st.sampled_from((1, -1, 0, -3)))
                odds = "".join(
                    f'<outcome id="{key}" odds="{draw(st.integers(2, 9))}.5" active="{draw(st.integers(0, 1))}"/>'
                    for key in keys
                )
                live = f'<sport_event_status status="{draw(st.integers(0, 4))}" match_status="6"/>'
                body = f'{live}<odds><market {line} status="{status}">{odds}</market></odds>'
                found.append(("odds_change", body, {}))
            case 2:
                found.append(("bet_stop", "", {"groups": "all"}))
            case 3:
                result = "".join(
                    f'<outcome id="{key}" result="{draw(st.sampled_from((0, 1, -1)))}"/>' for key in keys
                )
                body = f"<outcomes><market {line}>{result}</market></outcomes>"
                found.append(("bet_settlement", body, {"certainty": draw(st.integers(1, 2))}))
            case 4:
                found.append(("rollback_bet_settlement", f"<market {line}/>", {}))
            case _:
                kind = draw(st.sampled_from(("bet_cancel", "rollback_bet_cancel")))
                found.append((kind, f"<market {line}/>", {"start_time": 5, "end_time": 9}))
    return found


def held(state: Adapter, messages: Sequence[Received], together: int) -> dict[str, set[Body]]:
    """The newest of every kind for every market, told after every so many messages."""
    newest: dict[tuple[str, type], Body] = {}

    def take() -> None:
        for told in state.tell():
            assert told.body is not None
            newest[told.market, type(told.body)] = told.body

    for number, one in enumerate(messages, 1):
        state.apply(one)
        if number % together == 0:
            take()
    take()
    found: dict[str, set[Body]] = {}
    for (market, _), body in newest.items():
        if body != NO_RESULT:  # taken back or never there: the same
            found.setdefault(market, set()).add(body)
    return found


@given(told=steps(), together=st.integers(2, 5))
def test_a_match_told_step_by_step_adds_up_to_what_is_told_at_its_end(
    told: list[tuple[str, str, dict[str, object]]], together: int
) -> None:
    messages = [message(kind, body, at, **more) for at, (kind, body, more) in enumerate(told, 1)]
    at_the_end = held(adapter("uof", "uof", DESCRIPTIONS), messages, 1_000)
    assert held(adapter("uof", "uof", DESCRIPTIONS), messages, 1) == at_the_end
    assert held(adapter("uof", "uof", DESCRIPTIONS), messages, together) == at_the_end


def told_of(form: str, *messages: Received, descriptions: bytes | None = None) -> list[Body]:
    state = adapter(form, form, descriptions)
    for one in messages:
        state.apply(one)
    return [told.body for told in state.tell() if told.body is not None]


def line(payload: bytes) -> Received:
    return Received(1, "", payload.rstrip(b"\n"))


def test_a_betfair_market() -> None:
    catalogue, status, quoted = told_of("betfair", line(definition(delay=5)), line(prices()))
    assert isinstance(catalogue, Catalogue)
    assert (catalogue.event, catalogue.event_name, catalogue.kind, catalogue.winners) == (
        "e1",
        "Test Park",
        "WIN",
        1,
    )
    assert catalogue.outcomes == (
        Outcome("11", "Horse 1"),
        Outcome("22", "Horse 2"),
        Outcome("33", "Horse 3"),
    )
    assert catalogue.starts_at == 1_893_499_200_000_000_000
    assert status == Status(State.ACTIVE, in_play=True, bet_delay=5)
    assert quoted == Prices(("11", "22", "33"), (2.0, 4.0, 4.0), (2.0, 4.0, 4.0), (None, None, None))


def test_betfair_markets_that_a_new_image_lacks_or_says_nothing_of_are_suspended() -> None:
    state = adapter("betfair", "betfair", None)

    def told(payload: bytes) -> list[tuple[str, Body | None]]:
        state.apply(line(payload))
        return [(one.market, one.body) for one in state.tell()]

    def image(*markets: str) -> bytes:
        changes = [{"id": market, "img": True} for market in markets]
        return json.dumps({"op": "mcm", "pt": 9, "ct": "SUB_IMAGE", "mc": changes}).encode()

    other = definition(delay=5).replace(MARKET.encode(), b"1.2")
    closed = definition("CLOSED").replace(MARKET.encode(), b"1.3")
    for payload in (definition(delay=5), prices(), other, closed):
        told(payload)
    suspended = Status(State.SUSPENDED, in_play=True, bet_delay=5)
    assert dict(told(image("1.2"))) == {MARKET: suspended, "1.2": suspended, "1.3": None}
    assert told(image()) == []
    (_, catalogue), (_, status) = told(definition(delay=5))
    assert isinstance(catalogue, Catalogue)
    assert status == Status(State.ACTIVE, in_play=True, bet_delay=5)


def test_betfair_results_dead_heats_reductions_and_an_abandoned_market() -> None:
    def result(told: bytes) -> Result:
        (found,) = [body for body in told_of("betfair", line(told)) if isinstance(body, Result)]
        return found

    tied = result(definition("CLOSED", r11="WINNER", r22="WINNER", r33="LOSER"))
    assert tied.final
    assert tied.outcomes == (
        OutcomeResult("11", won=True, places=1, tied=2),
        OutcomeResult("22", won=True, places=1, tied=2),
        OutcomeResult("33", won=False),
    )
    assert result(definition("CLOSED")).outcomes == ()
    removed = definition(r33="REMOVED").replace(
        b'"status":"REMOVED"',
        b'"status":"REMOVED","adjustmentFactor":12.5,"removalDate":"2030-01-01T11:00:00.000Z"',
    )
    body = result(removed)
    assert (body.final, body.each) == (False, False)
    (gone,) = body.outcomes
    assert (gone.key, gone.won, gone.void_halves, gone.reduction) == ("33", False, 2, 12.5)
    assert gone.removed_at == 1_893_495_600_000_000_000


def test_a_uof_line_has_names_and_prices_or_their_absence() -> None:
    odds = (
        '<outcome id="12" odds="1.9" probabilities="0.5" active="1"/>'
        '<outcome id="13" odds="2.1" probabilities="NaN" active="0"/>'
    )
    body = f'<odds><market id="18" specifiers="total=2.5" status="1">{odds}</market></odds>'
    catalogue, status, quoted = told_of("uof", message("odds_change", body, 1), descriptions=DESCRIPTIONS)
    assert isinstance(catalogue, Catalogue)
    assert (catalogue.name, catalogue.kind, catalogue.winners) == ("Total", "18", 0)
    assert catalogue.outcomes == (Outcome("12", "over 2.5"), Outcome("13", "under 2.5"))
    assert status == Status(State.ACTIVE, in_play=False, bet_delay=0)
    assert quoted == Prices(("12", "13"), price=(1.9, None), probability=(0.5, None))
    (nameless, *_) = told_of("uof", message("odds_change", body, 1))
    assert isinstance(nameless, Catalogue)
    assert (nameless.name, nameless.outcomes[0].name) == ("Market 18 total=2.5", "Outcome 12")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('result="1"', OutcomeResult("1", won=True)),
        ('result="0"', OutcomeResult("1", won=False)),
        ('result="0" void_factor="1"', OutcomeResult("1", won=False, void_halves=2)),
        ('result="1" void_factor="0.5"', OutcomeResult("1", won=True, void_halves=1)),
        ('result="0" void_factor="0.0" dead_heat_factor="1.0"', OutcomeResult("1", won=False)),
        ('result="1" dead_heat_factor="0.5"', OutcomeResult("1", won=True, places=1, tied=2)),
        ('result="1" dead_heat_factor="0.333"', OutcomeResult("1", won=True, places=1, tied=3)),
        ('result="-1"', OutcomeResult("1", won=None)),
        ('result="1" void_factor="0.3"', OutcomeResult("1", won=None)),
        ('result="1" dead_heat_factor="0.001"', OutcomeResult("1", won=None)),
        ('result="2"', OutcomeResult("1", won=None)),
    ],
)
def test_a_uof_settlement(written: str, meant: OutcomeResult) -> None:
    body = f'<outcomes><market id="1"><outcome id="1" {written}/></market></outcomes>'
    (result,) = [
        found for found in told_of("uof", message("bet_settlement", body, 1)) if isinstance(found, Result)
    ]
    assert result.outcomes == (meant,)
    assert result.final is (meant.won is not None)
    assert result.each


def test_keys_are_short_and_different() -> None:
    specifiers = [f"variant=sr:point_range:{n}+|player=sr:player:{n}{n}{n}|overnr={n}" for n in range(50)]
    keys = {market_key("sr:match:12345678", f"800/{specifier}") for specifier in specifiers}
    assert len(keys) == len(specifiers)
    assert max(map(len, keys)) <= LONGEST_MARKET_KEY
    assert market_key(EVENT, "1/") == "sr:match:7~1"
    assert market_key(EVENT, "18/total=2.5") == "sr:match:7~18~total=2.5"


class Clock:
    def __init__(self) -> None:
        self.now = 5_000_000

    def __call__(self) -> int:
        return self.now


def board() -> tuple[Board, Clock]:
    clock = Clock()
    return Board("betfair", assume_up=True, clock=clock), clock


def test_numbers_grow_whatever_the_clock_does_and_nothing_is_said_twice() -> None:
    told, clock = board()
    status = Status(State.ACTIVE, in_play=False, bet_delay=0)
    first = told.put(MARKET, "p", status, 0, 1)
    assert first is not None
    assert told.put(MARKET, "p", status, 0, 2) is None
    clock.now = 1_000
    second = told.put(MARKET, "p", Status(State.SUSPENDED, in_play=False, bet_delay=0), 0, 3)
    assert second is not None
    assert second.stamp.seq > first.stamp.seq
    assert (first.stamp.ordinal, second.stamp.ordinal) == (1, 2)


def pages(told: Board) -> Iterator[tuple[str, Body]]:
    health, after = Feeding().health(), ""
    while True:
        page = told.page(after, health)
        for update in page.updates:
            yield update.market, update.body
        after = page.next
        if not after:
            return


def test_a_snapshot_holds_every_market_once_over_all_its_pages() -> None:
    told, _ = board()
    wide = tuple(str(number) for number in range(2_000))
    for number in range(60):
        told.put(f"1.{number}", "p", Prices(wide, tuple(float(number) for _ in wide)), 0, 1)
    told.drop("1.7")
    told.drop("1.7")
    found = [market for market, _ in pages(told)]
    assert found == sorted(f"1.{number}" for number in range(60) if number != 7)


def test_a_snapshot_leaves_out_prices_of_a_time_before_their_producer_went_down() -> None:
    told, _ = board()
    for market, producer in (("a", "1"), ("b", "3")):
        told.put(market, producer, Status(State.ACTIVE, in_play=False, bet_delay=0), 0, 1)
        told.put(market, producer, Prices(("1",), price=(2.0,)), 0, 1)
    told.producer_changed(ProducerHealth("1", up=False, reason="alive_interval", since=1))
    assert [market for market, body in pages(told) if isinstance(body, Prices)] == ["b"]
    assert told.put("a", "1", Prices(("1",), price=(2.0,)), 0, 2) is not None
    assert [market for market, body in pages(told) if isinstance(body, Prices)] == ["a", "b"]
