"""What the commands of traders change, and why some are refused: judged by what holds, without changing anything."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from pyplatform.contracts.sportsbook.desk import StaffRequest
from pyplatform.contracts.sportsbook.trading import (
    ALL,
    TERMS,
    ConsensusSource,
    EditEntry,
    FitModel,
    FootballModel,
    ManualSource,
    ModelSource,
    Recorded,
    Resume,
    SetMargin,
    SetModel,
    SetPrices,
    SetSource,
    SetTerms,
    Suspend,
)
from pyplatform.core import odds
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.desk.desk import Change, Desk, Refused
from pyplatform.sportsbook.desk.state import FACETS, SUSPENDED, TERMS_SET, Rule, Standing
from pyplatform.sportsbook.markets.fair import check_model, of_feed
from pyplatform.sportsbook.markets.ladders import steps_of
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.model_words import words_for
from pyplatform.sportsbook.markets.trading import Trading

_LINE: Final = 2.5
_ALWAYS_KNOWN: Final = frozenset({"sport", "category", "competition"})
"""Targets that may be commanded before a feed has spoken of them."""


def change(kind: str, target: str, before: Any, after: Any, reason: str) -> Change:
    """An event of something that was one thing and becomes another; none if it is that already."""
    if before == after:
        return Change(kind, target, None)
    was, will_be = (msgspec.Raw(msgspec.msgpack.encode(value)) for value in (before, after))
    # What could not be read back would stop every owner for good.
    msgspec.msgpack.decode(will_be, type=Rule if kind == TERMS_SET else FACETS[kind][1])
    return Change(kind, target, Recorded(was, will_be, reason))


class Commands:
    """Judges commands by the markets of an owner."""

    def __init__(self, trading: Trading) -> None:
        self._trading = trading

    def register(self, desk: Desk) -> None:
        """Have the desk take them."""
        desk.commands("suspend", Suspend, self.suspend)
        desk.commands("resume", Resume, self.resume)
        desk.commands("set_prices", SetPrices, self.set_prices)
        desk.commands("set_margin", SetMargin, self.set_margin)
        desk.commands("set_source", SetSource, self.set_source)
        desk.commands("set_model", SetModel, self.set_model)
        desk.commands("fit_model", FitModel, self.fit_model)
        desk.commands("set_terms", SetTerms, self.set_terms)
        desk.commands("edit", EditEntry, self.edit)

    def _of(self, request: StaffRequest, target: str) -> Standing:
        return self._trading.desks[request.tenant].of(target)

    def _market(self, market_id: str) -> MarketState:
        market = self._trading.markets.get(market_id)
        if market is None or market.catalogue is None:
            raise Refused("unknown_market", f"there is no market {market_id!r}", "market_id")
        return market

    def _require(self, target: str) -> None:
        kind, _, name = target.partition(":")
        known = (
            target == ALL
            or kind in _ALWAYS_KNOWN
            or (kind == "market" and name in self._trading.markets)
            or (kind == "event" and name in self._trading.events.events)
        )
        if not known:
            raise Refused("unknown_target", f"there is no {kind} {name!r}", "target")

    def suspend(self, request: StaffRequest, command: Suspend) -> Change:
        """Suspend a target; once more changes nothing."""
        self._require(command.target)
        before = self._of(request, command.target).suspended
        return change(SUSPENDED, command.target, before, True, command.reason)

    def resume(self, request: StaffRequest, command: Resume) -> Change:
        """Take a suspension back."""
        if not self._of(request, command.target).suspended:
            raise Refused("not_suspended", f"{command.target} is not suspended by staff", "target")
        return change("trading.resumed", command.target, True, False, command.reason)

    def set_prices(self, request: StaffRequest, command: SetPrices) -> Change:
        """Set prices by hand, those of the other selections stay as they are."""
        market = self._market(command.market_id)
        target = f"market:{market.market_id}"
        before = self._of(request, target)
        ladder = steps_of(self._trading.terms_of(request.tenant, market).ladder)
        for selection, price in command.prices.items():
            if selection not in market.active:
                raise Refused(
                    "unknown_selection", f"selection {selection} does not run", f"prices.{selection}"
                )
            if price and not ladder.is_valid(price):
                lower, upper = ladder.floor(price), ladder.ceil(price)
                detail = (
                    f"{price / 1e4:.4f} is not on the ladder: {lower / 1e4:g} and {upper / 1e4:g} are next"
                )
                raise Refused("price_off_ladder", detail, f"prices.{selection}")
        merged = {**before.prices, **command.prices}
        after = {selection: price for selection, price in merged.items() if price}
        self._try(request, market, {"prices": after}, "prices")
        return change("trading.prices_set", target, before.prices, after, command.reason)

    def set_margin(self, request: StaffRequest, command: SetMargin) -> Change:
        """Set a margin by hand."""
        market = self._market(command.market_id)
        target = f"market:{market.market_id}"
        self._try(request, market, {"margin_bp": command.margin_bp}, "margin_bp")
        before = self._of(request, target).margin_bp
        return change("trading.margin_set", target, before, command.margin_bp, command.reason)

    def set_source(self, request: StaffRequest, command: SetSource) -> Change:
        """Choose where prices come from."""
        market = self._market(command.market_id)
        target = f"market:{market.market_id}"
        source = command.source
        match source:
            case ConsensusSource():
                for number, link in enumerate(source.links):
                    self._check_link(market, link.market_id, link.outcomes, f"source.links.{number}")
            case ModelSource():
                source = self._check_words(request, market, source)
            case ManualSource():
                self._try(request, market, {"source": source}, "source")
        before = self._of(request, target).source
        return change("trading.source_set", target, before, source, command.reason)

    def _check_link(
        self, market: MarketState, other_id: str, outcomes: Mapping[int, int], field: str
    ) -> None:
        if other_id == market.market_id:
            raise Refused("own_market", "a market's own feed counts by own_weight", f"{field}.market_id")
        linked = self._trading.heard_of(other_id)
        if linked is None:
            raise Refused("unknown_market", f"there is no market {other_id!r}", f"{field}.market_id")
        for selection in market.active:
            theirs = outcomes.get(selection)
            if theirs is None or theirs not in linked.names:
                detail = f"selection {selection} needs one of the selections of {other_id}"
                raise Refused("unknown_selection", detail, f"{field}.outcomes.{selection}")
        if len(set(outcomes.values())) != len(outcomes):
            raise Refused("ambiguous_outcomes", "two selections stand for the same one", f"{field}.outcomes")

    def _check_words(self, request: StaffRequest, market: MarketState, source: ModelSource) -> ModelSource:
        """The source with a word for every selection that runs."""
        said = market.catalogue
        event = said.event if said is not None else ""
        model = self._of(request, f"event:{event}").model
        if model is None:
            raise Refused("no_model", f"event {event!r} has no model: give it one first", "source")
        if not source.outcomes and said is not None:
            try:
                found = words_for(market, said, model)
            except ValueError as error:
                raise Refused("unknown_outcome", str(error), "source.outcomes") from None
            source = msgspec.structs.replace(source, outcomes=found)
        for selection in sorted(market.active):
            word = source.outcomes.get(selection)
            if word is None:
                raise Refused(
                    "unknown_selection", f"selection {selection} has no word", f"source.outcomes.{selection}"
                )
            try:
                check_model(model, word)
            except ValueError as error:
                raise Refused("unknown_outcome", str(error), f"source.outcomes.{selection}") from None
        return source

    def set_model(self, request: StaffRequest, command: SetModel) -> Change:
        """Give an event a model, or say how its match stands."""
        target = f"event:{command.event_id}"
        self._require(target)
        model = command.model
        if model is not None:
            try:
                check_model(model)
            except ValueError as error:
                raise Refused("invalid_model", str(error), "model") from None
        if isinstance(model, FootballModel) and model.at == 0:
            model = msgspec.structs.replace(model, at=now_ns())
        before = self._of(request, target).model
        return change("trading.model_set", target, before, model, command.reason)

    def fit_model(self, request: StaffRequest, command: FitModel) -> Change:
        """Give an event the model its feeds believe in."""
        target = f"event:{command.event_id}"
        self._require(target)
        result = self._chances(command.event_id, command.result_market, "result_market")
        over, line = None, _LINE
        if command.total_market:
            total = self._chances(command.event_id, command.total_market, "total_market")
            word = next((word for word in total if word.startswith("over")), "")
            over, line = total.get(word), float(word.removeprefix("over") or _LINE)
        try:
            three = [result[word] for word in ("home", "draw", "away")]
            found = odds.models.goal_expectancy(three, over, line=line)
        except (KeyError, ValueError) as error:
            detail = "it is no market of home, draw and away" if isinstance(error, KeyError) else str(error)
            raise Refused("cannot_be_fitted", detail, "result_market") from None
        model = FootballModel(found.home_rate, found.away_rate, rho=found.rho)
        before = self._of(request, target).model
        return change("trading.model_set", target, before, model, command.reason)

    def _chances(self, event_id: str, market_id: str, field: str) -> dict[str, float]:
        """What a market's feed believes, by the football model's words."""
        market = self._market(market_id)
        said = market.catalogue
        if said is None or said.event != event_id:
            raise Refused("other_event", f"market {market_id!r} is not of event {event_id!r}", field)
        if market.in_play:
            raise Refused("in_play", "rates of a whole match are found before it begins", field)
        fair = of_feed(market)
        try:
            words = words_for(market, said, FootballModel(1.0, 1.0))
            removed = odds.remove_margin(fair.prices, target=float(fair.places)).probabilities
        except ValueError as error:
            raise Refused("cannot_be_fitted", fair.why or str(error), field) from None
        return {
            words[runner]: chance
            for runner, chance in zip(fair.selections, removed, strict=True)
            if runner in words
        }

    def set_terms(self, request: StaffRequest, command: SetTerms) -> Change:
        """Set, change or drop a rule."""
        book = self._trading.desks[request.tenant].terms
        try:
            book.check(command.scope, command.values)
        except ValueError as error:
            field, _, detail = str(error).partition(": ")
            raise Refused("invalid_terms", detail, f"values.{field}") from None
        before, after = (Rule(command.scope, said) for said in (book.values(command.scope), command.values))
        return change(TERMS_SET, TERMS, before, after, command.reason)

    def edit(self, request: StaffRequest, command: EditEntry) -> Change:
        """Rename, place, hide or move a thing of the catalogue."""
        self._require(command.target)
        kind = command.target.partition(":")[0]
        if command.target == ALL:
            raise Refused("unknown_target", "name a thing of the catalogue", "target")
        if command.edit.tier is not None and kind != "competition":
            raise Refused("invalid_edit", "only competitions have a tier", "edit.tier")
        if command.edit.starts_at is not None and kind != "event":
            raise Refused("invalid_edit", "only events have a start", "edit.starts_at")
        before = self._of(request, command.target).edit
        return change("catalogue.edited", command.target, before, command.edit, command.reason)

    def _try(self, request: StaffRequest, market: MarketState, standing: dict[str, Any], field: str) -> None:
        """Refuse what would leave the market without prices though it has some now."""
        why = self._trading.selling.trial(market, request.tenant, standing)
        if why:
            raise Refused("cannot_be_priced", why, field)
