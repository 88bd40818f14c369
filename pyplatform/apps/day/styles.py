"""How punters of different styles choose their bets: what they know, what they like, what they stake."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Any, Final

from pyplatform.apps.day.world import Line
from pyplatform.client.types.bets import BetRequest, LegRequest
from pyplatform.client.types.shared import MarketView, PricePolicy

RECREATIONAL, TILT, VALUE, ARBER, SYNDICATE, COURTSIDER = (
    "recreational",
    "tilt",
    "value",
    "arber",
    "syndicate",
    "courtsider",
)
SHARES: Final = {
    RECREATIONAL: 0.62,
    TILT: 0.14,
    VALUE: 0.10,
    SYNDICATE: 0.06,
    ARBER: 0.05,
    COURTSIDER: 0.03,
}
"""Of the punters, who is of which style."""
_SMALL: Final = (1.0, 2.0, 2.5, 5.0, 10.0, 20.0)
_MULTIPLE_SHARE: Final = 0.25
_SYSTEM_SHARE: Final = 0.08
_RACE_SHARE: Final = 0.37
"""Up to here they look for a horse, above 1 less the next for legs of one match."""
_TOGETHER_SHARE: Final = 0.10
_AT_START_SHARE: Final = 0.3
_SYSTEMS: Final[dict[int, tuple[Any, ...]]] = {
    3: ("TRIXIE", "PATENT", "SYSTEM"),
    4: ("LUCKY15", "YANKEE", "SYSTEM"),
}
_ERROR: Final = {VALUE: 0.06, SYNDICATE: 0.03, COURTSIDER: 0.0, ARBER: 0.05}
"""How wrong they are about chances, in log-odds."""
_EDGE: Final = {VALUE: 0.02, SYNDICATE: 0.03, COURTSIDER: 0.12, ARBER: 0.0}
"""The gain on a stake that makes them bet."""
_OTHER_MARGIN: Final = 0.015
"""What the arbers' other bookmaker keeps."""
_LOOKED_AT: Final = 12
_ANY_PRICE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Pick:
    """A selection at the price on the screen."""

    market_id: str
    selection: int
    price: str

    @property
    def odds(self) -> float:
        """The price as a number."""
        return float(self.price)

    def leg(self) -> LegRequest:
        """As a leg of a slip."""
        return LegRequest(market_id=self.market_id, selection_id=self.selection, price=self.price)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a punter sees at a moment of the day: open markets with prices, and the truth, as far as one knows it."""

    at: float
    prices: Mapping[str, Mapping[str, str]]
    views: Mapping[str, MarketView]
    lines: Mapping[str, Line]

    def picks(self, market_id: str) -> list[Pick]:
        """All selections on offer of a market."""
        return [Pick(market_id, int(key), price) for key, price in self.prices[market_id].items()]


Choice = Callable[[random.Random, Sight, float], BetRequest | None]
"""A bet, or none; the number is what a punter has lost lately."""


def chooser(style: str) -> Choice:
    """How a style bets."""
    if style == ARBER:
        return _arbitrage
    if style in _ERROR:
        return lambda chance, sight, _: _value(chance, sight, style)
    return _tilt if style == TILT else _for_fun


def _money(amount: float) -> str:
    return f"{amount:.2f}"


def _popular(chance: random.Random, sight: Sight, markets: list[str]) -> Pick:
    """A selection of one of these markets, short prices more often."""
    picks = sight.picks(chance.choice(markets))
    return chance.choices(picks, [1 / pick.odds for pick in picks])[0]


def _for_fun(chance: random.Random, sight: Sight, _: float) -> BetRequest | None:
    """Singles, sometimes several legs of different events or a system of them, legs of one match, a horse each way."""
    markets = list(sight.prices)
    if not markets:
        return None
    stake = chance.choice(_SMALL)
    kind = chance.random()
    if kind < _MULTIPLE_SHARE:
        return _several(chance, sight, markets, stake, system=kind < _SYSTEM_SHARE)
    if kind < _RACE_SHARE and (race := _on_races(chance, sight, stake)):
        return race
    if kind > 1 - _TOGETHER_SHARE and (together := _together(chance, sight, stake)):
        return together
    return BetRequest(
        legs=[_popular(chance, sight, markets).leg()], stake=_money(stake), price_policy=_policy(chance)
    )


def _on_races(chance: random.Random, sight: Sight, stake: float) -> BetRequest | None:
    """One or two horses each way, or one at the starting price."""
    races = [one for one in sight.prices if one in sight.lines and sight.lines[one].kind == "win"]
    if not races:
        return None
    if chance.random() < _AT_START_SHARE:
        pick = _popular(chance, sight, [chance.choice(races)])
        return BetRequest(
            legs=[LegRequest(market_id=pick.market_id, selection_id=pick.selection, price="SP")],
            stake=_money(stake),
        )
    chosen = chance.sample(races, min(len(races), chance.choice((1, 1, 2))))
    legs = [_popular(chance, sight, [race]).leg() for race in chosen]
    return BetRequest(legs=legs, stake=_money(stake), each_way=True, price_policy=_policy(chance))


def _together(chance: random.Random, sight: Sight, stake: float) -> BetRequest | None:
    """Who wins a match and with how many goals, at one price, whatever that is."""
    by_event: dict[str, dict[str, str]] = {}
    for market, view in sight.views.items():
        if market in sight.prices and market in sight.lines and not view.in_play:
            by_event.setdefault(view.event_id, {})[sight.lines[market].kind] = market
    both = [one for one in by_event.values() if {"result", "goals"} <= one.keys()]
    if not both:
        return None
    match = chance.choice(both)
    legs = [_popular(chance, sight, [match[kind]]).leg() for kind in ("result", "goals")]
    return BetRequest(legs=legs, stake=_money(stake), type="SAME_GAME", price="2.00", price_policy="ANY")


def _policy(chance: random.Random) -> PricePolicy:
    """Most of those who bet for fun take whatever the price has become."""
    return "ANY" if chance.random() < _ANY_PRICE else "HIGHER"


def _several(
    chance: random.Random, sight: Sight, markets: list[str], stake: float, *, system: bool
) -> BetRequest | None:
    wanted = chance.choice((3, 4)) if system else chance.choice((2, 2, 3, 3, 4, 5))
    by_event: dict[str, Pick] = {}
    for market in chance.sample(markets, len(markets)):
        if len(by_event) == wanted:
            break
        view = sight.views.get(market)
        if view is not None and view.event_id not in by_event:
            by_event[view.event_id] = _popular(chance, sight, [market])
    legs = [pick.leg() for pick in by_event.values()]
    if len(legs) < wanted:
        return None
    if not system:
        return BetRequest(legs=legs, stake=_money(stake), price_policy=_policy(chance))
    named = chance.choice(_SYSTEMS[wanted])
    sizes = [2] if named == "SYSTEM" else []
    return BetRequest(legs=legs, stake=_money(max(0.5, stake / 10)), type=named, sizes=sizes)


def _tilt(chance: random.Random, sight: Sight, lost: float) -> BetRequest | None:
    """Singles in play, and twice what was lost when something was."""
    markets = [one for one in sight.prices if one in sight.views and sight.views[one].in_play]
    if not markets:
        return None
    stake = min(400.0, 2 * lost) if lost else chance.choice(_SMALL)
    return BetRequest(
        legs=[_popular(chance, sight, markets).leg()], stake=_money(stake), price_policy=_policy(chance)
    )


def _known(sight: Sight, chance: random.Random, error: float) -> Iterator[tuple[Pick, float]]:
    """Some of the selections on offer, each with the chance a punter gives it."""
    markets = [one for one in sight.prices if one in sight.lines]
    for market in chance.sample(markets, min(_LOOKED_AT, len(markets))):
        line = sight.lines[market]
        for pick in sight.picks(market):
            true = line.chance(pick.selection, sight.at)
            if 0.0 < true < 1.0:
                odds = exp(log(true / (1 - true)) + chance.gauss(0.0, error)) if error else true / (1 - true)
                yield pick, odds / (1 + odds)


def _value(chance: random.Random, sight: Sight, style: str) -> BetRequest | None:
    """The best price for what it is worth, if it is worth it, with a stake after Kelly (1956)."""
    found = [(pick.odds * worth - 1, pick) for pick, worth in _known(sight, chance, _ERROR[style])]
    if not found:
        return None
    edge, pick = max(found, key=lambda one: one[0])
    if edge < _EDGE[style]:
        return None
    bank = 3_000 if style == SYNDICATE else 800
    stake = min(600.0, max(2.0, bank * edge / (pick.odds - 1)))
    return BetRequest(legs=[pick.leg()], stake=_money(stake))


def _arbitrage(chance: random.Random, sight: Sight, _: float) -> BetRequest | None:
    """A selection whose price beats what another bookmaker takes for it: bet here, laid off there."""
    found = []
    for pick, worth in _known(sight, chance, _ERROR[ARBER]):
        against = (1 - worth) * (1 + _OTHER_MARGIN)
        gain = 1 - (1 / pick.odds + against)
        if gain > _EDGE[ARBER]:
            found.append((gain, pick))
    if not found:
        return None
    _, pick = max(found, key=lambda one: one[0])
    return BetRequest(legs=[pick.leg()], stake=_money(min(500.0, 300.0 / pick.odds + 20)))
