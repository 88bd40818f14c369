"""Ten thousand subscriptions on one process, again and again: nothing is left behind, and who never reads is cut."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets

from pyplatform.gateway.push import client as clients
from pyplatform.gateway.push import hub as hubs
from pyplatform.gateway.push.client import Client
from pyplatform.gateway.push.hub import Hub
from tests.contract.test_stream_api import receive, send, stalled

Platform = Any
MARKETS = 25
CONNECTIONS = 400
ROUNDS = 3
LEFT_OVER_OBJECTS = 1_000
LEFT_OVER_MIB = 64
"""What a process may have grown by after rounds like the first: less than a connection each, and what malloc keeps."""


def hub_of(platform: Platform) -> Hub:
    """The hub behind the platform's stream."""
    hub: Hub = platform.app.sockets["/v1/stream"].handler.__self__._hub
    return hub


def used() -> tuple[int, int, int]:
    """Open descriptors, tasks, clients of the stream."""
    gc.collect()
    count = sum(type(one) is Client for one in gc.get_objects())
    return len(list(Path("/proc/self/fd").iterdir())), len(asyncio.all_tasks()), count


def resident_mib() -> float:
    """Memory of this process in RAM."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@asynccontextmanager
async def subscribed(platform: Platform, tokens: list[str]) -> AsyncIterator[list[Any]]:
    """Connections, each with all markets."""
    topics = [{"topic": f"market:9.{number}"} for number in range(MARKETS)]

    async def connect(token: str) -> Any:
        address = f"ws://127.0.0.1:{platform.port}/v1/stream"
        headers = {"Authorization": f"Bearer {token}", "X-Tenant": platform.ours}
        connection = await websockets.connect(address, additional_headers=headers, compression=None)
        await send(connection, type="subscribe", topics=topics)
        return connection

    opened = await asyncio.gather(*map(connect, tokens))
    try:
        yield opened
    finally:
        await asyncio.gather(*(connection.close() for connection in opened))


async def settled(hub: Hub, before: tuple[int, int, int]) -> tuple[int, int, int]:
    """What is used once the ends of connections have been seen to, or after five seconds."""
    for _ in range(100):
        hub.tick()
        if hub.count == 0 and used() <= before:
            break
        await asyncio.sleep(0.05)
    return used()


async def test_ten_thousand_subscriptions_come_and_go_without_a_trace(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "LINGER_SECONDS", 0.0)
    players = [await platform.player(email=f"p{n}@example.com") for n in range(CONNECTIONS // 16 + 1)]
    tokens = [players[n % len(players)].token for n in range(CONNECTIONS)]
    for number in range(MARKETS):
        await platform.publish(platform.market(platform.ours, f"9.{number}"))
        await platform.publish(platform.prices(platform.ours, f"9.{number}", 20_000))
    await platform.until(
        "/v1/markets", lambda found: len(found["markets"]) == MARKETS + 1, {"X-Tenant": platform.ours}
    )
    hub = hub_of(platform)
    before, objects, resident = (10**6, 10**6, 0), 0, 0.0
    for round_ in range(ROUNDS):
        async with subscribed(platform, tokens) as connections:
            for connection in connections:
                for _ in range(1 + 2 * MARKETS):
                    await receive(connection)
            assert hub.count == CONNECTIONS
            assert hub.topics == MARKETS
            listening = sum(len(topic.listeners) for _, topic in hub.of_kind(platform.ours, "market"))
            assert listening == CONNECTIONS * MARKETS == 10_000
            change = platform.prices(platform.ours, "9.0", 30_000 + round_)
            await platform.publish(change)
            for connection in connections:
                while (await receive(connection)).get("version") != change.version:
                    pass  # markets whose owner has been silent for long are told suspended
        after = await settled(hub, before)
        assert (hub.count, hub.topics) == (0, 0)
        assert after <= before, "descriptors, tasks and clients are back to what they were"
        if round_ == 0:  # connections to Postgres and Valkey are open now, and stay
            before, objects, resident = after, len(gc.get_objects()), resident_mib()
    assert len(gc.get_objects()) - objects < LEFT_OVER_OBJECTS
    assert resident_mib() - resident < LEFT_OVER_MIB


async def test_a_client_that_never_reads_is_cut(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "SEND_SECONDS", 0.5)
    opened, market_id = await platform.player(), f"1.{platform.ours}"
    client = await stalled(platform, opened.token)
    hub = hub_of(platform)
    async with asyncio.timeout(60):
        while hub.count == 0:
            await asyncio.sleep(0.01)
        while hub.count:
            for step in range(50):
                await platform.publish(platform.prices(platform.ours, market_id, 20_000 + step))
            await asyncio.sleep(0.01)
    assert hub.cut.value >= 1
    assert sum(type(one) is Client for one in gc.get_objects()) <= 1
    client.close()
