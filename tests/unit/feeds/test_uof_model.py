"""Whatever the odds feed sends, the state is the one of a slow reading of its rules."""

from collections.abc import Mapping
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from pyplatform.core.feeds import uof
from tests.unit.feeds.uof_model import Model

GROUPS = {"1": {"all", "score"}, "18": {"all", "goals"}, "800": {"all", "score", "players"}}
DESCRIPTIONS = "".join(
    f'<market id="{market}" name="m" groups="{"|".join(sorted(groups))}"/>'
    for market, groups in GROUPS.items()
)
EVENTS = ("sr:match:1", "sr:season:77", "od:match:9")
KINDS = (
    "odds_change",
    "odds_change",
    "odds_change",
    "bet_stop",
    "bet_settlement",
    "rollback_bet_settlement",
    "bet_cancel",
    "rollback_bet_cancel",
)
SPECIFIERS = (
    "total=2.5",
    "setnr=4|pointnr=45",
    "pointnr=45|setnr=4",
    "variant=sr:exact_goals:4+",
    "score=0:2",
)
OUTCOMES = ("12", "13", "sr:player:5", "sr:exact_goals:3+:88", "sr:player:1,sr:player:2")


@st.composite
def element(draw: st.DrawFn, name: str, attributes: Mapping[str, object], inside: str = "") -> str:
    """An element as any producer may write it: its attributes in any order, in either kind of quotes."""
    told = [(key, str(value)) for key, value in attributes.items() if value is not None]
    told = draw(st.permutations([*told, *draw(st.sampled_from(([], [("new", "a & b")])))]))
    head = name
    for key, value in told:
        quote, blank = draw(st.sampled_from("\"'")), draw(st.sampled_from((" ", "\n\t", "  ")))
        head += f"{blank}{key}={quote}{escape(value, quote=True)}{quote}"
    return f"<{head}>{inside}</{name}>" if inside or draw(st.booleans()) else f"<{head}/>"


@st.composite
def market(draw: st.DrawFn, kind: str) -> str:
    pick = draw(st.lists(st.sampled_from(OUTCOMES), max_size=3, unique=True))
    outcomes = ""
    if kind == "odds_change":
        for key in pick:
            offer = {
                "id": key,
                "odds": draw(st.sampled_from((None, "1.85", "2", "1.1E1", "1000.25"))),
                "probabilities": draw(st.sampled_from((None, "0.5", "8.97094E-4", "0.123456789012"))),
                "active": draw(st.sampled_from((None, 0, 1))),
            }
            outcomes += draw(element("outcome", offer))
    elif kind == "bet_settlement":
        for key in pick:
            result = {
                "id": key,
                "result": draw(st.sampled_from((0, 1, -1))),
                "void_factor": draw(st.sampled_from((None, "0.5", "1", "0.0"))),
                "dead_heat_factor": draw(st.sampled_from((None, "0.5", "1.0"))),
            }
            outcomes += draw(element("outcome", result))
    elif kind == "rollback_bet_settlement" and draw(st.booleans()):
        outcomes = "".join(draw(element("outcome", {"id": key})) for key in pick)
    line = {
        "id": draw(st.sampled_from(("1", "18", "800", "999999"))),
        "specifiers": draw(st.sampled_from((None, *SPECIFIERS))),
        "status": draw(st.sampled_from((None, 1, 1, -1, 0, -2, -3, -4))) if kind == "odds_change" else None,
    }
    return draw(element("market", line, outcomes))


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, bytes]:
    kind = draw(st.sampled_from(KINDS))
    window = draw(st.sampled_from(((None, None), (100, 200), (None, 200), (100, None))))
    head: dict[str, object] = {
        "event_id": draw(st.sampled_from(EVENTS)),
        "product": draw(st.sampled_from((1, 3))),
        "timestamp": 1_790_000_000_000 + draw(st.integers(0, 50)),
        "request_id": draw(st.sampled_from((None, None, 5))),
    }
    inside = "" if kind == "bet_stop" else "".join(draw(st.lists(market(kind), max_size=3)))
    if kind == "odds_change":
        status = {"status": draw(st.integers(0, 4)), "match_status": 6, "home_score": 1, "away_score": "0.0"}
        known = draw(element("sport_event_status", status)) if draw(st.booleans()) else ""
        inside = known + draw(element("odds", {"betting_status": draw(st.sampled_from((None, 1)))}, inside))
    elif kind == "bet_stop":
        head["groups"] = draw(st.sampled_from(("all", "score", "goals|players", "nobody")))
        head["market_status"] = draw(st.sampled_from((None, -1, 0)))
    elif kind == "bet_settlement":
        head["certainty"] = draw(st.sampled_from((None, 1, 2)))
        inside = f"<outcomes>{inside}</outcomes>"
    elif "cancel" in kind:
        head["start_time"], head["end_time"] = window
    about, _, number = str(head["event_id"]).rpartition(":")
    start = draw(st.sampled_from(("", "\ufeff", "<?xml version='1.0'?>\n")))
    xml = start + draw(element(kind, head, inside))
    return f"hi.-.live.{kind}.1.{about}.{number}.-", xml.encode()


@settings(max_examples=200)
@given(stream=st.lists(messages(), max_size=25))
def test_the_state_is_that_of_a_slow_reading(stream: list[tuple[str, bytes]]) -> None:
    state = uof.State(f"<market_descriptions>{DESCRIPTIONS}</market_descriptions>".encode(), strict=True)
    model = Model(GROUPS)
    for key, xml in stream:
        state.apply(key, xml)
        model.take(xml.removeprefix(b"\xef\xbb\xbf"))
        assert state.snapshot() == model.events
