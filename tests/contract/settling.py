"""The process that leads settlement, as the bus sees it: it knows one bet of one player, and who asked for what."""

from datetime import UTC, datetime

import msgspec

from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook import cashout, settlement
from pyplatform.contracts.sportsbook.cashout import CashOutAnswer, CashOutOutcome, PricedLeg
from pyplatform.contracts.sportsbook.desk import StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.kernel import ids
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.desk.desk import Refused
from pyplatform.sportsbook.settlement.waiting import page

EUR = 1_000_000


class Settling:
    """Buys `bet` back for 14.25; of results it records those of market `1.known`, and proposes for `1.big`;
    three bets wait for placings."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.bet = ids.uuid7()
        self.requests: list[StaffRequest] = []
        self._sold: dict[str, CashOutAnswer] = {}

    async def start(self, epoch: int) -> None:
        async def located(_: bytes) -> bytes:
            return str(epoch).encode()

        await self._bus.serve(settlement.locate_subject(), located)
        await self._bus.serve(settlement.staff_subject(epoch), self._on_staff)
        await self._bus.serve(cashout.quote_subject(epoch), self._on_quote)
        await self._bus.serve(cashout.take_subject(epoch), self._on_take)
        await self._bus.flush()

    async def _on_staff(self, data: bytes) -> bytes:
        request = msgspec.msgpack.decode(data, type=StaffRequest)
        self.requests.append(request)
        if request.kind == settlement.WAITING:
            return msgspec.msgpack.encode(self._waiting(request))
        market = msgspec.msgpack.decode(request.body)[0]
        if market == "1.known" and request.expected == 7:
            answer = StaffAnswer(StaffOutcome.CONFLICT, "stale_revision", "look again", "revision", 1)
        elif market == "1.known":
            taken = msgspec.msgpack.encode(settlement.Taken(1))
            answer = StaffAnswer(StaffOutcome.DONE, version=1, data=taken)
        elif market == "1.big":
            taken = msgspec.msgpack.encode(settlement.Taken(proposal_id=ids.text(self.bet)))
            answer = StaffAnswer(StaffOutcome.DONE, data=taken)
        else:
            answer = StaffAnswer(StaffOutcome.REFUSED, "no_results", "nothing is on record", "market_id")
        return msgspec.msgpack.encode(answer)

    def _waiting(self, request: StaffRequest) -> StaffAnswer:
        asked = msgspec.msgpack.decode(request.body, type=settlement.AskWaiting)
        why, since = settlement.WaitsFor.PLACINGS, datetime(2026, 3, 14, 15, 30, tzinfo=UTC)
        one = settlement.WaitingMarket("1.known", "e", why, since, 3, {"EUR": 30_500_000, "JPY": 9_000_000})
        try:
            return StaffAnswer(StaffOutcome.DONE, data=msgspec.msgpack.encode(page([one], asked)))
        except Refused as refused:
            return StaffAnswer(StaffOutcome.REFUSED, refused.code, refused.detail, refused.field)

    async def _on_quote(self, data: bytes) -> bytes:
        asked = msgspec.msgpack.decode(data, type=cashout.QuoteCashOut)
        if asked.bet_id != self.bet:
            answer = CashOutAnswer(CashOutOutcome.NO_OFFER, "unknown_bet")
        else:
            legs = (PricedLeg("1.1", 1, 20_000, 3),)
            answer = CashOutAnswer(
                CashOutOutcome.OFFERED, "", "quote", 14_250_000, "EUR", asked.part, now_ns(), legs
            )
        return msgspec.msgpack.encode(answer)

    async def _on_take(self, data: bytes) -> bytes:
        asked = msgspec.msgpack.decode(data, type=cashout.TakeCashOut)
        known = self._sold.get(asked.key)
        if asked.bet_id != self.bet:
            answer = CashOutAnswer(CashOutOutcome.REFUSED, "unknown_bet")
        elif known is not None:
            answer = msgspec.structs.replace(known, replayed=True)
        elif asked.quote_id == "moved":
            answer = CashOutAnswer(CashOutOutcome.REFUSED, "price_changed", amount=13 * EUR, currency="EUR")
        elif asked.quote_id != "quote":
            answer = CashOutAnswer(CashOutOutcome.REFUSED, "unknown_quote")
        else:
            answer = CashOutAnswer(
                CashOutOutcome.TAKEN, amount=14_250_000, currency="EUR", part=(1, 3), seq=9, open=True
            )
            self._sold[asked.key] = answer
        return msgspec.msgpack.encode(answer)
