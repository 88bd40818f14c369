"""What traders follow of liability: `liability:market:<id>` and `liability:event:<id>`, from the owners' reports."""

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Final

import msgspec

from pyplatform.contracts.pam import Role, Session, StaffSession
from pyplatform.contracts.sportsbook.liability import Exposure
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.core import money
from pyplatform.gateway.events import EventCopy
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.model import write_price
from pyplatform.gateway.push.hub import Hub
from pyplatform.gateway.push.topics import Accepts, Refused, Snapshot

STAFF: Final[frozenset[Role]] = frozenset({"trader", "settlement", "admin"})
Caller = Session | StaffSession


class SelectionLiability(msgspec.Struct, frozen=True):
    """A selection: its price now, null when it is not offered, and what is lost (negative: kept) if it wins."""

    id: int
    name: str
    price: str | None
    if_wins: str


class MarketLiability(msgspec.Struct, frozen=True):
    """Liability of a market in one currency, at `version` (µs): stakes of the bets that stand, the most that can be
    lost, bets under way included, and how many `bets` there are of both."""

    market_id: str
    event_id: str
    event_name: str
    kind: str
    status: MarketStatus
    in_play: bool
    currency: str
    version: int
    bets: int
    stakes: str
    worst_case: str
    selections: list[SelectionLiability]


class LiabilityTotal(msgspec.Struct, frozen=True):
    """Stakes in one currency, and the sum of what each market can lose: less may be, since not all lose together."""

    currency: str
    stakes: str
    worst_case: str


class LiabilityView(msgspec.Struct, frozen=True):
    """Liability of an event or a market: every market that has or had bets, and the totals by currency."""

    totals: list[LiabilityTotal]
    markets: list[MarketLiability]


class LiabilityState(msgspec.Struct, frozen=True, tag="liability"):
    """Snapshot of a topic of liability."""

    topic: str
    seq: int
    totals: list[LiabilityTotal]
    markets: list[MarketLiability]


class LiabilityChange(msgspec.Struct, frozen=True, tag="liability_changed"):
    """Liability of one market has moved, or its prices have; `totals` are those of the topic."""

    topic: str
    seq: int
    totals: list[LiabilityTotal]
    market: MarketLiability


class LiabilityCopy:
    """The newest report of every market and currency; a tenant's cannot be reached under another's name."""

    def __init__(self, tenants: Iterable[str], markets: MarketCopy, events: EventCopy) -> None:
        self._markets, self._events = markets, events
        self._by_market: dict[str, dict[str, dict[str, Exposure]]] = {t: defaultdict(dict) for t in tenants}
        self._of_event: dict[str, dict[str, set[str]]] = {
            tenant: defaultdict(set) for tenant in self._by_market
        }

    def put(self, exposure: Exposure) -> bool:
        """Take a report; False if it is not newer than the one we have, or of no tenant of ours."""
        of = exposure.market
        markets = self._by_market.get(of.tenant)
        if markets is None:
            return False
        known = markets[of.market_id].get(of.currency)
        if known is not None and known.version >= exposure.version:
            return False
        markets[of.market_id][of.currency] = exposure
        self._of_event[of.tenant][exposure.event_id].add(of.market_id)
        return True

    def of_market(self, tenant: str, market_id: str) -> list[Exposure] | None:
        """Reports on a market, one a currency; None if there is no such market."""
        found = list(self._by_market[tenant].get(market_id, {}).values())
        return None if not found and self._markets.market(tenant, market_id) is None else found

    def of_event(self, tenant: str, event_id: str) -> list[Exposure] | None:
        """Reports on the markets of an event; None if there is no such event."""
        names = self._of_event[tenant].get(event_id, set())
        if not names and self._events.event(tenant, event_id) is None:
            return None
        return [one for name in sorted(names) for one in self._by_market[tenant][name].values()]


class LiabilitySource:
    """`liability:market:<id>` and `liability:event:<id>`."""

    roles = STAFF

    def __init__(self, copy: LiabilityCopy) -> None:
        self._looks = {"market": copy.of_market, "event": copy.of_event}

    def find(self, caller: Caller, argument: str) -> tuple[str, Snapshot] | Refused:
        """The liability of a market or an event that is known."""
        kind, _, name = argument.partition(":")
        tenant, look = caller.tenant, self._looks.get(kind)
        if look is None:
            return Refused("unknown_topic", "the topic is `liability:market:<id>` or `liability:event:<id>`")
        if look(tenant, name) is None:
            return Refused(f"unknown_{kind}", f"there is no such {kind}")

        async def snapshot(_: Caller, seq: int, __: Accepts | None) -> msgspec.Struct:
            view = view_of(look(tenant, name) or [])
            return LiabilityState(f"liability:{argument}", seq, view.totals, view.markets)

        return argument, snapshot


class LiabilityPush:
    """Tells traders of reports that are news."""

    def __init__(self, hub: Hub, copy: LiabilityCopy) -> None:
        self._hub, self._copy = hub, copy

    def take(self, exposure: Exposure) -> None:
        """Take a report of an owner."""
        if not self._copy.put(exposure):
            return
        of = exposure.market
        part = f"{of.market_id}:{of.currency}"
        for kind, name, look in (
            ("market", of.market_id, self._copy.of_market),
            ("event", exposure.event_id, self._copy.of_event),
        ):
            if self._hub.topic(of.tenant, "liability", f"{kind}:{name}") is None:
                continue
            make = partial(
                LiabilityChange,
                totals=_totals(look(of.tenant, name) or []),
                market=_liability(exposure),
            )
            self._hub.publish(of.tenant, "liability", f"{kind}:{name}", part, make)


def _liability(exposure: Exposure) -> MarketLiability:
    """A report as traders see it."""
    of = exposure.market
    selections = [
        SelectionLiability(
            runner.id,
            runner.name,
            write_price(runner.price_e4) if runner.price_e4 else None,
            money.format(runner.if_wins, of.currency),
        )
        for runner in of.runners
    ]
    return MarketLiability(
        of.market_id,
        exposure.event_id,
        of.event_name,
        of.kind,
        of.status,
        of.in_play,
        of.currency,
        exposure.version,
        exposure.bets,
        money.format(of.stakes, of.currency),
        money.format(of.worst_case, of.currency),
        selections,
    )


def view_of(exposures: list[Exposure]) -> LiabilityView:
    """Reports as traders see them."""
    return LiabilityView(_totals(exposures), [_liability(exposure) for exposure in exposures])


def _totals(exposures: list[Exposure]) -> list[LiabilityTotal]:
    sums: dict[str, tuple[int, int]] = {}
    for of in (exposure.market for exposure in exposures):
        stakes, worst = sums.get(of.currency, (0, 0))
        sums[of.currency] = stakes + of.stakes, worst + of.worst_case
    return [
        LiabilityTotal(currency, money.format(stakes, currency), money.format(worst, currency))
        for currency, (stakes, worst) in sorted(sums.items())
    ]
