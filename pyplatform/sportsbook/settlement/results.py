"""Results of feeds become revisions of every tenant; who may contradict whom."""

from typing import Final

from pyplatform.contracts.feeds import Result, Update
from pyplatform.contracts.sportsbook.settlement import ProposalState
from pyplatform.kernel import ids
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.settlement.record import Origin, Recorded, SettlementRecord, same
from pyplatform.sportsbook.settlement.resolution import Resolution, of_result
from pyplatform.telemetry import get_logger

FEED: Final = "feed"
STAFF: Final = "staff"

log = get_logger("sportsbook.results")


class Results:
    """Takes in what feeds say of results.

    A result of staff stands until staff change it: a feed that says otherwise afterwards only proposes.
    """

    def __init__(self, record: SettlementRecord) -> None:
        self._record = record

    async def take(self, house: Tenant, update: Update, result: Result) -> Recorded | None:
        """Record a feed's result for a tenant; None if it brings about nothing.

        A result that is less certain than the house settles on is not one yet; those of feeds that do not say count.
        """
        if 0 < result.certainty < house.rules.certainty:
            return None
        tenant = house.slug
        told = of_result(update.market, result)
        stamp = update.stamp
        origin = Origin(FEED, f"feed:{stamp.feed}", ids.uuid7(), stamp.feed, stamp.seq)
        contradicted: list[Resolution] = []

        def decide(before: Recorded | None) -> Resolution | None:
            if before is None:
                return told if says_something(told) else None
            if before.source == STAFF:
                contradicted.append(before.resolution)
                return None
            if before.feed == stamp.feed and stamp.seq <= before.feed_seq:
                return None
            return told.after(before.resolution)

        recorded = await self._record.record(tenant, update.market, decide, origin)
        if contradicted and says_something(told) and not same(contradicted[0], told):
            await self._propose(tenant, told, origin)
        return recorded

    async def _propose(self, tenant: str, told: Resolution, origin: Origin) -> None:
        """Once: a feed repeats itself, and what a person has rejected is not asked again."""
        for known in await self._record.proposals(tenant, told.market_id):
            asked = (known.proposed_by, known.winners, known.removed, known.closed)
            again = asked == (origin.actor, told.winners, told.removed, told.closed)
            if again and known.state is not ProposalState.CONFIRMED:
                return
        log.warning("a feed contradicts staff's result, it waits for a person", market=told.market_id)
        await self._record.propose(tenant, told, {}, origin)


def says_something(told: Resolution) -> bool:
    """Whether a resolution decides anything at all."""
    return bool(told.closed or told.removed or told.each or told.cancels or told.winners)
