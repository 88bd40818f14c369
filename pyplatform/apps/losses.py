"""Going on after a failover lost acknowledged batches for good: what is known of them is kept, their copies go."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec
import nats.js.errors

from pyplatform._core import shard as core
from pyplatform.apps.supervisor import Platform
from pyplatform.apps.target import require_data, settings_of, tenant_of
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import balance_key, balance_position_key, ledger_stream, state_subject
from pyplatform.embedded import running_settings
from pyplatform.kernel.config import SERVERS, Settings
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.ids import text
from pyplatform.projections import ReadModels
from pyplatform.sportsbook.mybets import BetProjector
from pyplatform.wallet.consumers import applied
from pyplatform.wallet.store import JournalReader
from pyplatform.wallet.witness import Witness, lost_batches

_ASKED_S: Final = 1.0


class Loss(msgspec.Struct, frozen=True):
    """What was lost: entries after `tip`, those known in `file`, one batch a line; `entries` counts them."""

    tip: int
    entries: int
    file: Path


async def accept_loss(data: Path, tenant: str) -> Loss:
    """Write what the stream knows beyond the journal's end into a new file, then remove all copies of the ledger.

    Roles that read or write ledgers must not run; started again they go on from the journal's end. Raises PlatformError
    when nothing is lost, or a wallet leads.
    """
    async with _servers(data) as settings:
        tenant_of(settings, tenant)
        bus, reader = (
            await Bus.connect(settings.nats_url, "losses"),
            JournalReader(settings.postgres_url, tenant),
        )
        try:
            await _require_a_loss(settings, bus, reader, tenant)
            batches = await lost_batches(bus.js, reader, tenant)
            loss = _kept(data, tenant, await reader.tip() or 0, batches)
            await _forget(settings, bus, tenant)
        finally:
            await reader.close()
            await bus.close()
    return loss


@asynccontextmanager
async def _servers(data: Path) -> AsyncIterator[Settings]:
    """The servers of the environment, or those of a data folder, which are started if they do not run."""
    if running_settings(data) or Settings.from_env(require_servers=False).postgres_url:
        yield settings_of(data, *SERVERS)
        return
    require_data(data)
    async with Platform(data, ()) as platform:
        yield platform.settings


async def _require_a_loss(settings: Settings, bus: Bus, reader: JournalReader, tenant: str) -> None:
    try:
        await bus.request(state_subject(tenant), b"", _ASKED_S)
    except Unavailable:
        pass
    else:
        raise PlatformError(f"a wallet leads {tenant}: it would not if its journal had lost anything")
    try:
        await Witness(bus.js, tenant, lambda: applied(settings.redis_url, tenant)).check(reader)
    except Unavailable:
        raise
    except PlatformError:
        return
    raise PlatformError(f"the journal of {tenant} holds all that is known of it: nothing is lost")


def _kept(data: Path, tenant: str, tip: int, batches: list[core.Batch]) -> Loss:
    last = batches[-1].header.hi if batches else tip
    path = data / f"lost-{tenant}-{tip + 1}-{last}.jsonl"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") as file:
        for batch in batches:
            file.write(msgspec.json.encode(_told(batch)) + b"\n")
    path.chmod(0o600)
    return Loss(tip, sum(batch.header.n for batch in batches), path)


def _told(batch: core.Batch) -> dict[str, object]:
    """A batch for people and programs: what each entry was about, and all of it as it was sealed."""
    entries = [
        {
            "seq": entry.seq,
            "kind": entry.kind,
            "code": entry.code,
            "player": text(entry.player),
            "bet": text(entry.bet_id),
            "key": entry.key,
            "amount": str(entry.amount),
            "currency": entry.currency,
        }
        for entry in batch.entries()
    ]
    return {
        "lo": batch.header.lo,
        "hi": batch.header.hi,
        "entries": entries,
        "batch": base64.b64encode(batch.data).decode(),
    }


async def _forget(settings: Settings, bus: Bus, tenant: str) -> None:
    """Read models first: while the stream is there, whoever leads too early is still stopped by it."""
    models = ReadModels.connect(settings.redis_url)
    try:
        await BetProjector(bus.js, settings.postgres_url, models, tenant).forget()
        await models.delete([balance_position_key(tenant), balance_key(tenant, "*", "*")])
    finally:
        await models.close()
    try:
        await bus.js.delete_stream(ledger_stream(tenant))
    except nats.js.errors.NotFoundError:
        return
