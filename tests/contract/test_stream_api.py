"""The price stream over a real WebSocket: the whole market, then the latest prices, for whoever reads how slowly."""

import asyncio
import base64
import os
import socket
from typing import Any

import msgspec
import pytest
import websockets

Platform = Any


async def connect(platform: Platform, token: str, tenant: str) -> websockets.ClientConnection:
    connection = await websockets.connect(f"ws://127.0.0.1:{platform.port}/v1/stream")
    await send(connection, type="login", tenant=tenant, token=token)
    return connection


async def follow(connection: websockets.ClientConnection, *topics: str, **more: object) -> None:
    await send(connection, type="subscribe", topics=[{"topic": topic} for topic in topics], **more)


async def send(connection: websockets.ClientConnection, **message: object) -> None:
    await connection.send(msgspec.json.encode(message).decode())


async def receive(connection: websockets.ClientConnection) -> Any:
    return msgspec.json.decode(await asyncio.wait_for(connection.recv(), 60))


async def test_a_listener_gets_the_market_and_then_its_changes(platform: Platform) -> None:
    opened, market_id = await platform.player(), f"1.{platform.ours}"
    connection = await connect(platform, opened.token, platform.ours)
    assert (await receive(connection))["type"] == "welcome"
    await follow(connection, f"market:{market_id}", f"market:1.{platform.theirs}")
    answers = {answer["type"]: answer for answer in [await receive(connection) for _ in range(3)]}
    begun, whole, refused = answers["subscribed"], answers["market"], answers["error"]
    assert (begun["topic"], begun["why"]) == (f"market:{market_id}", "new")
    assert (whole["market"]["id"], whole["market"]["selections"][0]["price"]) == (market_id, "2.50")
    assert (refused["code"], refused["topic"]) == ("unknown_market", f"market:1.{platform.theirs}")
    assert refused["field"] == "topics.topic"
    change = platform.prices(platform.ours, market_id, 31_000)
    await platform.publish(change)
    assert await receive(connection) == {
        "type": "prices",
        "topic": f"market:{market_id}",
        "seq": whole["seq"] + 1,
        "market_id": market_id,
        "version": change.version,
        "status": "open",
        "prices": {"1": "3.10"},
    }
    await platform.publish(platform.market(platform.ours, market_id))
    assert (await receive(connection))["type"] == "market"
    await send(connection, type="unsubscribe", topics=[f"market:{market_id}"])
    await send(connection, type="nonsense")
    assert (await receive(connection))["code"] == "invalid_message"
    await send(connection, type="subscribe", topics=[{"topic": "sports", "after": "x"}])
    assert (trouble := await receive(connection))["field"] == "topics[0].after", trouble
    await platform.publish(platform.prices(platform.ours, market_id, 32_000))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(connection.recv(), 0.2)
    await connection.close()


async def test_who_is_not_logged_in_hears_nothing(platform: Platform) -> None:
    opened = await platform.player()
    for tenant, token in (
        (platform.theirs, opened.token),
        (platform.ours, "wrong"),
        ("nobody", opened.token),
    ):
        connection = await connect(platform, token, tenant)
        assert (await receive(connection))["code"] == "unauthenticated"
        with pytest.raises(websockets.ConnectionClosed):
            await connection.recv()
    async with websockets.connect(f"ws://127.0.0.1:{platform.port}/v1/stream") as connection:
        await follow(connection, f"market:1.{platform.ours}")
        assert (await receive(connection))["code"] == "unauthenticated"


async def test_the_end_of_the_session_ends_the_stream(platform: Platform) -> None:
    opened = await platform.player()
    connection = await connect(platform, opened.token, platform.ours)
    assert (await receive(connection))["type"] == "welcome"
    await platform.client.delete("/v1/sessions/current", headers=platform.headers(opened))
    assert (await receive(connection))["code"] == "session_ended"
    with pytest.raises(websockets.ConnectionClosed):
        await asyncio.wait_for(connection.recv(), 60)


def masked(text: bytes) -> bytes:
    """A text frame as a client sends it."""
    mask = os.urandom(4)
    length = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0xFE]) + len(text).to_bytes(2)
    return b"\x81" + length + mask + bytes(byte ^ mask[n % 4] for n, byte in enumerate(text))


async def stalled(platform: Platform, token: str) -> socket.socket:
    """A client that subscribes and then reads nothing, with a small receive buffer."""
    loop = asyncio.get_running_loop()
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    await loop.sock_connect(client, ("127.0.0.1", platform.port))
    key = base64.b64encode(os.urandom(16)).decode()
    await loop.sock_sendall(
        client,
        f"GET /v1/stream HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode(),
    )
    login = msgspec.json.encode({"type": "login", "tenant": platform.ours, "token": token})
    wish = msgspec.json.encode({"type": "subscribe", "topics": [{"topic": f"market:1.{platform.ours}"}]})
    said = b""
    while b"\r\n\r\n" not in said:
        said += await loop.sock_recv(client, 1)
    await loop.sock_sendall(client, masked(login) + masked(wish))
    return client


async def test_a_stalled_listener_skips_to_the_latest_and_delays_nobody(platform: Platform) -> None:
    opened, market_id = await platform.player(), f"1.{platform.ours}"
    slow = await stalled(platform, opened.token)
    quick = await connect(platform, opened.token, platform.ours)
    assert (await receive(quick))["type"] == "welcome"
    await follow(quick, f"market:{market_id}")
    assert (await receive(quick))["type"] == "subscribed"
    assert (await receive(quick))["type"] == "market"
    for step in range(5_000):
        last = platform.prices(platform.ours, market_id, 20_000 + step)
        await platform.publish(last)
        if step % 100 == 0:
            await asyncio.sleep(0)
    while (await receive(quick)).get("version") != last.version:
        pass
    loop, received = asyncio.get_running_loop(), b""
    wanted = f'"version":{last.version},'.encode()
    async with asyncio.timeout(60):
        while wanted not in received:
            received += await loop.sock_recv(slow, 65_536)
    messages = received.count(b'"type":"prices"')
    assert messages < 2_500, "most versions were skipped"
    assert len(received) < 300_000, "what it got was bounded by the buffers"
    slow.close()
    await quick.close()
