"""The bodies of markets; written by `make client`, change the API instead."""

import msgspec

from pyplatform.client.types.shared import MarketView


class MarketList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All markets of the tenant, the next to start first."""

    markets: list[MarketView]
