"""Fair prices of a market from where its tenant takes them: its own feed, several feeds, a model of the match."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import exp, log
from typing import Final

from pyplatform.contracts.sportsbook.trading import (
    ConsensusSource,
    FootballModel,
    MatchModel,
    ModelSource,
    PointsModel,
    TennisModel,
)
from pyplatform.core import odds
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.pricing import Fair, nothing, references

MINUTE: Final = 60_000_000_000
_WHOLE: Final = 1e-6
"""How near to a whole number of winners the chances of a market's outcomes must sum."""
_STEP: Final = 1 / 6
"""Minutes between two models of a running match: goals are that likely in ten seconds as to move no price a tick."""


def of_feed(market: MarketState) -> Fair:
    """What the market's own feed believes."""
    if market.quoted is None:
        return nothing("its feed has sent no prices")
    prices, places = references(market.quoted, market.selections, market.active, market.places)
    if not prices:
        return nothing("its feed does not price every runner")
    return Fair(market.selections, prices, places)


def of_consensus(
    market: MarketState,
    source: ConsensusSource,
    at_least: int,
    find: Callable[[str], MarketState | None],
) -> Fair:
    """The mean of the feeds' log-odds by weight, each freed of its own margin.

    Feeds that may not be relied upon now, or do not price every runner, do not count; fewer than `at_least` that do
    make no price.
    """
    runners = tuple(one for one in market.names if one in market.active)
    beliefs = []
    if source.own_weight:
        own = dict.fromkeys(runners, 0)
        beliefs.append((source.own_weight, _belief(market, {one: one for one in own}, runners)))
    for link in source.links:
        linked = find(link.market_id)
        belief = None if linked is None else _belief(linked, link.outcomes, runners)
        beliefs.append((link.weight, belief))
    heard = [(weight, belief) for weight, belief in beliefs if belief is not None]
    if len(heard) < at_least:
        return nothing(f"{len(heard)} feeds can be relied upon, the terms ask for {at_least}")
    total = sum(weight for weight, _ in heard)
    logits = [
        sum(weight * log(b[n] / (1 - b[n])) for weight, b in heard) / total for n in range(len(runners))
    ]
    chances = [1 / (1 + exp(-logit)) for logit in logits]
    scale = market.places / sum(chances)
    if any(chance * scale >= 1 for chance in chances):
        return nothing("the feeds contradict each other")
    return Fair(runners, [1 / (chance * scale) for chance in chances], market.places)


def _belief(
    market: MarketState, outcomes: Mapping[int, int], runners: tuple[int, ...]
) -> tuple[float, ...] | None:
    """Probabilities a feed gives our runners, in order; None if it may not be relied upon or lacks one."""
    if not (market.up and market.fresh and market.trades):
        return None
    fair = of_feed(market)
    found = dict(zip(fair.selections, fair.prices, strict=True))
    prices = [found.get(outcomes.get(runner, -1)) for runner in runners]
    if not prices or any(price is None for price in prices):
        return None
    try:
        removed = odds.remove_margin(prices, method="power", target=float(fair.places))
    except ValueError:
        return None
    return tuple(removed.probabilities)


def of_model(market: MarketState, source: ModelSource, model: MatchModel | None, now_ns: int) -> Fair:
    """What the model of the event makes of the market's outcomes."""
    if model is None:
        return nothing("its event has no model")
    runners = tuple(one for one in market.names if one in market.active)
    try:
        missing = [runner for runner in runners if runner not in source.outcomes]
        if missing:
            return nothing(f"the model has no word for selection {missing[0]}")
        prices = [_price(model, _minute(model, now_ns), source.outcomes[runner]) for runner in runners]
    except ValueError as error:
        return nothing(f"the model says: {error}")
    if any(not 1 < price < float("inf") for price in prices):
        return nothing("an outcome is certain or impossible by the model")
    total = sum(1 / price for price in prices)
    places = max(1, round(total))
    if abs(total - places) > _WHOLE:
        return nothing(f"the words leave a gap or overlap: their chances sum to {total:.4f}")
    return Fair(runners, list(prices), places)


def _minute(model: MatchModel, now_ns: int) -> float:
    """Minute of a football match now, in steps; 0 for the others, whose state says everything."""
    if not isinstance(model, FootballModel):
        return 0.0
    gone = max(0, now_ns - model.at) / MINUTE if model.running else 0.0
    return min(model.length, model.minute + _STEP * int(gone / _STEP))


def check_model(model: MatchModel, word: str | None = None) -> None:
    """Raise ValueError, in the model's words, if it cannot be or has no such outcome."""
    minute = model.minute if isinstance(model, FootballModel) else 0.0
    words = {FootballModel: "home", TennisModel: "A", PointsModel: "home"}
    _price(model, minute, word or words[type(model)])


@lru_cache(maxsize=4096)
def _price(model: MatchModel, minute: float, word: str) -> float:
    """Fair decimal price of an outcome by its word, infinite where it cannot win."""
    if isinstance(model, FootballModel):
        return _football_price(_football(model, minute), word)
    if isinstance(model, TennisModel):
        return _inverse(_tennis(model, word))
    return _points_price(model, word)


def football_grid(model: FootballModel, now_ns: int) -> odds.models.ScoreGrid:
    """The final scores of a match by its model now; ValueError in the model's words if it cannot be."""
    return _football(model, _minute(model, now_ns))


@lru_cache(maxsize=256)
def _football(model: FootballModel, minute: float) -> odds.models.ScoreGrid:
    return odds.inplay.Football(
        model.home_rate,
        model.away_rate,
        minute,
        model.score,
        rho=model.rho,
        length=model.length,
        red_cards=model.red_cards,
    ).grid()


def _football_price(grid: odds.models.ScoreGrid, word: str) -> float:
    """Words are those of `ScoreGrid.joint`; lines (over2.25, under3, home-0.75, away+1) may be returned in part."""
    if "&" in word:
        return _inverse(grid.joint(*word.split("&")))
    for side, sign in (("over", 1), ("under", -1)):
        if word.startswith(side):
            over = grid.over(_line(word, side))
            return (over if sign > 0 else over.mirror()).fair_price
    for side in ("home", "away"):
        if word[len(side) : len(side) + 1] in {"+", "-"} and word.startswith(side):
            line = _line(word, side)
            five = grid.handicap(line) if side == "home" else grid.handicap(-line).mirror()
            return five.fair_price
    if word in {"home_dnb", "away_dnb"}:
        home, _, away = grid.result()
        return (home + away) / (home if word == "home_dnb" else away)
    return _inverse(grid.joint(word))


def _tennis(model: TennisModel, word: str) -> float:
    match = odds.inplay.TennisMatch(
        model.pa,
        model.pb,
        best_of=model.best_of,
        sets=model.sets,
        games=model.games,
        points=model.points,
        server=model.server,
    )
    if word in {"A", "B"}:
        return match.match if word == "A" else 1 - match.match
    if word in {"set_A", "set_B"}:
        return match.set if word == "set_A" else 1 - match.set
    if word in {"game_A", "game_B"}:
        return match.game if word == "game_A" else 1 - match.game
    scores = match.set_scores()
    if word not in scores:
        raise ValueError(f"{word!r} is no outcome of a tennis match: A, B, set_A, game_A or a result in sets")
    return scores[word]


def _points_price(model: PointsModel, word: str) -> float:
    game = odds.inplay.SternGame(
        model.mu,
        model.sigma,
        model.lead,
        model.remaining,
        total_mu=model.total_mu,
        total_sigma=model.total_sigma,
        points=model.points,
    )
    if word in {"home", "away"}:
        return _inverse(game.moneyline()[word == "away"])
    if word.startswith(("over", "under")):
        over = game.over(_line(word, "over" if word.startswith("over") else "under"), with_overtime=True)
        return (over if word.startswith("over") else over.mirror()).fair_price
    side = word[:4]
    if side not in {"home", "away"}:
        raise ValueError(f"{word!r} is no outcome of a game: home, away, home-4.5, over210.5 and the like")
    line = _line(word, side)
    if side == "home":
        return game.handicap(line, with_overtime=True).fair_price
    return game.handicap(-line, with_overtime=True).mirror().fair_price


def _line(word: str, side: str) -> float:
    try:
        return float(word.removeprefix(side))
    except ValueError:
        raise ValueError(f"{word!r} names no line after {side}") from None


def _inverse(chance: float) -> float:
    return 1 / chance if chance > 0 else float("inf")
