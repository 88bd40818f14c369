"""Clients that ask for all prices and never read: they must cost nobody else a price."""

import asyncio
from collections.abc import Sequence
from typing import Final

from pyplatform.apps.day.world import Event
from pyplatform.client import AsyncClient
from pyplatform.client.errors import NoAnswer

AT_FIRST_S: Final = 5.0
"""By then the day's markets are known."""


async def sleep(client: AsyncClient, events: Sequence[Event]) -> None:
    """Subscribe to everything and read nothing, until cancelled; a killed gateway takes the connection along."""
    await asyncio.sleep(AT_FIRST_S)
    while True:
        try:
            async with client.stream() as stream:
                await stream.subscribe(f"event:{event.id}" for event in events)
                await asyncio.Event().wait()
        except NoAnswer:
            await asyncio.sleep(1.0)
