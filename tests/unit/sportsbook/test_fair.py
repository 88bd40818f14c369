"""Fair prices where traders choose their source: feeds together, models of a match, legs of one match."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.contracts.feeds import Catalogue, Named, Outcome, State, Status
from pyplatform.contracts.feeds import Prices as FeedPrices
from pyplatform.contracts.sportsbook.bets import Leg
from pyplatform.contracts.sportsbook.trading import (
    ConsensusSource,
    FeedLink,
    FootballModel,
    ModelSource,
    PointsModel,
    TennisModel,
)
from pyplatform.core import odds
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.desk.state import DeskState, Standing
from pyplatform.sportsbook.markets.fair import MINUTE, check_model, of_consensus, of_model
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.offer import Offer
from pyplatform.sportsbook.markets.same_game import SameGame
from pyplatform.sportsbook.markets.terms import defaults

KEYS = ("1", "2", "3")
NOW = 1_900_000_000 * 10**9


def market(name: str, prices: list[float], kind: str = "1") -> MarketState:
    state = MarketState(name)
    outcomes = tuple(Outcome(key, key) for key in KEYS[: len(prices)])
    state.define(Catalogue("e", "Event", kind, "Result", 1, 0, outcomes, Named("football", "Football")))
    state.set_status(Status(State.ACTIVE, False, 0))
    state.quote(FeedPrices(KEYS[: len(prices)], price=tuple(prices), probability=(None,) * len(prices)))
    state.rely(up=True)
    return state


def chances(prices: list[float | None]) -> list[float]:
    return [1 / price for price in prices if price]


def book(weights: list[int], margin: float) -> list[float]:
    return [sum(weights) / weight / (1 + margin) for weight in weights]


books = st.builds(
    book, st.lists(st.integers(15, 60), min_size=3, max_size=3), st.sampled_from([0.0, 0.02, 0.1, 0.2])
)
SAME = {1: 1, 2: 2, 3: 3}


@given(books)
def test_feeds_that_say_the_same_are_taken_at_their_word_whatever_their_weight(book: list[float]) -> None:
    ours, theirs = market("a", book), market("b", book)
    source = ConsensusSource((FeedLink("b", SAME, 7),), own_weight=2)
    fair = of_consensus(ours, source, 2, {"b": theirs}.get)
    removed = odds.remove_margin(book, method="power").probabilities
    assert chances(fair.prices) == pytest.approx(removed, abs=1e-9)


@given(books, books, st.integers(1, 9), st.integers(1, 9))
def test_a_consensus_is_a_market_and_the_same_from_whichever_side_it_is_asked(
    one: list[float], two: list[float], own: int, other: int
) -> None:
    ours, theirs = market("a", one), market("b", two)
    fair = of_consensus(ours, ConsensusSource((FeedLink("b", SAME, other),), own), 1, {"b": theirs}.get)
    assert sum(chances(fair.prices)) == pytest.approx(1)
    mirrored = of_consensus(theirs, ConsensusSource((FeedLink("a", SAME, own),), other), 1, {"a": ours}.get)
    assert chances(mirrored.prices) == pytest.approx(chances(fair.prices))


def test_outcomes_are_matched_by_the_link_not_by_their_numbers() -> None:
    ours, theirs = market("a", [2.0, 4.0, 4.0]), market("b", [4.0, 2.0, 4.0])
    turned = FeedLink("b", {1: 2, 2: 1, 3: 3})
    fair = of_consensus(ours, ConsensusSource((turned,)), 2, {"b": theirs}.get)
    assert chances(fair.prices) == pytest.approx([0.5, 0.25, 0.25])


def test_a_feed_that_is_down_or_suspended_does_not_count_and_too_few_make_no_price() -> None:
    ours, theirs = market("a", [2.0, 4.0, 4.0]), market("b", [3.0, 3.0, 3.0])
    source = ConsensusSource((FeedLink("b", SAME),))
    theirs.rely(up=False)
    assert chances(of_consensus(ours, source, 1, {"b": theirs}.get).prices) == pytest.approx(
        [0.5, 0.25, 0.25]
    )
    short = of_consensus(ours, source, 2, {"b": theirs}.get)
    assert (short.prices, short.why) == ([], "1 feeds can be relied upon, the terms ask for 2")


@given(st.floats(0.3, 3), st.floats(0.3, 3), st.sampled_from([0.0, 20.0, 60.0]))
def test_a_match_s_three_results_by_the_model_are_all_there_is(
    home: float, away: float, minute: float
) -> None:
    state = market("a", [2.0, 4.0, 4.0])
    source = ModelSource({1: "home", 2: "draw", 3: "away"})
    fair = of_model(state, source, FootballModel(home, away, minute=minute), NOW)
    assert sum(chances(fair.prices)) == pytest.approx(1)
    total = market("t", [2.0, 2.0])
    lines = of_model(
        total, ModelSource({1: "over2", 2: "under2"}), FootballModel(home, away, minute=minute), NOW
    )
    # Of a line that may be returned the fair prices are those of the two results that remain.
    assert sum(chances(lines.prices)) == pytest.approx(1)


def test_the_minute_goes_on_by_the_clock_while_the_match_runs() -> None:
    state, source = market("a", [2.0, 4.0, 4.0]), ModelSource({1: "home", 2: "draw", 3: "away"})
    running = FootballModel(1.5, 1.1, minute=10.0, at=NOW, running=True)
    draw = [
        chances(of_model(state, source, running, NOW + minutes * MINUTE).prices)[1] for minutes in (0, 30, 60)
    ]
    assert draw == sorted(draw)
    later = of_model(state, source, FootballModel(1.5, 1.1, minute=40.0), NOW)
    assert chances(later.prices)[1] == pytest.approx(draw[1])
    over = of_model(state, source, running, NOW + 81 * MINUTE)
    assert over.prices == []
    assert "certain" in over.why


@pytest.mark.parametrize(
    ("model", "word", "price"),
    [
        (TennisModel(0.6, 0.6), "A", 2.0),
        (TennisModel(0.6, 0.6), "B", 2.0),
        (TennisModel(0.6, 0.6, best_of=1), "set_A", 2.0),
        (PointsModel(0.0, 12.0), "home", 2.0),
        (PointsModel(0.0, 12.0), "away+0.5", None),
        (PointsModel(0.0, 12.0, total_mu=200.0, total_sigma=15.0), "over199.5", None),
    ],
)
def test_models_know_their_sport_s_words(
    model: TennisModel | PointsModel, word: str, price: float | None
) -> None:
    check_model(model, word)
    state = market("a", [1.9, 1.9])
    other = {"A": "B", "B": "A", "set_A": "set_B", "home": "away", "away+0.5": "home-0.5"}.get(
        word, "under199.5"
    )
    fair = of_model(state, ModelSource({1: word, 2: other}), model, NOW)
    assert sum(chances(fair.prices)) == pytest.approx(1)
    if price is not None:
        assert fair.prices[0] == pytest.approx(price)


@pytest.mark.parametrize(
    ("model", "word"),
    [
        (FootballModel(1.5, 1.1), "corner"),
        (FootballModel(1.5, 1.1), "overmuch"),
        (TennisModel(0.6, 0.6), "C"),
        (PointsModel(0.0, 12.0), "over200.5"),
        (PointsModel(0.0, 12.0), "homer"),
        (FootballModel(1.5, 1.1, minute=95.0), "home"),
    ],
)
def test_what_a_model_cannot_say_is_refused(
    model: FootballModel | TennisModel | PointsModel, word: str
) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        check_model(model, word)


def same_game(*words: str) -> int:
    tenant = Tenant("aurora", "EUR", 500)
    desk = DeskState("aurora", defaults(tenant, 10**9))
    desk._standings["event:e"] = Standing(model=FootballModel(1.5, 1.1))
    markets = {}
    for number, word in enumerate(words):
        state = markets[str(number)] = market(str(number), [2.0, 4.0, 4.0])
        standing = Standing(source=ModelSource({1: word, 2: "away", 3: "draw"}))
        state.offers["aurora"] = Offer(desk.terms.base, standing, sourced=True)
    legs = [Leg("e", market_id, 1, 20_000) for market_id in markets]
    return SameGame(markets, {"aurora": desk}).price("aurora", legs)


def test_legs_of_one_match_cost_what_they_are_worth_together() -> None:
    both = same_game("home", "over2.5")
    grid = odds.models.ScoreGrid.poisson(1.5, 1.1)
    fair = 1e4 / grid.joint("home", "over2.5")
    assert 0.85 * fair < both < fair
    assert both < 1e4 / (grid.joint("home") * grid.joint("over2.5"))


def test_legs_that_contradict_or_that_no_model_prices_have_no_price_together() -> None:
    assert same_game("home", "away") == 0
    assert same_game("home", "over2.25") == 0
    assert SameGame({}, {}).price("aurora", [Leg("e", "1", 1, 20_000)]) == 0
