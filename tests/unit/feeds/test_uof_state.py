"""The state of the Unified Odds Feed as a Python developer meets it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core.feeds import uof

EVENT = "sr:match:1234"
DESCRIPTIONS = b"""<market_descriptions response_code='OK'><market id="18" name="Total {total}"
    groups="all|score|regular_play"/><market id="60" name="1st half - 1x2" groups="all|1st_half"/>
    </market_descriptions>"""


def message(kind: str, inside: str = "", *, product: int = 1, ts: int = 10, **attributes: Any) -> bytes:
    extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<{kind} product="{product}" event_id="{EVENT}" timestamp="{ts}"{extra}>{inside}</{kind}>'.encode()
    )


def odds(markets: str, **attributes: Any) -> bytes:
    return message("odds_change", f"<odds>{markets}</odds>", **attributes)


def market(number: int, status: int | None = 1, inside: str = "", specifiers: str = "") -> str:
    told = "" if status is None else f' status="{status}"'
    return f'<market id="{number}" specifiers="{specifiers}"{told}>{inside}</market>'


OUTCOME = '<outcome id="1" odds="2.5" active="1"/>'


def state(*messages: bytes) -> uof.State:
    built = uof.State(descriptions=DESCRIPTIONS, strict=True)
    for each in messages:
        built.apply("", each)
    return built


def line(built: uof.State, key: str = "18/") -> uof.Line:
    event = built.event(EVENT)
    assert event is not None
    return event["markets"][key]


def test_the_dialect_of_the_feed_is_read() -> None:
    text = (
        "\ufeff<?xml version='1.0'?>\n<!-- x --><odds_change new='&x;' timestamp='10'\r\n event_id='sr:match:1234' "
        "product = \"1\"><sport_event_status status='1' match_status='6' home_score='1.5' away_score='0'><clock/>"
        "</sport_event_status><unknown><deep a='1'/>text</unknown><odds><market id='18' name='a &gt; b' "
        "specifiers='total=2.5|a=&#x3C;&amp;:+'><outcome id='sr:player:1,sr:player:2' probabilities='8.97094E-4' "
        "odds='1.01'/><outcome id='2' probabilities='NaN' active='0'/></market></odds></odds_change>\n"
    )
    built = state(text.encode())
    assert built.event(EVENT) == {
        "status": [1, 6, 1.5, 0],
        "ts": 10,
        "markets": {
            "18/a=<&:+|total=2.5": {
                "status": 1,
                "product": 1,
                "outcomes": {"sr:player:1,sr:player:2": [1.01, 1, 8.97094e-4], "2": [None, 0, None]},
                "settled": {},
                "certainty": 0,
                "cancels": [],
            }
        },
    }


def test_specifiers_in_another_order_are_the_same_line() -> None:
    built = state(
        odds(market(18, 1, OUTCOME, "setnr=4|pointnr=45")), odds(market(18, -1, "", "pointnr=45|setnr=4"))
    )
    kept = line(built, "18/pointnr=45|setnr=4")
    assert (kept["status"], kept["outcomes"]) == (-1, {"1": [2.5, 1, None]}), (
        "without outcomes only the status changes"
    )


def test_outcomes_listed_replace_all_of_the_line_and_other_lines_stay() -> None:
    other = market(60, None, OUTCOME)
    built = state(
        odds(market(18, 1, OUTCOME) + other), odds(market(18, None, '<outcome id="7" active="1"/>'))
    )
    assert line(built)["outcomes"] == {"7": [None, 1, None]}
    assert (line(built, "60/")["status"], line(built, "60/")["outcomes"]) == (1, {"1": [2.5, 1, None]})


def test_a_bet_stop_touches_active_markets_of_its_groups_only() -> None:
    start = odds(market(18) + market(60) + market(18, 0, "", "total=1"))
    stopped = state(start, message("bet_stop", groups="1st_half|corners"))
    assert [line(stopped, key)["status"] for key in ("18/", "60/", "18/total=1")] == [1, -1, 0]
    stopped.apply("", message("bet_stop", groups="all", market_status=0))
    assert [line(stopped, key)["status"] for key in ("18/", "60/", "18/total=1")] == [0, -1, 0]


def test_a_market_handed_over_is_left_alone_if_the_other_producer_has_sent_it() -> None:
    built = state(odds(market(18), product=3), odds(market(18, -2), product=3))
    assert line(built)["status"] == -2
    built.apply("", odds(market(18), product=1))
    built.apply("", odds(market(18, -2), product=3, ts=11))
    assert (line(built)["status"], line(built)["product"]) == (1, 1)


def test_a_later_settlement_overwrites_and_a_rollback_takes_back() -> None:
    def settle(certainty: int, *results: str) -> bytes:
        outcomes = "".join(f'<outcome id="{at}" {result}/>' for at, result in enumerate(results, 1))
        inside = f"<outcomes>{market(18, None, outcomes)}</outcomes>"
        return message("bet_settlement", inside, certainty=certainty)

    built = state(
        odds(market(18, -1)), settle(2, 'result="0" void_factor="0.0"', 'result="1" dead_heat_factor="1"')
    )
    built.apply("", settle(1, 'result="1" void_factor="0.5"', 'result="odd"', 'result="-1"'))
    assert line(built)["settled"] == {"1": [1, 0.5, None], "2": [None, None, None], "3": [-1, None, None]}
    assert (line(built)["certainty"], line(built)["status"]) == (2, -1), (
        "only odds and bet stops set the status"
    )
    built.apply("", message("rollback_bet_settlement", market(18, None, '<outcome id="2"/>')))
    assert set(line(built)["settled"]) == {"1", "3"}
    built.apply("", message("rollback_bet_settlement", market(18, None)))
    assert (line(built)["settled"], line(built)["certainty"]) == ({}, 0)


def test_windows_of_cancellation_are_kept_and_the_first_equal_one_is_taken_back() -> None:
    built = state(message("bet_cancel", market(18), start_time=5, end_time=9))
    for window in ({"start_time": 5}, {"end_time": 9}, {}, {"start_time": 5}):
        built.apply("", message("bet_cancel", market(18), **window))
    built.apply("", message("rollback_bet_cancel", market(18), start_time=5))
    assert line(built)["cancels"] == [[5, 9], [None, 9], [None, None], [5, None]]
    assert line(built)["status"] is None


def test_a_cancellation_that_a_recovery_sends_again_is_the_same_one() -> None:
    built = state(message("bet_cancel", market(18), start_time=5))
    built.apply("", message("bet_cancel", market(18), start_time=5, request_id=9))
    built.apply("", message("bet_cancel", market(18), start_time=6, request_id=9))
    assert line(built)["cancels"] == [[5, None], [6, None]]


def test_an_older_odds_change_is_dropped_except_during_recovery() -> None:
    built = state(odds(market(18), ts=10), odds(market(18, 0), ts=9), odds(market(18, -1), ts=9, product=3))
    assert (line(built)["status"], built.late) == (-1, 1)
    built.apply("", odds(market(18, 0), ts=8, request_id=7))
    assert (line(built)["status"], built.late) == (0, 1)


def test_a_routing_key_that_says_something_else_is_reported_and_the_message_counts() -> None:
    built = uof.State()
    for key in (
        f"hi.-.live.odds_change.1.{EVENT.replace(':1234', '.1234')}.-",
        "",
        "hi.pre.x",
        "a.b.c.d.e.sr:match.9",
    ):
        assert built.apply(key, odds(market(18)))
    assert [error.line for error in built.errors()] == [3, 4]
    assert not built.apply("-.-.-.alive.-.-.-.-", b'<alive product="1" timestamp="1" subscribed="1"/>')
    assert (built.passed_over, built.error_count, built.messages) == (1, 2, 5)


def test_events_of_another_vendor_are_read_too() -> None:
    text = odds(market(18, 1, OUTCOME), product=2).replace(b"sr:match", b"od:match")
    built = uof.State(strict=True)
    assert built.apply("hi.-.live.odds_change.1.od:match.1234.-", text)
    assert built.event_ids() == ("od:match:1234",)
    assert (built.forget("od:match:1234"), built.forget("od:match:1234"), built.snapshot()) == (
        True,
        False,
        {},
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><alive product="1" timestamp="1"/>', "document type"),
        (b'<alive timestamp="1"/>', "`product` is missing"),
        (b'<bet_stop product="1" timestamp="1"/>', "`event_id` is missing"),
        (odds('<market id="x"/>'), "`id` must be a whole number"),
        (odds(market(18, 1, '<outcome id="1" odds="two"/>')), "`odds` must be a number"),
        (odds(market(18, 1, '<outcome id="&nbsp;"/>')), "text with XML's own entities"),
        (odds("<market id='1'></outcome>"), "the end of the element that is open"),
        (odds("<a>" * 40 + "</a>" * 40), "nested too deep"),
        (odds("") + b"<alive/>", "stands text that is none"),
        (b"<weather/>", "unknown op `weather`"),
        (b'<alive product="99999999999999999999" timestamp="1"/>', "`product` must be a whole number"),
        (b"\xff\xfe", "text in UTF-8"),
        (b"", "ends in the middle"),
    ],
)
def test_a_broken_message_is_an_error_and_changes_nothing(text: bytes, reason: str) -> None:
    built = uof.State()
    assert not built.apply("", text)
    assert built.snapshot() == {}
    assert reason in str(built.errors()[0])
    with pytest.raises(ValueError, match="1 of the messages given"):
        uof.State(strict=True).apply("", text)


def test_what_is_held_is_bounded_and_the_bound_is_reported() -> None:
    built = uof.State(max_events=1, max_lines=1, max_message=400)
    built.apply("", odds(market(18) + market(60)))
    built.apply("", odds(market(18)).replace(b":1234", b":2"))
    built.apply("", odds(" " * 400))
    assert (built.event_ids(), list(built.snapshot()[EVENT]["markets"])) == ((EVENT,), ["18/"])
    assert ["too many market lines" in error.reason for error in built.errors()] == [True, False, False]
    assert "too many events" in built.errors()[1].reason
    assert "longer than the limit" in built.errors()[2].reason


def test_lines_of_all_events_count_and_those_of_a_forgotten_one_do_not() -> None:
    built = uof.State(max_lines=2)
    built.apply("", odds(market(18)))
    built.apply("", odds(market(18) + market(60)).replace(b":1234", b":2"))
    assert [list(event["markets"]) for event in built.snapshot().values()] == [["18/"], ["18/"]]
    assert built.error_count == 1
    built.forget(EVENT)
    built.apply("", odds(market(60)).replace(b":1234", b":2"))
    assert (list(built.snapshot()["sr:match:2"]["markets"]), built.error_count) == (["18/", "60/"], 1)


def test_descriptions_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(ValueError, match="market descriptions cannot be read: byte 5"):
        uof.State(descriptions=b"<html/>")


WHOLE = odds(market(18, 1, OUTCOME, "a=&lt;") + "<!-- é -->", request_id=3)


@given(st.integers(0, len(WHOLE) - 1))
def test_a_message_cut_off_anywhere_is_an_error_of_it_alone(length: int) -> None:
    built = uof.State()
    assert not built.apply("", WHOLE[:length])
    assert (built.error_count, built.snapshot()) == (1, {})
    assert built.apply("", WHOLE)


PIECES = [
    b"<",
    b"/>",
    b">",
    b"</",
    b"odds_change",
    b" id=",
    b"'1'",
    b'"',
    b"market",
    b"<!--",
    b"<?",
    b"&",
    b"=",
    b"\xc3",
]


@given(
    st.binary(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join),
    st.text(max_size=20),
)
def test_no_bytes_do_more_than_count_as_an_error(text: bytes, key: str) -> None:
    built = uof.State()
    built.apply(key, text)
    built.apply(key, WHOLE.replace(b"<market", text + b"<market"))
    assert built.messages == 2
    assert built.error_count <= 4
