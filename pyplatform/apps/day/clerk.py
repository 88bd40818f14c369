"""The settlement clerks of a tenant on a day: an exchange tells who won a race, they say who was placed."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pyplatform.apps.day.world import Line
from pyplatform.apps.staff import staff_desk
from pyplatform.client import AsyncClient, errors
from pyplatform.client.calls import settlement
from pyplatform.client.types.settlement import PlacedOrder, PlacingsOrder
from pyplatform.kernel.tenancy import Tenant

_LOOK_S: Final = 0.5
_PASSWORD: Final = "seven slow barges under the bridge"  # noqa: S105 - of a platform that lives for minutes


class Clerks:
    """Two clerks: what is too much for one is confirmed by the other."""

    def __init__(self, one: AsyncClient, other: AsyncClient) -> None:
        self._one, self._other = one, other
        self.placed = 0

    async def open(self, folder: Path, tenant: Tenant) -> None:
        """Accounts and sessions."""
        async with staff_desk(folder, tenant.slug) as staff:
            for name, client in (("bea", self._one), ("cal", self._other)):
                await staff.add(name, ["settlement"], _PASSWORD)
                await client.sign_in(name, _PASSWORD)

    async def work(self, lines: Iterable[Line]) -> None:
        """Enter who was placed in every race that is won, until all are."""
        waiting = [line for line in lines if line.kind == "win"]
        while waiting:
            await asyncio.sleep(_LOOK_S)
            for line in list(waiting):
                try:
                    if await self._place(line):
                        waiting.remove(line)
                        self.placed += 1
                except (errors.NotFound, errors.Conflict, errors.Refused):
                    continue  # there is no result yet, or a newer one

    async def _place(self, line: Line) -> bool:
        known = await self._one.send(settlement.read_results(line.id))
        last = known.revisions[-1]
        if not (last.closed and last.winners):
            return False
        order = PlacingsOrder(
            version=known.version,
            placed=[
                PlacedOrder(selection_id=selection, position=position)
                for position, selection in enumerate(line.finish, 1)
                if selection not in last.winners
            ],
        )
        taken = await self._one.send(settlement.enter_placings(line.id, order))
        if taken.proposal_id:
            await self._other.send(settlement.confirm(taken.proposal_id))
        return True
