"""The desk of an owner of events, as the bus sees one: it knows no market, and remembers who asked for what."""

from typing import Any

import msgspec

from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.desk import StaffAnswer, StaffOutcome, StaffRequest, staff_subject
from pyplatform.contracts.sportsbook.questions import DeskCustomers, DeskEvents, DeskMarkets, DeskTerms
from pyplatform.contracts.sportsbook.terms import TermsValues


class Desk:
    """Lists nothing, records what holds without a market, and refuses the rest."""

    def __init__(self, bus: Bus, owner: str) -> None:
        self._bus, self._owner = bus, owner
        self.requests: list[StaffRequest] = []

    async def start(self, epoch: int) -> None:
        await self._bus.serve(staff_subject(self._owner, epoch), self._on_request)
        await self._bus.flush()

    async def _on_request(self, data: bytes) -> bytes:
        request = msgspec.msgpack.decode(data, type=StaffRequest)
        self.requests.append(request)
        lists: dict[str, Any] = {
            "events": DeskEvents([], ""),
            "markets": DeskMarkets([], ""),
            "customers": DeskCustomers([], [], ""),
            "terms": DeskTerms(0, TermsValues(), []),
            "audit": [],
        }
        if request.kind in lists:
            answer = StaffAnswer(StaffOutcome.DONE, data=msgspec.msgpack.encode(lists[request.kind]))
        elif request.kind in ("suspend", "resume", "set_terms", "edit"):
            answer = StaffAnswer(StaffOutcome.DONE, version=1, position=len(self.requests))
        else:
            answer = StaffAnswer(
                StaffOutcome.REFUSED, "unknown_market", "there is no such market", "market_id"
            )
        return msgspec.msgpack.encode(answer)
