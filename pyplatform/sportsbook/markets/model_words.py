"""The models' words for the outcomes of the feeds' common markets, so that a trader need not name each."""

import re
from collections.abc import Callable
from typing import Final

from pyplatform.contracts.feeds import Catalogue
from pyplatform.contracts.sportsbook.trading import FootballModel, MatchModel, PointsModel, TennisModel
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.selections import selection_id

_DRAW: Final = 58_805
"""The exchange's runner "The Draw" of every match."""
_OVER_UNDER: Final = re.compile(r"(over|under) (\d+\.5) goals", re.IGNORECASE)

Words = dict[int, str]


def _plain(**words: str) -> Callable[[dict[str, str]], Words]:
    """Words of a market without a line, by the outcomes' numbers."""
    found = {int(number.removeprefix("o")): word for number, word in words.items()}
    return lambda _: found


def _total(side: str = "") -> Callable[[dict[str, str]], Words]:
    def words(line: dict[str, str]) -> Words:
        total = float(line["total"])
        return {12: f"{side}over{total:g}", 13: f"{side}under{total:g}"}

    return words


def _handicap(line: dict[str, str]) -> Words:
    start = float(line["hcp"])
    return {1714: f"home{start:+g}", 1715: f"away{-start:+g}"}


_FOOTBALL: Final = {
    "1": _plain(o1="home", o2="draw", o3="away"),
    "10": _plain(o9="1x", o10="12", o11="x2"),
    "11": _plain(o4="home_dnb", o5="away_dnb"),
    "16": _handicap,
    "18": _total(),
    "19": _total("home_"),
    "20": _total("away_"),
    "26": _plain(o70="odd", o72="even"),
    "29": _plain(o74="btts", o76="btts_no"),
}
_TENNIS: Final = {"186": _plain(o4="A", o5="B")}
_POINTS: Final = {"219": _plain(o4="home", o5="away"), "223": _handicap, "225": _total()}
"""Markets of the odds feed by their numbers; those of games of many points count overtime."""


def words_for(market: MarketState, said: Catalogue, model: MatchModel) -> Words:
    """The model's words for a market's outcomes; raises ValueError where they are not known."""
    found = _of_exchange(market, said) if isinstance(model, FootballModel) else None
    if found is None:
        found = _of_odds_feed(market, said, model)
    if found is None or not set(market.active) <= set(found):
        raise ValueError(
            f"the model's words for a market of type {said.kind!r} are not known: name each outcome"
        )
    return {runner: found[runner] for runner in market.names if runner in found}


def _of_odds_feed(market: MarketState, said: Catalogue, model: MatchModel) -> Words | None:
    tables = {FootballModel: _FOOTBALL, TennisModel: _TENNIS, PointsModel: _POINTS}
    make = tables[type(model)].get(said.kind)
    if make is None:
        return None
    parts = market.market_id.split("~")
    line = dict(word.split("=", 1) for word in (parts[2].split("|") if len(parts) > 2 else []) if "=" in word)
    try:
        return make(line)
    except (KeyError, ValueError):
        return None  # its line is not told in a way we know


def _of_exchange(market: MarketState, said: Catalogue) -> Words | None:
    """Words for the exchange's match odds, goals and both teams to score; home is listed before away."""
    if said.kind == "MATCH_ODDS" and _DRAW in market.names and len(market.names) == 3:
        teams = [selection_id(outcome.key) for outcome in said.outcomes if selection_id(outcome.key) != _DRAW]
        return {teams[0]: "home", teams[1]: "away", _DRAW: "draw"}
    if said.kind.startswith("OVER_UNDER_"):
        lines = {runner: _OVER_UNDER.fullmatch(name) for runner, name in market.names.items()}
        return {runner: f"{line[1].lower()}{line[2]}" for runner, line in lines.items() if line}
    if said.kind == "BOTH_TEAMS_TO_SCORE":
        answers = {"yes": "btts", "no": "btts_no"}
        return {
            runner: answers[name.lower()] for runner, name in market.names.items() if name.lower() in answers
        }
    return None
