"""What a market may cost, as the owner of its event tells it whenever it moves, and where the read model keeps it."""

import msgspec

from pyplatform.contracts.sportsbook.desk import MarketExposure


class Exposure(msgspec.Struct, array_like=True, frozen=True):
    """Stakes and liability of a market in one tenant and currency, at `version` (µs of its owner's clock).

    Stakes and `if_wins` are of the bets that stand, `worst_case` counts those under way too. `bets` is how many there
    are of both, in all currencies.
    """

    version: int
    event_id: str
    bets: int
    market: MarketExposure


def liability_subject(tenant: str, market_id: str) -> str:
    """Core NATS subject of a market's liability (`Exposure`): the latest value wins."""
    return f"liability.{tenant}.{market_id.replace('.', '_')}"


def liability_key(tenant: str, market_id: str, currency: str) -> str:
    """Valkey hash `{exposure, version}` with a msgpack `Exposure`."""
    return f"{tenant}:liability:{market_id}:{currency}"


def liabilities_key(tenant: str) -> str:
    """Valkey set of `<market id>:<currency>` of all liabilities of a tenant."""
    return f"{tenant}:liabilities"
