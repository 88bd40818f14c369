"""What events are called: read out of the API's documents, looked up once, and given to every market."""

import asyncio

import pytest

from pyplatform.contracts.feeds import Catalogue, Named, Outcome
from pyplatform.feeds.fixtures import Fixture, read_fixture
from pyplatform.feeds.lookups import Lookups
from pyplatform.feeds.names import Lack
from pyplatform.feeds.received import Received
from pyplatform.feeds.uof import UofAdapter
from pyplatform.feeds.uof_messages import BrokenDocument
from pyplatform.kernel.errors import PlatformError, Unavailable
from tests.unit.feeds.test_normalised import DESCRIPTIONS, EVENT, message

DOCUMENT = b"""<?xml version="1.0"?><fixtures_fixture><fixture id="sr:match:7" start_time="2026-06-23T18:00:00Z">
<competitors><competitor id="sr:competitor:2" qualifier="away" name="Rovers"/>
<competitor id="sr:competitor:1" qualifier="home" name="United"/></competitors></fixture></fixtures_fixture>"""
MATCH = Fixture("United v Rovers", "United", "Rovers", 1_782_237_600_000_000_000)


def test_a_fixture_is_read() -> None:
    assert read_fixture(DOCUMENT) == MATCH
    race = (
        b'<fixtures_fixture><fixture id="sr:stage:1" name="Grand Prix" start_time="soon"/></fixtures_fixture>'
    )
    assert read_fixture(race) == Fixture("Grand Prix")
    for broken in (b"", b"<a/>", b"<fixture", b"<!DOCTYPE x><fixture/>"):
        with pytest.raises(BrokenDocument):
            read_fixture(broken)


def test_a_fixture_tells_its_sport_category_and_competition() -> None:
    document = DOCUMENT.replace(
        b"<competitors>",
        b'<season id="sr:season:1" name="2025/26"/><tournament id="sr:tournament:1" name="Premier League">'
        b'<sport id="sr:sport:1" name="Soccer"/><category id="sr:category:1" name="England"/></tournament>'
        b"<competitors>",
    )
    fixture = read_fixture(document)
    assert (fixture.sport, fixture.category) == (
        Named("football", "Soccer"),
        Named("sr:category:1", "England"),
    )
    assert fixture.competition == Named("sr:tournament:1", "Premier League")
    unknown = read_fixture(document.replace(b"sr:sport:1", b"sr:sport:999"))
    assert unknown.sport == Named("uof:999", "Soccer")


def test_names_come_in_every_language_asked_for_and_the_sport_from_the_routing_key() -> None:
    adapter = UofAdapter(DESCRIPTIONS)
    german = DESCRIPTIONS.replace(b"1x2", b"Dreiweg").replace(b"draw", b"Unentschieden")
    adapter.names.add_language("de", german)
    body = '<odds><market id="1" status="1"><outcome id="1" odds="2.0"/><outcome id="2" odds="3.0"/></market></odds>'
    adapter.apply(message("odds_change", body, 1))
    (said,) = [told.body for told in adapter.tell() if isinstance(told.body, Catalogue)]
    assert said.sport == Named("football", "Football")
    (words,) = said.translations
    assert (words.language, words.name) == ("de", "Dreiweg")
    assert words.outcomes[0] == said.outcomes[0].name


def test_markets_are_named_by_the_fixture_once_it_is_known() -> None:
    adapter = UofAdapter(DESCRIPTIONS)
    wanted: list[str] = []
    adapter.want = wanted.append
    body = '<odds><market id="1" status="1"><outcome id="1" odds="2.0"/><outcome id="3" odds="1.8"/></market></odds>'
    adapter.apply(message("odds_change", body, 1))
    adapter.apply(message("odds_change", body, 2))
    assert wanted == [EVENT]
    (before,) = [told.body for told in adapter.tell() if isinstance(told.body, Catalogue)]
    assert (before.event_name, before.outcomes[0]) == (EVENT, Outcome("1", "Home"))
    adapter.name_event(EVENT, MATCH)
    adapter.name_event("sr:match:8", MATCH)
    (after,) = [told.body for told in adapter.tell() if isinstance(told.body, Catalogue)]
    assert (after.event_name, after.starts_at) == ("United v Rovers", MATCH.starts_at)
    assert after.outcomes == (Outcome("1", "United"), Outcome("3", "Rovers"))
    adapter.name_event(EVENT, MATCH)
    assert list(adapter.tell()) == []
    change = f'<fixture_change product="1" event_id="{EVENT}" timestamp="5" start_time="6"/>'.encode()
    adapter.apply(Received(1, "hi.pre.live.fixture_change.1.sr:match.7.-", change))
    assert wanted == [EVENT, EVENT]


async def test_an_event_is_looked_up_once_and_again_only_when_the_api_was_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pyplatform.feeds.lookups._FIRST_WAIT_S", 0.01)
    asked: list[str] = []
    found: dict[str, bytes] = {}

    async def fetch(event: str) -> bytes:
        asked.append(event)
        if event == "sr:match:404":
            raise PlatformError("the API answered with status 404")
        if asked.count(event) == 1:
            raise Unavailable("the API does not answer")
        return DOCUMENT

    fixtures = Lookups("fixtures", fetch, found.__setitem__)
    for event in (EVENT, "sr:match:404", EVENT):
        fixtures.want(event)
    task = asyncio.create_task(fixtures.run())
    async with asyncio.timeout(60):
        while EVENT not in found:
            await asyncio.sleep(0.01)
    task.cancel()
    assert found == {EVENT: DOCUMENT}
    assert (asked.count(EVENT), asked.count("sr:match:404"), fixtures.failures.value) == (2, 1, 1)


async def test_what_was_fetched_is_not_fetched_again_at_once() -> None:
    asked: list[str] = []

    async def fetch(key: str) -> bytes:
        asked.append(key)
        return b""

    def refuse(key: str, _: bytes) -> None:
        raise BrokenDocument(key)

    lookups = Lookups("names", fetch, refuse, again_s=60.0)
    task = asyncio.create_task(lookups.run())
    async with asyncio.timeout(60):
        for key in ("a", "a", "b", "a"):
            lookups.want(key)
            while lookups.failures.value < len(set(asked)) or not asked:
                await asyncio.sleep(0)
        while len(asked) < 2:
            await asyncio.sleep(0)
    task.cancel()
    assert asked == ["a", "b"]


def test_a_variant_and_a_player_are_asked_for_and_then_named_in_every_language() -> None:
    market = '<market id="{}" name="{}" groups="all"><outcomes/></market>'
    described = (market.format(800, "{market} of {%player}") + market.format(7, "Scorer")).replace(
        "{market}", "Points"
    )
    adapter = UofAdapter(f"<market_descriptions>{described}</market_descriptions>".encode())
    adapter.names.add_language("de", f"<market_descriptions>{described}</market_descriptions>".encode())
    wanted: list[Lack] = []
    adapter.names.want = wanted.append
    line = 'id="800" specifiers="player=sr:player:5|variant=pre:playerprops:1"'
    body = (
        f'<odds><market {line}><outcome id="pre:outcometext:9" odds="2.0"/></market>'
        '<market id="7"><outcome id="sr:player:5,sr:player:6" odds="3.0"/></market></odds>'
    )
    adapter.apply(message("odds_change", body, 1))

    def said() -> dict[str, Catalogue]:
        return {told.body.kind: told.body for told in adapter.tell() if isinstance(told.body, Catalogue)}

    before = said()
    variant, five, six = Lack("pre:playerprops:1", 800), Lack("sr:player:5"), Lack("sr:player:6")
    assert set(wanted) == {variant, five, six}
    assert before["7"].outcomes[0].name == "Outcome sr:player:5,sr:player:6"
    for lack, name in ((five, "Lee"), (six, "Kim")):
        adapter.learn(lack, {"": f'<p><player id="{lack.urn}" name="{name}"/></p>'.encode()})
    documents = {
        language: (
            f'<market_descriptions><market id="800" name="Points" variant="{variant.urn}"><outcomes>'
            f'<outcome id="pre:outcometext:9" name="{word}"/></outcomes></market></market_descriptions>'
        ).encode()
        for language, word in (("", "ten or more"), ("de", "zehn oder mehr"))
    }
    adapter.learn(variant, documents)
    after = said()
    assert after["7"].outcomes[0].name == "Lee,Kim"
    assert after["800"].outcomes[0].name == "ten or more"
    assert [words.outcomes for words in after["800"].translations] == [("zehn oder mehr",)]
    wanted.clear()
    adapter.touch_all()
    assert set(said()) == {"7", "800"}
    assert wanted == []
    with pytest.raises(BrokenDocument, match="no profile of sr:player:5"):
        adapter.learn(five, {"": b"<player_profile/>"})
