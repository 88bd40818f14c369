"""Placing a bet: checked here, decided by the owner of the event, answered with what was decided first."""

from functools import partial
from typing import Final

import msgspec

from pyplatform.bus import Bus, Coalescer, LeaseClient
from pyplatform.contracts.pam import Session
from pyplatform.contracts.sportsbook import BetAnswer, Market, PlaceBet, command_subject, locate_subject
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.model import Invalid, read_price, read_stake
from pyplatform.kernel.errors import Unavailable

ANSWER_SECONDS: Final = 15.0
"""An in-play bet waits out the market's delay before it is answered."""
IN_FLIGHT: Final = 16
IN_FLIGHT_DELAYED: Final = 512
_encode = msgspec.msgpack.Encoder().encode
_answer = msgspec.msgpack.Decoder(BetAnswer)


class Bet(msgspec.Struct, frozen=True):
    """One attempt as a client sent it."""

    key: str
    market_id: str
    selection_id: int
    price: str
    stake: str
    correlation: bytes
    traceparent: str


class Betting:
    """Sends attempts to the owners of their events; what arrives in one turn of the loop goes as one frame.

    Bets on markets in play go in frames of their own: a frame is answered when its last bet is, and theirs wait.
    """

    def __init__(self, bus: Bus, copy: MarketCopy, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._bus, self._copy, self._answer_seconds = bus, copy, answer_seconds
        self._lanes: dict[tuple[str, bool], Coalescer] = {}

    async def place(self, session: Session, bet: Bet) -> BetAnswer | Invalid:
        """The owner's answer, or what is wrong with the attempt, which then went nowhere.

        Raises Unavailable when no answer came: whether the bet exists is unknown, so only the same key may be used.
        """
        price = read_price(bet.price)
        if isinstance(price, Invalid):
            return price
        stake = read_stake(bet.stake, session.currency)
        if isinstance(stake, Invalid):
            return stake
        market = self._copy.market(session.tenant, bet.market_id)
        if market is None:
            return Invalid("unknown_market", "market_id", "there is no such market")
        command = PlaceBet(
            tenant=session.tenant,
            brand=session.brand,
            player=session.player,
            session_id=session.session_id,
            key=bet.key,
            market_id=bet.market_id,
            selection_id=bet.selection_id,
            price_e4=price,
            stake=stake,
            currency=session.currency,
            correlation=bet.correlation,
            traceparent=bet.traceparent,
        )
        reply = await self._lane(market).call(_encode(command))
        try:
            return _answer.decode(reply)
        except msgspec.DecodeError as error:
            raise Unavailable(
                f"the owner of {market.event_id} answered what cannot be read: {error}"
            ) from error

    def _lane(self, market: Market) -> Coalescer:
        key = (market.owner, market.in_play)
        lane = self._lanes.get(key)
        if lane is None:
            subject = partial(command_subject, market.owner)
            owner = LeaseClient(self._bus, locate_subject(market.owner), subject, self._answer_seconds)
            in_flight = IN_FLIGHT_DELAYED if market.in_play else IN_FLIGHT
            lane = self._lanes[key] = Coalescer(owner.request, in_flight=in_flight)
        return lane
