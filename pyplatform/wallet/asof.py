"""The journal in Postgres as it was at an entry or at a time."""

from pyplatform._core.shard import Batch
from pyplatform.core.asof import UpTo
from pyplatform.kernel.errors import PlatformError
from pyplatform.wallet.store import JournalReader


async def fold_up_to(reader: JournalReader, tenant: str, seq: int) -> UpTo:
    """Fold a tenant's journal up to entry `seq`; raises PlatformError when it ends before or does not verify."""
    tip = await reader.tip() or 0
    if seq > tip:
        raise PlatformError(f"the journal of {tenant} ends at entry {tip:,}; there is no entry {seq:,} yet")
    fold = UpTo(tenant, seq)
    while not fold.done:
        page = await reader.page(fold.after, tip)
        if not page:
            raise PlatformError(f"the journal of {tenant} has nothing after entry {fold.after:,}")
        try:
            fold.take([batch for _, batch in page])
        except ValueError as error:
            raise PlatformError(f"the journal of {tenant} does not verify: {error}") from error
    return fold


async def batch_of(reader: JournalReader, seq: int, tip: int) -> Batch:
    """The batch that holds entry `seq`; raises PlatformError when there is none."""
    page = await reader.page(seq - 1, tip, 1)
    if not page:
        raise PlatformError(f"the journal ends at entry {tip:,}; there is no entry {seq:,}")
    return Batch(page[0][1])


async def seq_at(reader: JournalReader, at: int) -> int:
    """Sequence of the last entry at or before a time (nanoseconds); 0 before the first."""
    tip = await reader.tip() or 0
    low, high = 0, tip
    while low < high:  # entry `low` is not later than the time, entry `high` + 1 is
        entries = (await batch_of(reader, (low + high + 1) // 2, tip)).entries()
        if entries[0].at > at:
            high = entries[0].seq - 1
            continue
        low = max(entry.seq for entry in entries if entry.at <= at)
        if low < entries[-1].seq:
            return low
    return low
