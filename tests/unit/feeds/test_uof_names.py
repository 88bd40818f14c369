"""Names of markets and outcomes from templates of descriptions."""

from typing import Any

import pytest

from pyplatform.core.feeds import uof

DOCUMENT = """<market_descriptions>
<market id="1" name="1x2"><outcomes><outcome id="1" name="{$competitor1}"/><outcome id="2" name="draw"/></outcomes>
  <mappings><mapping product_id="1"><mapping_outcome outcome_id="1"/></mapping></mappings></market>
<market id="2" name="Handicap {hcp}"><outcomes><outcome id="1714" name="{$competitor1} ({+hcp})"/>
  <outcome id="1715" name="{$competitor2} ({-hcp})"/></outcomes></market>
<market id="3" name="{!goalnr} goal, {!(goalnr+1)} or {(goalnr-1)} &amp; {$event}"/>
<market id="4" name="{%player} total, {%server}"/>
<market id="41" name="Correct score [{score}]"><outcomes><outcome id="110" name="0:1"/><outcome id="9" name="other"/>
  </outcomes><attributes><attribute name="is_flex_score" description="x"/></attributes></market>
<market id="21" name="Exact goals"/><market id="8" name="broken {x"/>
</market_descriptions>"""
VARIANTS = """<variant_descriptions><variant id="sr:exact_goals:4+"><outcomes>
<outcome id="sr:exact_goals:4+:88" name="4+"/></outcomes></variant></variant_descriptions>"""
TEAMS = {"competitor1": "Home", "competitor2": "Away", "event": "Home v Away"}
PROFILES = {"sr:player:1": "Ann", "sr:player:2": "Bo", "sr:competitor:9": "Home"}


@pytest.fixture(scope="module")
def descriptions() -> uof.Descriptions:
    built = uof.Descriptions(DOCUMENT.encode())
    built.add(VARIANTS.encode())
    return built


@pytest.mark.parametrize(
    ("market", "specifiers", "name"),
    [
        (1, "", "1x2"),
        (2, "hcp=-0.25", "Handicap -0.25"),
        (3, "goalnr=1", "1st goal, 2nd or 0 & Home v Away"),
        (3, "goalnr=2", "2nd goal, 3rd or 1 & Home v Away"),
        (3, "goalnr=11", "11th goal, 12th or 10 & Home v Away"),
        (3, "goalnr=122", "122nd goal, 123rd or 121 & Home v Away"),
        (4, "player=sr:player:1|server=sr:competitor:9", "Ann total, Home"),
        (41, "score=0:2", "Correct score [0:2]"),
        (21, "variant=sr:exact_goals:4+", "Exact goals"),
    ],
)
def test_a_market_is_named(descriptions: uof.Descriptions, market: int, specifiers: str, name: str) -> None:
    assert descriptions.market_name(market, specifiers, profiles=PROFILES, **TEAMS) == name


@pytest.mark.parametrize(
    ("market", "outcome", "specifiers", "name"),
    [
        (1, "1", "", "Home"),
        (1, "2", "", "draw"),
        (2, "1714", "hcp=1.50", "Home (+1.5)"),
        (2, "1715", "hcp=1.5", "Away (-1.5)"),
        (2, "1715", "hcp=-10", "Away (+10)"),
        (2, "1714", "hcp=-0.0", "Home (0)"),
        (41, "110", "score=1:2", "1:3"),
        (41, "9", "score=1:2", "other"),
        (21, "sr:exact_goals:4+:88", "variant=sr:exact_goals:4+", "4+"),
        (4, "sr:player:1,sr:player:2", "", "Ann,Bo"),
    ],
)
def test_an_outcome_is_named(
    descriptions: uof.Descriptions, market: int, outcome: str, specifiers: str, name: str
) -> None:
    assert descriptions.outcome_name(market, outcome, specifiers, profiles=PROFILES, **TEAMS) == name


@pytest.mark.parametrize(
    ("market", "specifiers", "known", "reason"),
    [
        (99, "", {}, "market 99 cannot be named: there is no description of it"),
        (2, "total=1", {}, "the specifier `hcp`"),
        (3, "goalnr=x", TEAMS, "the specifier `goalnr`, a number"),
        (3, "goalnr=9223372036854775807", TEAMS, "the specifier `goalnr`, a number"),
        (3, "goalnr=1", {}, "needs `event`"),
        (4, "player=sr:player:7", {}, "the profile of `sr:player:7`"),
        (8, "x=1", {}, "is not a part of a template"),
    ],
)
def test_what_a_name_lacks_is_said(
    descriptions: uof.Descriptions, market: int, specifiers: str, known: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        descriptions.market_name(market, specifiers, **known)


def test_a_document_of_one_variant_names_that_variant_of_that_market_only() -> None:
    built = uof.Descriptions(DOCUMENT.encode())
    single = """<market_descriptions><market id="21" name="Exact goals, four" variant="v:4"><outcomes>
    <outcome id="v:4:1" name="four"/></outcomes></market></market_descriptions>"""
    built.add(single.encode())
    assert built.market_name(21, "variant=v:4") == "Exact goals, four"
    assert built.outcome_name(21, "v:4:1", "variant=v:4") == "four"
    assert built.market_name(21, "variant=v:5") == built.market_name(21) == "Exact goals"
    with pytest.raises(ValueError, match="market 1 outcome v:4:1 cannot be named"):
        built.outcome_name(1, "v:4:1", "variant=v:4")
    with pytest.raises(ValueError, match="cannot be read"):
        built.add(b"<market_descriptions><market name='x'/></market_descriptions>")


MAPPED = """<market_descriptions><market id="18" name="{!setnr} set total"><mappings>
  <mapping product_id="1" product_ids="1|4" sport_id="sr:sport:1" market_id="8:27" sov_template="{total}"
    valid_for="total=*.5">
    <mapping_outcome outcome_id="12" product_outcome_id="34" product_outcome_name="over"/></mapping>
  <mapping product_id="3" sport_id="all" market_id="46"/></mappings></market>
<market id="40" name="Any" outcome_type="free_text"><outcomes><outcome id="1" name="one"/></outcomes></market>
</market_descriptions>"""


def test_a_line_is_found_in_the_older_catalogues() -> None:
    built = uof.Descriptions(MAPPED.encode())
    assert built.mapping(18, 4, "sr:sport:1", "total=2.5|setnr=1") == {
        "market_type": "8",
        "market_subtype": "27",
        "special_odds_value": "2.5",
        "outcomes": {"12": ("34", "over")},
    }
    other = built.mapping(18, 3, "sr:sport:5", "total=2.5")
    assert other is not None
    assert (other["market_type"], other["market_subtype"], other["special_odds_value"]) == ("46", None, None)
    for product, sport, specifiers in ((1, "sr:sport:1", "total=2.25"), (1, "sr:sport:2", "total=2.5")):
        assert built.mapping(18, product, sport, specifiers) is None
    assert built.mapping(99, 1, "sr:sport:1") is None


@pytest.mark.parametrize(
    ("language", "name"), [("en", "2nd set total"), ("de", "2. set total"), ("fr", "2e set total")]
)
def test_ordinals_are_those_of_the_language(language: str, name: str) -> None:
    assert uof.Descriptions(MAPPED.encode(), language=language).market_name(18, "setnr=2") == name


def test_a_market_of_free_text_waits_for_the_document_of_its_variant() -> None:
    built = uof.Descriptions(MAPPED.encode())
    listed = """<variant_descriptions><variant id="v:1"><outcomes><outcome id="9" name="nine"/></outcomes></variant>
      </variant_descriptions>"""
    built.add(listed.encode())
    assert built.missing_variant(40, "variant=v:1") == "v:1"
    assert built.missing_variant(18, "variant=v:1") is None
    assert built.missing_variant(18, "variant=v:2") == "v:2"
    assert built.missing_variant(40) is None
    own = """<market_descriptions><market id="40" name="Mine" variant="v:1"><outcomes><outcome id="9" name="mine"/>
      </outcomes></market></market_descriptions>"""
    built.add(own.encode())
    assert built.missing_variant(40, "variant=v:1") is None
    assert built.market_name(40, "variant=v:1") == "Mine"
    assert built.outcome_name(40, "9", "variant=v:1") == "mine"
    assert built.outcome_name(18, "9", "variant=v:1") == "nine"
