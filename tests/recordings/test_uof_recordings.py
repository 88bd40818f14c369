"""Every Unified Odds Feed stream in a folder of recordings against its golden end state.

`uof-synthetic` holds NAME.tsv (receive time in ms, TAB, routing key, TAB, XML), NAME.state.json, both plain or
compressed, and markets.xml, the descriptions. `uof-messages` holds single messages and documents of the API.
"""

import json
from xml.etree import ElementTree

import pytest

from pyplatform.core.feeds import betfair, uof
from tests.recordings.folder import FOLDER, WITHOUT, difference, files, unpacked

pytestmark = pytest.mark.skipif(FOLDER is None, reason=WITHOUT)

DESCRIPTIONS = "markets.xml"
FILES = files("uof-synthetic")
STREAMS = {name.removesuffix(".tsv"): path for name, path in FILES.items() if name.endswith(".tsv")}
STATES = {
    name.removesuffix(".state.json"): path for name, path in FILES.items() if name.endswith(".state.json")
}
MESSAGES = files("uof-messages")
KINDS = {
    "alive",
    "bet_cancel",
    "bet_settlement",
    "bet_stop",
    "cashout",
    "fixture_change",
    "odds_change",
    "product_down",
    "rollback_bet_cancel",
    "rollback_bet_settlement",
    "snapshot_complete",
}
DOCUMENTS = {
    "available_selections",
    "betstop_reasons_descriptions",
    "betting_status_descriptions",
    "bookmaker_details",
    "calculation_response",
    "competitor_profile",
    "draw_fixtures",
    "draw_summary",
    "filtered_calculation_response",
    "fixture_changes",
    "fixtures_fixture",
    "lotteries",
    "lottery_schedule",
    "market_descriptions",
    "match_status_descriptions",
    "match_summary",
    "match_timeline",
    "period_summary",
    "player_profile",
    "producers",
    "race_driver_profile",
    "race_tournament_info",
    "replay_set_contents",
    "response",
    "result_changes",
    "schedule",
    "simple_tournament_info",
    "simpleteam_profile",
    "sport_categories",
    "sport_tournaments",
    "sports",
    "stage_summary",
    "tournament_info",
    "tournament_schedule",
    "tournament_seasons",
    "tournaments",
    "variant_descriptions",
    "venue_summary",
    "void_reasons_descriptions",
}
"""Root elements of the API's documents."""


def test_every_file_is_a_stream_its_golden_state_or_the_descriptions() -> None:
    assert STREAMS.keys() == STATES.keys()
    assert len(FILES) == len(STREAMS) + len(STATES) + (DESCRIPTIONS in FILES), (
        f"unknown among {sorted(FILES)}"
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(STREAMS))
def test_a_stream_gives_its_golden_state(name: str) -> None:
    assert DESCRIPTIONS in FILES, "a bet stop cannot find its markets without the descriptions"
    state = uof.State(descriptions=unpacked(FILES[DESCRIPTIONS]))
    count = 0
    for line in filter(bytes.strip, betfair.open_stream(STREAMS[name])):
        _, key, xml = line.rstrip(b"\r\n").split(b"\t", 2)
        state.apply(key.decode(), xml)
        count += 1
    assert not state.errors()
    assert state.messages == count
    assert difference(state.snapshot(), json.loads(unpacked(STATES[name]))) is None


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_single_message_is_understood(name: str) -> None:
    text = unpacked(MESSAGES[name])
    root = ElementTree.fromstring(text)  # noqa: S314
    kind = root.tag.rpartition("}")[2]
    state = uof.State()
    applied = state.apply("", text)
    if kind not in KINDS:
        # A document of the API: whole, but no message.
        assert kind in DOCUMENTS, f"{name} is neither a message nor a document known: <{kind}>"
        assert [error.reason for error in state.errors()] == [
            f"unknown op `{kind}`, the message was passed over"
        ]
        if kind == "market_descriptions":
            uof.State(descriptions=text)
        return
    assert not state.errors()
    if kind in ("odds_change", "bet_settlement", "bet_cancel"):
        assert applied
        assert state.event_ids() == (root.get("event_id"),)
        assert len(state.snapshot()[state.event_ids()[0]]["markets"]) == len(list(root.iter("market")))
