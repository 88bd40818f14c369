"""Proofs that every cent is accounted for, made from the journal and held against everything derived from it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import pairwise
from time import monotonic
from typing import Final

import msgspec
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from pyplatform._core import shard as core
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import (
    ShardState,
    balance_key,
    balance_position_key,
    ledger_stream,
    ledger_subject,
    state_subject,
)
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.ids import text
from pyplatform.projections import Inbox, ReadModels
from pyplatform.wallet.anchors import AnchorConfig, AnchorFolder
from pyplatform.wallet.store import JournalReader

PATIENCE: Final = 15.0
"""Seconds that copies may take to catch up with the journal before they count as wrong."""
_PAUSE: Final = 0.1
_CHUNK: Final = 1_000
_FETCH: Final = 256


class Proof(msgspec.Struct, frozen=True):
    """One statement about one tenant, whether it holds, and in words what was compared."""

    tenant: str
    name: str
    ok: bool
    detail: str


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
        proofs: list[Proof] = []
        for tenant in tenants:
            proofs += await _Prover(settings, bus, models, tenant, patience, anchors).prove()
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
        bus: Bus,
        models: ReadModels,
        tenant: str,
        patience: float,
        anchors: AnchorConfig | None,
    ) -> None:
        self._anchors = anchors
        self._bus = bus
        self._models = models
        self._tenant = tenant
        self._deadline = monotonic() + patience
        self._journal = _Journal(settings, tenant)
        self._replayer = self._journal.replayer
        self._hashes = self._journal.hashes

    async def prove(self) -> list[Proof]:
        try:
            chain = await self._journal.prove()
            if not chain.ok:
                return [chain]
            return [
                self._books(),
                self._holds(),
                await self._balances(),
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
        return self._proof("every book sums to zero", not wrong, "; ".join(wrong) or found)

    def _holds(self) -> Proof:
        totals = self._replayer.holds()
        wrong = [
            f"{currency}: holds {holds} ≠ accounts {held}"
            for currency, holds, held in totals
            if holds != held
        ]
        found = f"{len(self._replayer.open_bets()):,} open bets"
        return self._proof("holds equal held accounts", not wrong, "; ".join(wrong) or found)

    async def _balances(self) -> Proof:
        name = "balances equal the read models"
        inbox = Inbox(self._models, balance_position_key(self._tenant))
        while (position := await inbox.position()).seq != self._replayer.seq:
            if monotonic() > self._deadline:
                detail = f"read models stand at {position.seq:,}, the journal at {self._replayer.seq:,}"
                return self._proof(name, False, detail)
            await asyncio.sleep(_PAUSE)
        balances = self._replayer.balances()
        wrong: list[str] = []
        for start in range(0, len(balances), _CHUNK):
            chunk = balances[start : start + _CHUNK]
            keys = [balance_key(self._tenant, text(player), currency) for player, currency, _, _ in chunk]
            for key, (_, _, available, held), found in zip(
                keys, chunk, await self._models.get_many(keys), strict=True
            ):
                read = (int(found.get(b"available", 0)), int(found.get(b"held", 0)))
                if read != (available, held):
                    wrong.append(f"{key}: journal {(available, held)}, read model {read}")
        detail = f"{len(balances):,} balances" if not wrong else f"{len(wrong):,} differ, first {wrong[0]}"
        return self._proof(name, not wrong, detail)

    async def _state(self) -> Proof:
        name = "replay gives the writer's state hash"
        replayed = self._replayer.state_hash
        if self._replayer.recomputed_state_hash() != replayed:
            return self._proof(name, False, "the incremental hash differs from the state it stands for")
        try:
            answer = await self._bus.request(state_subject(self._tenant), b"", 1.0)
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
        name = "JetStream holds every batch once"
        while True:
            end, messages = await self._stream_end()
            if end == self._replayer.seq:
                break
            if monotonic() > self._deadline:
                detail = f"the stream ends at {end:,}, the journal at {self._replayer.seq:,}"
                return self._proof(name, False, detail)
            await asyncio.sleep(_PAUSE)
        try:
            count, first = await self._walk(messages)
        except ValueError as error:
            return self._proof(name, False, str(error))
        expected = sum(1 for hi in self._hashes if hi > first)
        detail = f"{count:,} messages, one chain from entry {first + 1:,} to {self._replayer.seq:,}"
        return self._proof(name, count == expected, detail)

    async def _stream_end(self) -> tuple[int, int]:
        """Ledger sequence of the stream's last message and the number of messages."""
        js, stream = self._bus.js, ledger_stream(self._tenant)
        try:
            state = (await js.stream_info(stream)).state
            if not state.messages:
                return 0, 0
            last = await js.get_msg(stream, state.last_seq)
        except NotFoundError:
            return 0, 0
        return core.read_header(last.data or b"").hi, state.messages

    async def _walk(self, messages: int) -> tuple[int, int]:
        """Number of messages and where they begin; raises ValueError where the stream is not the journal."""
        position: tuple[int, bytes] | None = None
        first = count = 0
        async for data in self._messages(messages):
            header = core.Batch(data).header
            if position is None:
                first = header.lo
            elif position != (header.lo, header.prev_hash):
                raise ValueError(f"the stream's chain breaks at {header.lo:,}")
            if self._hashes.get(header.hi) != header.hash:
                raise ValueError(f"the stream's batch up to {header.hi:,} is not the journal's")
            position = (header.hi, header.hash)
            count += 1
        return count, first

    async def _messages(self, count: int) -> AsyncIterator[bytes]:
        if count == 0:
            return
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=30.0,
            mem_storage=True,
        )
        subscription = await self._bus.js.pull_subscribe(
            ledger_subject(self._tenant), stream=ledger_stream(self._tenant), config=config
        )
        try:
            while count > 0:
                found = await subscription.fetch(min(_FETCH, count), timeout=5)
                count -= len(found)
                for message in found:
                    yield message.data
        except NatsTimeoutError as error:
            raise ValueError(f"the stream did not deliver its last {count:,} messages") from error
        finally:
            await subscription.unsubscribe()
