"""The bus on a real NATS server, through its death and return."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pyplatform.bus import Bus, Disconnected, LeaseClient, Message, NoResponders, Subscription
from pyplatform.embedded import Embedded, Servers
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable


@pytest.fixture
async def bus(servers: Servers) -> AsyncIterator[Bus]:
    bus = await Bus.connect(servers.settings.nats_url, "test")
    yield bus
    await bus.close()


async def test_publish_reaches_those_who_listen_in_order(bus: Bus, tenant_name: str) -> None:
    got: list[tuple[bytes, str]] = []
    done = asyncio.Event()

    async def handle(message: Message) -> None:
        got.append((message.data, (message.headers or {}).get("traceparent", "")))
        if len(got) == 1:
            raise RuntimeError("one bad message must not stop the rest")
        if len(got) == 100:
            done.set()

    await bus.subscribe(f"price.{tenant_name}.*", handle)
    for n in range(100):
        await bus.publish(f"price.{tenant_name}.m{n % 7}", str(n).encode(), {"traceparent": f"t{n}"})
    await asyncio.wait_for(done.wait(), 60)
    assert got == [(str(n).encode(), f"t{n}") for n in range(100)]


async def test_requests_are_answered_concurrently(bus: Bus, tenant_name: str) -> None:
    under_way, all_there = 0, asyncio.Event()

    async def answer(payload: bytes) -> bytes:
        nonlocal under_way
        under_way += 1
        if under_way == 50:
            all_there.set()
        await all_there.wait()
        return payload[::-1]

    await bus.serve(f"echo.{tenant_name}", answer)
    asked = (bus.request(f"echo.{tenant_name}", b"%d" % n, 60) for n in range(10, 60))
    assert await asyncio.gather(*asked) == [str(n)[::-1].encode() for n in range(10, 60)]


async def test_unanswered_requests_say_why(bus: Bus, tenant_name: str) -> None:
    async def fail(_: bytes) -> bytes:
        raise RuntimeError("broken")

    with pytest.raises(NoResponders):
        await bus.request(f"nobody.{tenant_name}", b"")

    async def sleep(_: bytes) -> bytes:
        await asyncio.sleep(60)
        return b""

    await bus.serve(f"slow.{tenant_name}", sleep)
    with pytest.raises(Unavailable, match=r"did not answer within 0\.1 s"):
        await bus.request(f"slow.{tenant_name}", b"", 0.1)
    await bus.serve(f"broken.{tenant_name}", fail)
    with pytest.raises(Unavailable, match="the other side broke"):
        await bus.request(f"broken.{tenant_name}", b"", 60)


async def test_nobody_there_is_one_plain_sentence() -> None:
    with pytest.raises(Unavailable, match=r"cannot reach NATS at 127\.0\.0\.1:1: is it running\?"):
        await Bus.connect("nats://user:secret@127.0.0.1:1", "test", 0.3)


async def test_the_bus_comes_back_after_nats_died(tmp_path: Path) -> None:
    async with Embedded(tmp_path, outside=Settings(postgres_url="x", redis_url="x")) as servers:
        bus = await Bus.connect(servers.settings.nats_url, "test")

        async def never(_: bytes) -> bytes:
            await asyncio.sleep(60)
            return b""

        async def echo(payload: bytes) -> bytes:
            return payload

        await bus.serve("never", never)
        await bus.serve("echo", echo)
        under_way = asyncio.ensure_future(bus.request("never", b"", 60))
        await asyncio.sleep(0.1)
        servers.kill("nats")
        with pytest.raises(Disconnected):
            await asyncio.wait_for(under_way, 60)
        with pytest.raises(Disconnected):
            await bus.request("echo", b"refused at once", 60)
        await bus.publish("price", b"lost")
        assert bus.dropped == 1
        await servers.restart("nats")
        async with asyncio.timeout(60):
            while not bus.reconnects:
                await asyncio.sleep(0.01)
        assert await bus.request("echo", b"back") == b"back"
        await bus.close()


async def test_a_lease_client_follows_the_holder(bus: Bus, tenant_name: str) -> None:
    epoch = 3
    served: list[str] = []

    async def where(_: bytes) -> bytes:
        return str(epoch).encode()

    async def hold(at: int) -> None:
        async def command(payload: bytes) -> bytes:
            served.append(f"{at}:{payload.decode()}")
            return payload

        holder.append(await bus.serve(f"cmd.{tenant_name}.{at}", command))

    holder: list[Subscription] = []
    client = LeaseClient(bus, f"where.{tenant_name}", lambda number: f"cmd.{tenant_name}.{number}", 2.0)
    waiting = asyncio.ensure_future(client.request(b"early"))
    await asyncio.sleep(0.05)
    await bus.serve(f"where.{tenant_name}", where)
    await hold(3)
    assert await waiting == b"early"
    assert client.epoch == 3
    await holder[0].unsubscribe()
    epoch = 4
    await hold(4)
    assert await asyncio.gather(*(client.request(b"%d" % n) for n in range(5))) == [
        b"%d" % n for n in range(5)
    ]
    assert served == ["3:early", "4:0", "4:1", "4:2", "4:3", "4:4"]


async def test_a_lease_client_gives_up_at_its_deadline(bus: Bus, tenant_name: str) -> None:
    client = LeaseClient(bus, f"where.{tenant_name}", str, 0.3)
    with pytest.raises(Unavailable, match=r"nobody answers for .* within 0\.3 s"):
        await asyncio.wait_for(client.request(b"x"), 60)


async def test_a_handler_that_does_not_keep_up_is_counted(bus: Bus, tenant_name: str) -> None:
    gate = asyncio.Event()

    async def slow(_: Message) -> None:
        await gate.wait()

    subscription = await bus.subscribe(f"flood.{tenant_name}", slow)
    subscription._pending_queue = asyncio.Queue(10)
    for _ in range(50):
        await bus.publish(f"flood.{tenant_name}", b"x")
    await bus.flush()
    async with asyncio.timeout(60):
        while bus.slow_consumer_drops < 30:
            await asyncio.sleep(0.01)
    gate.set()


async def test_a_holder_that_hangs_is_left_for_its_successor(bus: Bus, tenant_name: str) -> None:
    epoch = 1

    async def where(_: bytes) -> bytes:
        return str(epoch).encode()

    async def hang(_: bytes) -> bytes:
        await asyncio.Event().wait()
        return b""

    async def echo(payload: bytes) -> bytes:
        return payload

    await bus.serve(f"where.{tenant_name}", where)
    await bus.serve(f"cmd.{tenant_name}.1", hang)
    await bus.serve(f"cmd.{tenant_name}.2", echo)
    client = LeaseClient(bus, f"where.{tenant_name}", lambda number: f"cmd.{tenant_name}.{number}", 0.3)
    with pytest.raises(Unavailable):
        await client.request(b"x")
    epoch = 2
    assert await client.request(b"x") == b"x"


async def test_who_gives_up_connecting_leaves_no_connection(servers: Servers) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    await (await Bus.connect(servers.settings.nats_url, "test")).close()
    before = descriptors()
    for turns in range(150):
        connecting = asyncio.ensure_future(Bus.connect(servers.settings.nats_url, "test"))
        for _ in range(turns):
            await asyncio.sleep(0)
        connecting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await (await connecting).close()
        async with asyncio.timeout(60):
            while descriptors() > before:
                await asyncio.sleep(0)
