"""Sending commands to wallets: over the bus, or in the same process, with one protocol."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Final

from pyplatform._core.wallet import RETRY, Reply, decode_reply
from pyplatform.bus import INTERACTIVE, SETTLEMENT, Bus, Coalescer, LeaseClient, frames
from pyplatform.contracts.wallet import command_subject, locate_subject
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.wallet.writer import Writer

TIMEOUT: Final = 5.0
"""Seconds within which a command is answered or its outcome is unknown."""
ATTEMPT: Final = 2.0
"""Seconds one holder may take to answer before the next is looked for."""
SETTLEMENT_FRAMES: Final = 2
"""Frames of bulk work under way to one shard: it gives way to players in the sender already."""
INTERACTIVE_FRAMES: Final = 8
_NOT_LEADING: Final = "not_leading"
_OVERLOADED: Final = "overloaded"
_PAUSE: Final = 0.05


class _Route:
    """The way to one shard: a coalescer for each class of work."""

    def __init__(self, send: Callable[[bytes], Awaitable[bytes]], lost: Callable[[], None]) -> None:
        self.interactive = Coalescer(send, kind=INTERACTIVE, in_flight=INTERACTIVE_FRAMES)
        self.settlement = Coalescer(send, kind=SETTLEMENT, in_flight=SETTLEMENT_FRAMES)
        self.lost = lost
        self._send = send
        self._bulk = asyncio.Semaphore(SETTLEMENT_FRAMES)

    async def submit(self, command: bytes, settlement: bool) -> Reply:
        deadline = monotonic() + TIMEOUT
        unclear = False
        way = self.settlement if settlement else self.interactive
        while True:
            try:
                reply = decode_reply(await way.call(command))
            except Unavailable:
                # The holder may be gone; the same command to its successor is decided once all the same.
                unclear = True
                if monotonic() > deadline:
                    raise
            else:
                if unclear and reply.status == RETRY and reply.name == _OVERLOADED:
                    raise Unavailable(
                        "an earlier copy of this command may still be applied: send it again later"
                    )
                if reply.status != RETRY or reply.name != _NOT_LEADING:
                    return reply
                if monotonic() > deadline:
                    raise Unavailable(
                        "no writer leads this tenant's wallet: send the same command again later"
                    )
            self.lost()
            await asyncio.sleep(_PAUSE)

    async def settle(self, commands: Sequence[bytes]) -> list[Reply]:
        frame = frames.encode(SETTLEMENT, commands)
        async with self._bulk:
            deadline = monotonic() + TIMEOUT
            while True:
                try:
                    _, answers = frames.decode(await self._send(frame))
                except Unavailable:
                    if monotonic() > deadline:
                        raise
                else:
                    replies = list(map(decode_reply, answers))
                    if len(replies) == len(commands) and not any(map(_is_elsewhere, replies)):
                        return replies
                    if monotonic() > deadline:
                        raise Unavailable("no writer leads this tenant's wallet: send the same again later")
                self.lost()
                await asyncio.sleep(_PAUSE)


def _is_elsewhere(reply: Reply) -> bool:
    return reply.status == RETRY and reply.name == _NOT_LEADING


class WalletClient:
    """The wallet port over the bus; one for a process, for all tenants."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._routes: dict[str, _Route] = {}

    async def submit(self, tenant: str, command: bytes, *, settlement: bool = False) -> Reply:
        """Submit one encoded command and return the reply once it is durable.

        Raises Unavailable when no writer answered in time; the outcome is then unknown and the same command must
        be sent again.
        """
        route = self._routes.get(tenant)
        if route is None:
            route = self._routes[tenant] = self._open(tenant)
        return await route.submit(command, settlement)

    async def settle(self, tenant: str, commands: Sequence[bytes]) -> list[Reply]:
        """Submit up to 1,024 commands as one frame of bulk work; replies in order, once they are durable.

        At most two such frames of a tenant are under way. Raises Unavailable as `submit`.
        """
        route = self._routes.get(tenant)
        if route is None:
            route = self._routes[tenant] = self._open(tenant)
        return await route.settle(commands)

    def _open(self, tenant: str) -> _Route:
        lease = LeaseClient(
            self._bus, locate_subject(tenant), lambda epoch: command_subject(tenant, epoch), ATTEMPT
        )
        return _Route(lease.request, lease.forget)


class LocalWallet:
    """The same port where the writers live in this process."""

    def __init__(self, writers: dict[str, Writer]) -> None:
        self._routes = {shard: _Route(writer.submit, lambda: None) for shard, writer in writers.items()}

    async def submit(self, tenant: str, command: bytes, *, settlement: bool = False) -> Reply:
        """Submit one encoded command; raises PlatformError for a tenant this process does not lead."""
        return await self._route(tenant).submit(command, settlement)

    async def settle(self, tenant: str, commands: Sequence[bytes]) -> list[Reply]:
        """Submit up to 1,024 commands as one frame of bulk work; raises as `submit`."""
        return await self._route(tenant).settle(commands)

    def _route(self, tenant: str) -> _Route:
        route = self._routes.get(tenant)
        if route is None:
            raise PlatformError(f"no wallet of tenant {tenant} in this process")
        return route
