"""Slips over events of several owners: each holds room for its own legs, and gives it back when any of them refuses.

Owners are asked at the same time and none waits for another. What is held has a time: once it is over and the journal
has passed it without the bet, it goes back by itself; whether the owner that asked still lives does not matter.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Final

import msgspec

from pyplatform.bus import Bus, LeaseClient, Message
from pyplatform.contracts.feeds import Catalogue, Update
from pyplatform.contracts.sportsbook.bets import PlaceBet, Refusal, locate_subject
from pyplatform.contracts.sportsbook.owners import (
    LegsReserved,
    ReleaseLegs,
    ReserveLegs,
    owner_of,
    release_subject,
    reserve_subject,
)
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.placement.decided import NOTHING, Decided, EachWayTerms, Promised
from pyplatform.sportsbook.placement.judging import SOME_PRICE_E4, Judge, LegView, Most, Verdict
from pyplatform.sportsbook.placement.openbets import OpenBet, OpenBets, Standing, bet_of
from pyplatform.sportsbook.placement.promises import together
from pyplatform.sportsbook.placement.slip import of_request

ANSWER_S: Final = 1.5
"""Another owner that says nothing for so long costs the bet, not the player's patience."""
_SOME_PLACE: Final = EachWayTerms(3, 5)
_reserved: Final = msgspec.msgpack.Decoder(LegsReserved)
_asked: Final = msgspec.msgpack.Decoder(ReserveLegs)
_released: Final = msgspec.msgpack.Decoder(ReleaseLegs)


@dataclass(frozen=True, slots=True)
class Others:
    """What the other owners say of a slip: their legs as they look, and the verdict they give together."""

    views: dict[int, LegView]
    refusal: Refusal | None = None
    legs: tuple[int, ...] = ()
    most: Most | None = None
    referral_above: int = 0
    promised: Promised = NOTHING


class Owners:
    """Which events are ours, and the way to the owners of the others."""

    def __init__(self, bus: Bus, name: str, names: Sequence[str]) -> None:
        self._bus = bus
        self.name = name
        self.names = names
        self._theirs: set[str] = set()
        self._ways = {
            other: LeaseClient(bus, locate_subject(other), partial(reserve_subject, other), ANSWER_S)
            for other in names
            if other != name
        }

    def mine(self, event_id: str) -> bool:
        """Whether an event is ours; one that a slip did not name may be."""
        return not self._ways or not event_id or owner_of(event_id, self.names) == self.name

    def takes(self, update: Update) -> bool:
        """Whether an update of a feed is for us: not when its market was told to be of another owner's event."""
        if not self._ways:
            return True
        if isinstance(update.body, Catalogue):
            if self.mine(update.body.event):
                self._theirs.discard(update.market)
            else:
                self._theirs.add(update.market)
        return update.market not in self._theirs

    def others(self, request: PlaceBet) -> frozenset[str]:
        """Other owners with legs of a slip."""
        if not self._ways:
            return frozenset()
        return frozenset(owner_of(leg.event_id, self.names) for leg in request.legs) - {self.name}

    def look(self, request: PlaceBet, judge: Judge) -> list[LegView]:
        """Our legs as they stand; those of others as if all were well with them."""
        place = _SOME_PLACE if request.each_way else None
        return [
            judge.look(request, leg)
            if self.mine(leg.event_id)
            else LegView(None, leg.price_e4 or SOME_PRICE_E4, 0, place)
            for leg in request.legs
        ]

    async def ask(self, owner: str, asked: ReserveLegs) -> LegsReserved:
        """One owner's answer; raises Unavailable when it gave none."""
        reply = await self._ways[owner].request(msgspec.msgpack.encode(asked))
        try:
            return _reserved.decode(reply)
        except msgspec.DecodeError as error:
            raise Unavailable(f"owner {owner} answered what cannot be read: {error}") from error

    async def release(self, owners: frozenset[str], bet_id: bytes) -> None:
        """Tell owners that a bet will not come to be; a lost word costs room until its time is over."""
        payload = msgspec.msgpack.encode(ReleaseLegs(bet_id))
        for owner in owners:
            try:
                await self._bus.publish(release_subject(owner), payload)
            except Unavailable:
                return

    async def reserve(self, request: PlaceBet, bet_id: bytes, hold_until: int) -> Others:
        """Ask all other owners at once, and give up at the first refusal.

        Raises Unavailable when one did not answer. Whoever was asked is told to release unless nothing was refused.
        """
        owners = self.others(request)
        asked = ReserveLegs(bet_id, request, hold_until)
        waiting = {asyncio.create_task(self.ask(owner, asked)) for owner in owners}
        told: list[LegsReserved] = []
        try:
            for answered in asyncio.as_completed(waiting):
                told.append(await answered)
                if told[-1].refusal:
                    break
        finally:
            for task in waiting:
                task.cancel()
            agreed = len(told) == len(owners) and not any(one.refusal for one in told)
            if hold_until and not agreed:
                await self.release(owners, bet_id)
        return _together(told)


def _together(told: Sequence[LegsReserved]) -> Others:
    views = {}
    for one in told:
        for leg, refusal, price, delay, places, fraction in one.views:
            terms = EachWayTerms(places, fraction) if places else None
            views[leg] = LegView(Refusal(refusal) if refusal else None, price, delay, terms)
    refused = next((one for one in told if one.refusal), None)
    most = min((Most(one.most, one.limit) for one in told), default=None)
    above = min((one.referral_above for one in told if one.referral_above), default=0)
    if refused is None:
        promised = reduce(together, [Promised(*one.promised) for one in told])
        return Others(views, most=most, referral_above=above, promised=promised)
    return Others(views, Refusal(refused.refusal), refused.legs, most, above)


def joined(verdict: Verdict, others: Others, stake: int) -> Verdict:
    """Our verdict together with that of the other owners: the first refusal counts, and the least of the limits."""
    if verdict.refusal is None and others.refusal is not None:
        return msgspec.structs.replace(verdict, refusal=others.refusal, legs=others.legs, most=others.most)
    if verdict.most is None or others.most is None:
        return verdict
    above = [one for one in (verdict.referral_above, others.referral_above) if one]
    referred = verdict.referred or bool(above and stake > min(above))
    most = min(verdict.most, others.most)
    return msgspec.structs.replace(
        verdict,
        most=most,
        referred=referred,
        referral_above=min(above, default=0),
        promised=together(verdict.promised, others.promised),
    )


class Recheck:
    """A second look at a bet that waited; its stake was judged when it was placed."""

    def __init__(self, owners: Owners, judge: Judge) -> None:
        self._owners = owners
        self._judge = judge

    def delay(self, request: PlaceBet) -> int:
        """Seconds a bet on our legs would wait now."""
        views = self._owners.look(request, self._judge)
        return max(view.delay for view in views)

    async def refusal(self, request: PlaceBet, bet_id: bytes) -> Refusal | None:
        """Why the bet would not be taken now; an owner that does not answer counts as a suspended market."""
        for leg in request.legs:
            if self._owners.mine(leg.event_id):
                refusal = self._judge.look(request, leg).refusal
                if refusal is not None:
                    return refusal
        if not self._owners.others(request):
            return None
        try:
            others = await self._owners.reserve(request, bet_id, 0)
        except Unavailable:
            return Refusal.MARKET_SUSPENDED
        return next((view.refusal for view in others.views.values() if view.refusal is not None), None)


class Held:
    """What this process holds for bets that other owners place."""

    def __init__(self, owners: Owners, judge: Judge, bets: OpenBets) -> None:
        self._owners = owners
        self._judge = judge
        self._bets = bets
        self._holds: Callable[[], bool] = lambda: False
        self._until: dict[bytes, tuple[int, str]] = {}
        self._given_back: dict[bytes, None] = {}

    async def serve(self, bus: Bus, epoch: int, holds: Callable[[], bool]) -> None:
        """Answer other owners for as long as the lease surely holds."""
        self._holds = holds
        await bus.serve(reserve_subject(self._owners.name, epoch), self._on_reserve, in_flight=4096)
        await bus.subscribe(release_subject(self._owners.name), self._on_release)

    async def _on_reserve(self, data: bytes) -> bytes:
        if not self._holds():
            raise Unavailable("the lease of the events may have passed to another process")
        return msgspec.msgpack.encode(self.reserve(_asked.decode(data)))

    async def _on_release(self, message: Message) -> None:
        self.release(_released.decode(message.data).bet_id)

    def reserve(self, asked: ReserveLegs) -> LegsReserved:
        """Look at our legs, and hold room for the bet in the same step."""
        request = asked.slip
        views = self._owners.look(request, self._judge)
        ours = [number for number, leg in enumerate(request.legs) if self._owners.mine(leg.event_id)]
        verdict = self._judge.decide(request, views)
        most, promised = verdict.most or Most(0, ""), verdict.promised
        # A release may overtake what it releases.
        wanted = asked.hold_until and asked.bet_id not in self._given_back
        if verdict.refusal is None and wanted and self._bets.get(asked.bet_id) is None:
            bet = _held(request, verdict, asked.bet_id)
            if request.stake > most.stake:
                bet.standing = Standing.UNBOOKED
            self._bets.reserve(bet)
            self._until[asked.bet_id] = asked.hold_until, request.tenant
        return LegsReserved(
            tuple([_told(number, views[number]) for number in ours]),
            verdict.refusal or 0,
            verdict.legs,
            most.stake,
            most.limit,
            verdict.referral_above,
            verdict.terms_version,
            (promised.boost_bp, promised.best_odds, promised.max_return),
        )

    def release(self, bet_id: bytes) -> None:
        """Give back what is held for a bet that will not come to be."""
        self._given_back[bet_id] = None
        if len(self._given_back) > 10_000:
            del self._given_back[next(iter(self._given_back))]
        if self._until.pop(bet_id, None) is not None:
            bet = self._bets.get(bet_id)
            if bet is not None and bet.unclear:
                self._bets.release(bet_id)

    def overdue(self, now: int) -> dict[str, list[bytes]]:
        """Bets by tenant whose time is over, though the journal has not told of them."""
        found: dict[str, list[bytes]] = {}
        for bet_id, (until, tenant) in list(self._until.items()):
            bet = self._bets.get(bet_id)
            if bet is None or not bet.unclear:
                del self._until[bet_id]
            elif until < now:
                found.setdefault(tenant, []).append(bet_id)
        return found


def _held(request: PlaceBet, verdict: Verdict, bet_id: bytes) -> OpenBet:
    told = Decided(
        request.session_id,
        verdict.prices,
        each_way=verdict.each_way,
        joint_price_e4=request.joint_price_e4,
        promised=verdict.promised,
    )
    bet = bet_of(request, of_request(request), told, bet_id)
    bet.foreign = True
    return bet


def _told(number: int, view: LegView) -> tuple[int, int, int, int, int, int]:
    place = view.each_way
    places, fraction = (place.places, place.fraction) if place is not None else (0, 0)
    return number, view.refusal or 0, view.price_e4, view.delay, places, fraction
