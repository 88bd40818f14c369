"""The read models in Valkey, as the gateway reads them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from time import monotonic
from typing import Final, TypeVar

import msgspec

from pyplatform.contracts.sportsbook.liability import Exposure, liabilities_key, liability_key
from pyplatform.contracts.sportsbook.markets import (
    Event,
    Market,
    Prices,
    event_key,
    events_key,
    market_key,
    markets_key,
)
from pyplatform.contracts.sportsbook.mybets import bet_key, bets_key, bets_position_key
from pyplatform.contracts.wallet import balance_key
from pyplatform.projections import ReadModels

POLL_SECONDS: Final = 0.01
"""Pause before the second look; each is twice the one before, up to `MAX_POLL_SECONDS`."""
MAX_POLL_SECONDS: Final = 0.16
_BATCH: Final = 500
_market = msgspec.msgpack.Decoder(Market)
_prices = msgspec.msgpack.Decoder(Prices)
_event = msgspec.msgpack.Decoder(Event)
_exposure = msgspec.msgpack.Decoder(Exposure)
T = TypeVar("T", Market, Prices, Event, Exposure)


class Balance(msgspec.Struct, frozen=True):
    """Amounts at the currency's scale, as of entry `seq` of the ledger."""

    available: int
    held: int
    seq: int


class Store:
    """Reads what the projector wrote; raises Unavailable when Valkey does not answer."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models

    async def balance(
        self, tenant: str, player: str, currency: str, *, min_seq: int = 0, wait_s: float = 0
    ) -> Balance:
        """Balance of a player, zero if there never was an entry.

        Waits up to `wait_s` seconds until it is of entry `min_seq` or later, then returns what there is.
        """
        key, deadline, pause = balance_key(tenant, player, currency), monotonic() + wait_s, POLL_SECONDS
        while True:
            found = await self._models.get(key)
            available, held, seq = (int(found.get(name, b"0")) for name in (b"available", b"held", b"seq"))
            if seq >= min_seq or monotonic() >= deadline:
                return Balance(available, held, seq)
            await asyncio.sleep(pause)
            pause = min(2 * pause, MAX_POLL_SECONDS)

    async def bet(self, tenant: str, bet_id: str) -> dict[bytes, bytes]:
        """The hash of a bet; empty if there is none."""
        return await self._models.get(bet_key(tenant, bet_id))

    async def bets(self, tenant: str, bet_ids: Sequence[str]) -> list[dict[bytes, bytes]]:
        """The hashes of bets, in one round trip."""
        return await self._models.get_many([bet_key(tenant, bet_id) for bet_id in bet_ids])

    async def bets_of_month(self, tenant: str, player: str, month: str) -> list[str]:
        """Ids of the bets a player placed in a month."""
        return [name.decode() for name in await self._models.members(bets_key(tenant, player, month))]

    async def bets_position(self, tenant: str) -> int:
        """Entry of the ledger that the bets are of; 0 before the first."""
        return int((await self._models.get(bets_position_key(tenant))).get(b"seq", b"0"))

    async def bets_reached(self, tenant: str, min_seq: int, wait_s: float) -> None:
        """Wait until the bets are of entry `min_seq` or later, up to `wait_s` seconds."""
        deadline, pause = monotonic() + wait_s, POLL_SECONDS
        while min_seq:
            if await self.bets_position(tenant) >= min_seq or monotonic() >= deadline:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, MAX_POLL_SECONDS)

    async def markets(self, tenant: str) -> tuple[list[Market], list[Prices]]:
        """All markets and prices of a tenant; what a newer version of us wrote and we cannot read is left out."""
        markets: list[Market] = []
        prices: list[Prices] = []
        async for found in self._listed(tenant, markets_key, market_key):
            markets += _decode(_market, found.get(b"market"))
            prices += _decode(_prices, found.get(b"prices"))
        return markets, prices

    async def events(self, tenant: str) -> list[Event]:
        """All events of a tenant, as `markets`."""
        events: list[Event] = []
        async for found in self._listed(tenant, events_key, event_key):
            events += _decode(_event, found.get(b"event"))
        return events

    async def exposures(self, tenant: str) -> list[Exposure]:
        """All liabilities of a tenant, as `markets`."""

        def key(tenant: str, name: str) -> str:
            market_id, _, currency = name.rpartition(":")
            return liability_key(tenant, market_id, currency)

        exposures: list[Exposure] = []
        async for found in self._listed(tenant, liabilities_key, key):
            exposures += _decode(_exposure, found.get(b"exposure"))
        return exposures

    async def _listed(
        self, tenant: str, listing: Callable[[str], str], key: Callable[[str, str], str]
    ) -> AsyncIterator[dict[bytes, bytes]]:
        """The hashes whose names a set lists."""
        names = sorted(name.decode() for name in await self._models.members(listing(tenant)))
        for start in range(0, len(names), _BATCH):
            for found in await self._models.get_many(
                [key(tenant, name) for name in names[start : start + _BATCH]]
            ):
                yield found

    async def check(self) -> None:
        """Raise Unavailable unless Valkey answers."""
        await self._models.get("health")


def _decode(decoder: msgspec.msgpack.Decoder[T], data: bytes | None) -> list[T]:
    if data is None:
        return []
    try:
        return [decoder.decode(data)]
    except msgspec.DecodeError:
        return []
