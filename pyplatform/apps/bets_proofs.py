"""Proofs that players and traders are shown the bets of the journal: those in Valkey, and the newest tickets."""

import asyncio
from collections.abc import Iterable
from time import monotonic
from typing import Final

from pyplatform._core.shard import Batch
from pyplatform.bus import Bus
from pyplatform.kernel.config import Settings
from pyplatform.projections import ReadModels
from pyplatform.sportsbook.bets_proof import ShownBets
from pyplatform.wallet.proof import Differences, Proof
from pyplatform.wallet.proofs import PATIENCE
from pyplatform.wallet.store import JournalReader

BETS: Final = "bets equal the read models"
TICKETS: Final = "tickets equal the journal"
_PAUSE: Final = 0.1


async def prove_bets(settings: Settings, tenants: Iterable[str], patience: float = PATIENCE) -> list[Proof]:
    """Prove it for tenants whose journals verify; bets should have stopped, for a moving ledger cannot be compared."""
    bus = await Bus.connect(settings.nats_url, "verify bets")
    models = ReadModels.connect(settings.redis_url)
    try:
        deadline = monotonic() + patience
        return [
            proof for tenant in tenants for proof in await _prove(settings, bus, models, tenant, deadline)
        ]
    finally:
        await models.close()
        await bus.close()


async def _prove(
    settings: Settings, bus: Bus, models: ReadModels, tenant: str, deadline: float
) -> list[Proof]:
    shown, reader = ShownBets(tenant), JournalReader(settings.postgres_url, tenant)
    try:
        tip = await reader.tip() or 0
        seq = 0
        while seq < tip:
            for hi, sealed in await reader.page(seq, tip):
                shown.apply(Batch(sealed))
                seq = hi
    finally:
        await reader.close()
    while (stands := (await shown.position(models))[0]) != tip:
        if stands > tip or monotonic() > deadline:
            return [Proof(tenant, BETS, False, f"the copy stands at {stands:,}, the journal at {tip:,}")]
        await asyncio.sleep(_PAUSE)
    bets, tickets = Differences(), Differences()
    await shown.compare_bets(models, bets.add)
    told = await shown.compare_tickets(bus, tickets.add)
    proofs = [bets.proof(tenant, BETS, f"{len(shown):,} bets")]
    return proofs if told is None else [*proofs, tickets.proof(tenant, TICKETS, f"the newest {told:,}")]
