"""Proofs that every cent is accounted for, made from the journal and held against everything derived from it."""

import asyncio
from collections.abc import Iterable
from itertools import pairwise
from time import monotonic
from typing import Final, Protocol

import asyncpg
import msgspec

from pyplatform._core import shard as core
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import ShardState, state_subject
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.projections import ReadModels
from pyplatform.wallet.anchors import AnchorConfig, AnchorFolder
from pyplatform.wallet.copied import BALANCES, Balances, Stream
from pyplatform.wallet.filed import Filed
from pyplatform.wallet.moved import MOVES, Moved
from pyplatform.wallet.proof import Proof, proof
from pyplatform.wallet.store import JournalReader

__all__ = ["PATIENCE", "Proof", "prove", "prove_chains", "prove_range"]

PATIENCE: Final = 15.0
"""Seconds that copies may take to catch up with the journal before they count as wrong."""
_PAUSE: Final = 0.1


class _Servers(msgspec.Struct, frozen=True):
    bus: Bus
    models: ReadModels
    pool: asyncpg.Pool


class _Copy(Protocol):
    async def position(self) -> tuple[int, bytes]: ...


async def prove(
    settings: Settings,
    tenants: Iterable[str],
    patience: float = PATIENCE,
    anchors: AnchorConfig | None = None,
) -> list[Proof]:
    """Prove all statements for all tenants; bets should have stopped, for a moving ledger cannot be compared."""
    bus = await Bus.connect(settings.nats_url, "verify")
    models = ReadModels.connect(settings.redis_url)
    try:
        async with asyncpg.create_pool(settings.postgres_url, min_size=0, max_size=1) as pool:
            servers = _Servers(bus, models, pool)
            proofs: list[Proof] = []
            for tenant in tenants:
                proofs += await _Prover(settings, servers, tenant, patience, anchors).prove()
            return proofs
    finally:
        await models.close()
        await bus.close()


async def prove_chains(
    settings: Settings, tenants: Iterable[str], anchors: AnchorConfig | None = None
) -> list[Proof]:
    """Prove the journals and their anchors, which needs no other process: no writer starts on a changed one."""
    proofs: list[Proof] = []
    for tenant in tenants:
        journal = _Journal(settings, tenant)
        try:
            proofs.append(await journal.prove())
        finally:
            await journal.reader.close()
        if anchors is not None:
            proofs.append(journal.prove_anchors(anchors))
    return proofs


async def prove_range(settings: Settings, tenant: str, first: int, last: int) -> list[Proof]:
    """Prove that the batches which hold the entries `first` to `last` (0: the end) are whole and form one chain."""
    reader = JournalReader(settings.postgres_url, tenant)
    name = "hash chain verifies in the range"
    try:
        tip = await reader.tip() or 0
        end = min(last or tip, tip)
        if first > end:
            return [Proof(tenant, name, False, f"the journal ends at entry {tip:,}")]
        headers: list[core.Header] = []
        while not headers or headers[-1].hi < end:
            after = headers[-1].hi if headers else first - 1
            rows = await reader.page(after, tip)
            # The last batch of the range may begin inside it and end beyond.
            starts = [after, *(hi for hi, _ in rows)]
            inside = [payload for (_, payload), start in zip(rows, starts, strict=False) if start < end]
            page = [core.Batch(payload).header for payload in inside]
            if not page or page[0].lo > after:
                return [Proof(tenant, name, False, f"entries after {after:,} are missing")]
            headers += page
    except ValueError as error:
        return [Proof(tenant, name, False, str(error))]
    finally:
        await reader.close()
    for before, header in pairwise(headers):
        if (header.lo, header.prev_hash) != (before.hi, before.hash):
            return [Proof(tenant, name, False, f"the chain breaks at entry {header.lo:,}")]
    detail = f"entries {headers[0].lo + 1:,} to {headers[-1].hi:,} in {len(headers):,} batches"
    return [Proof(tenant, name, True, detail)]


class _Journal:
    """A tenant's journal, replayed from its beginning."""

    def __init__(self, settings: Settings, tenant: str) -> None:
        self._tenant = tenant
        self.reader = JournalReader(settings.postgres_url, tenant)
        self.replayer = core.Replayer(tenant)
        self.hashes: dict[int, bytes] = {}
        """Hash of each batch of the journal, by the sequence at which it ends."""

    async def prove(self) -> Proof:
        name = "hash chain verifies"
        tip = await self.reader.tip() or 0
        after = 0
        while after < tip:
            page = await self.reader.page(after, tip)
            try:
                self.replayer.apply([batch for _, batch in page])
            except ValueError as error:
                return Proof(self._tenant, name, False, str(error))
            for hi, batch in page:
                self.hashes[hi] = core.read_header(batch).hash
            after = self.replayer.seq
        found = f"{tip:,} entries in {len(self.hashes):,} batches up to epoch {self.replayer.epoch}"
        return Proof(self._tenant, name, after == tip, found)

    async def hash_at(self, seq: int) -> bytes | None:
        """Hash of the batch that ends at `seq`, also of one that came after the replay; None for none."""
        return self.hashes.get(seq) or await self.reader.hash_at(seq)

    def prove_anchors(self, config: AnchorConfig) -> Proof:
        """Hold every signed anchor against the journal, which must have been proven before."""
        name, count, last = "signed anchors match the journal", 0, 0
        try:
            for anchor in AnchorFolder(config.folder, self._tenant).read(config.key):
                if self.hashes.get(anchor.seq) != bytes.fromhex(anchor.hash):
                    detail = f"the anchor at entry {anchor.seq:,} knows another past than the journal"
                    return Proof(self._tenant, name, False, detail)
                count, last = count + 1, anchor.seq
        except ValueError as error:
            return Proof(self._tenant, name, False, str(error))
        found = f"{count:,} so far, the last at entry {last:,}" if count else "none yet"
        return Proof(self._tenant, name, True, found)


class _Prover:
    def __init__(
        self,
        settings: Settings,
        servers: _Servers,
        tenant: str,
        patience: float,
        anchors: AnchorConfig | None,
    ) -> None:
        self._anchors = anchors
        self._servers = servers
        self._tenant = tenant
        self._deadline = monotonic() + patience
        self._journal = _Journal(settings, tenant)
        self._replayer = self._journal.replayer

    async def prove(self) -> list[Proof]:
        try:
            chain = await self._journal.prove()
            if not chain.ok:
                return [chain]
            return [
                self._books(),
                self._holds(),
                await self._balances(),
                *await self._moves(),
                await Filed(self._servers.pool, self._journal.reader, self._replayer, self._tenant).prove(),
                chain,
                await self._state(),
                await self._stream(),
                *([self._journal.prove_anchors(self._anchors)] if self._anchors else []),
            ]
        finally:
            await self._journal.reader.close()

    def _proof(self, name: str, ok: bool, detail: str) -> Proof:
        return Proof(self._tenant, name, ok, detail)

    def _books(self) -> Proof:
        totals = self._replayer.totals()
        wrong = [
            f"{book} {currency}: {debit} ≠ {credit}"
            for book, currency, debit, credit in totals
            if debit != credit
        ]
        found = ", ".join(f"{book} {currency}" for book, currency, _, _ in totals) or "no postings"
        return proof(self._tenant, "every book sums to zero", found, wrong)

    def _holds(self) -> Proof:
        totals = self._replayer.holds()
        wrong = [
            f"{currency}: holds {holds} ≠ accounts {held}"
            for currency, holds, held in totals
            if holds != held
        ]
        found = f"{len(self._replayer.open_bets()):,} open bets"
        return proof(self._tenant, "holds equal held accounts", found, wrong)

    async def _balances(self) -> Proof:
        balances = Balances(self._servers.models, self._replayer, self._tenant)
        # They tell of one moment only: those of a ledger that has moved on cannot be compared.
        behind = await self._behind(balances, exactly=True)
        return self._proof(BALANCES, False, behind) if behind else await balances.prove()

    async def _moves(self) -> list[Proof]:
        moved = Moved(self._servers.pool, self._journal.reader, self._replayer, self._tenant)
        if behind := await self._behind(moved, exactly=False):
            return [self._proof(MOVES, False, behind)]
        return [await moved.prove_moves(), await moved.prove_statements()]

    async def _behind(self, copy: _Copy, *, exactly: bool) -> str:
        """Wait until a copy has come to where the journal was read; in words why it cannot be compared, or ""."""
        wanted = self._replayer.seq
        while (position := await copy.position())[0] < wanted or (exactly and position[0] > wanted):
            if monotonic() > self._deadline:
                return f"the copy stands at {position[0]:,}, the journal at {wanted:,}"
            await asyncio.sleep(_PAUSE)
        if position[0] == wanted != 0 and position[1] != self._replayer.hash:
            return f"the copy stands at {wanted:,} of another past than the journal's"
        return ""

    async def _state(self) -> Proof:
        name = "replay gives the writer's state hash"
        replayed = self._replayer.state_hash
        if self._replayer.recomputed_state_hash() != replayed:
            return self._proof(name, False, "the incremental hash differs from the state it stands for")
        try:
            answer = await self._servers.bus.request(state_subject(self._tenant), b"", 1.0)
        except Unavailable:
            # Every batch carries its writer's state hash, and the replayer has compared each.
            return self._proof(name, True, f"{replayed.hex()[:16]}… as journaled; no writer is running")
        live = msgspec.msgpack.decode(answer, type=ShardState)
        if live.seq != self._replayer.seq:
            detail = f"the writer stands at {live.seq:,}, the journal was read up to {self._replayer.seq:,}"
            return self._proof(name, False, detail)
        same = live.seq == 0 or (live.state_hash == replayed and live.hash == self._replayer.hash)
        return self._proof(name, same, f"{replayed.hex()[:16]}… replayed, {live.state_hash.hex()[:16]}… live")

    async def _stream(self) -> Proof:
        stream = Stream(self._servers.bus, self._journal, self._tenant)
        while True:
            end, messages = await stream.end()
            if end >= self._replayer.seq or monotonic() > self._deadline:
                return await stream.prove(messages, self._replayer.seq)
            await asyncio.sleep(_PAUSE)
