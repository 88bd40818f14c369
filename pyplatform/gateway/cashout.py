"""Selling bets back: the way to the process that leads settlement."""

from fractions import Fraction
from typing import Final

import msgspec

from pyplatform.bus import Bus, LeaseClient
from pyplatform.contracts.pam import Session
from pyplatform.contracts.sportsbook import cashout as contract
from pyplatform.contracts.sportsbook.settlement import locate_subject
from pyplatform.kernel.errors import Unavailable

ANSWER_S: Final = 5.0
_answer = msgspec.msgpack.Decoder(contract.CashOutAnswer)


class CashOuts:
    """Asks for quotes and takes them."""

    def __init__(self, bus: Bus) -> None:
        where = locate_subject()
        self._quotes = LeaseClient(bus, where, contract.quote_subject, ANSWER_S)
        self._sales = LeaseClient(bus, where, contract.take_subject, ANSWER_S)

    async def quote(self, session: Session, bet_id: bytes, part: Fraction) -> contract.CashOutAnswer:
        """An offer for `part` of a bet, or why there is none; raises Unavailable when nobody answered."""
        share = part.numerator, part.denominator
        asked = contract.QuoteCashOut(session.tenant, session.player, bet_id, share)
        return _read(await self._quotes.request(msgspec.msgpack.encode(asked)))

    async def take(
        self,
        session: Session,
        bet_id: bytes,
        quote_id: str,
        *,
        key: str,
        correlation: bytes,
        traceparent: str,
    ) -> contract.CashOutAnswer:
        """Take a quote; raises Unavailable when nobody answered: only the same key may be used again then."""
        asked = contract.TakeCashOut(
            session.tenant, session.player, bet_id, quote_id, key, correlation, traceparent
        )
        return _read(await self._sales.request(msgspec.msgpack.encode(asked)))


def _read(reply: bytes) -> contract.CashOutAnswer:
    try:
        return _answer.decode(reply)
    except msgspec.DecodeError as error:
        raise Unavailable(f"settlement answered what cannot be read: {error}") from error
