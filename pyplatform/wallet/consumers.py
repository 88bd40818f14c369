"""Balances in Valkey, as the ledger says; readers see the sequence they stand at."""

from collections.abc import Sequence
from contextlib import ExitStack

from nats.js import JetStreamContext

from pyplatform._core import shard as core
from pyplatform.contracts.sportsbook.mybets import bets_position_key
from pyplatform.contracts.wallet import balance_key, balance_position_key
from pyplatform.eventstore.following import LedgerFollower
from pyplatform.eventstore.tail import PastDiffers
from pyplatform.kernel.config import Settings
from pyplatform.kernel.ids import text
from pyplatform.projections import Batch, Effects, Inbox, Outcome, ReadModels
from pyplatform.telemetry import span


async def applied(redis_url: str, tenant: str) -> list[tuple[int, bytes]]:
    """Where each projection of this shard's ledger stands: sequence and hash of its last batch, 0 for a new one."""
    models = ReadModels.connect(redis_url)
    try:
        keys = balance_position_key(tenant), bets_position_key(tenant)
        found = [await Inbox(models, key).position() for key in keys]
    finally:
        await models.close()
    return [(position.seq, position.hash) for position in found]


async def lowest_applied(redis_url: str, tenant: str) -> int:
    """Sequence that every projection of this shard's ledger has applied; 0 when one starts anew."""
    return min(seq for seq, _ in await applied(redis_url, tenant))


def fold(tenant: str, batches: Sequence[core.Batch]) -> Batch:
    """Consecutive batches as one: for each player only the last balance counts."""
    latest: dict[tuple[bytes, str], tuple[int | None, int | None, int]] = {}
    for batch in batches:
        for player, currency, available, held, seq in batch.balances():
            old_available, old_held, _ = latest.get((player, currency), (None, None, 0))
            latest[player, currency] = (
                old_available if available is None else available,
                old_held if held is None else held,
                seq,
            )
    effects = Effects()
    for (player, currency), (available, held, seq) in latest.items():
        fields = {"available": available, "held": held}
        changed = {name: value for name, value in fields.items() if value is not None}
        effects.put(balance_key(tenant, text(player), currency), seq, changed)
    first, last = batches[0].header, batches[-1].header
    return Batch(first.lo, last.hi, first.prev_hash, last.hash, effects)


class BalanceProjector:
    """Keeps the balances of one tenant; remembers its position beside them, in the same step."""

    def __init__(self, settings: Settings, js: JetStreamContext, tenant: str) -> None:
        self._tenant = tenant
        self._models = ReadModels.connect(settings.redis_url)
        self._inbox = Inbox(self._models, balance_position_key(tenant))
        self._follower = LedgerFollower(js, settings.postgres_url, tenant, self, "balances")

    @property
    def applied(self) -> int:
        """Sequence the balances stand at."""
        return self._follower.applied

    async def run(self) -> None:
        """Follow the ledger until cancelled; a lost or different past is rebuilt from the journal."""
        try:
            await self._follower.run()
        finally:
            await self._models.close()

    async def position(self) -> tuple[int, bytes]:
        """Sequence and hash of the last batch applied."""
        found = await self._inbox.position()
        return found.seq, found.hash

    async def apply(self, batches: Sequence[core.Batch]) -> bool:
        """Write what batches did to balances."""
        with ExitStack() as spans:
            for batch in batches:
                for traceparent in batch.sampled():
                    spans.enter_context(span("project balance", traceparent, "consumer"))
            outcome = await self._inbox.apply(fold(self._tenant, batches))
        if outcome is Outcome.DIVERGED:
            raise PastDiffers(f"Valkey holds another past than the ledger at {batches[0].header.lo}")
        return outcome is not Outcome.GAP

    async def forget(self) -> None:
        """Remove all balances of the tenant, and the position."""
        await self._models.delete([balance_position_key(self._tenant), balance_key(self._tenant, "*", "*")])
