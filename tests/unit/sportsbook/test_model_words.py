"""Words of the models for the feeds' markets: the prices they lead to are those of the market."""

import pytest

from pyplatform.contracts.feeds import Catalogue, Outcome
from pyplatform.contracts.sportsbook.trading import (
    FootballModel,
    MatchModel,
    ModelSource,
    PointsModel,
    TennisModel,
)
from pyplatform.sportsbook.markets.fair import of_model
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.model_words import words_for

FOOTBALL = FootballModel(1.6, 1.1)
TENNIS = TennisModel(0.64, 0.61)
POINTS = PointsModel(3.5, 12.0, total_mu=211.0, total_sigma=17.0)


def market(market_id: str, kind: str, *outcomes: tuple[str, str]) -> tuple[MarketState, Catalogue]:
    state = MarketState(market_id)
    said = Catalogue("e", "Event", kind, "Name", 1, 0, tuple(Outcome(*one) for one in outcomes))
    state.define(said)
    return state, said


def line(kind: str, specifiers: str, *keys: str) -> tuple[MarketState, Catalogue]:
    name = f"sr:match:1~{kind}~{specifiers}".rstrip("~")
    return market(name, kind, *((key, key) for key in keys))


@pytest.mark.parametrize(
    ("of", "model", "words"),
    [
        (line("1", "", "1", "2", "3"), FOOTBALL, {1: "home", 2: "draw", 3: "away"}),
        (line("18", "total=2.5", "12", "13"), FOOTBALL, {12: "over2.5", 13: "under2.5"}),
        (line("18", "total=3", "12", "13"), FOOTBALL, {12: "over3", 13: "under3"}),
        (line("19", "total=1.5", "12", "13"), FOOTBALL, {12: "home_over1.5", 13: "home_under1.5"}),
        (line("16", "hcp=-0.75", "1714", "1715"), FOOTBALL, {1714: "home-0.75", 1715: "away+0.75"}),
        (line("11", "", "4", "5"), FOOTBALL, {4: "home_dnb", 5: "away_dnb"}),
        (line("29", "", "74", "76"), FOOTBALL, {74: "btts", 76: "btts_no"}),
        (line("26", "", "70", "72"), FOOTBALL, {70: "odd", 72: "even"}),
        (line("186", "", "4", "5"), TENNIS, {4: "A", 5: "B"}),
        (line("219", "", "4", "5"), POINTS, {4: "home", 5: "away"}),
        (line("223", "hcp=4.5", "1714", "1715"), POINTS, {1714: "home+4.5", 1715: "away-4.5"}),
        (line("225", "total=210.5", "12", "13"), POINTS, {12: "over210.5", 13: "under210.5"}),
        (
            market("1.1", "MATCH_ODDS", ("11", "United"), ("22", "Rovers"), ("58805", "The Draw")),
            FOOTBALL,
            {11: "home", 22: "away", 58805: "draw"},
        ),
        (
            market("1.2", "OVER_UNDER_25", ("47972", "Under 2.5 Goals"), ("47973", "Over 2.5 Goals")),
            FOOTBALL,
            {47972: "under2.5", 47973: "over2.5"},
        ),
        (
            market("1.3", "BOTH_TEAMS_TO_SCORE", ("30246", "Yes"), ("110503", "No")),
            FOOTBALL,
            {30246: "btts", 110503: "btts_no"},
        ),
    ],
)
def test_the_outcomes_of_a_market_are_all_there_is(
    of: tuple[MarketState, Catalogue], model: MatchModel, words: dict[int, str]
) -> None:
    state, said = of
    assert words_for(state, said, model) == words
    fair = of_model(state, ModelSource(words), model, 0)
    assert sum(1 / price for price in fair.prices if price) == pytest.approx(1), fair.why


def test_double_chance_pays_twice() -> None:
    state, said = line("10", "", "9", "10", "11")
    words = words_for(state, said, FOOTBALL)
    fair = of_model(state, ModelSource(words), FOOTBALL, 0)
    assert sum(1 / price for price in fair.prices if price) == pytest.approx(2)
    assert fair.places == 2


def test_words_that_leave_a_gap_make_no_price() -> None:
    state, _ = line("1", "", "1", "2", "3")
    fair = of_model(state, ModelSource({1: "home", 2: "draw", 3: "score0-3"}), FOOTBALL, 0)
    assert fair.prices == []
    assert "gap or overlap" in fair.why


@pytest.mark.parametrize(
    ("of", "model"),
    [
        (line("45", "", "274", "276"), FOOTBALL),
        (line("18", "", "12", "13"), FOOTBALL),
        (line("18", "total=many", "12", "13"), FOOTBALL),
        (line("1", "", "1", "2", "4"), FOOTBALL),
        (line("1", "", "1", "2", "3"), TENNIS),
        (market("1.1", "MATCH_ODDS", ("11", "United"), ("22", "Rovers")), FOOTBALL),
        (market("1.9", "WIN", ("11", "One"), ("22", "Two")), POINTS),
    ],
)
def test_what_is_not_known_is_not_guessed(of: tuple[MarketState, Catalogue], model: MatchModel) -> None:
    with pytest.raises(ValueError, match="name each outcome"):
        words_for(*of, model)
