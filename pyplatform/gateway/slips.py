"""A slip as a client sends it: read into an attempt, or refused by the name of the field that is wrong."""

from decimal import Decimal as Exact
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.pam import Session
from pyplatform.contracts.sportsbook.bets import MOST_LEGS, STARTING_PRICE, BetType, Leg, PlaceBet
from pyplatform.contracts.sportsbook.terms import PricePolicy
from pyplatform.core import betting, money
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.model import MAX_STAKE, SP, Invalid, read_price, read_stake
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable

BASIS_POINTS: Final = 10_000
Decimal = Annotated[str, Meta(max_length=40)]


class LegRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A selection of a slip; a `banker` is in every line. A price of "SP" asks for the starting price."""

    market_id: Annotated[str, Meta(max_length=64)]
    selection_id: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    price: Annotated[
        Decimal,
        Meta(description='decimal odds asked for, such as "2.50", 1.01 or more; "SP" for the starting price'),
    ]
    banker: bool = False


class BetRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bet: its legs, its type (a SINGLE or an ACCA if nothing is said), and either the stake of a line or of all.

    `sizes` say how many legs make a line of a SYSTEM. An `each_way` bet has a place line for every line. `price` is
    the price of a SAME_GAME, whose legs are of one event. `price_policy` says which prices are taken when they have
    moved, WITHIN with a `tolerance` such as "0.05"; without it the house's rule counts. `free_bet_id` stakes a free
    bet, whole, in place of money.
    """

    legs: Annotated[tuple[LegRequest, ...], Meta(min_length=1, max_length=100)]
    stake: (
        Annotated[Decimal, Meta(description='of a line, in the currency of the account: "10.00"')] | None
    ) = None
    total_stake: Annotated[Decimal, Meta(description="of all lines together")] | None = None
    type: BetType | None = None
    sizes: Annotated[tuple[Annotated[int, Meta(ge=1, le=MOST_LEGS)], ...], Meta(max_length=MOST_LEGS)] = ()
    each_way: bool = False
    price: Decimal | None = None
    price_policy: PricePolicy | None = None
    tolerance: Decimal | None = None
    free_bet_id: Annotated[str, Meta(max_length=36)] | None = None


class InvalidSlip(Exception):  # noqa: N818 - what it is, not that it is an error
    """A slip that cannot be what was sent; `why` names the field."""

    def __init__(self, code: str, field: str, detail: str) -> None:
        super().__init__(detail)
        self.why = Invalid(code, field, detail)


class Slip(msgspec.Struct, frozen=True):
    """A readable slip: the attempt without its ids, its lines, and who owns the first leg's event."""

    attempt: PlaceBet
    lines: int
    owner: str


class SlipReader:
    """Reads slips against the markets known here."""

    def __init__(self, copy: MarketCopy) -> None:
        self._copy = copy

    def read(
        self, session: Session, body: BetRequest, *, key: str, correlation: bytes, traceparent: str
    ) -> Slip:
        """The attempt that `body` asks for.

        Raises InvalidSlip, and Unavailable while a market that is not known yet may exist.
        """
        if len(body.legs) > MOST_LEGS:
            raise InvalidSlip("too_many_legs", "legs", f"a bet has at most {MOST_LEGS} legs")
        kind = body.type or (BetType.SINGLE if len(body.legs) == 1 else BetType.ACCA)
        lines = count_lines(kind, body)
        stake = read_total(body, session.currency, lines)
        joint = self._joint(kind, body)
        tolerance = read_tolerance(body)
        legs = []
        owner = ""
        for number, asked in enumerate(body.legs):
            leg, whose = self._leg(session.tenant, asked, number)
            owner = owner or whose
            legs.append(leg)
        if kind is BetType.SAME_GAME and len({leg.event_id for leg in legs}) > 1:
            raise InvalidSlip("not_one_event", "legs", "the legs of a SAME_GAME are of one event")
        attempt = PlaceBet(
            tenant=session.tenant,
            brand=session.brand,
            player=session.player,
            session_id=session.session_id,
            key=key,
            bet_type=kind.value,
            legs=tuple(legs),
            stake=stake,
            currency=session.currency,
            correlation=correlation,
            traceparent=traceparent,
            sizes=body.sizes,
            each_way=body.each_way,
            price_policy=body.price_policy,
            tolerance_bp=tolerance,
            joint_price_e4=joint,
            free_bet=read_free_bet(body),
        )
        return Slip(attempt, lines, owner)

    def _leg(self, tenant: str, asked: LegRequest, number: int) -> tuple[Leg, str]:
        at_start = asked.price == SP
        price = STARTING_PRICE if at_start else _sound(read_price(asked.price, f"legs[{number}].price"))
        market = self._copy.market(tenant, asked.market_id)
        if market is None:
            if not self._copy.heard_all:
                # "No such market" would contradict the answer that this key may have met before.
                raise Unavailable("the markets are not known yet")
            raise InvalidSlip("unknown_market", f"legs[{number}].market_id", "there is no such market")
        return Leg(market.event_id, asked.market_id, asked.selection_id, price, asked.banker), market.owner

    def _joint(self, kind: BetType, body: BetRequest) -> int:
        """Price of a same-game multiple; only that has one for all legs."""
        if kind is not BetType.SAME_GAME:
            if body.price is not None:
                raise InvalidSlip(
                    "price_unexpected", "price", "only a SAME_GAME has a price beside its legs'"
                )
            return 0
        if body.price is None:
            raise InvalidSlip("price_missing", "price", "a SAME_GAME needs the price of its legs together")
        if body.each_way:
            raise InvalidSlip("each_way_unexpected", "each_way", "a SAME_GAME cannot be each-way")
        return _sound(read_price(body.price, "price"))


def count_lines(kind: BetType, body: BetRequest) -> int:
    """Lines of the bet without place lines.

    Raises InvalidSlip when its type cannot have these legs.
    """
    if kind is BetType.SAME_GAME:
        if len(body.legs) < 2 or body.sizes or any(leg.banker for leg in body.legs):
            raise InvalidSlip(
                "legs_invalid", "legs", "a SAME_GAME has two legs or more, no sizes and no bankers"
            )
        return 1
    bankers = [number for number, leg in enumerate(body.legs) if leg.banker]
    try:
        return betting.line_count(kind.value, len(body.legs), list(body.sizes) or None, bankers or None)
    except ValueError as error:
        field, _, detail = str(error).partition(": ")
        raise InvalidSlip(f"{field}_invalid", field, detail) from error


def read_total(body: BetRequest, currency: str, lines: int) -> int:
    """Stake of all lines at the currency's scale; place lines cost as much as win lines."""
    parts = 2 * lines if body.each_way else lines
    if body.total_stake is not None:
        if body.stake is not None:
            raise InvalidSlip("stake_twice", "total_stake", "send either stake or total_stake")
        total = _sound(read_stake(body.total_stake, currency, "total_stake"))
        if total < parts * money.minor_unit(currency):
            raise InvalidSlip(
                "stake_too_small", "total_stake", f"less than the least amount for {parts} lines"
            )
        return total
    if body.stake is None:
        raise InvalidSlip("stake_missing", "stake", "send the stake of a line, or total_stake")
    unit = _sound(read_stake(body.stake, currency, "stake"))
    if unit * parts > MAX_STAKE:
        raise InvalidSlip("stake_too_large", "stake", "stake is more than any bet can be")
    return unit * parts


def read_tolerance(body: BetRequest) -> int:
    """Tolerance in basis points, 0 where the policy has none."""
    if body.price_policy is not PricePolicy.WITHIN:
        if body.tolerance is not None:
            raise InvalidSlip("tolerance_unexpected", "tolerance", "only the policy WITHIN has a tolerance")
        return 0
    try:
        tolerance = Exact(body.tolerance or "") * BASIS_POINTS
    except ArithmeticError:
        tolerance = Exact(0)
    if not (tolerance.is_finite() and 0 < tolerance <= BASIS_POINTS and tolerance == int(tolerance)):
        detail = 'WITHIN needs a tolerance between 0 and 1 with four decimals at most, such as "0.05"'
        raise InvalidSlip("tolerance_invalid", "tolerance", detail)
    return int(tolerance)


def read_free_bet(body: BetRequest) -> bytes:
    """Id of the free bet that is staked, empty for none."""
    if body.free_bet_id is None:
        return b""
    try:
        return ids.parse(body.free_bet_id)
    except ValueError as error:
        raise InvalidSlip("free_bet_invalid", "free_bet_id", "free_bet_id is no id") from error


def _sound(value: int | Invalid) -> int:
    if isinstance(value, Invalid):
        raise InvalidSlip(value.code, value.field, value.detail)
    return value
