"""Placing a bet: checked here, decided by the owner of the event, answered with what was decided first."""

from functools import partial
from typing import Final

import msgspec

from pyplatform.bus import Bus, Coalescer, LeaseClient
from pyplatform.contracts.pam import Session
from pyplatform.contracts.sportsbook.bets import (
    AwaitDecision,
    BetAnswer,
    BetOutcome,
    PlaceBet,
    command_subject,
    decision_subject,
    locate_subject,
)
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.model import Invalid, read_price, read_stake
from pyplatform.kernel.errors import Unavailable

ANSWER_SECONDS: Final = 5.0
DECISION_SECONDS: Final = 20.0
"""A bet in play waits out the market's delay before it is decided."""
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


class _Owner:
    """The way to whoever owns the events now: frames of attempts, and a question a bet for delayed decisions."""

    def __init__(self, bus: Bus, owner: str) -> None:
        where = locate_subject(owner)
        self.attempts = Coalescer(
            LeaseClient(bus, where, partial(command_subject, owner), ANSWER_SECONDS).request
        )
        self.decisions = LeaseClient(bus, where, partial(decision_subject, owner), DECISION_SECONDS)


class Betting:
    """Sends attempts to the owners of their events; what arrives in one turn of the loop goes as one frame."""

    def __init__(self, bus: Bus, copy: MarketCopy) -> None:
        self._bus, self._copy = bus, copy
        self._owners: dict[tuple[str, str], _Owner] = {}

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
            if not self._copy.heard_all:
                # "No such market" would contradict the answer that this key may have met before.
                raise Unavailable("the markets are not known yet")
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
        # A frame is answered when its slowest bet is, so tenants share none: each waits for its own wallet only.
        way = (market.owner, session.tenant)
        owner = self._owners.get(way)
        if owner is None:
            owner = self._owners[way] = _Owner(self._bus, market.owner)
        answer = _read(await owner.attempts.call(_encode(command)))
        if answer.outcome is BetOutcome.PENDING:
            question = AwaitDecision(session.tenant, answer.bet_id)
            decided = _read(await owner.decisions.request(_encode(question)))
            return msgspec.structs.replace(decided, replayed=answer.replayed or decided.replayed)
        return answer


def _read(reply: bytes) -> BetAnswer:
    try:
        return _answer.decode(reply)
    except msgspec.DecodeError as error:
        raise Unavailable(f"the owner of the event answered what cannot be read: {error}") from error
