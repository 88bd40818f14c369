"""Puts the gateway together from ports; who implements them is the composition root's business."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager

from pyplatform.apidoc.serve import add_documentation
from pyplatform.bus import Bus
from pyplatform.contracts.pam import SessionPort
from pyplatform.contracts.sportsbook.history import HistoryPort
from pyplatform.contracts.sportsbook.markets import REFRESH_S
from pyplatform.gateway.api import routes
from pyplatform.gateway.cashout import CashOuts
from pyplatform.gateway.consumers import MarketFeed
from pyplatform.gateway.events import EventCopy
from pyplatform.gateway.history_api import history_routes
from pyplatform.gateway.liability_api import liability_routes
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.mybets import BetReader
from pyplatform.gateway.push.bets import BetPush, MyBetsSource
from pyplatform.gateway.push.hub import Hub
from pyplatform.gateway.push.liability import LiabilityCopy, LiabilityPush, LiabilitySource
from pyplatform.gateway.push.markets import MarketPush, sources
from pyplatform.gateway.push.stream import Stream
from pyplatform.gateway.push.topics import Source
from pyplatform.gateway.service import Betting
from pyplatform.gateway.store import Store
from pyplatform.http.app import App
from pyplatform.http.health import Check, add_health
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.projections import ReadModels


@asynccontextmanager
async def gateway(
    app: App,
    bus: Bus,
    models: ReadModels,
    *,
    sessions: SessionPort,
    history: HistoryPort,
    tenants: Collection[str],
    checks: Mapping[str, Check],
    hears_all_after: float = 2 * REFRESH_S,
) -> AsyncIterator[None]:
    """Add the gateway's routes, health and documentation to `app`; feed its market copy while the context lasts.

    What else `app` serves must be there before, or the documentation does not know it. A bet on a market unknown to
    us is refused only after `hears_all_after` seconds of listening: the read models may have been lost, and the key
    may have been answered before.
    """
    copy, store = MarketCopy(tenants), Store(models)
    events = EventCopy(tenants, copy)
    liability = LiabilityCopy(tenants, copy, events)
    bets = BetPush(bus, store, tenants)
    staff: dict[str, Source] = {"liability": LiabilitySource(liability), "tickets": bets}
    hub = bets.hub = Hub({**sources(copy, events), **staff, "my_bets": MyBetsSource(BetReader(store))})
    stream = Stream(hub, sessions, tenants)
    push = MarketPush(hub, copy, events, tenants)
    feed = MarketFeed(
        bus, store, copy, events, push, LiabilityPush(hub, liability), list(tenants), hears_all_after
    )

    async def connected() -> None:
        if not bus.connected:
            raise Unavailable("not connected to NATS")

    async def loaded() -> None:
        if not feed.ready:
            raise Unavailable("the markets have not been read yet")

    liability_routes(app, liability)
    history_routes(app, copy, history)
    routes(app, copy, events, store, Betting(bus, copy), CashOuts(bus), stream)
    add_health(app, {"bus": connected, "valkey": store.check, "markets": loaded, **checks})
    add_documentation(app)
    await feed.start(stream.session_revoked)
    await bets.start()
    upkeep = [asyncio.create_task(work) for work in (push.run(), bets.run())]
    try:
        yield
    finally:
        await end(upkeep)
        await bets.stop()
        await feed.stop()
