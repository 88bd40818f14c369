"""Single messages, details, results and lists of the Unified Odds Feed as a Python developer meets them."""

import pytest

from pyplatform.core.feeds import uof

KEY = "hi.-.live.odds_change.1.sr:match.7.-5"
ODDS = b"""<odds_change product="1" event_id="sr:match:7" timestamp="20" odds_change_reason="1">
<sport_event_status status="1" reporting="-1" match_status="6" home_score="1.0" away_score="0" tiebreak="true"
  home_gamescore="50" bases="1,2" new_thing="x" balls="many">
  <clock match_time="71:00" stopped="false" remaining_time="19"/>
  <period_scores><period_score match_status_code="7" number="2" home_score="0" away_score="2" type="half"/>
  </period_scores>
  <results><result match_status_code="100" home_score="1" away_score="2"/></results>
  <statistics><corners home="6" away="4"/></statistics><scoreboard home_won_rounds="3"/></sport_event_status>
<odds_generation_properties expected_totals="2.9" expected_supremacy="-0.2"/>
<odds betting_status="1" betstop_reason="2"><market id="18" specifiers="total=2.5|a=1" extended_specifers="b=2"
  favourite="1" cashout_status="-2"><market_metadata next_betstop="5" aams_id="9"/>
  <outcome id="12" odds="1.9" probabilities="0.5" win_probabilities="0.4" half_lose_probabilities="8E-2" team="2"/>
</market></odds></odds_change>"""


def settlement(outcomes: str, certainty: str = 'certainty="2"') -> bytes:
    return (
        f'<bet_settlement {certainty} product="1" event_id="sr:match:7" timestamp="30"><outcomes>'
        f'<market id="18" specifiers="a=1|total=2.5" void_reason="4">{outcomes}</market></outcomes></bet_settlement>'
    ).encode()


def cancel(kind: str, outcomes: str = "", attributes: str = 'start_time="1"') -> bytes:
    return (
        f'<{kind} product="1" event_id="sr:match:7" timestamp="40" {attributes}>'
        f'<market id="18" specifiers="a=1|total=2.5" void_reason="12">{outcomes}</market></{kind}>'
    ).encode()


STATUS = {
    "status": 1,
    "reporting": -1,
    "match_status": 6,
    "home_score": 1.0,
    "away_score": 0.0,
    "tiebreak": True,
    "home_gamescore": 50,
    "bases": "1,2",
    "new_thing": "x",
    "balls": "many",
    "clock": {"match_time": "71:00", "stopped": False, "remaining_time": "19"},
    "period_scores": [
        {"match_status_code": 7, "number": 2, "home_score": 0.0, "away_score": 2.0, "type": "half"}
    ],
    "results": [{"match_status_code": 100, "home_score": 1.0, "away_score": 2.0}],
    "statistics": {"corners": {"home": 6, "away": 4}},
    "scoreboard": {"home_won_rounds": "3"},
}
OUTCOME = {
    "id": "12",
    "active": True,
    "odds": 1.9,
    "probability": 0.5,
    "team": 2,
    "probabilities": {"win": 0.4, "half_lose": 0.08},
}


def test_a_message_says_all_it_says() -> None:
    assert uof.parse(KEY, ODDS) == {
        "type": "odds_change",
        "product": 1,
        "timestamp": 20,
        "event_id": "sr:match:7",
        "routing": {
            "priority": "hi",
            "prematch": None,
            "live": "live",
            "type": "odds_change",
            "sport": "sr:sport:1",
            "event_id": "sr:match:7",
            "node_id": -5,
        },
        "odds_change_reason": 1,
        "betting_status": 1,
        "betstop_reason": 2,
        "sport_event_status": STATUS,
        "odds_generation_properties": {"expected_totals": 2.9, "expected_supremacy": -0.2},
        "markets": [
            {
                "id": 18,
                "specifiers": "a=1|total=2.5",
                "extended_specifiers": "b=2",
                "status": 1,
                "favourite": True,
                "cashout_status": -2,
                "metadata": {"next_betstop": 5, "aams_id": 9},
                "outcomes": [OUTCOME],
            }
        ],
    }


def test_an_event_keeps_what_its_messages_said() -> None:
    state = uof.State(strict=True)
    state.apply(KEY, ODDS)
    cashout = b"""<cashout product="1" event_id="sr:match:7" timestamp="21"><odds><market id="18" status="-1"
      specifiers="total=2.5|a=1" cashout_status="1"><outcome id="12" probabilities="0.6"/></market></odds></cashout>"""
    state.apply("", cashout)
    details = state.details("sr:match:7")
    assert details is not None
    assert details["sport_event_status"] == STATUS
    assert (details["betting_status"], details["betstop_reason"]) == (1, 2)
    (line,) = details["markets"]
    assert (line["status"], line["favourite"], line["cashout_status"]) == (1, True, 1), (
        "the cash-out feed sets no market's status"
    )
    assert line["outcomes"] == [{"id": "12", "active": True, "odds": 1.9, "probability": 0.6, "team": 2}]
    assert state.details("sr:match:8") is None


def test_results_are_what_is_to_be_paid_and_the_unknown_is_never_lost() -> None:
    state = uof.State(strict=True)
    results = ['result="0"', 'result="1" dead_heat_factor="0.5"', 'result="0" void_factor="1"']
    results += ['result="1" void_factor="0.5"', 'result="-1"', 'result="7"', 'result="0" void_factor="0.3"']
    outcomes = "".join(f'<outcome id="{at}" {result}/>' for at, result in enumerate(results))
    state.apply("", settlement(outcomes, ""))
    line = (18, "a=1|total=2.5")
    assert state.results("sr:match:7") == [
        (*line, "0", False, 0, 1.0, 1),
        (*line, "1", True, 0, 0.5, 1),
        (*line, "2", False, 2, 1.0, 1),
        (*line, "3", True, 1, 1.0, 1),
        *((*line, outcome, None, 0, 1.0, 1) for outcome in "456"),
    ]
    assert state.results("sr:match:8") is None


def test_lines_are_told_by_the_message_that_was_last_about_them() -> None:
    state = uof.State()
    head = 'product="1" event_id="sr:match:7" timestamp="17900000000'

    def lines_since(number: int) -> list[str]:
        event = state.event("sr:match:7", since=number)
        assert event is not None
        return list(event["markets"])

    for number in (1, 2):
        market = f'<market id="{number}" status="{2 - number}"/>'
        state.apply("", f'<odds_change {head}0{number}"><odds>{market}</odds></odds_change>'.encode())
    assert lines_since(0) == ["1/", "2/"]
    assert lines_since(1) == ["2/"]
    state.apply("", f'<bet_stop {head}03" groups="all"/>'.encode())
    assert lines_since(2) == ["1/"]
    settled = '<outcomes><market id="2"><outcome id="4" result="1"/></market></outcomes>'
    state.apply("", f'<bet_settlement {head}04" certainty="2">{settled}</bet_settlement>'.encode())
    assert lines_since(3) == ["2/"]
    assert state.results("sr:match:7", since=3) == [(2, "", "4", True, 0, 1.0, 2)]
    assert (lines_since(4), state.results("sr:match:7", since=4)) == ([], [])


def test_a_cancellation_of_outcomes_is_taken_back_outcome_by_outcome() -> None:
    state = uof.State(strict=True)
    both = '<outcome id="12"/><outcome id="13"/>'
    state.apply("", cancel("bet_cancel", both, 'start_time="1" superceded_by="sr:season:2"'))
    state.apply("", cancel("bet_cancel"))
    state.apply("", cancel("rollback_bet_cancel", '<outcome id="13"/>'))
    details = state.details("sr:match:7")
    assert details is not None
    assert details["markets"][0]["cancels"] == [
        {"start_time": 1, "void_reason": 12, "superceded_by": "sr:season:2", "outcomes": ["12"]},
        {"start_time": 1, "void_reason": 12, "outcomes": []},
    ]
    for _ in range(3):
        state.apply("", cancel("rollback_bet_cancel"))
    details = state.details("sr:match:7")
    assert details is not None
    assert details["markets"][0]["cancels"] == []


def test_events_that_are_over_are_dropped_once_they_are_silent() -> None:
    state = uof.State(strict=True)
    for number, status in enumerate((1, 3, 4, 9)):
        text = ODDS.replace(b"match:7", b"match:%d" % number).replace(
            b' status="1"', b' status="%d"' % status
        )
        state.apply("", text)
    state.apply("", settlement('<outcome id="12" result="1"/>').replace(b"match:7", b"match:3"))
    assert state.forget_over(20) == 0
    assert state.forget_over(25) == 2
    assert state.event_ids() == ("sr:match:0", "sr:match:3")
    assert state.forget_over(31) == 1


@pytest.mark.parametrize(
    ("key", "text", "reason"),
    [
        ("", b"<alive/>", "`product` is missing"),
        ("x.y", b'<alive product="1" timestamp="1"/>', "routing key"),
    ],
)
def test_what_cannot_be_read_is_refused(key: str, text: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        uof.parse(key, text)


def test_lists_are_read_by_number() -> None:
    statuses = b"""<match_status_descriptions response_code="OK"><match_status id="0" description="Not started">
      <sports all="true"/></match_status><match_status id="6" description="1st half" period_number="1">
      <sports all="false"><sport id="sr:sport:1"/></sports></match_status></match_status_descriptions>"""
    assert uof.read_list(statuses) == {
        0: {"description": "Not started"},
        6: {"description": "1st half", "period_number": "1", "sports": ["sr:sport:1"]},
    }
    assert uof.read_list(b"<producers><producer id='1' name='LO'/></producers>") == {1: {"name": "LO"}}
    for broken in (b"<odds/>", b"<producers><producer name='x'/></producers>", b"<producers>"):
        with pytest.raises(ValueError, match="the list cannot be read"):
            uof.read_list(broken)


def test_producers_of_both_vendors_are_known() -> None:
    assert uof.producer(1, "sr:match:1") == ("sportradar", "LO", "live")
    assert uof.producer(1, "od:match:1") == ("oddin", "pre", "prematch")
    assert uof.producer(99) == ("sportradar", None, None)
