"""Operations on customers; written by `make client`, change the API instead."""

from urllib.parse import quote

from pyplatform.client.call import Call, new_key
from pyplatform.client.types.customers import CustomerList, CustomerOrder, GroupOrder
from pyplatform.client.types.shared import Done


def list_customers(*, after: str = "", limit: int = 50) -> Call[CustomerList]:
    """List the players of whom more or less is taken, page by page, and the groups."""
    return Call("GET", "/v1/customers", CustomerList, query={"after": after, "limit": limit})


def set_customer(player_id: str, body: CustomerOrder, *, key: str = "") -> Call[Done]:
    """Say how much of a player is taken: a factor of stake limits, or a group.

    Limits of stakes and of what a bet may win are multiplied; markets' limits and payouts stay.
    """
    return Call("PUT", f"/v1/customers/{quote(player_id, safe='')}", Done, body=body, key=key or new_key())


def set_group(group: str, body: GroupOrder, *, key: str = "") -> Call[Done]:
    """Say how much of the players of a group is taken."""
    return Call("PUT", f"/v1/customers/groups/{quote(group, safe='')}", Done, body=body, key=key or new_key())
