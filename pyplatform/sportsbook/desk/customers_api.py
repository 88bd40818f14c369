"""HTTP for traders: how much is taken of which customers."""

import re
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook.questions import AskCustomers, DeskCustomers, Limit
from pyplatform.contracts.sportsbook.trading import Customer, SetCustomer, SetGroup
from pyplatform.http.app import App
from pyplatform.http.message import Reply, Request
from pyplatform.http.problems import Problem
from pyplatform.sportsbook.desk import views
from pyplatform.sportsbook.desk.api import READS, WRITES, Done
from pyplatform.sportsbook.desk.client import DeskClient
from pyplatform.sportsbook.desk.replies import ask, replied, told

E4: Final = 10_000
_FACTOR: Final = re.compile(r"(\d{1,3})(?:\.(\d{1,4}))?", re.ASCII)
Factor = Annotated[
    str, Meta(max_length=8, pattern=r"^\d{1,3}(\.\d{1,4})?$", description='of stake limits, such as "0.5"')
]
_Group = Annotated[str, Meta(max_length=64, pattern="^[A-Za-z0-9 ._-]*$")]


class CustomerQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Players by id above `after`."""

    after: Annotated[str, Meta(max_length=36)] = ""
    limit: Limit = 50


class CustomerView(msgspec.Struct, frozen=True):
    """A player with the own factor and group; `counts` is the factor that comes of both."""

    player_id: str
    group: str
    factor: str | None
    counts: str
    version: int


class CustomerGroupView(msgspec.Struct, frozen=True):
    """A group of players and its factor, null for none."""

    group: str
    factor: str | None
    version: int


class CustomerList(msgspec.Struct, frozen=True):
    """A page of players and all groups; ask on with `after=next` until that is ""."""

    customers: list[CustomerView]
    groups: list[CustomerGroupView]
    next: str


class CustomerOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of a player is taken: by the own `factor`, or (null) by that of the group, or as of anybody."""

    version: views.Version
    factor: Factor | None = None
    group: _Group = ""
    reason: views.Reason = ""


class GroupOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of the players of a group is taken; null: as of anybody."""

    version: views.Version
    factor: Factor | None
    reason: views.Reason = ""


def routes(app: App, desk: DeskClient) -> None:
    """Add the operations on customers."""

    @app.get("/v1/customers", auth=READS)
    async def list_customers(request: Request, query: CustomerQuery) -> CustomerList:
        """List the players of whom more or less is taken, page by page, and the groups."""
        asked = AskCustomers(query.after, query.limit)
        found = told(await ask(desk, request, "customers", asked), DeskCustomers)
        return CustomerList(
            [
                CustomerView(
                    one.player_id, one.group, _write(one.factor_e4), _write(one.counts_e4) or "1", one.version
                )
                for one in found.customers
            ],
            [CustomerGroupView(one.group, _write(one.factor_e4), one.version) for one in found.groups],
            found.next,
        )

    @app.put("/v1/customers/{player_id}", auth=WRITES, idempotent="optional", errors=(409,))
    async def set_customer(request: Request, player_id: str, body: CustomerOrder) -> Reply[Done]:
        """Say how much of a player is taken: a factor of stake limits, or a group.

        Limits of stakes and of what a bet may win are multiplied; markets' limits and payouts stay.
        """
        customer = Customer(body.group, _read(body.factor))
        order = SetCustomer(player_id, customer, body.reason)
        answer = await ask(desk, request, "set_customer", order, body.version)
        return replied(answer, Done(answer.version, answer.position))

    @app.put("/v1/customers/groups/{group}", auth=WRITES, idempotent="optional", errors=(409,))
    async def set_group(request: Request, group: str, body: GroupOrder) -> Reply[Done]:
        """Say how much of the players of a group is taken."""
        order = SetGroup(group, _read(body.factor), body.reason)
        answer = await ask(desk, request, "set_group", order, body.version)
        return replied(answer, Done(answer.version, answer.position))


def _read(text: str | None) -> int | None:
    if text is None:
        return None
    match = _FACTOR.fullmatch(text)
    factor = int(match[1]) * E4 + int((match[2] or "").ljust(4, "0")) if match else -1
    if not 0 <= factor <= 100 * E4:
        detail = 'factor: a number from 0 to 100 with four decimals at most, such as "0.5"'
        raise Problem(422, "invalid_body", detail, field="factor")
    return factor


def _write(factor_e4: int | None) -> str | None:
    return None if factor_e4 is None else f"{factor_e4 / E4:g}"
