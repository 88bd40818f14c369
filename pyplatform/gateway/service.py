"""Placing a bet: checked here, decided by the owner of the event, answered with what was decided first."""

from functools import partial
from typing import Final, TypeVar

import msgspec

from pyplatform.bus import Bus, Coalescer, LeaseClient
from pyplatform.contracts.sportsbook.bets import (
    AwaitDecision,
    BetAnswer,
    BetOutcome,
    BetQuote,
    QuoteBet,
    command_subject,
    decision_subject,
    locate_subject,
    quote_subject,
)
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.slips import Slip, SlipReader
from pyplatform.kernel.errors import Unavailable

ANSWER_SECONDS: Final = 5.0
DECISION_SECONDS: Final = 20.0
"""A bet in play waits out the market's delay before it is decided."""
_encode = msgspec.msgpack.Encoder().encode
_answer = msgspec.msgpack.Decoder(BetAnswer)
_quote = msgspec.msgpack.Decoder(BetQuote)
T = TypeVar("T")


class _Owner:
    """The way to whoever owns the events now: frames of attempts, and a question a bet for delayed decisions."""

    def __init__(self, bus: Bus, owner: str) -> None:
        where = locate_subject(owner)
        self.attempts = Coalescer(
            LeaseClient(bus, where, partial(command_subject, owner), ANSWER_SECONDS).request
        )
        self.decisions = LeaseClient(bus, where, partial(decision_subject, owner), DECISION_SECONDS)
        self.quotes = LeaseClient(bus, where, partial(quote_subject, owner), ANSWER_SECONDS)


class Betting:
    """Sends attempts to the owners of their events; what arrives in one turn of the loop goes as one frame."""

    def __init__(self, bus: Bus, copy: MarketCopy) -> None:
        self._bus = bus
        self.slips = SlipReader(copy)
        self._owners: dict[tuple[str, str], _Owner] = {}

    async def place(self, slip: Slip) -> BetAnswer:
        """The owner's answer.

        Raises Unavailable when no answer came: whether the bet exists is unknown, so only the same key may be used.
        """
        tenant, owner = slip.attempt.tenant, self._owner(slip)
        answer = _read(_answer, await owner.attempts.call(_encode(slip.attempt)))
        if answer.outcome is BetOutcome.PENDING:
            question = AwaitDecision(tenant, answer.bet_id)
            decided = _read(_answer, await owner.decisions.request(_encode(question)))
            return msgspec.structs.replace(decided, replayed=answer.replayed or decided.replayed)
        return answer

    async def quote(self, slip: Slip) -> BetQuote:
        """What would become of a slip now; raises Unavailable when no answer came."""
        question = _encode(QuoteBet(slip.attempt))
        return _read(_quote, await self._owner(slip).quotes.request(question))

    def _owner(self, slip: Slip) -> _Owner:
        # A frame is answered when its slowest bet is, so tenants share none: each waits for its own wallet only.
        way = (slip.owner, slip.attempt.tenant)
        owner = self._owners.get(way)
        if owner is None:
            owner = self._owners[way] = _Owner(self._bus, slip.owner)
        return owner


def _read(decoder: msgspec.msgpack.Decoder[T], reply: bytes) -> T:
    try:
        return decoder.decode(reply)
    except msgspec.DecodeError as error:
        raise Unavailable(f"the owner of the event answered what cannot be read: {error}") from error
