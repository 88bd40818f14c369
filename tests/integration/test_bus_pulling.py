"""Messages asked for from a real JetStream."""

from collections.abc import AsyncIterator

import pytest
from nats.js import JetStreamContext
from nats.js.errors import APIError

from pyplatform.bus import Bus, pull
from pyplatform.embedded import Servers


@pytest.fixture
async def bus(servers: Servers) -> AsyncIterator[Bus]:
    bus = await Bus.connect(servers.settings.nats_url, "test")
    yield bus
    await bus.close()


@pytest.mark.parametrize("most", [1, 10])
@pytest.mark.parametrize("between", [False, True])
async def test_nothing_is_no_error_whenever_time_ends(
    bus: Bus, tenant_name: str, monkeypatch: pytest.MonkeyPatch, most: int, between: bool
) -> None:
    await bus.js.add_stream(name=tenant_name, subjects=[f"pulled.{tenant_name}"])
    subscription = await bus.js.pull_subscribe(f"pulled.{tenant_name}", durable="one")
    with monkeypatch.context() as patch:
        if between:  # as if the time had ended between two requests of one fetch
            patch.setattr(JetStreamContext, "_time_until", lambda *_: -1.0)
        assert await pull(subscription, most, 0.2) == []
    await bus.js.publish(f"pulled.{tenant_name}", b"here")
    found: list[bytes] = []
    while not found:
        found = [message.data for message in await pull(subscription, most, 5.0)]
    assert found == [b"here"]

    await bus.js.delete_stream(tenant_name)
    with pytest.raises(APIError):
        await pull(subscription, most, 0.2)
    await subscription.unsubscribe()
