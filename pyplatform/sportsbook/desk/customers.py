"""Customers of whom more or less is taken than of others: what traders say of players and of groups of them."""

from bisect import bisect_right
from collections.abc import Mapping

import msgspec

from pyplatform.contracts.sportsbook.desk import Role, StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.contracts.sportsbook.questions import AskCustomers, DeskCustomer, DeskCustomers, DeskGroup
from pyplatform.contracts.sportsbook.trading import SetCustomer, SetGroup
from pyplatform.kernel import ids
from pyplatform.sportsbook.desk.commands import change
from pyplatform.sportsbook.desk.desk import Change, Desk
from pyplatform.sportsbook.desk.state import DeskState


class Customers:
    """Commands on and questions about the customers of an owner's tenants."""

    def __init__(self, states: Mapping[str, DeskState]) -> None:
        self._states = states

    def register(self, desk: Desk) -> None:
        """Have the desk take them."""
        desk.commands("set_customer", SetCustomer, self.set_customer)
        desk.commands("set_group", SetGroup, self.set_group)
        desk.answers("customers", AskCustomers, self.customers, (Role.TRADER, Role.SETTLEMENT))

    def set_customer(self, request: StaffRequest, command: SetCustomer) -> Change:
        """Say how much of a player is taken."""
        target = f"player:{command.player_id}"
        before = self._states[request.tenant].of(target).customer
        return change("trading.customer_set", target, before, command.customer, command.reason)

    def set_group(self, request: StaffRequest, command: SetGroup) -> Change:
        """Say how much of the players of a group is taken."""
        target = f"group:{command.group}"
        before = self._states[request.tenant].of(target).factor_e4
        return change("trading.group_set", target, before, command.factor_e4, command.reason)

    async def customers(self, request: StaffRequest, asked: AskCustomers) -> StaffAnswer:
        """List them."""
        state = self._states[request.tenant]
        known = sorted(map(ids.text, state.customers))
        start = bisect_right(known, asked.after)
        page = known[start : start + asked.limit]
        listed = []
        for player_id in page:
            player = ids.parse(player_id)
            said = state.customers[player]
            version = state.version(f"player:{player_id}")
            counts = state.factor_e4(player)
            listed.append(DeskCustomer(player_id, said.group, said.factor_e4, counts, version))
        groups = [
            DeskGroup(target.partition(":")[2], standing.factor_e4, standing.version)
            for target, standing in state.groups()
        ]
        more = page[-1] if start + asked.limit < len(known) else ""
        return StaffAnswer(
            StaffOutcome.DONE, data=msgspec.msgpack.encode(DeskCustomers(listed, groups, more))
        )
