"""Market definitions shaped like those of betfairlightweight: every field the feed sent, under its names."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any


def instant(text: str | None) -> datetime | None:
    """A time of the feed as a datetime in UTC; None if there is none or it is no time."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


class PriceLadderDescription:
    """Which ladder the prices of a market are on."""

    def __init__(self, type: str) -> None:  # noqa: A002
        self.type = type
        """CLASSIC, FINEST or LINE_RANGE."""


class KeyLineSelection:
    """A runner of the main line."""

    def __init__(self, selection_id: int, handicap: float) -> None:
        self.selection_id = selection_id
        self.handicap = handicap


class KeyLine:
    """The main line of a handicap market."""

    def __init__(self, selections: list[Mapping[str, Any]]) -> None:
        self.key_line = [KeyLineSelection(line["id"], line["hc"]) for line in selections]


class MarketDefinitionRunner:
    """A runner in a definition."""

    def __init__(self, sent: Mapping[str, Any]) -> None:
        self.selection_id: int = sent["id"]
        self.handicap: float = sent.get("hc") or 0
        self.sort_priority: int | None = sent.get("sortPriority")
        self.status: str | None = sent.get("status")
        self.bsp: float | str | None = sent.get("bsp")
        self.adjustment_factor: float | None = sent.get("adjustmentFactor")
        self.removal_date = instant(sent.get("removalDate"))
        self.name: str | None = sent.get("name")

    def __repr__(self) -> str:
        return f"<MarketDefinitionRunner {self.selection_id}>"


class MarketDefinition:
    """What the exchange says a market is; None where it said nothing."""

    def __init__(self, sent: Mapping[str, Any]) -> None:
        self._sent = sent
        self.status: str | None = sent.get("status")
        self.in_play: bool | None = sent.get("inPlay")
        self.version: int | None = sent.get("version")
        self.bet_delay: int | None = sent.get("betDelay")
        self.betting_type: str | None = sent.get("bettingType")
        self.bsp_market: bool | None = sent.get("bspMarket")
        self.bsp_reconciled: bool | None = sent.get("bspReconciled")
        self.complete: bool | None = sent.get("complete")
        self.country_code: str | None = sent.get("countryCode")
        self.cross_matching: bool | None = sent.get("crossMatching")
        self.discount_allowed: bool | None = sent.get("discountAllowed")
        self.each_way_divisor: float | None = sent.get("eachWayDivisor")
        self.event_id: str | None = sent.get("eventId")
        self.event_name: str | None = sent.get("eventName")
        self.event_type_id: str | None = sent.get("eventTypeId")
        self.line_interval: float | None = sent.get("lineInterval")
        self.line_max_unit: float | None = sent.get("lineMaxUnit")
        self.line_min_unit: float | None = sent.get("lineMinUnit")
        self.market_base_rate: float | None = sent.get("marketBaseRate")
        self.market_type: str | None = sent.get("marketType")
        self.name: str | None = sent.get("name")
        self.number_of_active_runners: int | None = sent.get("numberOfActiveRunners")
        self.number_of_winners: int | None = sent.get("numberOfWinners")
        self.persistence_enabled: bool | None = sent.get("persistenceEnabled")
        self.race_type: str | None = sent.get("raceType")
        self.regulators: list[str] | None = sent.get("regulators")
        self.runners_voidable: bool | None = sent.get("runnersVoidable")
        self.suspend_reason: str | None = sent.get("suspendReason")
        self.bet_delay_models: list[str] | None = sent.get("betDelayModels")
        self.timezone: str | None = sent.get("timezone")
        self.turn_in_play_enabled: bool | None = sent.get("turnInPlayEnabled")
        self.venue: str | None = sent.get("venue")

    @cached_property
    def market_time(self) -> datetime | None:
        """Scheduled start."""
        return instant(self._sent.get("marketTime"))

    @cached_property
    def open_date(self) -> datetime | None:
        """When the event begins."""
        return instant(self._sent.get("openDate"))

    @cached_property
    def suspend_time(self) -> datetime | None:
        """When betting is to be suspended."""
        return instant(self._sent.get("suspendTime"))

    @cached_property
    def settled_time(self) -> datetime | None:
        """When it was settled."""
        return instant(self._sent.get("settledTime"))

    @cached_property
    def runners(self) -> list[MarketDefinitionRunner]:
        """In the feed's order."""
        return [MarketDefinitionRunner(runner) for runner in self._sent.get("runners") or []]

    @cached_property
    def _by_key(self) -> dict[tuple[int, float], MarketDefinitionRunner]:
        return {(runner.selection_id, runner.handicap): runner for runner in self.runners}

    def runner(self, selection_id: int, handicap: float = 0) -> MarketDefinitionRunner | None:
        """A runner by id and handicap."""
        return self._by_key.get((selection_id, handicap))

    @cached_property
    def price_ladder_definition(self) -> PriceLadderDescription | None:
        """Which ladder prices are on."""
        sent = self._sent.get("priceLadderDefinition")
        return PriceLadderDescription(sent["type"]) if sent else None

    @cached_property
    def key_line_definitions(self) -> KeyLine | None:
        """The main line of a handicap market."""
        sent = self._sent.get("keyLineDefinition")
        return KeyLine(sent["kl"]) if sent else None

    def __repr__(self) -> str:
        return f"<MarketDefinition {self.market_type} {self.status}, version {self.version}>"
