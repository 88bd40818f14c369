"""What is due on bets by the results on record, compared with what has been paid on them.

A pure function of the bets, the newest results of their legs' markets and the house's rules: asked twice it says the
same, and once what it said has been done it says that nothing is due.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from pyplatform.core import betting, money
from pyplatform.kernel.tenancy import HouseRules
from pyplatform.sportsbook.settlement.legs import Legs, Resolutions, as_leg, void_reason
from pyplatform.sportsbook.settlement.resolution import Resolution, VoidReason
from pyplatform.sportsbook.settlement.wagers import SAME_GAME, Wager, WagerLeg, WagerState

_VOID: Final = frozenset({"VOID", "NON_RUNNER", "ABANDONED"})
_CLOSED: Final = frozenset({WagerState.SETTLED, WagerState.VOIDED})


class Due(msgspec.Struct, frozen=True, gc=False):
    """A bet is to be settled with `returns` (at the currency's scale), or voided for `void`.

    `reopens`: its results were taken back, so what they did is taken back as well, and it is open until new ones come.
    `corrects`: the bet was closed before; `moves` is what its player gains by the change.
    """

    wager: Wager
    returns: int
    void: VoidReason | None
    evidence: bytes
    reopens: bool
    corrects: bool
    moves: int

    @property
    def becomes(self) -> WagerState:
        """Where the bet stands once this is done."""
        if self.reopens:
            return WagerState.OPEN
        return WagerState.SETTLED if self.void is None else WagerState.VOIDED


class Judge:
    """Judges the bets of one tenant."""

    def __init__(self, rules: HouseRules) -> None:
        self._rules = rules
        self._legs = Legs(rules)
        self._hashes: dict[str, tuple[Resolution, bytes]] = {}

    def due(self, wagers: Iterable[Wager], told: Resolutions) -> tuple[list[Due], list[tuple[Wager, str]]]:
        """What is due on bets, and those that cannot be settled with the reason why."""
        found: list[Due] = []
        bets: list[betting.Bet] = []
        to_settle: list[Wager] = []
        broken: list[tuple[Wager, str]] = []
        for wager in wagers:
            if wager.state in _CLOSED or wager.state is WagerState.OPEN:
                try:
                    bet = self._bet(wager, told, found)
                except ValueError as error:
                    broken.append((wager, str(error)))
                    continue
                if bet is not None:
                    bets.append(bet)
                    to_settle.append(wager)
        for wager, returns in zip(to_settle, self._returns(to_settle, bets, broken), strict=True):
            if returns is not None and (wager.state is not WagerState.SETTLED or wager.paid != returns):
                found.append(_due(wager, returns, None, self._evidence(wager, told)))
        return found, broken

    def _bet(self, wager: Wager, told: Resolutions, found: list[Due]) -> betting.Bet | None:
        """The bet to settle; None if it is void or undecided, and what that makes due is found."""
        placed = wager.placed_ms
        legs = self._told(wager, told)
        results = {leg.result for leg in legs}
        if results <= _VOID:
            if wager.state is not WagerState.VOIDED:
                reasons = [void_reason(told.get(leg.market_id), leg, placed) for leg in wager.legs]
                found.append(_due(wager, 0, max(reasons), self._evidence(wager, told)))
            return None
        bet = as_bet(wager, legs, self._rules)
        if "OPEN" in results and not (
            self._rules.early and len(legs) > 1 and betting.progress(bet).settleable
        ):
            if wager.state in _CLOSED:
                found.append(_due(wager, 0, None, self._evidence(wager, told), reopens=True))
            return None
        return bet

    def _told(self, wager: Wager, told: Resolutions) -> list[betting.Leg]:
        placed = wager.placed_ms
        legs = [self._legs.leg(told.get(leg.market_id), leg, placed) for leg in wager.legs]
        return [_together(wager, legs, early=self._rules.early)] if wager.kind == SAME_GAME else legs

    def undecided(self, wager: Wager, told: Resolutions) -> set[str]:
        """Markets of a bet's legs that are undecided."""
        placed = wager.placed_ms
        return {
            leg.market_id
            for leg in wager.legs
            if (known := told.get(leg.market_id)) is None
            or self._legs.leg(known, leg, placed).result == "OPEN"
        }

    def _returns(
        self, wagers: Sequence[Wager], bets: list[betting.Bet], broken: list[tuple[Wager, str]]
    ) -> list[int | None]:
        try:
            settled = betting.settle_batch(bets)
        except ValueError:  # one that has no answer must not hold up the others
            return [self._alone(wager, bet, broken) for wager, bet in zip(wagers, bets, strict=True)]
        return [_amount(wager, one) for wager, one in zip(wagers, settled, strict=True)]

    def _alone(self, wager: Wager, bet: betting.Bet, broken: list[tuple[Wager, str]]) -> int | None:
        try:
            return _amount(wager, betting.settle(bet))
        except ValueError as error:
            broken.append((wager, str(error)))
            return None

    def _evidence(self, wager: Wager, told: Resolutions) -> bytes:
        """SHA-256 of the results a settlement is based on: that of its market, or of all its legs' in their order."""
        hashes = [self._hash(told[leg.market_id]) for leg in wager.legs if leg.market_id in told]
        return hashes[0] if len(hashes) == 1 else hashlib.sha256(b"".join(hashes)).digest()

    def _hash(self, resolution: Resolution) -> bytes:
        found = self._hashes.get(resolution.market_id)
        if found is None or found[0] is not resolution:
            found = self._hashes[resolution.market_id] = resolution, resolution.evidence()
        return found[1]

    def potential(self, wagers: Iterable[Wager], told: Resolutions) -> dict[str, int]:
        """Most that open bets could return and closed ones have, by currency: what a result of theirs moves."""
        total: dict[str, int] = {}
        for wager in wagers:
            if wager.state is WagerState.OPEN:
                legs = self._told(wager, told)
                won = [
                    msgspec.structs.replace(one, result="WON") if one.result == "OPEN" else one
                    for one in legs
                ]
                amount = _amount(wager, betting.settle(as_bet(wager, won, self._rules)))
            else:
                amount = wager.paid if wager.state is WagerState.SETTLED else 0
            total[wager.currency] = total.get(wager.currency, 0) + amount
        return total


def as_bet(wager: Wager, legs: list[betting.Leg], rules: HouseRules) -> betting.Bet:
    """The bet in the words of `core.betting`, in minor units."""
    sold, boost = wager.sold, wager.boost_bp
    unit = money.minor_unit(wager.currency)
    return betting.Bet(
        "SINGLE" if wager.kind == SAME_GAME else wager.kind,
        legs,
        total_stake_minor=wager.stake // unit,
        sizes=list(wager.sizes) or None,
        bankers=list(wager.bankers) or None,
        each_way=wager.each_way,
        stake_kind="FREE_SNR" if wager.free else "CASH",
        rounding=rules.rounding,
        cashed_out=f"{sold.numerator}/{sold.denominator}" if sold else None,
        bonus=betting.Bonus(acca_boost_pct=f"{boost // 100}.{boost % 100:02}") if boost else None,
        max_payout_minor=wager.max_return // unit if wager.max_return else None,
    )


def _due(
    wager: Wager, returns: int, void: VoidReason | None, evidence: bytes, *, reopens: bool = False
) -> Due:
    corrects = wager.state is not WagerState.OPEN
    moves = _credit(wager, returns, is_void=void is not None)
    if corrects:
        moves -= _credit(wager, wager.paid, is_void=wager.state is WagerState.VOIDED)
    return Due(wager, returns, void, evidence, reopens, corrects, moves)


def _credit(wager: Wager, returns: int, *, is_void: bool) -> int:
    """What a result gives the player: its return, or the stake that is still held."""
    return wager.stake - int(wager.stake * wager.sold) if is_void else returns


def _together(wager: Wager, legs: list[betting.Leg], *, early: bool) -> betting.Leg:
    """The legs of a same-game multiple as one: lost with one of them, void as a whole with a void one.

    Its price was made for all legs together, and what it would have been without one is not on record.
    """
    results = {leg.result for leg in legs}
    result: betting.Result = "WON" if results == {"WON"} else "VOID"
    if "LOST" in results and (early or "OPEN" not in results):
        result = "LOST"
    elif "OPEN" in results:
        result = "OPEN"
    return as_leg(WagerLeg("", 0, wager.joint_price_e4), result)


def _amount(wager: Wager, settled: betting.BetSettlement) -> int:
    """Gross return at the currency's scale.

    The wallet takes the stake of a free bet off what it is told, so what a free bet wins is told with the stake.
    """
    returns = settled.returns_minor * money.minor_unit(wager.currency)
    return returns + wager.stake if wager.free and returns else returns
