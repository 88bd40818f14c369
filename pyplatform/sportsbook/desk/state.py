"""What a tenant's staff have decided, folded from the events that record it: the same on every owner of events."""

from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues
from pyplatform.contracts.sportsbook.trading import (
    TERMS,
    Customer,
    Edit,
    FeedSource,
    MatchModel,
    PriceSource,
    Recorded,
)
from pyplatform.kernel.envelope import Envelope
from pyplatform.kernel.ids import parse
from pyplatform.sportsbook.markets.terms import Terms, TermsBook

NO_EDIT: Final = Edit()
ORDINARY: Final = Customer()
ONE_E4: Final = 10_000
OWN_FEED: Final = FeedSource()


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds of one target; `version` counts its events, `actor`, `at` (ns) and `kind` are those of the last."""

    version: int = 0
    actor: str = ""
    at: int = 0
    kind: str = ""
    suspended: bool = False
    prices: dict[int, int] = field(default_factory=dict)
    margin_bp: int | None = None
    source: PriceSource = OWN_FEED
    model: MatchModel | None = None
    edit: Edit = NO_EDIT
    customer: Customer = ORDINARY
    factor_e4: int | None = None


UNTOUCHED: Final = Standing()


class Rule(msgspec.Struct, frozen=True):
    """A rule of the terms, as it was recorded."""

    scope: TermsScope
    values: TermsValues


SUSPENDED: Final = "trading.suspended"
FACETS: Final[dict[str, tuple[str, Any]]] = {
    SUSPENDED: ("suspended", bool),
    "trading.resumed": ("suspended", bool),
    "trading.prices_set": ("prices", dict[int, int]),
    "trading.margin_set": ("margin_bp", int | None),
    "trading.source_set": ("source", PriceSource),
    "trading.model_set": ("model", MatchModel | None),
    "catalogue.edited": ("edit", Edit),
    "trading.customer_set": ("customer", Customer),
    "trading.group_set": ("factor_e4", int | None),
}
"""What each kind of event changes of its target's standing, and the type of its `after`."""
TERMS_SET: Final = "trading.terms_set"
_recorded: Final = msgspec.msgpack.Decoder(Recorded)


class DeskState:
    """The standing of every target of a tenant, and its rules.

    `position` is that of the last event folded.
    """

    def __init__(self, tenant: str, base: Terms) -> None:
        self.tenant = tenant
        self.terms = TermsBook(base)
        self.position = 0
        self.suspended: set[str] = set()
        self.customers: dict[bytes, Customer] = {}
        self._standings: dict[str, Standing] = {}

    def of(self, target: str) -> Standing:
        """What holds of a target."""
        return self._standings.get(target, UNTOUCHED)

    def apply(self, event: Envelope) -> bool:
        """Fold the next event of the tenant's stream; False if it was folded before.

        Events that change no facet count their target's version up, for whoever edits it must see them.
        """
        if event.position <= self.position:
            return False
        changed: dict[str, Any] = {}
        if event.type == TERMS_SET:
            rule = msgspec.msgpack.decode(_recorded.decode(event.data).after, type=Rule)
            self.terms.set(rule.scope, rule.values, event.seq)
        elif (facet := FACETS.get(event.type)) is not None:
            name, kind = facet
            changed[name] = msgspec.msgpack.decode(_recorded.decode(event.data).after, type=kind)
            if name == "suspended":
                self._suspend(event.aggregate, on=changed[name])
            elif name == "customer":
                self.customers[parse(event.aggregate.partition(":")[2])] = changed[name]
        self.position = event.position
        self._standings[event.aggregate] = replace(self.of(event.aggregate), **changed)
        self.learn(event)
        return True

    def learn(self, last: Envelope) -> None:
        """Take note of the last event of a target, which may be one that is not folded."""
        self._standings[last.aggregate] = replace(
            self.of(last.aggregate), version=last.seq, actor=last.actor, at=last.at, kind=last.type
        )

    def factor_e4(self, player: bytes) -> int:
        """What a player's stake limits are multiplied by, in ten-thousandths: the own factor, or that of the group."""
        customer = self.customers.get(player)
        if customer is None:
            return ONE_E4
        found = customer.factor_e4
        if found is None and customer.group:
            found = self.of(f"group:{customer.group}").factor_e4
        return ONE_E4 if found is None else found

    def groups(self) -> list[tuple[str, Standing]]:
        """The groups of players that were ever given a factor, as targets."""
        return sorted(
            (one for one in self._standings.items() if one[0].startswith("group:")), key=lambda it: it[0]
        )

    def _suspend(self, target: str, *, on: bool) -> None:
        if on:
            self.suspended.add(target)
        else:
            self.suspended.discard(target)

    def holding(self, targets: tuple[str, ...]) -> tuple[str, ...]:
        """Which of a market's targets are suspended."""
        if not self.suspended:
            return ()
        return tuple(target for target in targets if target in self.suspended)

    def version(self, target: str) -> int:
        """Version of a target, as its next command must expect it."""
        return self.of(target).version

    @property
    def terms_version(self) -> int:
        """Version of the rules."""
        return self.version(TERMS)
