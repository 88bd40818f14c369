"""Terms of trade: what a tenant's rules say of a market, the most specific rule first.

Rules narrow down sport → competition tier → competition → market type → time to start. Each value comes from the most
specific rule that states it: one that names a later word of that chain beats all that do not, and a time nearer to the
start beats one farther off.
"""

from bisect import bisect_left
from functools import lru_cache
from typing import Any, Final

import msgspec

from pyplatform.contracts.sportsbook.terms import (
    BoostStep,
    Method,
    PlaceTerms,
    PricePolicy,
    TermsScope,
    TermsValues,
    Tier,
)
from pyplatform.core import odds
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.markets.ladders import ladder_of

BASIS_POINTS: Final = 10_000
E4: Final = 10_000
SECOND: Final = 1_000_000_000
MOST_RULES: Final = 10_000
"""Rules of one tenant: every market is resolved against all of them."""
NEVER: Final = 2**63 - 1
_NOTHING: Final = TermsValues()
_EVERYTHING: Final = TermsScope()
_CACHED: Final = 50_000


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What rules ask of a market; `starts_at` in ns, 0 where it is not known, which no rule with a time matches."""

    sport: str
    tier: int
    competition: str
    market_type: str
    starts_at: int
    in_play: bool


class Terms(msgspec.Struct, frozen=True):
    """What holds for a market now; the fields are those of `TermsValues`, None where nothing bounds.

    `version` counts the changes of the tenant's rules, 0 for the defaults: it goes with every price and decision.
    """

    version: int
    margin_bp: int
    max_liability: int
    min_margin_bp: int | None = None
    method: Method = Method.POWER
    ladder: str | tuple[Tier, ...] = "betfair"
    min_price_e4: int = 10_100
    max_price_e4: int = 10_000_000
    max_stake: int | None = None
    max_payout: int | None = None
    bet_liability: int | None = None
    bet_delay: int = 0
    price_policy: PricePolicy = PricePolicy.HIGHER
    tolerance_bp: int = 0
    referral_above: int | None = None
    move_alpha_e4: int = 0
    move_per_minute_e4: int = 2_000
    min_sources: int = 1
    offered: bool = True
    brands: tuple[int, ...] = ()
    each_way: tuple[PlaceTerms, ...] | None = None
    best_odds: bool = False
    starting_price: bool = False
    boost: tuple[BoostStep, ...] = ()
    boost_min_price_e4: int | None = None

    @property
    def promises(self) -> bool:
        """Whether bets may be paid more than their prices."""
        return self.best_odds or self.starting_price or bool(self.boost)

    def boost_bp(self, legs: int, price_e4: int) -> int:
        """Bonus of an accumulator of so many legs by the word of one at this price."""
        if price_e4 < (self.boost_min_price_e4 or 0):
            return 0
        return max((step for step in self.boost if step[0] <= legs), default=(0, 0))[1]

    def rule(self, places: int, margin_bp: int | None = None) -> odds.PricingRule:
        """How to price a market of `places` winners, at these terms' margin or another.

        Raises ValueError in plain words where no market can be priced so.
        """
        margin = self.margin_bp if margin_bp is None else margin_bp
        least = margin if self.min_margin_bp is None else min(margin, self.min_margin_bp)
        return _rule(margin, least, self.method, places, self.min_price_e4, self.max_price_e4, self.ladder)

    def scaled(self, factor_e4: int) -> "Terms":
        """The same with the limits of one customer's stakes and winnings times a factor, rounded down.

        The market's limit and payouts stay; where nothing bounds a stake, only a factor of 0 does.
        """
        stake = 0 if factor_e4 == 0 else self.max_stake
        return msgspec.structs.replace(
            self,
            max_stake=None if stake is None else stake * factor_e4 // E4,
            bet_liability=None if self.bet_liability is None else self.bet_liability * factor_e4 // E4,
        )

    def sold_by(self, brand: int) -> bool:
        """Whether a brand offers the market."""
        return self.offered and (not self.brands or brand in self.brands)


def defaults(tenant: Tenant, max_liability: int) -> Terms:
    """Terms of a tenant without any rule."""
    return Terms(version=0, margin_bp=tenant.margin_bp, max_liability=max_liability)


@lru_cache(maxsize=1024)
def _rule(
    margin_bp: int,
    least_bp: int,
    method: Method,
    places: int,
    min_e4: int,
    max_e4: int,
    ladder: str | tuple[Tier, ...],
) -> odds.PricingRule:
    return odds.PricingRule(
        margin_bp / BASIS_POINTS,
        method.value,
        float(places),
        min_e4,
        max_e4,
        min_margin=least_bp / BASIS_POINTS,
        ladder=ladder_of(ladder),
    )


def rank(scope: TermsScope) -> tuple[bool, int, bool, bool, bool, bool]:
    """How specific a scope is: of two that match a market, the one that ranks higher counts."""
    timed = scope.within_s is not None
    nearness = -scope.within_s if scope.within_s is not None else 0
    return (
        timed,
        nearness,
        bool(scope.market_type),
        bool(scope.competition),
        scope.tier > 0,
        bool(scope.sport),
    )


def _matches(scope: TermsScope, facts: Facts, within_s: int | None) -> bool:
    """Whether a rule is for a market; `within_s` is the nearest of the rules' times that it has reached."""
    return (
        scope.sport in {"", facts.sport}
        and scope.tier in {0, facts.tier}
        and scope.competition in {"", facts.competition}
        and scope.market_type in {"", facts.market_type}
        and (scope.within_s is None or (within_s is not None and within_s <= scope.within_s))
    )


class TermsBook:
    """The rules of one tenant."""

    def __init__(self, base: Terms) -> None:
        self._base = base
        self._rules: dict[TermsScope, TermsValues] = {}
        self._ranked: list[tuple[TermsScope, dict[str, Any]]] = []
        self._times: list[int] = []
        self._resolved: dict[tuple[str, int, str, str, int | None], Terms] = {}
        self.version = 0

    @property
    def base(self) -> Terms:
        """What holds where no rule says anything."""
        return self._base

    @property
    def rules(self) -> dict[TermsScope, TermsValues]:
        """Rules by what they are for."""
        return dict(self._rules)

    def values(self, scope: TermsScope) -> TermsValues:
        """What the rule for exactly `scope` says; nothing if there is none."""
        return self._rules.get(scope, _NOTHING)

    def set(self, scope: TermsScope, values: TermsValues, version: int) -> None:
        """Put a rule in the place of the one for the same scope; one that says nothing is dropped."""
        if values == _NOTHING:
            self._rules.pop(scope, None)
        else:
            self._rules[scope] = values
        self.version = version
        self._base = msgspec.structs.replace(self._base, version=version)
        ranked = sorted(self._rules, key=rank)
        self._ranked = [(one, _stated(self._rules[one])) for one in ranked]
        self._times = sorted({one.within_s for one in self._rules if one.within_s is not None})
        self._resolved.clear()

    def check(self, scope: TermsScope, values: TermsValues) -> None:
        """Raise ValueError, naming the field, if the rule makes terms under which nothing can be priced.

        It is judged on top of the tenant's rule for everything; where rules contradict each other only together,
        their markets are not priced, and say why.
        """
        if values != _NOTHING and scope not in self._rules and len(self._rules) >= MOST_RULES:
            raise ValueError(f"scope: there are {MOST_RULES:,} rules already; drop some first")
        if isinstance(values.ladder, tuple) and not 1 <= len(values.ladder) <= 64:
            raise ValueError("ladder: a house's own has 1 to 64 tiers")
        stated = {**_stated(self.values(_EVERYTHING)), **_stated(values)}
        trial = msgspec.structs.replace(self._base, **stated)
        if trial.price_policy is PricePolicy.WITHIN and trial.tolerance_bp == 0:
            raise ValueError("tolerance_bp: WITHIN needs a tolerance above 0")
        if trial.min_price_e4 > trial.max_price_e4:
            raise ValueError("min_price_e4: it is above max_price_e4")
        for name in ("each_way", "boost"):
            rows = getattr(values, name) or ()
            if [row[0] for row in rows] != sorted({row[0] for row in rows}):
                raise ValueError(f"{name}: rows go up, and each says another number")
        if trial.min_margin_bp is not None and trial.min_margin_bp > trial.margin_bp:
            raise ValueError("min_margin_bp: it is above margin_bp")
        try:
            trial.rule(1)
        except ValueError as error:
            field = "ladder" if values.ladder is not None else "method"
            raise ValueError(f"{field}: {error}") from error

    def within(self, facts: Facts, now_ns: int) -> int | None:
        """The nearest of the rules' times that a market has reached by now; None before all of them."""
        if not self._times:
            return None
        if facts.in_play:
            to_start = 0
        elif facts.starts_at == 0:
            return None
        else:
            # Not in play yet, whatever the clock says: a late start is the last moment before it.
            to_start = max(1, -((now_ns - facts.starts_at) // SECOND))
        at = bisect_left(self._times, to_start)
        return self._times[at] if at < len(self._times) else None

    def next_change(self, facts: Facts, now_ns: int) -> int:
        """When (ns) the clock alone may change what holds for a market; `NEVER` if it cannot."""
        if facts.in_play or facts.starts_at == 0:
            return NEVER
        # 0 is in play, which no clock says.
        ahead = [at for one in self._times if one > 0 and (at := facts.starts_at - one * SECOND) > now_ns]
        return min(ahead, default=NEVER)

    def resolve(self, facts: Facts, now_ns: int) -> Terms:
        """What holds for a market now; the same object until a rule changes or a time is reached."""
        within_s = self.within(facts, now_ns)
        key = (facts.sport, facts.tier, facts.competition, facts.market_type, within_s)
        found = self._resolved.get(key)
        if found is None:
            if len(self._resolved) >= _CACHED:
                self._resolved.clear()
            found = self._resolved[key] = self._work_out(facts, within_s)
        return found

    def _work_out(self, facts: Facts, within_s: int | None) -> Terms:
        stated: dict[str, Any] = {}
        for scope, values in self._ranked:
            if _matches(scope, facts, within_s):
                stated |= values
        return msgspec.structs.replace(self._base, **stated) if stated else self._base


def _stated(values: TermsValues) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(values).items() if value is not None}
