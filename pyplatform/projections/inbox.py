"""A tailer's position in a chain of batches, moved in the same step as the effects of a batch."""

from collections.abc import AsyncIterator, Sequence
from enum import IntEnum

import msgspec

from pyplatform.kernel.errors import PlatformError
from pyplatform.projections.effects import Effects
from pyplatform.projections.models import ReadModels


class Outcome(IntEnum):
    """What became of a batch; only APPLIED changed anything."""

    APPLIED = 0
    DUPLICATE = 1
    """It, or a later one, was applied before: go on."""
    GAP = 2
    """Batches before it are missing: read them from the record, from the position on."""
    DIVERGED = 3
    """It continues another past than was applied: rebuild."""


class Position(msgspec.Struct, frozen=True):
    """Last sequence number applied and the hash of its batch (empty at the very beginning)."""

    seq: int
    hash: bytes


class Batch(msgspec.Struct, frozen=True):
    """Effects of the entries after `lo` up to and including `hi`, with the chain's hashes before and after."""

    lo: int
    hi: int
    prev_hash: bytes
    hash: bytes
    effects: Effects


class Inbox:
    """Applies batches of one chain, in order and exactly once, whoever redelivers them."""

    def __init__(self, models: ReadModels, position_key: str) -> None:
        self._models = models
        self._key = position_key

    async def position(self) -> Position:
        """Where the read models stand; sequence 0 before the first batch and after a wiped Valkey."""
        fields = await self._models.get(self._key)
        return Position(int(fields.get(b"seq", b"0")), fields.get(b"hash", b""))

    async def apply(self, batch: Batch) -> Outcome:
        """Apply a batch if it is the next one."""
        return Outcome(
            await self._models.run(
                batch.effects, [self._key], [str(batch.lo), str(batch.hi), batch.prev_hash, batch.hash]
            )
        )

    async def rebuild(self, patterns: Sequence[str], batches: AsyncIterator[Batch]) -> Position:
        """Delete the keys of this projection and apply the record from its beginning; returns the new position.

        `patterns` are the glob patterns of all keys that the effects write. Readers find nothing in between.
        """
        await self._models.delete([self._key, *patterns])
        async for batch in batches:
            if (outcome := await self.apply(batch)) is not Outcome.APPLIED:
                raise PlatformError(
                    f"cannot rebuild {self._key}: the record's batch {batch.lo}-{batch.hi} is {outcome.name}; "
                    "run `pyplatform verify` on the journal"
                )
        return await self.position()
