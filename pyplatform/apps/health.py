"""Whether a role does its work, asked from outside its process: what a container's health check runs."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from pyplatform.bus import Bus, NoResponders
from pyplatform.contracts.feeds import FeedHealth, ask_health_subject
from pyplatform.contracts.sportsbook.bets import locate_subject as owner_subject
from pyplatform.contracts.sportsbook.owners import owner_names
from pyplatform.contracts.sportsbook.settlement import locate_subject as settlement_subject
from pyplatform.contracts.wallet import locate_subject as shard_subject
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.tenancy import Tenant

PATIENCE_S: Final = 2.0
"""Seconds a role may take to answer."""
CATCH_UP_S: Final = 5.0
"""Seconds within which the read models reach what the journal said when we asked."""
_POLL_S: Final = 0.1


class Question(msgspec.Struct, frozen=True):
    """Where to ask: the servers, the tenants, the gateway's address, and the name of the feed."""

    settings: Settings
    tenants: Mapping[str, Tenant]
    url: str
    feed: str = "betfair"


async def _wallet(question: Question) -> str:
    await _located(question, [shard_subject(tenant) for tenant in question.tenants])
    return f"leads {', '.join(question.tenants)}"


async def _trading(question: Question) -> str:
    names = owner_names(question.settings.owners)
    await _located(question, [owner_subject(name) for name in names])
    return f"leads the events: {', '.join(names)}"


async def _settlement(question: Question) -> str:
    await _located(question, [settlement_subject()])
    return "leads settlement"


async def _feed(question: Question) -> str:
    (answer,) = await _located(question, [ask_health_subject(question.feed)])
    health = msgspec.msgpack.decode(answer, type=FeedHealth)
    down = [f"{one.producer} ({one.reason})" for one in health.producers if not one.up]
    age = f"{(health.at - health.last_received_at) / 1e9:.1f} s ago" if health.last_received_at else "never"
    stands = (
        f"{health.markets:,} markets, {health.messages:,} messages, {health.broken:,} broken, "
        f"{health.waiting:,} waiting, last one {age}"
    )
    if down or not (health.assumed_up or health.producers):
        raise Unavailable(f"{question.feed} is down: {', '.join(down) or 'not recovered yet'}; {stands}")
    return f"{question.feed} is up: {stands}"


async def _located(question: Question, subjects: list[str]) -> list[bytes]:
    bus = await Bus.connect(question.settings.nats_url, "health", PATIENCE_S)
    try:
        return await asyncio.gather(*(bus.request(subject, b"", PATIENCE_S) for subject in subjects))
    finally:
        await bus.close()


async def _projector(question: Question) -> str:
    seqs = await asyncio.gather(*(_caught_up(question.settings, tenant) for tenant in question.tenants))
    return ", ".join(f"{tenant} at {seq:,}" for tenant, seq in zip(question.tenants, seqs, strict=True))


async def _snapshots(question: Question) -> str:
    from pyplatform.wallet.snapshotter import Pace, standing  # noqa: PLC0415 - a check loads what it needs

    pace = Pace.from_env()
    stand = await asyncio.gather(*(standing(question.settings, tenant, pace) for tenant in question.tenants))
    return ", ".join(stand)


async def _caught_up(settings: Settings, tenant: str) -> int:
    from pyplatform.wallet.consumers import lowest_applied  # noqa: PLC0415 - a check loads what it needs
    from pyplatform.wallet.store import JournalReader  # noqa: PLC0415

    reader = JournalReader(settings.postgres_url, tenant)
    try:
        tip = await reader.tip() or 0
    finally:
        await reader.close()
    applied = 0
    try:
        async with asyncio.timeout(CATCH_UP_S):
            while True:
                applied = await lowest_applied(settings.redis_url, tenant)
                if applied >= tip:
                    return applied
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        behind = f"the balances of {tenant} stand at {applied:,}, the journal at {tip:,}"
        raise Unavailable(f"{behind}: is the wallet publishing, is the projector running?") from None


async def _gateway(question: Question) -> str:
    def ask() -> str:
        try:
            with urllib.request.urlopen(f"{question.url}/health/ready", timeout=PATIENCE_S) as answer:  # noqa: S310
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                raise Unavailable(f"the gateway is not ready: {error.read().decode()}") from None
        except OSError as error:
            raise Unavailable(f"no gateway answers at {question.url}: {error}") from error

    return await asyncio.to_thread(ask)


CHECKS: Final[dict[str, Callable[[Question], Awaitable[str]]]] = {
    "wallet": _wallet,
    "projector": _projector,
    "snapshots": _snapshots,
    "feed": _feed,
    "trading": _trading,
    "settlement": _settlement,
    "gateway": _gateway,
}
"""What is asked of each role."""


async def check(role: str, question: Question) -> str:
    """Say in words how a role stands; raises PlatformError when it does not do its work."""
    try:
        return await CHECKS[role](question)
    except NoResponders as error:
        name = f"feed {question.feed}" if role == "feed" else role
        raise Unavailable(f"no {name} answers: none runs, or none leads yet") from error
    except OSError as error:
        raise PlatformError(f"{role} cannot be asked: {error}") from error
