"""What traders send and read over HTTP, in decimals and dates, and how it is made from the desk's own shapes."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.sportsbook.questions import AuditEntry, DeskEvent, DeskMarket, DeskRunner
from pyplatform.contracts.sportsbook.terms import (
    BoostStep,
    Method,
    PlaceTerms,
    PricePolicy,
    TermsScope,
    TermsValues,
)
from pyplatform.contracts.sportsbook.trading import MatchModel, PriceSource
from pyplatform.core import money
from pyplatform.http.problems import Problem
from pyplatform.kernel import ids
from pyplatform.kernel.time import Moment

_PRICE: Final = re.compile(r"(\d{1,6})(?:\.(\d{1,4}))?", re.ASCII)
Price = Annotated[str, Meta(max_length=12, pattern=r"^\d{1,6}(\.\d{1,4})?$", description="decimal odds")]
SelectionId = Annotated[str, Meta(pattern=r"^\d{1,19}$")]
Amount = Annotated[str, Meta(max_length=40, description="amount in the tenant's currency")]
_AMOUNTS: Final = ("max_stake", "max_payout", "max_liability", "bet_liability", "referral_above")
_PRICES: Final = ("min_price", "max_price", "boost_min_price")
Reason = Annotated[str, Meta(max_length=500)]
Version = Annotated[int, Meta(ge=0, le=2**53, description="version of the target as you saw it")]


class RuleValues(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a rule of the terms says; what is left out is said by less specific rules."""

    margin_bp: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    min_margin_bp: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    method: Method | None = None
    ladder: str | tuple[tuple[Price, Price, Price], ...] | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    max_stake: Amount | None = None
    max_payout: Amount | None = None
    max_liability: Amount | None = None
    bet_liability: Amount | None = None
    bet_delay: Annotated[int, Meta(ge=0, le=30)] | None = None
    price_policy: PricePolicy | None = None
    tolerance_bp: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    referral_above: Amount | None = None
    move_alpha_e4: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    move_per_minute_e4: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    min_sources: Annotated[int, Meta(ge=1, le=16)] | None = None
    offered: bool | None = None
    brands: tuple[Annotated[int, Meta(ge=1, le=2**31 - 1)], ...] | None = None
    each_way: tuple[PlaceTerms, ...] | None = None
    best_odds: bool | None = None
    starting_price: bool | None = None
    boost: tuple[BoostStep, ...] | None = None
    boost_min_price: Price | None = None


class RunnerView(msgspec.Struct, frozen=True):
    """A selection on the desk: `by_hand` is a trader's price; `chance` the fair probability behind the price;
    `if_wins` what the house loses (negative: keeps) if it wins."""

    id: int
    name: str
    removed: bool
    price: str | None
    by_hand: str | None
    chance: float | None
    if_wins: str


class TradedMarket(msgspec.Struct, frozen=True):
    """A market on the desk; `version` is to be sent with the next command on it.

    `holding` names what keeps it from being sold, `why` says why it has no prices.
    """

    id: str
    event_id: str
    name: str
    kind: str
    status: MarketStatus
    in_play: bool
    version: int
    holding: tuple[str, ...]
    why: str
    feed: str
    feed_state: str
    feed_up: bool
    source: PriceSource
    margin_bp: int | None
    terms: RuleValues
    terms_version: int
    currency: str
    stakes: str
    worst_case: str
    runners: list[RunnerView]


class TradedMarkets(msgspec.Struct, frozen=True):
    """A page of markets; ask on with `after=next` until that is ""."""

    markets: list[TradedMarket]
    next: str


class TradedEvent(msgspec.Struct, frozen=True):
    """An event on the desk; `worst_case` adds up those of its markets."""

    id: str
    name: str
    names: dict[str, str]
    sport: str
    category: str
    competition: str
    competition_name: str
    tier: int
    starts_at: datetime | None
    in_play: bool
    hidden: bool
    version: int
    suspended: tuple[str, ...]
    model: MatchModel | None
    markets: list[str]
    open_markets: int
    currency: str
    stakes: str
    worst_case: str


class TradedEvents(msgspec.Struct, frozen=True):
    """A page of events; ask on with `after=next` until that is ""."""

    events: list[TradedEvent]
    next: str


class RuleView(msgspec.Struct, frozen=True):
    """A rule: which markets it is for, and what it says of them."""

    scope: TermsScope
    values: RuleValues


class TermsView(msgspec.Struct, frozen=True):
    """All rules, the least specific first; `base` holds where none says anything."""

    version: int
    base: RuleValues
    rules: list[RuleView]


class ActView(msgspec.Struct, frozen=True):
    """What somebody did; `before` and `after` are what changed, as it is recorded."""

    position: int
    at: Moment
    actor: str
    kind: str
    target: str
    version: int
    reason: str
    before: Any
    after: Any
    correlation_id: str


class AuditTrail(msgspec.Struct, frozen=True):
    """Acts, the newest first; ask on with `before=next` until that is 0."""

    acts: list[ActView]
    next: int


def _unreadable(field: str, detail: str) -> Problem:
    return Problem(422, "invalid_body", f"{field}: {detail}", field=field)


def read_price(text: str, field: str) -> int:
    """Price in ten-thousandths; a Problem if it is none."""
    match = _PRICE.fullmatch(text)
    if match is None or (price := int(match[1]) * 10_000 + int((match[2] or "").ljust(4, "0"))) <= 10_000:
        raise _unreadable(field, 'send decimal odds above 1 such as "2.50", with 4 decimals at most')
    return price


def write_price(price_e4: int) -> str:
    """Decimal odds with two decimals, or as many as it takes."""
    decimals = f"{price_e4 % 10_000:04}".rstrip("0").ljust(2, "0")
    return f"{price_e4 // 10_000}.{decimals}"


def read_values(values: RuleValues, currency: str) -> TermsValues:
    """A rule's values as the desk keeps them; a Problem naming the field if they cannot be."""
    read: dict[str, Any] = {}
    for name, value in msgspec.structs.asdict(values).items():
        field = f"values.{name}"
        if value is None:
            continue
        if name in _AMOUNTS:
            read[name] = _read_amount(value, currency, field)
        elif name in _PRICES:
            read[f"{name}_e4"] = read_price(value, field)
        elif name == "ladder" and not isinstance(value, str):
            read[name] = tuple(
                (read_price(start, field), read_price(stop, field), _read_step(step, field))
                for start, stop, step in value
            )
        else:
            read[name] = value
    try:
        return msgspec.convert(read, TermsValues)
    except msgspec.ValidationError as error:
        raise _unreadable("values", str(error)) from None


def _read_step(text: str, field: str) -> int:
    match = _PRICE.fullmatch(text)
    if match is None:
        raise _unreadable(field, 'the step of a tier is a decimal number such as "0.05"')
    return int(match[1]) * 10_000 + int((match[2] or "").ljust(4, "0"))


def _read_amount(text: str, currency: str, field: str) -> int:
    try:
        return money.parse(text, currency)
    except ValueError as error:
        raise _unreadable(field, f"no amount of {currency}: {error}") from None


def write_values(values: TermsValues, currency: str) -> RuleValues:
    """A rule's values in decimals."""
    written: dict[str, Any] = {}
    for name, value in msgspec.structs.asdict(values).items():
        if value is None:
            continue
        if name in _AMOUNTS:
            written[name] = money.format(value, currency)
        elif name.endswith("price_e4"):
            written[name.removesuffix("_e4")] = write_price(value)
        elif name == "ladder" and not isinstance(value, str):
            written[name] = tuple(tuple(map(write_price, tier)) for tier in value)
        else:
            written[name] = value
    return RuleValues(**written)


def market_view(market: DeskMarket) -> TradedMarket:
    """A market in decimals."""
    plain = {
        name: getattr(market, name) for name in TradedMarket.__struct_fields__ if name not in _MARKET_DECIMALS
    }
    currency = market.currency
    return TradedMarket(
        **plain,
        terms=write_values(market.terms, currency),
        stakes=money.format(market.stakes, currency),
        worst_case=money.format(market.worst_case, currency),
        runners=[_runner_view(runner, currency) for runner in market.runners],
    )


_MARKET_DECIMALS: Final = frozenset({"terms", "stakes", "worst_case", "runners"})


def _runner_view(runner: DeskRunner, currency: str) -> RunnerView:
    return RunnerView(
        id=runner.id,
        name=runner.name,
        removed=runner.removed,
        price=write_price(runner.price_e4) if runner.price_e4 else None,
        by_hand=write_price(runner.by_hand_e4) if runner.by_hand_e4 else None,
        chance=runner.chance or None,
        if_wins=money.format(runner.if_wins, currency),
    )


def event_view(told: DeskEvent) -> TradedEvent:
    """An event in decimals and dates."""
    event = told.event
    return TradedEvent(
        id=event.id,
        name=event.name,
        names=event.names,
        sport=event.sport.id,
        category=event.category.id,
        competition=event.competition.id,
        competition_name=event.competition.name,
        tier=event.tier,
        starts_at=_date(event.starts_at) if event.starts_at else None,
        in_play=event.in_play,
        hidden=event.hidden,
        version=told.version,
        suspended=told.suspended,
        model=told.model,
        markets=event.markets,
        open_markets=told.open_markets,
        currency=told.currency,
        stakes=money.format(told.stakes, told.currency),
        worst_case=money.format(told.worst_case, told.currency),
    )


def act_view(entry: AuditEntry) -> ActView:
    """An entry of the audit trail with dates; bytes in what another part recorded are shown as hexadecimal."""
    return ActView(
        position=entry.position,
        at=_date(entry.at),
        actor=entry.actor,
        kind=entry.kind,
        target=entry.target,
        version=entry.version,
        reason=entry.reason,
        before=_plain(entry.before),
        after=_plain(entry.after),
        correlation_id=ids.text(entry.correlation) if len(entry.correlation) == 16 else "",
    )


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def _date(at_ns: int) -> datetime:
    return datetime.fromtimestamp(at_ns / 1e9, UTC)
